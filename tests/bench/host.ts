import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startBench } from './bench-server.ts'
import { clientFlow, type FlowReport, replyFlow } from './flow/flow.ts'
import { faultWords } from './flow/marks.ts'
import { median, type Row, round, rssMb } from './measure.ts'
import { FIRST_TASK } from './stored.ts'

const TALKS = 50

/** (c) End to end, and (d) memory under this load. */
export async function flowRows(rounds: number): Promise<Row[]> {
  const reports: FlowReport[] = []
  for (let n = 0; n < rounds; n++) reports.push(await clientFlow({ talks: TALKS, messages: 200 }))
  const perSecond = median(reports.map((one) => one.perSecond))
  const peak = Math.max(...reports.map((one) => one.rssPeak))
  const faults = reports.map((one) => faultWords(one.faults)).find((words) => words !== 'none')
  const busy = median(reports.map((one) => one.serverBusy))
  const comments = median(reports.map((one) => one.comments))
  const replies = await replyFlow(TALKS, 10)
  return [
    {
      topic: 'end to end',
      metric: `client messages into Planfix over ${TALKS} conversations`,
      measured: `${round(perSecond)}/s`,
      target: '>= 1,000/s',
      met: perSecond >= 1000,
    },
    {
      topic: 'end to end',
      metric: 'each of them once and in order',
      measured: faults ?? 'yes',
      target: 'yes',
      met: faults === undefined,
    },
    note(
      'end to end',
      'CPU time of the server per message',
      `${round(median(reports.map((one) => one.cpuMs)), 2)} ms`,
    ),
    note('end to end', 'messages joined in a comment, on average', round((TALKS * 200) / comments, 1)),
    note(
      'end to end',
      'what limits it',
      `server ${round(busy * 100)}% of a core, simulators ${round(median(reports.map((one) => one.simulatorsBusy)) * 100)}%`,
    ),
    note(
      'end to end',
      `replies into the chats over ${TALKS} conversations (poll of 1 s)`,
      `${round(replies)}/s`,
    ),
    {
      topic: 'host',
      metric: 'resident memory under this load, at most',
      measured: `${round(peak)} MB`,
      target: '< 200 MB',
      met: peak < 200,
    },
  ]
}

export async function startRows(starts: number): Promise<Row[]> {
  const times: number[] = []
  let idle = Number.NaN
  for (let n = 0; n < starts; n++) {
    const bench = await startBench()
    times.push(bench.server.readyMs)
    if (n === starts - 1) {
      await new Promise((resolve) => setTimeout(resolve, 5000))
      idle = rssMb(bench.server.child.pid)
    }
    await bench.end()
  }
  const ready = median(times)
  return [
    {
      topic: 'host',
      metric: 'ready after',
      measured: `${round(ready)} ms`,
      target: '< 1,000 ms',
      met: ready < 1000,
    },
    {
      topic: 'host',
      metric: 'resident memory when idle',
      measured: `${round(idle)} MB`,
      target: '< 95 MB',
      met: idle < 95,
    },
  ]
}

/** Two folders whose stores hold many messages, each made by a separate process. */
export interface Stores {
  counts: readonly [number, number]
  few: string
  many: string
  remove(): Promise<void>
}
export async function prepareStores(counts: readonly [number, number]): Promise<Stores> {
  const dir = await mkdtemp(join(tmpdir(), 'stored-'))
  const few = await filled(dir, counts[0])
  const many = await filled(dir, counts[1])
  return { counts, few, many, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** Cost of a message in a large store, in CPU time, which other work on the computer affects least. */
export async function storedRows(rounds: number, { counts, few, many }: Stores): Promise<Row[]> {
  const cost = { few: [] as number[], many: [] as number[] }
  for (let n = 0; n < rounds; n++) {
    cost.few.push(await costOn(few))
    cost.many.push(await costOn(many))
  }
  const ratio = median(cost.many) / median(cost.few)
  const megabytes = (await stat(join(many, 'bridge.sqlite'))).size / 1024 ** 2
  return [
    note('host', `CPU time per message with ${round(counts[0])} stored`, `${round(median(cost.few), 2)} ms`),
    note(
      'host',
      `CPU time per message with ${round(counts[1])} stored (${round(megabytes)} MB)`,
      `${round(median(cost.many), 2)} ms`,
    ),
    {
      topic: 'host',
      metric: 'the second against the first',
      measured: `${round(ratio, 2)} times`,
      target: '<= 1.2 times',
      met: ratio <= 1.2,
    },
    ...(await startsOn(many, counts[1])),
  ]
}

/** Writes a store of `count` messages into a folder in `dir`; returns the folder. */
export async function filled(dir: string, count: number, firstTask = FIRST_TASK): Promise<string> {
  const folder = join(dir, String(count))
  const program = join(import.meta.dirname, 'stored.ts')
  await promisify(execFile)(process.execPath, [program, folder, String(count), String(firstTask)])
  return folder
}

async function costOn(folder: string): Promise<number> {
  const copy = `${folder}-copy`
  await cp(folder, copy, { recursive: true })
  try {
    return (await clientFlow({ talks: TALKS, messages: 100, dataDir: copy })).cpuMs
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** After a kill the whole file is checked for damage before it is used. */
async function startsOn(folder: string, count: number): Promise<Row[]> {
  const bench = await startBench({ dataDir: folder })
  const afterStop = bench.server.readyMs
  await bench.server.end('SIGKILL')
  await bench.end()
  const again = await startBench({ dataDir: folder })
  const afterKill = again.server.readyMs
  await again.end()
  return [
    note('host', `ready with ${round(count)} stored: after a stop`, `${round(afterStop)} ms`),
    {
      topic: 'host',
      metric: `ready with ${round(count)} stored: after a kill`,
      measured: `${round(afterKill)} ms`,
      target: '<= 1,000 ms',
      met: afterKill <= 1000,
    },
  ]
}

export const note = (topic: string, metric: string, measured: string): Row => ({
  topic,
  metric,
  measured,
  target: null,
  met: null,
})
