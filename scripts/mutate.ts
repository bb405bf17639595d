import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import { createVitest, type TestModule, type TestSpecification } from 'vitest/node'
import type { Found, Reach, Round } from '../tests/mutants/runner.ts'
import { NODE, ROOT } from './build.ts'

const USAGE = `Usage: npm run mutate -- [PATH…]

Changes each decision in each small way and runs the tests that reach it: a change that no test notices lives.
PATH: only the files whose path contains one of these.
Progress goes to stderr: a line for each test file, and one every ten seconds for the mutants that need a run of their own.

The exit code is 1 when fewer than 85 % of a folder's mutants die, or one lives that docs/mutants.md does not list.
`
const LEAST_PERCENT = 85
const LIST = 'docs/mutants.md'
/** Decisions: the synchronous code of the engine, and `shared/` except texts and the schemas of calls. */
const isDecision = (file: string): boolean =>
  file.startsWith('src/main/engine/')
    ? !/\bawait\b/.test(withoutComments(readFileSync(file, 'utf8')))
    : !/^src\/shared\/(api\b|i18n\/..\/)/.test(file)
/** Keeps state between calls: state left by one mutant must not affect the next one. */
const hasMemory = (file: string): boolean =>
  /^(const|let) \w+ = new (Map|Set)<.*>\(\)/m.test(readFileSync(file, 'utf8'))
const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')

if (process.execPath !== NODE) {
  process.exit(spawnSync(NODE, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1)
}
const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', short: 'h', default: false } },
  allowPositionals: true,
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}

process.chdir(ROOT)
const files = globSync('src/{main/engine,shared}/**/*.ts')
  .filter(isDecision)
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))

/** The mutants of StrykerJS, all of them in the code at once (tests/mutants/runner.ts). */
const quiet = () => undefined
const logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, fatal: quiet }
/** As they are at the beginning: somebody may change them during a run. */
const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
const { files: mutated, mutants } = await new Instrumenter({
  ...logger,
  isDebugEnabled: () => false,
} as never).instrument(
  [...sources].map(([file, content]) => ({ name: resolve(file), content, mutate: true })),
  { plugins: null, excludedMutations: [], ignorers: [], noHeader: true },
)
const ASKS = `
function stryMutAct_9fa48(id) { return globalThis.mutants.isActive(id) }
function stryCov_9fa48(...ids) { globalThis.mutants.reach(ids) }`
const code = new Map(mutated.map(({ name, content }) => [name, content + ASKS]))

const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
process.env.MUTANTS_ROUND = join(folder, 'round.json')
process.env.MUTANTS_FOUND = join(folder, 'found.json')
/** What the lines of progress begin with: the round that is going on. Empty: the line of a file would be too much. */
let work = 'which tests reach what'
const vitest = await createVitest(
  'test',
  { config: 'tests/mutants/vitest.config.ts', watch: false, reporters: [{ onTestModuleEnd }] },
  { plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => code.get(id) }] },
)

/** The tests of a room are unit tests under its name, and randomised tests, which take longer. */
const ROOMS = [
  { src: '/src/main/engine/', tests: '/unit/engine/' },
  { src: '/src/shared/', tests: '/unit/shared/' },
].filter(({ src }) => mutants.some(({ fileName }) => fileName.includes(src)))
/** A test that a mutant keeps waiting has noticed it: hundreds do. The slowest test takes a third of it as it is. */
const LEAST_TIME_LIMIT_MS = 2_000
let timeLimit = 60_000
const all = (await vitest.globTestSpecifications()).filter(({ moduleId }) =>
  ['/property/', ...ROOMS.map(({ tests }) => tests)].some((part) => moduleId.includes(part)),
)
progress(`${mutants.length} mutants in ${files.length} files, ${all.length} test files`)
const reached = await play({ kind: 'reach' }, all)
if (reached.failed.length > 0) throw new Error(`the tests fail as it is: ${reached.failed.join(', ')}`)

const died = new Set<string>()
const leavesTraces = new Set(mutants.filter(({ fileName }) => hasMemory(fileName)).map(({ id }) => id))
const alone = new Set([...reached.atLoad, ...leavesTraces])
/** A test this long is repeated only for what the quick ones leave alive. */
const SLOW_MS = 100
const slow = new Set(
  Object.values(reached.reach).flatMap(({ file, ms }) =>
    ms > SLOW_MS || file.includes('/property/') ? [file] : [],
  ),
)
for (const room of ROOMS)
  await killIn(room.src, ({ moduleId }) => moduleId.includes(room.tests) && !slow.has(moduleId))
for (const room of ROOMS)
  await killIn(
    room.src,
    ({ moduleId }) =>
      slow.has(moduleId) && (moduleId.includes(room.tests) || moduleId.includes('/property/')),
  )
for (const room of ROOMS) {
  const rest = living(room.src).filter((one) => alone.has(one.id))
  work = ''
  let nextLine = 0
  for (const [at, { id, fileName }] of rest.entries()) {
    if (performance.now() >= nextLine) {
      progress(`mutant ${at + 1} of ${rest.length} that need a run of their own, ${relative(ROOT, fileName)}`)
      nextLine = performance.now() + 10_000
    }
    // The tests that almost always detect the mutants of a file.
    for (const specifications of byKnowledge(fileName, room.tests)) {
      const { killed, failed } = await play({ kind: 'alone', id }, specifications)
      if (killed.length + failed.length === 0) continue
      died.add(id)
      break
    }
  }
}
await vitest.close()
rmSync(folder, { recursive: true })

