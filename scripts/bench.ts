import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { errorMessage } from '../src/shared/node-errors.ts'
import { NODE, ROOT } from './build.ts'

/**
 * `npm run bench`: measures the promised figures and prints a table. A figure that misses its target says
 * MISSED, and the exit code is still 0. `-- calls`, `webhooks`, `flow`, `start`, `log`, `stored`, `page`,
 * `relay`, `hostile`, `desktop`, `day`, `outage`, `weight`, `idle` select parts; `--stored N` = number of messages in the
 * big store, `--seconds N` = how long the steady pace of `weight` and the look of `idle` last, `--quiet N` = minutes
 * without any event before that look. `race` runs only when it is named, because it
 * fetches Node-RED from the npm registry; `--picture` draws its result for docs/benchmarks.md.
 */
if (process.execPath !== NODE && !process.versions.node.startsWith('24')) {
  process.exit(spawnSync(NODE, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1)
}

const { build } = await import('../tests/crash/processes.ts')
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    stored: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '60' },
    quiet: { type: 'string', default: '0' },
    picture: { type: 'boolean', default: false },
  },
})
// On a virtual clock everything runs in this process.
if (wanted.length === 0 || wanted.some((name) => !['day', 'outage'].includes(name))) build()
const { callRows, idleRow } = await import('../tests/bench/calls.ts')
const { webhookRows } = await import('../tests/bench/webhooks.ts')
const { relayRows } = await import('../tests/bench/relay.ts')
const { flowRows, prepareStores, startRows, storedRows } = await import('../tests/bench/host.ts')
const { hostileRows } = await import('../tests/bench/hostile.ts')
const { logRows } = await import('../tests/bench/log.ts')
const { pageRows } = await import('../tests/bench/page.ts')
const { desktopRows } = await import('../tests/bench/desktop.ts')
const { dayRows } = await import('../tests/bench/day.ts')
const { outageRows } = await import('../tests/bench/outage.ts')
const { weightRows } = await import('../tests/bench/weight.ts')
const { idleRows } = await import('../tests/bench/idle.ts')
const { raceRows } = await import('../tests/bench/race/race.ts')
type Row = Awaited<ReturnType<typeof callRows>>[number]

const STORED = [1000, Number(values.stored)] as const
/** Written once, shared by several parts. */
const prepared: { stores?: ReturnType<typeof prepareStores> } = {}
const stores = () => {
  prepared.stores ??= prepareStores(STORED)
  return prepared.stores
}
const parts: Record<string, () => Promise<Row[]>> = {
  start: () => startRows(5),
  // After 65 s without activity no change can be hidden by Planfix's minute. The wait uses no processor time,
  // so the other calls are counted and the big store is written meanwhile.
  calls: async () => {
    stores().catch(() => undefined)
    const idle = idleRow(66_000, 20)
    const rows = [...(await callRows()), await idle]
    await stores()
    return rows
  },
  webhooks: () => webhookRows(3),
  flow: () => flowRows(3),
  relay: relayRows,
  hostile: hostileRows,
  log: async () => logRows(await stores(), 100_000),
  stored: async () => storedRows(3, await stores()),
  page: () => pageRows(5),
  desktop: () => desktopRows(5),
  day: () => dayRows(),
  outage: outageRows,
  weight: () => weightRows(Number(values.seconds)),
  idle: () => idleRows(Number(values.seconds), Number(values.quiet)),
  race: () => raceRows({ picture: values.picture }),
}
const ONLY_BY_NAME = ['race']
const unknown = wanted.filter((name) => !(name in parts))
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}: ${Object.keys(parts).join(', ')}\n`)
  process.exit(2)
}

const begun = Date.now()
const rows: Row[] = []
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 ? !wanted.includes(name) : ONLY_BY_NAME.includes(name)) continue
  process.stderr.write(`measuring: ${name}\n`)
  try {
    rows.push(...(await measure()))
  } catch (error) {
    const why = errorMessage(error)
    rows.push({
      topic: name,
      metric: 'could not be measured',
      measured: why.slice(0, 200),
      target: 'a figure',
      met: false,
    })
  }
}

await prepared.stores?.then(({ remove }) => remove()).catch(() => undefined)

const machine = {
  cores: cpus().length,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
}
const seconds = Math.round((Date.now() - begun) / 1000)
print(rows)
process.stdout.write(
  `\n${machine.cores} cores (${machine.processor}), ${machine.memoryGb} GB, Node ${machine.node}, ${machine.platform}; ${seconds} s\n`,
)
if (wanted.length === 0) {
  mkdirSync(join(ROOT, 'bench'), { recursive: true })
  const results = { measuredAt: new Date(begun).toISOString(), machine, seconds, rows }
  writeFileSync(join(ROOT, 'bench/results.json'), `${JSON.stringify(results, null, 2)}\n`)
}

function print(table: readonly Row[]): void {
  const lines = [
    ['', 'metric', 'measured', 'target', ''],
    ...table.map(({ topic, metric, measured, target, met }) => [
      ...[topic, metric, measured, target ?? ''],
      met === null ? '' : met ? 'pass' : 'MISSED',
    ]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of lines) {
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
}
