import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writePrivateJson } from '../../../src/main/process/private-file.ts'
import { isSameSecret } from '../../../src/main/process/same-secret.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bridge-private-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('a private file is written whole, for its owner alone, also over a file that others could read', () => {
  const path = join(dir, 'new folder', 'a.json')
  mkdirSync(join(dir, 'new folder'))
  writeFileSync(path, 'old', { mode: 0o644 })
  writePrivateJson(path, { a: 1 })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ a: 1 })
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('what cannot be written leaves the old file and no other', () => {
  const path = join(dir, 'a.json')
  writePrivateJson(path, 1)
  const circle: Record<string, unknown> = {}
  circle.self = circle
  expect(() => writePrivateJson(path, circle)).toThrow()
  expect(readdirSync(dir)).toEqual(['a.json'])
  expect(readFileSync(path, 'utf8')).toBe('1\n')
})

test('secrets are compared whole, whatever their lengths', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true)
  expect(isSameSecret('abc', 'abcd')).toBe(false)
  expect(isSameSecret('', 'a')).toBe(false)
})
