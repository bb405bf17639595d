import type { Words } from '../../../shared/api/answer.ts'
import type { CheckReport, CheckUp } from '../../../shared/api/diagnostics.ts'
import type { Connection } from '../../../shared/config.ts'
import { errorStack } from '../../../shared/node-errors.ts'
import type { ProgramContext, Report } from '../../diagnostics/check.ts'
import { examineConnection, examineProgram, totalChecks } from '../../diagnostics/doctor.ts'
import { probedOf } from '../../engine/index.ts'
import { publicAddressProbes } from '../../ingress/diagnostics-probes.ts'
import { orphanedIn } from '../../runtime/maintenance/orphaned-connections.ts'
import { probesFor } from '../../runtime/monitoring/diagnostics-probes.ts'
import type { Redactor } from '../../settings/redact.ts'
import type { ApiContext } from '../context.ts'

/** Findings within this time are pushed together: each push contains all of them. */
const PROGRESS_EVERY_MS = 100

export interface CheckUps {
  /** The current or last run. */
  last(): CheckUp | null
  /** Starts a run, or returns the one under way. */
  start(): CheckUp
}

/**
 * One run at a time. Planfix accounts are checked in parallel, connections of one account one after the
 * other, as they share its rate limit. A run ends, unfinished, when the application stops; nothing is pushed
 * after that.
 */
export function createCheckUps(context: ApiContext, redactor: () => Promise<Redactor>): CheckUps {
  let last: CheckUp | null = null

  function start(): CheckUp {
    if (last?.endedAt === null) return last
    const { connections } = context.application.configuration
    const total = totalChecks(connections.length)
    last = { run: (last?.run ?? 0) + 1, startedAt: Date.now(), endedAt: null, total, reports: [] }
    void runChecks(connections, last)
    return last
  }

  async function runChecks(connections: readonly Connection[], begun: CheckUp): Promise<void> {
    const { ended } = context.application
    const reporting = every(
      PROGRESS_EVERY_MS,
      () => last !== null && context.push({ event: 'checkUp', value: last }),
    )
    try {
      const redact = await redactor()
      await examineAll(context, connections, (report) => {
        const reports = inOrder([...(last?.reports ?? []), shown(report, redact)], connections)
        last = { ...begun, reports }
        reporting.soon()
      })
      await tryWhatWaits(context.application)
    } catch (error) {
      context.log.error({ stack: errorStack(error) }, 'bug: the check-up broke')
    }
    last = { ...begun, reports: last?.reports ?? [], endedAt: Date.now() }
    if (ended.aborted) reporting.never()
    else reporting.now()
  }

  return { last: () => last, start }
}

/** A check-up may have found that a service answers again: what waits for it is not left until its next try. */
async function tryWhatWaits(application: ApiContext['application']): Promise<void> {
  for (const [id, { chatraBreaker, planfixBreaker }] of application.connections)
    if (!chatraBreaker.isHealthy || !planfixBreaker.isHealthy) await application.tryNow(id)
}

async function examineAll(
  context: ApiContext,
  connections: readonly Connection[],
  found: (report: Report) => void,
): Promise<void> {
  const { application, settings, secrets } = context
  const program: ProgramContext = {
    configuration: { path: settings.path, problems: [], connections: connections.length },
    dataDir: application.dataDir,
    keychain: secrets.trouble,
    publicAddress: await publicAddressProbes({
      configuration: application.configuration,
      secrets,
      state: application.publicAddress,
      now: application.now(),
    }),
    leftBehind: await orphanedIn(
      application.store,
      application.configuration.connections.map(({ id }) => id),
      application.now(),
    ),
  }
  await eachUntil(application.ended, examineProgram(program), found)
  const accounts = Map.groupBy(connections, ({ planfix }) => planfix.baseUrl)
  await Promise.all(
    [...accounts.values()].map(async (account) => {
      for (const connection of account) await examineOne(context, connection, found)
    }),
  )
}

async function examineOne(
  { application, secrets }: ApiContext,
  connection: Connection,
  found: (report: Report) => void,
): Promise<void> {
  const questions = await probesFor({
    connection,
    publicUrl: application.publicUrl,
    secrets,
    inEnvironment: secrets.trouble === undefined,
    bridge: { isRunning: true, hooksUrl: application.hooksUrl },
    mailedTwice: await application.store.clientsMailedTwice(connection.id),
    chatCalledAt: application.webhookTimes(connection.id)['planfix-chat'],
    probed: await probedOf(application.store, connection),
    clock: application.clock,
    ended: application.ended,
    planfix: application.connections.get(connection.id)?.planfix,
  })
  try {
    await eachUntil(application.ended, examineConnection(questions.context), found)
  } finally {
    questions.close()
  }
}

/** Delivers results until all have come or `ended`; an open request is not awaited then. */
async function eachUntil<T>(
  ended: AbortSignal,
  all: AsyncGenerator<T>,
  found: (one: T) => void,
): Promise<void> {
  const { promise: end, resolve } = Promise.withResolvers<null>()
  const onEnd = () => resolve(null)
  ended.addEventListener('abort', onEnd)
  try {
    while (!ended.aborted) {
      const step = await Promise.race([all.next(), end])
      if (step === null || step.done === true) return
      found(step.value)
    }
  } finally {
    ended.removeEventListener('abort', onEnd)
  }
}

function shown({ id, connection, title, result, detail, todo }: Report, redact: Redactor): CheckReport {
  const clean = ({ key, params }: Words): Words => ({
    key,
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        typeof value === 'string' ? redact(value) : value,
      ]),
    ),
  })
  return { id, connectionId: connection, title, result, detail: clean(detail), todo: todo && clean(todo) }
}

/** The program first, then the connections in the order of the settings. */
function inOrder(reports: CheckReport[], connections: readonly Connection[]): CheckReport[] {
  const place = new Map(connections.map(({ id }, index) => [id, index]))
  const placeOf = ({ connectionId }: CheckReport) =>
    connectionId === null ? -1 : (place.get(connectionId) ?? connections.length)
  return reports.sort((one, other) => placeOf(one) - placeOf(other) || one.id - other.id)
}

/** Runs `work` at most once in this many milliseconds. */
function every(ms: number, work: () => void) {
  let timer: NodeJS.Timeout | null = null
  const now = () => {
    never()
    work()
  }
  const never = () => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  const soon = () => {
    timer ??= setTimeout(now, ms)
  }
  return { soon, now, never }
}
