import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../../../scripts/hooks.mjs')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-hooks-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The Git of a test ignores the settings of the computer and of a Git command that runs these tests. */
const environment = {
  PATH: process.env.PATH,
  // Windows starts no program without it.
  SystemRoot: process.env.SystemRoot,
  GIT_CONFIG_GLOBAL: join(tmpdir(), 'no-such-file'),
  GIT_CONFIG_NOSYSTEM: '1',
}
const run = (program: string, args: string[], cwd: string, more: Record<string, string> = {}) =>
  spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...environment, ...more } })
const git = (...args: string[]) => run('git', args, folder).stdout.trim()
const prepare = (cwd = folder, more: Record<string, string> = {}) =>
  run(process.execPath, [SCRIPT], cwd, more)
const hooksPath = () => git('config', '--get', 'core.hooksPath')

test('in a checkout, Git uses the hooks of the project afterwards', () => {
  git('init')
  expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(hooksPath()).toBe('.githooks')
})

test('outside a checkout it does nothing and does not fail', () => {
  expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

test('without Git it does nothing and does not fail', () => {
  git('init')
  expect(prepare(folder, { PATH: '' })).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(hooksPath()).toBe('')
})

test('a checkout that holds the project in a folder keeps its settings', () => {
  git('init')
  const inside = join(folder, 'bridge')
  mkdirSync(inside)
  expect(prepare(inside).status).toBe(0)
  expect(hooksPath()).toBe('')
})

test('a path for hooks that the developer has chosen stays', () => {
  git('init')
  git('config', 'core.hooksPath', 'mine')
  prepare()
  expect(hooksPath()).toBe('mine')
})

test('hooks that the developer has written stay in use', () => {
  git('init')
  writeFileSync(join(folder, '.git/hooks/post-commit'), '#!/bin/sh\n')
  prepare()
  expect(hooksPath()).toBe('')
})

test('in CI it changes nothing', () => {
  git('init')
  prepare(folder, { CI: 'true' })
  expect(hooksPath()).toBe('')
})
