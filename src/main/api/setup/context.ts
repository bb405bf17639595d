import type { Answer } from '../../../shared/api/answer.ts'
import type { Draft } from '../../../shared/api/setup.ts'
import type { Connection } from '../../../shared/config.ts'
import type { SecretName } from '../../secrets/environment.ts'
import type { ApiContext } from '../context.ts'
import { done, errorAnswer, notFound } from '../responses.ts'
import { sketchOf } from './connection.ts'
import { type Drafts, type StoredDraft, viewOf } from './drafts.ts'
import { type Account, type Accounts, createAccounts } from './planfix.ts'

/** Shared by the set-up and the choice of employees. */
export interface SetupContext {
  api: ApiContext
  drafts: Drafts
  accounts: Accounts
  /** The connection in use; null while it is only a draft. */
  connection(id: string): Connection | null
  /** The secret that a draft uses: the last accepted one, even if the connection does not use it yet. */
  secret(id: string, name: SecretName): Promise<string | null>
  /**
   * Stores an accepted secret. The secret of an existing connection is replaced only by `applySecrets`: until
   * then the connection keeps its matching keys.
   */
  keepSecret(id: string, name: SecretName, value: string): Promise<void>
  /**
   * Replaces the secrets of an existing connection by the accepted ones; returns a function that undoes it,
   * null = no change.
   */
  applySecrets(id: string): Promise<(() => Promise<void>) | null>
  hasFreshSecrets(id: string): boolean
  /** Deletes secrets that were not applied, and all secrets of a draft that never became a connection. */
  dropSecrets(id: string): Promise<void>
  view(draft: StoredDraft): Promise<Draft>
  /** The Planfix account of a draft or a connection. */
  account(id: string): Promise<Answer<Account>>
  timeoutMs: number | undefined
}

/** For tests: the clock and how long a call may take. */
export interface SetupOptions {
  now?: () => number
  timeoutMs?: number
}

const NAMES: readonly SecretName[] = ['CHATRA_SECRET_KEY', 'PLANFIX_TOKEN']

/** One per application: it caches answers of accounts and the waiting secrets. */
export function createSetup(context: ApiContext, options: SetupOptions = {}): SetupContext {
  const { secrets, drafts } = context
  const accounts = createAccounts(context, options)
  /** Accepted for an existing connection and not used by it yet: only in memory. */
  const waiting = new Map<string, Partial<Record<SecretName, string>>>()

  const connection = (id: string) =>
    context.application.configuration.connections.find((one) => one.id === id) ?? null
  const secret = async (id: string, name: SecretName) =>
    waiting.get(id)?.[name] ?? (await secrets.get(id, name))

  async function applySecrets(id: string) {
    const fresh = waiting.get(id)
    if (fresh === undefined) return null
    const before = new Map<SecretName, string | null>()
    for (const name of NAMES) {
      const value = fresh[name]
      if (value === undefined) continue
      before.set(name, await secrets.get(id, name))
      await secrets.set(id, name, value)
    }
    waiting.delete(id)
    return async () => {
      waiting.set(id, fresh)
      for (const [name, value] of before) if (value !== null) await secrets.set(id, name, value)
    }
  }

  async function account(id: string): Promise<Answer<Account>> {
    const draft = await drafts.get(id)
    const existing = connection(id)
    const token = await secret(id, 'PLANFIX_TOKEN')
    if (token !== null) {
      if (draft?.checked.planfix === 'accepted') return done(accounts.of(sketchOf(id, draft.settings), token))
      if (existing !== null) return done(accounts.of(existing, token))
    }
    if (draft === null && existing === null) return notFound()
    return errorAnswer('conflict', 'wizard.problem.planfix-first', { field: 'planfix.token' })
  }

  return {
    api: context,
    drafts,
    accounts,
    connection,
    secret,
    async keepSecret(id, name, value) {
      if (connection(id) === null) return secrets.set(id, name, value)
      waiting.set(id, { ...waiting.get(id), [name]: value })
    },
    applySecrets,
    hasFreshSecrets: (id) => waiting.has(id),
    async dropSecrets(id) {
      waiting.delete(id)
      if (connection(id) === null) await secrets.remove(id)
    },
    async view(draft) {
      const [key, token] = await Promise.all(NAMES.map((name) => secret(draft.id, name)))
      const has = { chatraSecretKey: key !== null, planfixToken: token !== null }
      return viewOf(draft, has, connection(draft.id)?.enabled === true)
    },
    account,
    timeoutMs: options.timeoutMs,
  }
}
