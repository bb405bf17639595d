import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { BUILT, build } from '../crash/processes.ts'

beforeAll(() => build(), 120_000)

test('the built preload needs electron alone, so that it runs in the sandbox', () => {
  const code = readFileSync(join(BUILT, '../preload/index.cjs'), 'utf8')
  const needed = [...code.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map((match) => match[1])
  expect([...new Set(needed)]).toEqual(['electron'])
  expect(code).not.toMatch(/^\s*(import|export)\b|\bimport\(/m)
})
