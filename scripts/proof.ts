import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { NODE } from './build.ts'

/**
 * `npm run proof`: generated stories in a simulated world, each derived from its seed, and the violated
 * invariants. The exit code is 1 when there is a violation.
 */
const USAGE = `Usage: npm run proof -- [options]

  --seeds N     so many stories (default 50)
  --from S      the first seed (default 0)
  --only SEED   this one alone
  --chat        with Planfix's Chat API in use
  --postgres    with the data in PostgreSQL, on a server of its own
  --shrink      makes a failing story as short as it can be
  --invariant T shrinks by this invariant (a part of its name) where a story breaks several
  --trace       prints everything that happened in each story, with --shrink in the short one
  --twice       tells each story twice and compares: the same seed has to give the same story
`
if (process.execPath !== NODE && !process.versions.node.startsWith('24')) {
  process.exit(spawnSync(NODE, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1)
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '50' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    chat: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    invariant: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}

const { makeUp } = await import('../tests/world-proof/make-up.ts')
const { failsBy, shrink, tryStory } = await import('../tests/world-proof/shrink.ts')
const { report } = await import('../tests/world-proof/tell.ts')

const first = Number(values.only ?? values.from)
const count = values.only === undefined ? Number(values.seeds) : 1
const broken = new Map<string, number[]>()
const began = process.cpuUsage()

for (let seed = first; seed < first + count; seed++) {
  const story = makeUp(seed, { chat: values.chat, database: values.postgres })
  const { findings, hash, trace } = await tryStory(story)
  if (values.trace && !values.shrink) process.stdout.write(`${trace.join('\n')}\n`)
  if (values.twice && (await tryStory(story)).hash !== hash) {
    findings.push({
      invariant: 'the same seed gives the same story',
      detail: 'told twice it came out differently',
    })
  }
  for (const invariant of new Set(findings.map((one) => one.invariant))) {
    broken.set(invariant, [...(broken.get(invariant) ?? []), seed])
  }
  if (findings.length === 0) continue
  const chosen = findings.find(({ invariant }) => invariant.includes(values.invariant ?? '')) ?? findings[0]
  if (!chosen) continue
  if (!values.shrink) process.stdout.write(`${report(story, findings)}\n\n`)
  else {
    const short = await shrink(story, failsBy(chosen.invariant))
    const told = await tryStory(short)
    if (values.trace) process.stdout.write(`${told.trace.join('\n')}\n`)
    process.stdout.write(`${report(short, told.findings)}\n\n`)
  }
}

const used = process.cpuUsage(began)
const perStory = (used.user + used.system) / 1000 / count
for (const [invariant, seeds] of [...broken].toSorted((a, b) => b[1].length - a[1].length)) {
  const shown = seeds.slice(0, 20).join(', ')
  process.stdout.write(`${invariant}: ${seeds.length} (${shown}${seeds.length > 20 ? ', …' : ''})\n`)
}
const failed = new Set([...broken.values()].flat()).size
process.stdout.write(
  `${count - failed} of ${count} stories hold; ${perStory.toFixed(0)} ms of a processor each\n`,
)
process.exitCode = failed === 0 ? 0 : 1
