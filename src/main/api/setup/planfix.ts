import { setTimeout } from 'node:timers/promises'
import type { PlanfixEmployee } from '../../../shared/api/employees.ts'
import type { Choice, ChoiceKind } from '../../../shared/api/setup.ts'
import type { Connection } from '../../../shared/config.ts'
import { type BridgeError, bridgeError, fail, ok, type Result } from '../../../shared/errors.ts'
import { type RateLimiter, SlotWithdrawn } from '../../engine/ports.ts'
import { createPlanfixClient, type PlanfixClient } from '../../planfix/client.ts'
import { createDailyQuota, type DailyQuota } from '../../planfix/limits/daily-quota.ts'
import type { PausableRateLimiter } from '../../planfix/limits/rate-limiter.ts'
import { createRateLimiter } from '../../planfix/limits/rate-limiter.ts'
import { systemClock } from '../../process/clock.ts'
import type { ApiContext } from '../context.ts'

/** A Planfix account during the set-up of a connection or the choice of its employees. */
export interface Account {
  baseUrl: string
  /** Sends the call in its turn among all users of the account; "too fast" is retried. */
  ask<T>(question: (client: PlanfixClient) => Promise<Result<T>>): Promise<Result<T>>
}

/** The last known employees; `problem` says why they could not be read now. */
interface Employees {
  list: PlanfixEmployee[] | null
  readAt: number | null
  problem: BridgeError | null
}

/** The accounts of drafts and connections; their answers are cached for ten minutes. */
export interface Accounts {
  /** `id` only distinguishes accounts; `settings` may be incomplete. */
  of(settings: Connection, token: string): Account
  choices(account: Account, kind: ChoiceKind, taskTemplateId: number | null): Promise<Result<Choice[]>>
  /** `account` null: Planfix cannot be called, the cached answer is returned. */
  employees(id: string, account: Account | null, refresh: boolean): Promise<Employees>
  /** Deletes the cached answers for `id`. */
  forget(id: string): void
}

const REMEMBERED_MS = 600_000
const MOST_TRIES = 5
/** A longer pause is shown to the owner instead of waiting. */
const LONGEST_WAIT_MS = 10_000
const SECOND_ANSWER_MS = 2_500
/** Before deferrable work, after clients' messages (Priority 0). */
const TURN = 1

