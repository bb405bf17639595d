import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { NODE, ROOT } from './build.ts'

const USAGE = `Usage: npm run mutate -- [options] [PATH…]

Changes each decision in each small way (StrykerJS) and runs the tests that reach it: a change that no test notices lives.
PATH: only the files whose path contains one of these.

  --again   keeps what the last run found out where neither the code nor its tests have changed since

The exit code is 1 when fewer than 85 % of a folder's mutants die, or one lives that docs/mutants.md does not list.
`
const LEAST_PERCENT = 85
const LIST = 'docs/mutants.md'
/** Decisions: what the engine does without waiting for anything, and `shared/` but for texts and the schemas of calls. */
const isDecision = (file: string): boolean =>
  file.startsWith('src/main/engine/')
    ? !/\bawait\b/.test(withoutComments(readFileSync(file, 'utf8')))
    : !/^src\/shared\/(api\b|i18n\/..\/)/.test(file)
const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')

if (process.execPath !== NODE) {
  process.exit(spawnSync(NODE, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1)
}
const { values, positionals } = parseArgs({
  options: {
    again: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
  allowPositionals: true,
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}

process.chdir(ROOT)
const mutants = await new Stryker({
  mutate: globSync('src/{main/engine,shared}/**/*.ts')
    .filter(isDecision)
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part))),
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'tests/mutants.config.ts' },
  // TypeScript 7 has no interface for programs, and the tests need no types.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // Endless loops are counted out; what is merely slow on a busy computer has not died.
  timeoutMS: 20_000,
  incremental: true,
  incrementalFile: 'node_modules/.cache/mutants.json',
  force: !values.again,
  ignorePatterns: ['/*', '!/src', '!/tests', '!/scripts', '!/package.json'],
  reporters: ['progress-append-only'],
}).runMutationTest()

interface Score {
  died: number
  all: number
}
const scores = new Map<string, Score>()
const unlisted: string[] = []
const list = readFileSync(LIST, 'utf8')

for (const { fileName, status, location, replacement } of mutants) {
  const file = relative(ROOT, fileName)
  const score = scores.get(dirname(file)) ?? { died: 0, all: 0 }
  scores.set(dirname(file), score)
  score.all++
  if (status === 'Killed' || status === 'Timeout') {
    score.died++
    continue
  }
  const mutant = cell(`${codeAt(file, location)} → ${inOneLine(replacement)}`)
  if (!sectionOf(file).includes(`| ${mutant} |`))
    unlisted.push(`${file} | ${location.start.line} | ${mutant} |`)
}

if (unlisted.length > 0)
  process.stdout.write(`\n${unlisted.length} live that ${LIST} does not list:\n${unlisted.join('\n')}\n`)
process.stdout.write('\n')
let isEnough = true
for (const [folder, { died, all }] of [...scores, ['together', total()] as const]) {
  const percent = (100 * died) / all
  if (percent < LEAST_PERCENT) isEnough = false
  process.stdout.write(`${percent.toFixed(1).padStart(5)} %  ${died} of ${all} died  ${folder}\n`)
}
process.exit(isEnough && unlisted.length === 0 ? 0 : 1)

function total(): Score {
  const all = [...scores.values()]
  return {
    died: all.reduce((sum, one) => sum + one.died, 0),
    all: all.reduce((sum, one) => sum + one.all, 0),
  }
}

/** The code between two places as one line. */
function codeAt(file: string, { start, end }: (typeof mutants)[number]['location']): string {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line)
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1)
  lines[0] = (lines[0] ?? '').slice(start.column - 1)
  return inOneLine(lines.join('\n'))
}

function inOneLine(code = ''): string {
  const line = code.replace(/\s+/g, ' ').trim()
  return line.length <= 100 ? line : `${line.slice(0, 60)} … ${line.slice(-30)}`
}

/** As a cell of a Markdown table. */
function cell(mutant: string): string {
  return `\`${mutant.replaceAll('|', '\\|')}\``
}

/** What the list says of a file. */
function sectionOf(file: string): string {
  return list.split(/^## /m).find((section) => section.startsWith(`\`${file}\``)) ?? ''
}
