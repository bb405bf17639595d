import { describe, expect, test } from 'vitest'
import type { QuotaState } from '../../../../src/main/planfix/limits/daily-quota.ts'
import { quotaPlan } from '../../../../src/main/planfix/limits/quota-plan.ts'

const NOW = 1_000_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const plan = (changes: Partial<QuotaState>) =>
  quotaPlan(
    {
      limit: 20_000,
      remaining: 10_000,
      isReported: true,
      usedToday: 10_000,
      resetAt: null,
      renewedAt: NOW + 12 * HOUR,
      ...changes,
    },
    NOW,
  )

describe('how the rest of a day is spent', () => {
  test('polls share what is left beyond a tenth of the day, with what they find to read', () => {
    expect(plan({})).toEqual({ reserved: 2000, everyMs: 8100, isReserveOnly: false })
    expect(plan({ remaining: 2300 })).toEqual({ reserved: 2000, everyMs: 216_000, isReserveOnly: false })
    expect(plan({ limit: 19_991 }).reserved).toBe(2000)
  })
  test('the last few are not shared out over the whole day: nobody would notice that there are more again', () => {
    expect(plan({ remaining: 2108 }).everyMs).toBe(10 * MINUTE)
    expect(plan({ remaining: 2001 }).everyMs).toBe(10 * MINUTE)
  })
  test('only the reserve is left', () => {
    expect(plan({ remaining: 2000 })).toEqual({
      reserved: 2000,
      everyMs: 10 * MINUTE,
      isReserveOnly: true,
    })
    expect(plan({ remaining: 2000, isReported: false }).isReserveOnly).toBe(false)
  })
  test('the time of the renewal has passed', () => {
    expect(plan({ renewedAt: NOW - 1 }).everyMs).toBe(0)
  })
  test.each([{ limit: null }, { remaining: null }, { remaining: 0 }])('nothing is known: %j', (changes) => {
    expect(plan(changes)).toMatchObject({ everyMs: 0, isReserveOnly: false })
  })
})