export function createAccounts(
  context: Pick<ApiContext, 'application'>,
  options: { now?: () => number; timeoutMs?: number } = {},
): Accounts {
  const now = options.now ?? Date.now
  const accounts = new Map<string, { account: Account; token: string; close(): void }>()
  /** By the account's address, then by the call. */
  const lists = new Map<string, Map<string, { at: number; answer: Promise<Result<Choice[]>> }>>()
  const employees = new Map<string, { baseUrl: string; list: PlanfixEmployee[]; readAt: number }>()

  /** One account has one rate: the runtime that delivers its messages already counts. */
  function paceOf(baseUrl: string, own: PausableRateLimiter): RateLimiter & Partial<PausableRateLimiter> {
    const rateLimiter = (): RateLimiter & Partial<PausableRateLimiter> =>
      [...context.application.connections.values()].find(
        ({ settings }) => settings.planfix.baseUrl === baseUrl,
      )?.planfix.rateLimiter ?? own
    return {
      async slot(priority, key) {
        for (;;) {
          try {
            return await rateLimiter().slot(priority, key)
          } catch (error) {
            // The settings are being changed: the next runtime sends the call.
            if (!(error instanceof SlotWithdrawn)) throw error
          }
        }
      },
      release: () => rateLimiter().release(),
      pause: (until) => rateLimiter().pause?.(until),
    }
  }

  /** These calls count against the same quota. */
  function quotaOf(baseUrl: string): DailyQuota | undefined {
    const all = [...context.application.connections.values()]
    return all.find(({ settings }) => settings.planfix.baseUrl === baseUrl)?.account.quota
  }

  function open(settings: Connection, token: string): { account: Account; close(): void } {
    const { baseUrl, requestsPerSecond } = settings.planfix
    const rateLimiter = paceOf(baseUrl, createRateLimiter({ clock: systemClock, requestsPerSecond }))
    const client = createPlanfixClient({
      connection: settings,
      token,
      clock: systemClock,
      rateLimiter,
      budget: quotaOf(baseUrl) ?? createDailyQuota(systemClock),
      ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
    })
    return {
      account: {
        baseUrl,
        async ask(question) {
          let last = bridgeError('planfix', 'rate-limited', 'too many requests')
          for (let tries = 0; tries < MOST_TRIES; tries++) {
            // Whether code 22 means a pause or the end of the day shows in a second answer (limits/daily-limit-reset.ts).
            if (tries === 1 && last.vendorCode === 22) await setTimeout(SECOND_ANSWER_MS)
            else await rateLimiter.slot(TURN, 'setup')
            const answer = await question(client)
            if (answer.ok || answer.error.code !== 'rate-limited') return answer
            last = answer.error
            if (tries === 0 && last.vendorCode === 22) continue
            if (last.retry.when === 'at' && last.retry.time - now() > LONGEST_WAIT_MS) break
          }
          return fail(last)
        },
      },
      close: () => client.close(),
    }
  }

  return {
    of(settings, token) {
      const { id } = settings
      const known = accounts.get(id)
      if (known?.token === token && known.account.baseUrl === settings.planfix.baseUrl) return known.account
      known?.close()
      const opened = open(settings, token)
      accounts.set(id, { ...opened, token })
      return opened.account
    },

    choices(account, kind, taskTemplateId) {
      const told = lists.get(account.baseUrl) ?? new Map()
      lists.set(account.baseUrl, told)
      const key = kind === 'statuses' ? `${kind} ${taskTemplateId}` : kind
      const known = told.get(key)
      if (known && now() - known.at < REMEMBERED_MS) return known.answer
      const answer = readChoices(account, kind, taskTemplateId)
      told.set(key, { at: now(), answer })
      // Only an answer is cached, not a failure.
      const drop = () => told.get(key)?.answer === answer && told.delete(key)
      answer.then((result) => result.ok || drop(), drop)
      return answer
    },

    async employees(id, account, refresh) {
      const before = employees.get(id)
      // It does not apply to another account.
      const known = account === null || before?.baseUrl === account.baseUrl ? before : undefined
      const shown = { list: known?.list ?? null, readAt: known?.readAt ?? null }
      if (account === null) return { ...shown, problem: null }
      if (known && !refresh && now() - known.readAt < REMEMBERED_MS) return { ...shown, problem: null }
      const told = await account.ask((client) => client.users())
      if (!told.ok) return { ...shown, problem: told.error }
      const read = { baseUrl: account.baseUrl, list: told.value, readAt: now() }
      employees.set(id, read)
      return { list: read.list, readAt: read.readAt, problem: null }
    },

    forget(id) {
      const known = accounts.get(id)
      known?.close()
      accounts.delete(id)
      employees.delete(id)
      if (known) lists.delete(known.account.baseUrl)
    },
  }
}

async function readChoices(
  account: Account,
  kind: ChoiceKind,
  taskTemplateId: number | null,
): Promise<Result<Choice[]>> {
  switch (kind) {
    case 'task-templates':
      return plain(await account.ask((client) => client.taskTemplates()))
    case 'contact-templates':
      return plain(await account.ask((client) => client.contactTemplates()))
    case 'contact-fields':
      return plain(await account.ask((client) => client.contactTextFields()))
    case 'users':
      return plain(await account.ask((client) => client.users()))
    case 'groups':
      return plain(await account.ask((client) => client.groups()))
    case 'data-tags': {
      const tags = await account.ask((client) => client.dataTags())
      return tags.ok ? ok(tags.value.map(({ id, name, fields }) => ({ id, name, fields }))) : tags
    }
    case 'statuses': {
      const process = await processOf(account, taskTemplateId)
      if (!process.ok) return process
      const { value } = process
      return value === null ? ok([]) : plain(await account.ask((client) => client.statuses(value)))
    }
  }
}

const plain = (answer: Result<{ id: number; name: string }[]>): Result<Choice[]> =>
  answer.ok ? ok(answer.value.map(({ id, name }) => ({ id, name, fields: [] }))) : answer

/** The process of the template; without a template, the only process. Null when unknown. */
async function processOf(account: Account, taskTemplateId: number | null): Promise<Result<number | null>> {
  if (taskTemplateId !== null) {
    const templates = await account.ask((client) => client.taskTemplates())
    if (!templates.ok) return templates
    return ok(templates.value.find(({ id }) => id === taskTemplateId)?.processId ?? null)
  }
  const processes = await account.ask((client) => client.processes())
  if (!processes.ok) return processes
  return ok(processes.value.length === 1 ? processes.value[0]!.id : null)
}
