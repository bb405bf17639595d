import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const workflow = read('.github/workflows/release.yml')
const ci = read('.github/workflows/ci.yml')

test('the release workflow may only read, except for the job that drafts the release', () => {
  const before = workflow.slice(0, workflow.indexOf('\njobs:'))
  expect(before).toContain('permissions:\n  contents: read\n')
  expect([...workflow.matchAll(/(\w+): write/g)].map(([, right]) => right)).toEqual(['contents'])
  expect(workflow.indexOf('contents: write')).toBeGreaterThan(workflow.indexOf('\n  release:\n'))
  // For a version alone, and after green tests, also where a system failed to package.
  expect(workflow).toMatch(
    /if: \$\{\{ !cancelled\(\) && needs\.test\.result == 'success' && startsWith\(github\.ref, 'refs\/tags\/v'\) \}\}/,
  )
})

test('every push is tested on Linux, Windows and macOS, with read permission only', () => {
  expect(ci).toContain('\non:\n  push:\n    branches: ["**"]\n')
  // All tests, and the desktop specs on Electron.
  const systems = ['ubuntu', 'windows', 'macos']
  expect([...ci.matchAll(/runs-on: (ubuntu|windows|macos)-/g)].map(([, system]) => system)).toEqual([
    ...systems,
    ...systems,
  ])
  expect(ci).toMatch(/^ {6}- run: npm test$/m)
  expect(ci).toContain('permissions:\n  contents: read\n')
  expect(ci).not.toMatch(/: write|secrets\./)
})

test('the release runs for a version or by hand, and only after all tests', () => {
  expect(workflow).toContain('\non:\n  push:\n    tags: ["v*"]\n  workflow_dispatch:\n\n')
  expect(workflow).toContain('  test:\n    uses: ./.github/workflows/ci.yml\n')
  expect(ci).toContain('\n  workflow_call:\n')
  expect(workflow).toContain('needs: [test, package, programs]')
})

test('a called workflow and its caller use different groups to avoid a deadlock', () => {
  const group = (text: string) =>
    /^concurrency:\n {2}group: (.+)-\$\{\{ github\.ref \}\}$/m.exec(text)?.[1] ?? ''
  expect([group(ci), group(workflow)]).toEqual(['ci', 'release'])
})

test('each action is pinned to a major version, and no event text reaches a command', () => {
  const text = `${workflow}\n${ci}`
  const actions = [...text.matchAll(/- uses: (\S+)/g)].map(([, action]) => action)
  expect(actions.length).toBeGreaterThan(5)
  expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action!))).toEqual([])
  const commands = [...text.matchAll(/run: (?:\|\n((?: {10,}.*\n)+)|(.+))/g)].map(
    ([, many, one]) => many ?? one!,
  )
  expect(commands.length).toBeGreaterThan(6)
  expect(commands.filter((command) => command.includes('${{'))).toEqual([])
})

test(".nvmrc names the project's Node version, and CI uses it", () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  expect(/\d+/.exec(dependencies.node ?? '')?.[0]).toBe(read('.nvmrc').trim())
  expect(`${workflow}\n${ci}`).not.toContain('node-version:')
})

test('commands named by the workflow and docs/releasing.md exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...`${workflow}\n${read('docs/releasing.md')}`.matchAll(/npm run ([\w-]+)/g)].map(
    ([, name]) => name!,
  )
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
})

test('the fuses in docs/releasing.md are those that are configured', () => {
  const set = /electronFuses:\n((?: {2}.*\n)+)/.exec(read('electron-builder.yml'))?.[1] ?? ''
  const configured = [...set.matchAll(/^ {2}(\w+): (true|false)$/gm)].map(([, fuse, on]) => [
    fuse,
    on === 'true',
  ])
  const table = [...read('docs/releasing.md').matchAll(/^\| (\w+) \| (on|off) \|/gm)].map(([, fuse, on]) => [
    fuse,
    on === 'on',
  ])
  expect(configured).toHaveLength(8)
  expect(new Map(table as [string, boolean][])).toEqual(new Map(configured as [string, boolean][]))
})

test('only a version is signed, and builds that fail to start are kept as well', () => {
  const keys = [...workflow.matchAll(/^ +[\w]+: (.*secrets\..*)$/gm)].map(([, value]) => value!)
  expect(keys.length).toBeGreaterThan(4)
  expect(keys.filter((value) => !value.startsWith("${{ startsWith(github.ref, 'refs/tags/v') && "))).toEqual(
    [],
  )
  expect(workflow).toMatch(/upload-artifact@v4\n {8}if: \$\{\{ !cancelled\(\) \}\}/)
})
