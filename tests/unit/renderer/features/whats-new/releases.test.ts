import { expect, test } from 'vitest'
import packageFile from '../../../../../package.json' with { type: 'json' }
import { RELEASES } from '../../../../../src/renderer/features/whats-new/releases.ts'

test('the version of the program has an entry, and every entry the same points in each language', () => {
  expect(RELEASES[0]?.version).toBe(packageFile.version)
  for (const { points, date } of RELEASES) {
    expect(points.en.length).toBeGreaterThan(0)
    expect([points.ro.length, points.ru.length]).toEqual([points.en.length, points.en.length])
    if (date !== null) expect(date).toMatch(/^\d{4}-\d\d-\d\d$/)
  }
})
