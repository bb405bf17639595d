import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quietUntil } from '../../../../src/main/desktop/notifications/quiet-hours.ts'

const at = (hours: number, minutes = 0, day = 10) => new Date(2026, 5, day, hours, minutes).getTime()
const NIGHT = { from: '22:00', to: '07:30' }
const NOON = { from: '12:15', to: '13:00' }

describe('quiet hours', () => {
  test.each([
    ['before midnight', NIGHT, at(23, 59), at(7, 30, 11)],
    ['after midnight', NIGHT, at(0, 0, 11), at(7, 30, 11)],
    ['in their first minute', NIGHT, at(22, 0), at(7, 30, 11)],
    ['in their last minute', NIGHT, at(7, 29), at(7, 30)],
    ['when they are over', NIGHT, at(7, 30), null],
    ['by day', NIGHT, at(15), null],
    ['at noon', NOON, at(12, 15), at(13)],
    ['after noon', NOON, at(13), null],
    ['from a time to the same one', { from: '08:00', to: '08:00' }, at(8), null],
    ['when there are none', null, at(23), null],
  ])('%s', (_when, quiet, now, until) => expect(quietUntil(quiet, now)).toBe(until))

  test('quiet hours always end later than now, within a day', () => {
    const minutes = fc.integer({ min: 0, max: 1439 }).map((one) => {
      return `${String(Math.floor(one / 60)).padStart(2, '0')}:${String(one % 60).padStart(2, '0')}`
    })
    fc.assert(
      fc.property(minutes, minutes, fc.integer({ min: at(0), max: at(0, 0, 12) }), (from, to, now) => {
        const until = quietUntil({ from, to }, now)
        if (until === null) return
        expect(until).toBeGreaterThan(now)
        expect(until - now).toBeLessThanOrEqual(24 * 3_600_000)
        expect(quietUntil({ from, to }, until)).toBeNull()
      }),
    )
  })
})
