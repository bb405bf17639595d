import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWhatIsStale, NODE, ROOT } from './build.ts'
import { catalogueProblems } from './check-translations.ts'
import { everyText, wordProblems } from './check-words.ts'
import { findChromium } from './chromium.ts'
import { listProblem } from './licences.ts'
import { findPostgres, findSshd, hasKeyring } from './system-deps.ts'

/**
 * `npm test`: runs all checks: style, types, imports, unused parts, texts, the build, licences, then all tests. `npm test
 * -- PATH… [OPTION…]`: runs only those tests; the options are passed on to vitest or Playwright. A test that
 * runs the built program builds it when it is stale. The last line is `N passed, N failed`; the exit code is
 * 0 when none failed.
 */

let passed = 0
let failed = 0

function step(name: string, run: () => boolean): void {
  process.stdout.write(`\n== ${name}\n`)
  if (run()) passed++
  else {
    failed++
    process.stdout.write(`${name}: FAILED\n`)
  }
}

const tool = (file: string, args: string[], env: Record<string, string> = {}): boolean =>
  spawnSync(NODE, [join(ROOT, 'node_modules', file), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  }).status === 0

const given = process.argv.slice(2)
const firstOption = given.findIndex((argument) => argument.startsWith('-'))
const only = firstOption === -1 ? given : given.slice(0, firstOption)
const options = given.slice(only.length)
if (given.length === 0) {
  step('style', () => tool('@biomejs/biome/bin/biome', ['check', '.']))
  step('types', () => tool('typescript/bin/tsc', ['-b']))
  step('imports', () =>
    tool('dependency-cruiser/bin/dependency-cruiser.mjs', ['--config', '.dependency-cruiser.cjs', 'src']),
  )
  step('nothing unused', () => tool('knip/bin/knip.js', ['--treat-config-hints-as-errors']))
  step('catalogues', () => {
    const folder = join(ROOT, 'src/shared/i18n')
    const page = readFileSync(join(ROOT, 'docs/texts.md'), 'utf8')
    const problems = [...catalogueProblems(folder), ...wordProblems(page, everyText(folder))]
    for (const problem of problems) process.stdout.write(`${problem}\n`)
    return problems.length === 0
  })
  step('build', () => {
    buildWhatIsStale()
    return true
  })
  step('licences', () => {
    const problem = listProblem()
    if (problem !== null) process.stdout.write(`${problem}\n`)
    return problem === null
  })
}

const folder = mkdtempSync(join(tmpdir(), 'bridge-test-'))
const isEndToEnd = (path: string) => /e2e|tests\/desktop/.test(path)
const isWanted = (part: 'vitest' | 'playwright') =>
  only.length === 0 || only.some((path) => isEndToEnd(path) === (part === 'playwright'))

if (isWanted('vitest')) {
  process.stdout.write('\n== tests\n')
  findSshd()
  findPostgres()
  hasKeyring()
  // The stand-in for Electron shows its windows in it.
  findChromium()
  const report = join(folder, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const paths = only.filter((path) => !isEndToEnd(path))
  count(tool('vitest/vitest.mjs', ['run', ...reporters, ...paths, ...options]), vitestCounts(report))
}
if (isWanted('playwright')) {
  process.stdout.write('\n== end-to-end tests\n')
  const chromium = findChromium()
  hasKeyring()
  const report = join(folder, 'playwright.json')
  const run = (path: string) =>
    tool('@playwright/test/cli.js', ['test', ...only.filter(isEndToEnd), ...options], {
      CHROMIUM_PATH: path,
      E2E_REPORT: report,
    })
  count(chromium !== null && run(chromium), playwrightCounts(report))
}
rmSync(folder, { recursive: true, force: true })

process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

interface Counts {
  passed: number
  failed: number
}

function count(isGreen: boolean, counts: Counts): void {
  passed += counts.passed
  failed += counts.failed
  // For the runners, a file that cannot be loaded, or an error outside every test, is no failed test.
  if (!isGreen && counts.failed === 0) failed++
}

function vitestCounts(file: string): Counts {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = reportIn(file)
  const second = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
  if (second.length > 0)
    process.stdout.write(
      `${second.length} tests passed at the second try only: ${second.map(({ fullName }) => fullName).join('; ')}\n`,
    )
  return { passed: numPassedTests, failed: numFailedTests }
}

function playwrightCounts(file: string): Counts {
  const { expected = 0, unexpected = 0, flaky = 0 } = reportIn(file).stats ?? {}
  if (flaky > 0) process.stdout.write(`${flaky} end-to-end tests passed at the second try only: see above\n`)
  return { passed: expected + flaky, failed: unexpected }
}

interface Report {
  numPassedTests?: number
  numFailedTests?: number
  testResults?: { assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[]
  stats?: { expected?: number; unexpected?: number; flaky?: number }
}

function reportIn(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return {}
  }
}
