import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { integrity?: string; resolved?: string; link?: boolean }>
}

test('each package of the lock file has a checksum: no registry can pass off another one', () => {
  const without = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && !integrity)
  expect(Object.keys(packages).length).toBeGreaterThan(300)
  expect(without.map(([path]) => path)).toEqual([])
})

test('the lock file names no registry: each computer uses its own', () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
})
