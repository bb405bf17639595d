import type { Words } from '../../shared/api/answer.ts'
import type { KeychainTrouble, PublicAddress } from '../../shared/api/state.ts'
import type { Connection } from '../../shared/config.ts'
import type { Result } from '../../shared/errors.ts'
import type { TextKey, TextParams } from '../../shared/i18n/index.ts'
import type { Scope } from '../../shared/setup/scopes.ts'

export type Verdict = 'ok' | 'warning' | 'failed' | 'skipped'

/** The result of one check: the state, and what the owner should do. Never a secret. */
export interface Finding {
  result: Verdict
  detail: Words
  /** Null when no action is needed. */
  todo: Words | null
}

/** A numbered check; numbers never change, so that people can refer to "check 7". */
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

/** Data for the checks of the program. */
export interface ProgramContext {
  configuration: {
    /** Null: there is no file. */
    path: string | null
    /** With their paths in the file. */
    problems: string[]
    connections: number
  }
  dataDir: string
  /** Why the computer's keychain stores no secrets; null = it does; undefined = the host uses none. */
  keychain?: KeychainTrouble | null | undefined
  publicAddress: PublicAddressProbes
  /**
   * Connections that are stored but not configured, with the amount of waiting work; undefined = the data is
   * unreadable.
   */
  leftBehind?: readonly { connectionId: string; waiting: number }[] | undefined
}

/** How Chatra reaches this computer, if known. */
export interface PublicAddressProbes {
  provider: PublicAddress['provider']
  /** Environment variables, or names, of secrets that the provider needs and that are missing. */
  missingSecrets: string[]
  /** As reported by the running bridge; null = it does not run, or has reported nothing. */
  state: PublicAddress | null
  now: number
}

/** Data for the checks of one connection. None of it writes into Chatra or Planfix. */
export interface ConnectionProbes {
  connection: Connection
  publicUrl: string | null
  /** Which secrets there are. */
  secrets: {
    chatra: boolean
    planfix: boolean
    /** Planfix's token for its Chat API. */
    chat: boolean
    /** On a server: the environment variables for them; null with a keychain. */
    variables: { chatra: string; planfix: string; chat: string } | null
  }
  /** `certain` is false when no answer confirmed or refused the keys. */
  probeChatra(): Promise<Result<{ certain: boolean }>>
  planfix: PlanfixProbes
  channel: ChannelProbes
  /**
   * Clients whose card has an e-mail, so that Planfix itself mails them too; null = the data is unreadable.
   */
  mailedTwice: number | null
  /** The last probe of the account (`doctor --probe`); null = never, or the data is unreadable. */
  probed: { at: number; version: string; answered: number; asked: number } | null
  bridge: {
    isRunning: boolean
    /** The last known address of its receiver on this computer. */
    hooksUrl: string | null
  }
  /** The status code and the `status` field of `{url}/healthz`; null without an answer. */
  health(url: string): Promise<{ code: number; status: string | null } | null>
}

/** Planfix's Chat API, for a connection that uses it. */
interface ChannelProbes {
  /** Asks for the task of a chat that no client has: an answer of any kind proves address and token. */
  probe(): Promise<Result<unknown>>
  /** When Planfix last called us, milliseconds; null = never, or the data is unreadable. */
  calledAt: number | null
  now: number
}

/** Every call waits for its slot. The pauses are the account's rate limit. */
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

/** A text of the catalogues, to be translated where it is shown. */
export const say = (key: TextKey, params: TextParams = {}): Words => ({ key, params })

export const good = (detail: Words): Finding => ({ result: 'ok', detail, todo: null })
export const skipped = (detail: Words): Finding => ({ result: 'skipped', detail, todo: null })
export const warning = (detail: Words, todo: Words | null): Finding => ({ result: 'warning', detail, todo })
export const failed = (detail: Words, todo: Words): Finding => ({ result: 'failed', detail, todo })
