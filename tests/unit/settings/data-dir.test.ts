import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sideFolders } from '../../../src/main/settings/data-dir.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'bridge-folders-'))
afterAll(() => rmSync(dataDir, { recursive: true }))
const NAME = 'chatra-planfix-bridge'

test('on Linux logs and caches are in their XDG folders, relative ones are ignored', () => {
  const xdg = { XDG_CACHE_HOME: '/cache', XDG_STATE_HOME: 'state' }
  expect(sideFolders(dataDir, false, xdg, 'linux')).toEqual({
    window: join('/cache', NAME, 'window'),
    compiled: join('/cache', NAME, 'compiled'),
    logs: join(homedir(), '.local/state', NAME, 'logs'),
  })
})

test('on macOS they are in the library, on Windows in the data folder', () => {
  expect(sideFolders(dataDir, false, {}, 'darwin').logs).toBe(join(homedir(), 'Library/Logs', NAME))
  expect(sideFolders(dataDir, false, {}, 'win32').logs).toBe(join(dataDir, 'logs'))
})

test('a data folder of the owner’s choice contains everything', () => {
  expect(sideFolders(dataDir, true, { XDG_CACHE_HOME: '/cache' }, 'linux')).toEqual({
    window: join(dataDir, 'window'),
    compiled: join(dataDir, 'compiled'),
    logs: join(dataDir, 'logs'),
  })
})

test('a folder that an earlier version has made in the data folder stays in use', () => {
  const old = join(dataDir, 'old')
  mkdirSync(join(old, 'logs'), { recursive: true })
  const { logs, window } = sideFolders(old, false, { XDG_CACHE_HOME: '/cache' }, 'linux')
  expect([logs, window]).toEqual([join(old, 'logs'), join('/cache', NAME, 'window')])
})
