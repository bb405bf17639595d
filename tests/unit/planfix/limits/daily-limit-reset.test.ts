import { expect, test } from 'vitest'
import { createResetReader } from '../../../../src/main/planfix/limits/daily-limit-reset.ts'

const now = Date.UTC(2026, 0, 5, 13, 7, 30)
const hours = 3_600_000

test('more than a day in seconds can only be milliseconds', () => {
  expect(createResetReader()(5 * hours, now)).toBe(now + 5 * hours)
})

test('up to a thousand the value is seconds', () => {
  expect(createResetReader()(600, now)).toBe(now + 600_000)
})

test('milliseconds that would end at a midnight, were they seconds, do not stop the day', () => {
  const midnight = Date.UTC(2026, 0, 5, 22, 0)
  const value = (midnight - now) / 1000
  expect(createResetReader()(value, now)).toBe(now + value)
})

test('seconds are known by the next answer, after one request', () => {
  const midnight = Date.UTC(2026, 0, 5, 22, 0)
  const read = createResetReader()
  const again = read((midnight - now) / 1000, now) ?? 0
  expect(read((midnight - again) / 1000, again)).toBe(midnight)
})

test('a value in between counts as milliseconds until its course shows the unit', () => {
  const read = createResetReader()
  expect(read(7000, now)).toBe(now + 7000)
  expect(read(6993, now + 7000)).toBe(now + 7000 + 6_993_000)
})

test('seconds that make for quick questions are known after a few of them', () => {
  const read = createResetReader()
  const ends = now + 1_500_000
  let at = now
  for (let n = 0; n < 3; n++) at = read(Math.round((ends - at) / 1000), at) ?? 0
  expect(at).toBeGreaterThan(ends - 1000)
})

test('milliseconds that decrease as milliseconds stay so', () => {
  const read = createResetReader()
  read(60_000, now)
  expect(read(55_000, now + 5000)).toBe(now + 60_000)
})

test('a value that stays the same is the same short pause again, not seconds', () => {
  const read = createResetReader()
  read(8000, now)
  // Even where the same number of seconds would end at a whole quarter of an hour.
  const later = Date.UTC(2026, 0, 6, 22, 0) - 8_000_000
  expect(read(8000, later)).toBe(later + 8000)
})

test('without a value there is no time', () => {
  expect(createResetReader()(null, now)).toBeNull()
})
