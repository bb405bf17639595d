import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AccessKeys, OWNER } from '../../../../src/main/server/access/keys.ts'

const DAY = 86_400_000
let folder: string
let path: string
let now = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-keys-'))
  path = join(folder, 'access.json')
  now = Date.parse('2026-03-01T00:00:00Z')
})
afterEach(() => rmSync(folder, { recursive: true }))
const open = () => new AccessKeys(path, () => now)

test('a key is known by its value alone, which is in no file', () => {
  const keys = open()
  const key = keys.add('Ana', 'operator') ?? ''
  expect(key).toMatch(/^[\w-]{43}$/)
  expect(keys.ofKey(key)).toEqual({ name: 'Ana', role: 'operator' })
  expect([keys.ofKey(`${key}x`), keys.ofKey(''), keys.ofKey('Ana')]).toEqual([null, null, null])
  expect(readFileSync(path, 'utf8')).not.toContain(key)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a name is given once, and never that of the printed address', () => {
  const keys = open()
  keys.add('Ana', 'reader')
  expect([keys.add('Ana', 'owner'), keys.add('owner', 'reader')]).toEqual([null, null])
})

test('a login survives a restart and ends after thirty days', () => {
  const cookie = open().cookieOf(OWNER)
  expect(open().ofCookie(cookie)).toEqual(OWNER)
  now += 30 * DAY - 1
  expect(open().ofCookie(cookie)).toEqual(OWNER)
  now += 2
  expect(open().ofCookie(cookie)).toBeNull()
})

test('a cookie with another name, time or signature is refused', () => {
  const keys = open()
  keys.add('Ana', 'reader')
  const [, expires, signature] = keys.cookieOf({ name: 'Ana', role: 'reader' }).split('.')
  const owner = Buffer.from('owner').toString('base64url')
  const ana = Buffer.from('Ana').toString('base64url')
  for (const forged of [
    `${owner}.${expires}.${signature}`,
    `${ana}.${Number(expires) + 1}.${signature}`,
    `${ana}.${expires}.`,
    `${ana}.${expires}.${signature}x`,
    '',
  ])
    expect(keys.ofCookie(forged), forged).toBeNull()
})

test('a key revoked by another process ends at once, with the logins made by it', () => {
  const server = open()
  const key = server.add('Ana', 'operator') ?? ''
  const cookie = server.cookieOf({ name: 'Ana', role: 'operator' })
  expect(server.ofCookie(cookie)).toEqual({ name: 'Ana', role: 'operator' })
  expect(open().revoke('Ana')).toBe(true)
  expect([server.ofKey(key), server.ofCookie(cookie)]).toEqual([null, null])
  now += 1
  server.add('Ana', 'owner')
  expect(server.ofCookie(cookie)).toBeNull()
  expect(open().revoke('Boris')).toBe(false)
})

test('every login ends when the secret of the cookies is made anew', () => {
  const server = open()
  const cookie = server.cookieOf(OWNER)
  open().endLogins()
  expect(server.ofCookie(cookie)).toBeNull()
})

test('a damaged file lets nobody in', () => {
  const server = open()
  const cookie = server.cookieOf(OWNER)
  writeFileSync(path, '{')
  expect(() => server.ofCookie(cookie)).toThrow()
})
