import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../../scripts/build.ts'
import { type Faults, faultWords, sumOf } from '../flow/marks.ts'
import { note } from '../host.ts'
import { median, type Row, round } from '../measure.ts'
import { racePicture } from './picture.ts'
import type { Result } from './result.ts'
import { type Runner, runners } from './runners.ts'
import { inOutage, KILLS, killed, OUTAGE_SECONDS, speedOf, TALKS } from './trials.ts'

const ROUNDS = 3
const WANTED = 2100

/** The bridge and what else one may build for the same task, in one run. */
export async function raceRows({ picture }: { picture: boolean }): Promise<Row[]> {
  const all = await runners()
  const results = await race(all)
  if (picture) {
    const measuredAt = new Date().toISOString()
    await mkdir(join(ROOT, 'bench'), { recursive: true })
    await writeFile(join(ROOT, 'bench/race.json'), `${JSON.stringify({ measuredAt, results }, null, 2)}\n`)
    const caption = `One run on ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${measuredAt.slice(0, 10)}; npm run bench -- race`
    await writeFile(join(ROOT, 'docs/images/race.svg'), racePicture(results, caption))
  }
  return [...results.flatMap((one) => rowsOf(one, results)), ...absentRows(all)]
}

async function race(all: readonly Runner[]): Promise<Result[]> {
  const present = all.flatMap(({ name, start }) => (typeof start === 'function' ? [{ name, start }] : []))
  const speeds = new Map(present.map(({ name }) => [name, [] as Awaited<ReturnType<typeof speedOf>>[]]))
  // In turns: whatever else the computer does meets all of them.
  for (let n = 0; n < ROUNDS; n++) {
    for (const { name, start } of present) {
      progress(`${name}, round ${n + 1} of ${ROUNDS}`)
      speeds.get(name)?.push(await speedOf(start))
    }
  }
  const kills = new Map<string, Faults>()
  for (const { name, start } of present) {
    progress(`${name}, killed`)
    kills.set(name, await killed(start))
  }
  progress('all of them in an outage')
  return await Promise.all(
    present.map(async ({ name, start }): Promise<Result> => {
      const outages = await Promise.all([inOutage(start, 'on-non-200'), inOutage(start, 'none')])
      const rounds = speeds.get(name) ?? []
      return {
        name,
        perSecond: median(rounds.map((one) => one.perSecond)),
        cpuMs: median(rounds.map((one) => one.cpuMs)),
        rssAtRest: median(rounds.map((one) => one.rssAtRest)),
        rssPeak: Math.max(...rounds.map((one) => one.rssPeak)),
        undisturbed: sumOf(rounds.map((one) => one.faults)),
        killed: kills.get(name)!,
        outageRepeated: outages[0],
        outageUnrepeated: outages[1],
      }
    }),
  )
}

/** A race takes minutes: whoever waits sees where it is. */
const progress = (what: string) => process.stderr.write(`  ${what}\n`)

const absentRows = (all: readonly Runner[]): Row[] =>
  all.flatMap(({ name, start }) =>
    typeof start === 'function' ? [] : [note(`race: ${name}`, 'not measured', start.absent)],
  )

/** Targets are the bridge's alone. */
function rowsOf(result: Result, [bridge, ...others]: readonly Result[]): Row[] {
  const topic = `race: ${result.name}`
  const own = result === bridge
  const rival = others.find(({ name }) => name.startsWith('Node-RED'))
  const fault = (metric: string, faults: Faults): Row => {
    const measured = faultWords(faults)
    return { ...note(topic, metric, measured), ...(own && { target: 'none', met: measured === 'none' }) }
  }
  const outage = `wrong after an outage of ${OUTAGE_SECONDS} s`
  return [
    {
      ...note(
        topic,
        `client messages into Planfix over ${TALKS} conversations`,
        `${round(result.perSecond)}/s`,
      ),
      ...(own && {
        target: `>= ${round(WANTED)}/s${rival ? ` and > ${round(rival.perSecond)}/s` : ''}`,
        met: result.perSecond >= WANTED && result.perSecond > (rival?.perSecond ?? 0),
      }),
    },
    note(topic, 'CPU time per message', `${round(result.cpuMs, 2)} ms`),
    note(
      topic,
      'resident memory at rest, and at most',
      `${round(result.rssAtRest)} and ${round(result.rssPeak)} MB`,
    ),
    fault('wrong in an undisturbed flow', result.undisturbed),
    fault(`wrong when killed ${KILLS} times`, result.killed),
    fault(`${outage}, Chatra posts again`, result.outageRepeated),
    fault(`${outage}, Chatra does not`, result.outageUnrepeated),
  ]
}
