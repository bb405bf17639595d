import type { AxiosAdapter } from 'axios'
import type { Connection } from '../../shared/config.ts'
import { ok, type Result } from '../../shared/errors.ts'
import { connectionSourceId } from '../engine/index.ts'
import type { Clock, PlanfixApi, RateLimiter } from '../engine/ports.ts'
import { type AccountApi, accountApi } from './account.ts'
import { createCalls } from './calls.ts'
import { commentApi, createCommentReader } from './comments.ts'
import { contactApi } from './contacts.ts'
import { type FileApi, fileApi } from './files.ts'
import { fits } from './html/to-html.ts'
import { createDailyQuota, type DailyQuota, type QuotaState } from './limits/daily-quota.ts'
import { createRateLimiter, type PausableRateLimiter } from './limits/rate-limiter.ts'
import { createProcesses, type Processes } from './processes/processes.ts'
import { type ChangesApi, taskApi } from './tasks.ts'
import { createTimeReader, type TimeReader } from './times.ts'
import { type CallInfo, createTransport } from './transport.ts'

/** The engine's port, plus the calls of the wizard, the diagnostics and the meter. */
export interface PlanfixClient
  extends PlanfixApi,
    AccountApi,
    Pick<FileApi, 'download'>,
    ChangesApi,
    Pick<Processes, 'taskTemplates' | 'contactTemplates' | 'contactTextFields' | 'processes' | 'statuses'> {
  readonly rateLimiter: RateLimiter & Partial<PausableRateLimiter>
  quota(): QuotaState
  /** Server's clock minus ours, in milliseconds; null before the first answer. */
  clockSkew(): number | null
  /** Closes idle connections. */
  close(): void
}

/** The URL of an address of the account. */
const hostsOf = ({ baseUrl, webUrl }: Connection['planfix']): ReadonlySet<string> =>
  new Set([baseUrl, webUrl].flatMap((address) => URL.parse(address)?.host ?? []))

/**
 * REST client of one Planfix account (contracts/planfix.md §1–§11). Errors are values (shared/errors.ts);
 * nothing is retried; a call waits for a slot only for pages after the first and for look-ups that an
 * operation adds. Without a token every call returns `wrong-keys` and nothing is sent.
 */
export function createPlanfixClient(options: {
  connection: Connection
  token: string | null
  clock: Clock
  rateLimiter?: RateLimiter & Partial<PausableRateLimiter>
  /** The day's meter of this account, where it outlives the client. */
  budget?: DailyQuota
  /** Knowledge of the account's clock, when it outlives the client. */
  times?: TimeReader
  /** Called with every exchange, for the log: without query and body. */
  onCall?: (info: CallInfo) => void
  /** For a whole exchange, in milliseconds. */
  timeoutMs?: number
  /** See createTransport. */
  adapter?: AxiosAdapter | undefined
}): PlanfixClient {
  const { connection, token, clock } = options
  const { planfix } = connection
  const rateLimiter =
    options.rateLimiter ?? createRateLimiter({ clock, requestsPerSecond: planfix.requestsPerSecond })
  const transport =
    token === null
      ? null
      : createTransport({
          baseUrl: planfix.baseUrl,
          token,
          clock,
          adapter: options.adapter,
          ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
          ...(options.onCall && { onCall: options.onCall }),
        })
  const budget = options.budget ?? createDailyQuota(clock)
  const settings = {
    sourceId: connectionSourceId(connection.id),
    taskTemplateId: planfix.taskTemplateId,
    contactTemplateId: planfix.contactTemplateId,
    clientEmail: connection.options.clientEmail,
    clientEmailField: planfix.clientEmailField,
    visitDataTag: planfix.visitDataTag,
    completedStatusId: connection.options.completedStatusId,
    now: () => clock.now(),
  }
  const serverNow = () => clock.now() + (budget.clockSkew() ?? 0)
  const calls = createCalls({ transport, token, clock, rateLimiter, budget })
  const times = options.times ?? createTimeReader()
  const reader = createCommentReader(times, serverNow, hostsOf(planfix))
  const processes = createProcesses(calls, settings)
  const account = accountApi(calls, settings)
  const contacts = contactApi(calls, settings, reader)
  const { taskTemplates, contactTemplates, contactTextFields, statuses, completedStatusId, isStatusActive } =
    processes

  return {
    rateLimiter,
    fits,
    ...contacts,
    ...taskApi(calls, settings, processes, times, serverNow),
    ...commentApi(calls, settings, reader),
    ...fileApi(calls),
    ...account,
    async missingPeople(ids) {
      const missing: string[] = []
      const lists = { user: () => account.users(), group: () => account.groups() }
      for (const [kind, list] of Object.entries(lists)) {
        const asked = ids.filter((id) => id.startsWith(`${kind}:`))
        if (asked.length === 0) continue
        await rateLimiter.slot(0, 'people')
        const answer: Result<{ id: number }[]> = await list()
        if (!answer.ok) return answer
        const there = new Set(answer.value.map(({ id }) => `${kind}:${id}`))
        missing.push(...asked.filter((id) => !there.has(id)))
      }
      for (const id of ids.filter((one) => one.startsWith('contact:'))) {
        await rateLimiter.slot(0, 'people')
        const card = await contacts.contact(Number(id.slice('contact:'.length)))
        if (!card.ok && card.error.code !== 'object-gone') return card
        if (!card.ok || card.value.isDeleted) missing.push(id)
      }
      return ok(missing)
    },
    taskTemplates,
    contactTextFields,
    contactTemplates,
    processes: processes.processes,
    statuses,
    completedStatusId,
    isStatusActive,
    quota: () => budget.state(),
    clockSkew: () => budget.clockSkew(),
    close: () => transport?.close(),
  }
}
