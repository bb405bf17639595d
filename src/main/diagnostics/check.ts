import type { Words } from '../../shared/api/answer.ts'
import type { KeychainTrouble, PublicAddress } from '../../shared/api/state.ts'
import type { Connection } from '../../shared/config.ts'
import type { Result } from '../../shared/errors.ts'
import type { TextKey, TextParams } from '../../shared/i18n/index.ts'
import type { Scope } from '../../shared/scopes.ts'

export type Verdict = 'ok' | 'warning' | 'failed' | 'skipped'

/** What one check found: what is so, and what the owner does about it. Never a secret. */
export interface Finding {
  result: Verdict
  detail: Words
  /** Null when there is nothing to do. */
  todo: Words | null
}

/** A numbered question; numbers stay the same for ever, so that people can speak of "check 7". */
export interface Check<C> {
  id: number
  title: Words
  run(context: C): Promise<Finding> | Finding
}

/** A check of the whole program, or of the connection it names. */
export interface Report extends Finding {
  id: number
  connection: string | null
  title: Words
}

/** What is asked of the program as a whole. */
export interface ProgramContext {
  configuration: {
    /** Null: there is no file. */
    path: string | null
    /** With their paths in the file. */
    problems: string[]
    connections: number
  }
  dataDir: string
  /** Why the computer's keychain keeps no secrets; null = it does; undefined = the host uses none. */
  keychain?: KeychainTrouble | null | undefined
  publicAddress: PublicAddressProbes
  /** Connections that are stored and not configured, and how much waits for each; undefined = the data cannot be read. */
  leftBehind?: readonly { connectionId: string; waiting: number }[] | undefined
}

/** How Chatra reaches this computer, as far as it is known. */
export interface PublicAddressProbes {
  provider: PublicAddress['provider']
  /** Variables of the environment, or names, of secrets that the provider needs and that are not there. */
  missingSecrets: string[]
  /** As the running bridge says it; null = it does not run, or has said nothing. */
  state: PublicAddress | null
  now: number
}

/** What is asked of one connection. Nothing of it writes into Chatra or Planfix. */
export interface ConnectionProbes {
  connection: Connection
  publicUrl: string | null
  /** Which secrets there are. */
  secrets: {
    chatra: boolean
    planfix: boolean
    /** On a server: the variables of the environment that can hold them; null where a keychain does. */
    variables: { chatra: string; planfix: string } | null
  }
  /** `certain` is false when nothing spoke against the keys, but nothing for them either. */
  probeChatra(): Promise<Result<{ certain: boolean }>>
  planfix: PlanfixProbes
  /** Clients whose card has an e-mail, so that Planfix itself mails them too; null = the data cannot be read. */
  mailedTwice: number | null
  bridge: {
    isRunning: boolean
    /** Where its receiver listens on this computer, as it said last. */
    hooksUrl: string | null
  }
  /** The status code and the `status` field of `{url}/healthz`; null when nothing answers. */
  health(url: string): Promise<{ code: number; status: string | null } | null>
}

/** Every call waits for its turn by itself. Its pauses are the account's limit of requests a second. */
export interface PlanfixProbes {
  ping(): Promise<Result<void>>
  probeScope(scope: Scope): Promise<Result<'granted' | 'missing'>>
  users(): Promise<Result<{ id: number; name: string; email: string | null; otherEmails: string[] }[]>>
  groups(): Promise<Result<{ id: number; name: string }[]>>
  contactExists(id: number): Promise<Result<boolean>>
  taskTemplates(): Promise<Result<{ id: number; name: string; processId: number | null }[]>>
  contactTemplates(): Promise<Result<{ id: number; name: string }[]>>
  contactTextFields(): Promise<Result<{ id: number; name: string }[]>>
  statuses(processId: number): Promise<Result<{ id: number; name: string }[]>>
  completedStatusId(): Promise<Result<number | null>>
  /** Requests left today; null when Planfix does not say. */
  remainingToday(): number | null
  /** Planfix's clock minus ours, milliseconds; null before its first answer. */
  clockSkew(): number | null
}

/** A text of the catalogues, to be put into the owner's language where it is shown. */
export const say = (key: TextKey, params: TextParams = {}): Words => ({ key, params })

export const good = (detail: Words): Finding => ({ result: 'ok', detail, todo: null })
export const skipped = (detail: Words): Finding => ({ result: 'skipped', detail, todo: null })
export const warning = (detail: Words, todo: Words | null): Finding => ({ result: 'warning', detail, todo })
export const failed = (detail: Words, todo: Words): Finding => ({ result: 'failed', detail, todo })