function onTestModuleEnd(module: TestModule): void {
  if (work !== '') progress(`${work}: ${relative(ROOT, module.moduleId)}`)
}

/** Writes a line with the minutes and seconds since the start. */
function progress(line: string): void {
  const seconds = Math.floor(performance.now() / 1000)
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  process.stderr.write(`${clock.padStart(6)}  ${line}\n`)
}

/** Mutants of a room that no test has detected yet. */
function living(src: string): typeof mutants {
  return mutants.filter(({ id, fileName }) => fileName.includes(src) && !died.has(id))
}

/** Runs some test files for the surviving mutants of a room that they reach. */
async function killIn(src: string, isMeant: (specification: TestSpecification) => boolean): Promise<void> {
  const ids = new Set(living(src).map(({ id }) => id))
  if (ids.size === 0) return
  const reach: Record<string, Reach> = {}
  for (const [test, one] of Object.entries(reached.reach))
    reach[test] = { ...one, ids: one.ids.filter((id) => ids.has(id) && !leavesTraces.has(id)) }
  const specifications = all.filter(isMeant)
  if (specifications.length === 0) return
  work = `${ids.size} living mutants of ${src.slice(1)}`
  progress(`${work}, ${specifications.length} test files`)
  const { killed } = await play({ kind: 'kill', reach }, specifications)
  for (const id of killed) died.add(id)
}

/**
 * The test files of a room for a file: the two that reach most of its mutants, the others that reach any, and the rest,
 * which may use what the file computes while it is read.
 */
function byKnowledge(fileName: string, tests: string): TestSpecification[][] {
  const ids = new Set(mutants.filter((one) => one.fileName === fileName).map(({ id }) => id))
  const known = new Map<string, Set<string>>()
  for (const one of Object.values(reached.reach)) {
    const reaches = known.get(one.file) ?? new Set()
    known.set(one.file, reaches)
    for (const id of one.ids) if (ids.has(id)) reaches.add(id)
  }
  const ranked = all
    .filter(({ moduleId }) => moduleId.includes(tests))
    .toSorted((a, b) => (known.get(b.moduleId)?.size ?? 0) - (known.get(a.moduleId)?.size ?? 0))
  const reaching = ranked.findLastIndex(({ moduleId }) => known.get(moduleId)?.size) + 1
  const first = Math.min(2, reaching)
  return [ranked.slice(0, first), ranked.slice(first, reaching), ranked.slice(reaching)].filter(
    (some) => some.length > 0,
  )
}

/** Runs a round; `failed` are the test files that failed or could not be loaded. */
async function play(
  round: Round,
  specifications: TestSpecification[],
): Promise<Found & { failed: string[] }> {
  writeFileSync(process.env.MUTANTS_ROUND ?? '', JSON.stringify(round))
  rmSync(process.env.MUTANTS_FOUND ?? '', { force: true })
  for (const { config } of vitest.projects) config.testTimeout = timeLimit
  const { testModules } = await vitest.runTestSpecifications(specifications)
  const durations = testModules.flatMap((module) =>
    [...module.children.allTests()].map((test) => test.diagnostic()?.duration ?? 0),
  )
  if (round.kind === 'reach') timeLimit = Math.max(LEAST_TIME_LIMIT_MS, 3 * Math.max(...durations))
  const failed = testModules.filter((one) => one.state() === 'failed').map((one) => one.moduleId)
  const found = readFileSync(process.env.MUTANTS_FOUND ?? '', 'utf8')
  return { ...(JSON.parse(found) as Found), failed }
}

const scores = new Map<string, { died: number; all: number }>()
const unlisted: string[] = []
const list = readFileSync(LIST, 'utf8')
for (const { id, fileName, location, replacement } of mutants) {
  const file = relative(ROOT, fileName)
  const score = scores.get(dirname(file)) ?? { died: 0, all: 0 }
  scores.set(dirname(file), score)
  score.all++
  if (died.has(id)) score.died++
  else {
    const mutant = cell(`${codeAt(file, location)} → ${inOneLine(replacement)}`)
    if (!sectionOf(file).includes(`| ${mutant} |`))
      unlisted.push(`${file} | ${location.start.line + 1} | ${mutant} |`)
  }
}

if (unlisted.length > 0)
  process.stdout.write(`\n${unlisted.length} live that ${LIST} does not list:\n${unlisted.join('\n')}\n`)
process.stdout.write('\n')
let isEnough = true
const together = { died: died.size, all: mutants.length }
for (const [where, score] of [...scores, ['together', together] as const]) {
  const percent = (100 * score.died) / score.all
  if (percent < LEAST_PERCENT) isEnough = false
  process.stdout.write(`${percent.toFixed(1).padStart(5)} %  ${score.died} of ${score.all} died  ${where}\n`)
}
process.exit(isEnough && unlisted.length === 0 ? 0 : 1)

/** The code between two positions, with lines counted from 0, as one line. */
function codeAt(file: string, { start, end }: (typeof mutants)[number]['location']): string {
  const lines = (sources.get(file) ?? '').split('\n').slice(start.line, end.line + 1)
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column)
  lines[0] = (lines[0] ?? '').slice(start.column)
  return inOneLine(lines.join('\n'))
}

function inOneLine(text = ''): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 100 ? line : `${line.slice(0, 60)} … ${line.slice(-30)}`
}

/** As a cell of a Markdown table. */
function cell(mutant: string): string {
  return `\`${mutant.replaceAll('|', '\\|')}\``
}

/** The list's entries for a file. */
function sectionOf(file: string): string {
  return list.split(/^## /m).find((section) => section.startsWith(`\`${file}\``)) ?? ''
}
