import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Bench, startBench, until, visitors } from './bench-server.ts'
import { cpuMs, peakRssMb, rssMb } from './measure.ts'

/** Messages through the whole bridge, between simulators without rate limits. */
export interface FlowReport {
  perSecond: number
  /** CPU time of the server host per message, milliseconds. */
  cpuMs: number
  /** Share of the time in which the server's process, or the simulators' process, used a core. */
  serverBusy: number
  simulatorsBusy: number
  comments: number
  /** Resident memory before, and the maximum. */
  rssBefore: number
  rssPeak: number
  /** What was wrong with the result; empty when each message arrived once and in order. */
  faults: string[]
}
export interface FlowOptions {
  talks: number
  messages: number
  /**
   * Messages of each conversation before the measurement starts: they create contact and task and compile the code.
   */
  warmUp?: number
  /** A store to use instead of an empty one. */
  dataDir?: string
}

/** Client messages into Planfix. */
export async function clientFlow({
  talks,
  messages,
  warmUp = 20,
  dataDir,
}: FlowOptions): Promise<FlowReport> {
  const bench = await startBench(dataDir === undefined ? {} : { dataDir })
  const progress = new Progress(bench, 'to-planfix')
  try {
    const ids = await visitors(bench, talks)
    await say(bench, ids, 0, warmUp)
    await until('the first messages', () => progress.delivered() >= talks * warmUp)
    const before = { ...usage(bench), comments: await comments(bench), rss: rssMb(bench.server.child.pid) }
    const begun = performance.now()
    await say(bench, ids, warmUp, messages)
    await until('all messages', () => progress.delivered() >= talks * (warmUp + messages))
    const ms = performance.now() - begun
    const after = usage(bench)
    const total = talks * messages
    return {
      perSecond: (total / ms) * 1000,
      cpuMs: (after.server - before.server) / total,
      serverBusy: (after.server - before.server) / ms,
      simulatorsBusy: (after.simulators - before.simulators) / ms,
      comments: (await comments(bench)) - before.comments,
      rssBefore: before.rss,
      rssPeak: peakRssMb(bench.server.child.pid),
      faults: await faultsOf(bench, ids.length, warmUp + messages),
    }
  } finally {
    progress.close()
    await bench.end()
  }
}

/** Replies into the chats: comments in all tasks at the same moment. Returns replies per second. */
export async function replyFlow(talks: number, replies: number): Promise<number> {
  const bench = await startBench({ planfix: { pollSeconds: 1 } })
  const progress = new Progress(bench, 'to-chatra')
  const arrived = new Progress(bench, 'to-planfix')
  try {
    await say(bench, await visitors(bench, talks), 0, 1)
    await until('the tasks', () => arrived.delivered() >= talks)
    const tasks = await bench.planfix.get<{ id: number }[]>('tasks')
    const begun = performance.now()
    for (let n = 0; n < replies; n++) {
      await Promise.all(
        tasks.map(({ id }) =>
          bench.planfix.post('employeeComments', { taskId: id, userId: 5, html: `<p>Reply ${n}</p>` }),
        ),
      )
    }
    await until('all replies', () => progress.delivered() >= talks * replies)
    return (talks * replies * 1000) / (performance.now() - begun)
  } finally {
    progress.close()
    arrived.close()
    await bench.end()
  }
}

/** Number of messages of a direction delivered since the bench began, as the store counts them. */
class Progress {
  private readonly database: Database.Database
  private readonly count: Database.Statement<unknown[], { number: number }>
  private readonly before: number

  constructor(bench: Bench, direction: string) {
    this.database = new Database(join(bench.dataDir, 'bridge.sqlite'), { readonly: true })
    this.count = this.database.prepare(
      `SELECT number FROM tallies WHERE connection = 'shop' AND state = 'delivered' AND direction = '${direction}'`,
    )
    this.before = this.count.get()?.number ?? 0
  }

  delivered(): number {
    return (this.count.get()?.number ?? 0) - this.before
  }

  close(): void {
    this.database.close()
  }
}

const mark = (n: number) => `#${n}#`

/**
 * Each visitor writes messages `from`, `from + 1`, …: Chatra posts the messages of a visitor one after the other,
 * those of several visitors in parallel.
 */
async function say(bench: Bench, ids: readonly string[], from: number, count: number): Promise<void> {
  const texts = Array.from({ length: count }, (_, n) => `Message ${mark(from + n)} about my order`)
  await Promise.all(ids.map((clientId) => bench.chatra.post('say', { clientId, texts })))
}

const usage = (bench: Bench) => ({
  server: cpuMs(bench.server.child.pid),
  simulators: cpuMs(bench.simulators.child.pid),
})

const comments = async (bench: Bench): Promise<number> =>
  (await bench.planfix.get<{ comments: number }>('summary')).comments

async function faultsOf(bench: Bench, talks: number, messages: number): Promise<string[]> {
  const tasks = await bench.planfix.get<{ id: number; name: string }[]>('tasks')
  const faults = tasks.length === talks ? [] : [`${tasks.length} tasks for ${talks} conversations`]
  for (const task of tasks) {
    const feed = await bench.planfix.get<{ description: string }[]>('comments', { taskId: task.id })
    const found = feed.flatMap((comment) =>
      [...comment.description.matchAll(/#(\d+)#/g)].map((one) => Number(one[1])),
    )
    if (found.length !== messages || found.some((n, at) => n !== at)) {
      faults.push(`${task.name}: ${found.length} of ${messages} messages, or not in order`)
    }
  }
  return faults
}
