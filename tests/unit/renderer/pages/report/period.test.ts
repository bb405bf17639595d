import { describe, expect, test } from 'vitest'
import { lastWeek, periodOf, weekOf } from '../../../../../src/renderer/pages/report/period.ts'

/** By the computer's calendar; the 23rd of November 2026 is a Monday. */
const at = (day: number, hour = 0) => new Date(2026, 10, day, hour).getTime()

describe('the period of a report', () => {
  test('is the last days including today, and names the first weekday', () => {
    expect(periodOf(3, at(25, 14))).toEqual({
      dayStarts: [at(23), at(24), at(25)],
      to: at(25, 14),
      firstWeekday: 0,
    })
    expect(periodOf(1, at(22, 14)).firstWeekday).toBe(6)
  })

  test.each([
    ['its Monday', at(16)],
    ['its Sunday evening', at(22, 23)],
    ['a day in it', at(19, 12)],
  ])('is the whole week of %s', (_, time) => {
    expect(weekOf(time)).toEqual({
      dayStarts: [16, 17, 18, 19, 20, 21, 22].map((day) => at(day)),
      to: at(23),
      firstWeekday: 0,
    })
  })

  test('last week is the one before that of now', () => {
    expect(weekOf(lastWeek(at(23, 9))).to).toBe(at(23))
    expect(weekOf(lastWeek(at(29, 23))).to).toBe(at(23))
  })
})
