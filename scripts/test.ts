import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWhatIsStale, NODE, ROOT } from './build.ts'
import { catalogueProblems } from './catalogues.ts'

/** `npm test`: everything that proves the product. Its last line is `N passed, N failed`; exit code 0 when none failed. */

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

const tool = (file: string, args: string[]): boolean =>
  spawnSync(NODE, [join(ROOT, 'node_modules', file), ...args], { cwd: ROOT, stdio: 'inherit' }).status === 0

step('style', () => tool('@biomejs/biome/bin/biome', ['check', '.']))
step('types', () => tool('typescript/bin/tsc', ['--noEmit']))
step('imports', () =>
  tool('dependency-cruiser/bin/dependency-cruiser.mjs', ['--config', '.dependency-cruiser.cjs', 'src']),
)
step('catalogues', () => {
  const problems = catalogueProblems(join(ROOT, 'src/shared/i18n'))
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  return problems.length === 0
})
step('build', () => {
  buildWhatIsStale()
  return true
})

process.stdout.write('\n== tests\n')
const folder = mkdtempSync(join(tmpdir(), 'bridge-test-'))
const report = join(folder, 'report.json')
const only = process.argv.slice(2)
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...only]
const isGreen = tool('vitest/vitest.mjs', args)
const counted = countsIn(report)
rmSync(folder, { recursive: true, force: true })
passed += counted.passed
failed += counted.failed
// A file that cannot even be read, or an error outside every test, is no failed test for vitest.
if (!isGreen && counted.failed === 0) failed++

process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

function countsIn(file: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: Number(numPassedTests), failed: Number(numFailedTests) }
  } catch {
    return { passed: 0, failed: 0 }
  }
}
