import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ApiContext } from '../../src/main/api/context.ts'
import { conversationCalls } from '../../src/main/api/conversations/index.ts'
import { WaitingClients } from '../../src/main/api/conversations/waiting-clients.ts'
import { logCalls } from '../../src/main/api/log/index.ts'
import { overviewCalls } from '../../src/main/api/state/overview.ts'
import { openStore } from '../../src/main/store/index.ts'
import type { LogFilter } from '../../src/shared/api/log.ts'
import { filled, note, type Stores } from './host.ts'
import { median, type Row, round } from './measure.ts'

/** CPU time that the live log and the overview take of the bridge's only thread. */
interface LogReport {
  /** Milliseconds of each query, in the order of `questions`. */
  costs: { metric: string; ms: number }[]
  /** Typical longest time for which the slowest query blocks the event loop; milliseconds. */
  longestTurn: number
}

/** Queries on a store of many messages: the large one that exists anyway, and one of `fewer`. */
export async function logRows({ counts, many }: Stores, fewer: number): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'log-'))
  try {
    return [...(await rowsOn(await filled(dir, fewer), fewer)), ...(await rowsOn(many, counts[1]))]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function rowsOn(folder: string, count: number): Promise<Row[]> {
  const topic = `log of ${round(count)}`
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[join(import.meta.dirname, 'log.ts'), folder, String(count)],
  ])
  const { costs, longestTurn } = JSON.parse(stdout) as LogReport
  return [
    ...costs.map(({ metric, ms }) => note(topic, metric, `${round(ms, ms < 10 ? 1 : 0)} ms of CPU time`)),
    {
      topic,
      metric: 'longest turn of the event loop while it reads',
      measured: `${round(longestTurn, 1)} ms`,
      target: '<= 10 ms',
      met: longestTurn <= 10,
    },
  ]
}

const ROUNDS = 5
/** The CPU clock advances in steps of some milliseconds: short queries are repeated in a row. */
const ROUND_MS = 100

async function measure(dir: string, count: number): Promise<LogReport> {
  const store = await openStore({ dir })
  const newest = (await store.pageFrom({}, null, 1))[0]!
  const now = (await store.message(newest))!.receivedAt
  const application = { store, now: () => now, configuration: { connections: [] } }
  const context = { application } as unknown as ApiContext
  const { 'log.outline': outline, 'log.page': page, 'conversations.find': find } = logCalls(context)
  const { 'conversations.list': list } = conversationCalls({
    ...context,
    waiting: new WaitingClients(application as never, { warn: () => undefined }),
  })
  const { 'overview.get': overview } = overviewCalls(context)
  const outlined = (filter: LogFilter) => () => outline({ filter })
  const midnight = Math.floor(now / 86_400_000) * 86_400_000
  const dayStarts = Array.from({ length: 30 }, (_, day) => midnight - (29 - day) * 86_400_000)
  const quarter = Array.from({ length: 90 }, (_, day) => midnight - (89 - day) * 86_400_000)
  // As the maintenance does.
  await store.prepareReport()
  const questions: [string, () => Promise<unknown>][] = [
    ['outline of everything', outlined({})],
    ['outline of a connection', outlined({ connectionId: 'shop' })],
    ['outline of failed messages', outlined({ states: ['failed'] })],
    ['outline of a word in one message', outlined({ search: String(count - 3) })],
    ['outline of a word in every message', outlined({ search: 'order' })],
    ['a page of 200 in the middle', () => page({ filter: {}, fromId: Math.floor(count / 2), limit: 200 })],
    [
      'a page of a frequent word in the middle',
      () => page({ filter: { search: 'order' }, fromId: Math.floor(count / 2), limit: 200 }),
    ],
    ['a client looked for by name', () => find({ text: `oldclient${count / 100}`, limit: 20 })],
    ['the first 50 conversations', () => list({ text: '', only: 'all', after: null, limit: 50 })],
    ['the first 50 clients who wait', () => list({ text: '', only: 'waiting', after: null, limit: 50 })],
    [
      'a conversation looked for by its task',
      () => list({ text: `#${9_000_000 + count / 100}`, only: 'all', after: null, limit: 50 }),
    ],
    ['a report of 90 days', () => store.report({ dayStarts: quarter, to: now + 1, firstWeekday: 0 })],
    [`overview (${round(count / 50)} messages a day)`, () => overview({ dayStarts })],
  ]
  const turns = watchTurns()
  const costs: LogReport['costs'] = []
  const longestTurns: number[] = []
  for (const [metric, ask] of questions) {
    // Once as a warm-up: the interface queries repeatedly.
    await ask()
    turns.longest()
    const times: number[] = []
    const longest: number[] = []
    for (let n = 0; n < ROUNDS; n++) {
      times.push(await costOf(ask))
      longest.push(turns.longest())
    }
    costs.push({ metric, ms: median(times) })
    // Other programs on this computer lengthen single turns.
    longestTurns.push(median(longest))
  }
  turns.stop()
  await store.close()
  return { costs, longestTurn: Math.max(...longestTurns) }
}

/** CPU milliseconds of one call. */
async function costOf(ask: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage()
  for (let calls = 1; ; calls++) {
    await ask()
    const spent = sum(process.threadCpuUsage(before))
    if (spent >= ROUND_MS) return spent / calls
  }
}

const sum = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000

/** Reads the clock in every turn of the event loop. */
function watchTurns(): { longest(): number; stop(): void } {
  let longest = 0
  let last = performance.now()
  let watching = true
  const look = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (watching) setImmediate(look)
  }
  setImmediate(look)
  return {
    /** Since the previous call, milliseconds. */
    longest() {
      const since = longest
      longest = 0
      return since
    },
    stop() {
      watching = false
    },
  }
}

if (process.argv[1] === import.meta.filename) {
  const report = await measure(process.argv[2] ?? '', Number(process.argv[3]))
  process.stdout.write(`${JSON.stringify(report)}\n`)
}
