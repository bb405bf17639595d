import { expect, test } from 'vitest'
import { createTimeReader, filterDay, writtenPoint } from '../../../src/main/planfix/times.ts'

const true_ = Date.UTC(2025, 9, 9, 8, 53)
const now = true_ + 60_000
const utc = { date: '09-10-2025', time: '11:53', datetime: '2025-10-09T08:53Z' }
const local = { date: '09-10-2025', time: '11:53', datetime: '2025-10-09T11:53Z' }

test('dateTimeUtcSeconds takes precedence over the other fields', () => {
  expect(createTimeReader().read({ ...local, dateTimeUtcSeconds: '2025-10-09T08:53:41+0000' }, now)).toBe(
    true_ + 41_000,
  )
})

test('a datetime that differs from date and time is UTC', () => {
  expect(createTimeReader().read(utc, now)).toBe(true_)
})

test('a datetime with the local digits in the future is not trusted', () => {
  expect(createTimeReader().read(local, now)).toBeNull()
})

test('an object of known time reveals the zone', () => {
  const reader = createTimeReader()
  reader.learn(local, true_ + 20_000)
  expect(reader.read(local, now)).toBe(true_)
  expect(reader.read({ ...local, datetime: '2025-10-09T11:40Z', time: '11:40' }, now)).toBe(
    true_ - 13 * 60_000,
  )
})

test('a zone that is known from before is the zone of times whose Z is not true', () => {
  const reader = createTimeReader()
  reader.recall(3 * 3_600_000, true)
  expect([reader.zone, reader.read(local, now)]).toEqual([3 * 3_600_000, true_])
  // A time that is certain stays as it is.
  expect(reader.read(utc, now)).toBe(true_)
})

test('local digits are in the zone that is known, however it was learned', () => {
  const seen = createTimeReader()
  seen.saw(utc)
  expect(seen.read(local, now)).toBe(true_)
  const recalled = createTimeReader()
  recalled.recall(3 * 3_600_000)
  expect(recalled.read(local, now)).toBe(true_)
  expect(recalled.read('09-10-2025 11:53:00', now)).toBe(true_)
  // Its Z may be true: there are no digits beside it that say otherwise.
  expect(recalled.read({ datetime: '2025-10-09T08:53Z' }, now)).toBe(true_)
})

test('only digits that may be those of an unknown zone are uncertain', () => {
  const reader = createTimeReader()
  expect(reader.mayBeShifted(local)).toBe(true)
  expect(reader.mayBeShifted(utc)).toBe(false)
  expect(reader.mayBeShifted({ ...local, dateTimeUtcSeconds: '2025-10-09T08:53:41+0000' })).toBe(false)
  expect(reader.mayBeShifted(null)).toBe(false)
  reader.recall(3 * 3_600_000)
  expect(reader.mayBeShifted(local)).toBe(false)
})

test('an account in UTC is recognised as such', () => {
  const reader = createTimeReader()
  const point = { date: '09-10-2025', time: '08:53', datetime: '2025-10-09T08:53Z' }
  reader.learn(point, true_)
  expect(reader.read(point, now)).toBe(true_)
})

test('an object that is older than assumed reveals nothing', () => {
  const reader = createTimeReader()
  reader.learn(local, true_ + 7 * 60_000)
  expect(reader.read(local, now)).toBeNull()
})

test('missing and invalid values are no time', () => {
  const reader = createTimeReader()
  for (const point of [null, undefined, '', 'soon', {}, { datetime: 'x' }])
    expect(reader.read(point, now)).toBeNull()
})

test('a time is written in both forms that mean UTC', () => {
  expect(writtenPoint(true_ + 41_000)).toEqual({
    datetime: '2025-10-09T08:53Z',
    dateTimeUtcSeconds: '2025-10-09T08:53:41+0000',
  })
  expect(createTimeReader().read(writtenPoint(true_), now)).toBe(true_)
})

test('a day of a filter is day-month-year', () => {
  expect(filterDay(true_)).toBe('09-10-2025')
})
