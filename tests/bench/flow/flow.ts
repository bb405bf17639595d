import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Bench, bridge, type Stage, startBench, startStage, until, visitors } from '../bench-server.ts'
import { cpuMs, peakRssMb, rssMb } from '../measure.ts'
import { Arrivals } from './arrivals.ts'
import { countFaults, type Faults, mark } from './marks.ts'

/** Messages from Chatra's webhook to the comment in Planfix, between simulators without rate limits. */
export interface FlowReport {
  perSecond: number
  /** CPU time of the program per message, milliseconds. */
  cpuMs: number
  /** Share of the time in which the program's process, or the simulators' process, used a core. */
  serverBusy: number
  simulatorsBusy: number
  comments: number
  /** Resident memory before, and the maximum. */
  rssBefore: number
  rssPeak: number
  faults: Faults
}
interface FlowOptions {
  talks: number
  messages: number
  /**
   * Messages of each conversation before the measurement starts: they create contact and task and compile the code.
   */
  warmUp?: number
}

/** Client messages into Planfix through the bridge, on an empty store or the one in `dataDir`. */
export async function clientFlow({
  dataDir,
  ...options
}: FlowOptions & { dataDir?: string }): Promise<FlowReport> {
  const stage = await startStage(bridge(dataDir === undefined ? {} : { dataDir }))
  try {
    return await measureFlow(stage, options)
  } finally {
    await stage.end()
  }
}

/** For a disk or a processor that others keep busy; arrivals are asked seldom enough to cost the simulators nothing. */
const PATIENT = { patienceMs: 180_000, pauseMs: 20 }

/** The same through whichever program is between the simulators. */
export async function measureFlow(
  stage: Stage,
  { talks, messages, warmUp = 20 }: FlowOptions,
): Promise<FlowReport> {
  const arrivals = new Arrivals(stage)
  const ids = await visitors(stage, talks)
  await say(stage, ids, 0, warmUp)
  await until('the first messages', async () => (await arrivals.messages()) >= talks * warmUp, PATIENT)
  const before = { ...usage(stage), comments: arrivals.comments.length, rss: rssMb(stage.server.child.pid) }
  const begun = performance.now()
  await say(stage, ids, warmUp, messages)
  await until('all messages', async () => (await arrivals.messages()) >= talks * (warmUp + messages), PATIENT)
  const ms = performance.now() - begun
  const after = usage(stage)
  const total = talks * messages
  return {
    perSecond: (total / ms) * 1000,
    cpuMs: (after.server - before.server) / total,
    serverBusy: (after.server - before.server) / ms,
    simulatorsBusy: (after.simulators - before.simulators) / ms,
    comments: arrivals.comments.length - before.comments,
    rssBefore: before.rss,
    rssPeak: peakRssMb(stage.server.child.pid),
    faults: countFaults(arrivals.comments, { talks, messages: warmUp + messages }),
  }
}

/** Replies into the chats: comments in all tasks at the same moment. Returns replies per second. */
export async function replyFlow(talks: number, replies: number): Promise<number> {
  const bench = await startBench({ planfix: { pollSeconds: 1 } })
  const arrivals = new Arrivals(bench)
  const progress = deliveredReplies(bench)
  try {
    await say(bench, await visitors(bench, talks), 0, 1)
    await until('the tasks', async () => (await arrivals.messages()) >= talks)
    const tasks = await bench.planfix.get<{ id: number }[]>('tasks')
    const begun = performance.now()
    for (let n = 0; n < replies; n++) {
      await Promise.all(
        tasks.map(({ id }) =>
          bench.planfix.post('employeeComments', { taskId: id, userId: 5, html: `<p>Reply ${n}</p>` }),
        ),
      )
    }
    await until('all replies', () => progress.count() >= talks * replies)
    return (talks * replies * 1000) / (performance.now() - begun)
  } finally {
    progress.close()
    await bench.end()
  }
}

/** The number of replies that the bridge has delivered, as its store counts them. */
function deliveredReplies({ dataDir }: Bench) {
  const database = new Database(join(dataDir, 'bridge.sqlite'), { readonly: true })
  const read = database.prepare<unknown[], { number: number }>(
    "SELECT number FROM tallies WHERE connection = 'shop' AND state = 'delivered' AND direction = 'to-chatra'",
  )
  return { count: () => read.get()?.number ?? 0, close: () => database.close() }
}

/**
 * Each visitor writes messages `from`, `from + 1`, …: Chatra posts the messages of a visitor one after the other,
 * those of several visitors in parallel.
 */
export async function say(
  { chatra }: Pick<Stage, 'chatra'>,
  ids: readonly string[],
  from: number,
  count: number,
): Promise<void> {
  await Promise.all(
    ids.map((clientId, talk) => {
      const texts = Array.from({ length: count }, (_, n) => `Message ${mark(talk, from + n)} about my order`)
      return chatra.post('say', { clientId, texts })
    }),
  )
}

const usage = (stage: Stage) => ({
  server: cpuMs(stage.server.child.pid),
  simulators: cpuMs(stage.simulators.child.pid),
})
