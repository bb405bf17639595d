import { describe, expect, test } from 'vitest'
import type { Change } from '../../../../src/main/engine/ports.ts'
import { reportWeek, weekDue } from '../../../../src/main/runtime/maintenance/weekly-summary.ts'
import type { Report } from '../../../../src/shared/api/report.ts'
import type { BridgeEvent } from '../../../../src/shared/domain.ts'

/** By the computer's calendar; the 23rd of November 2026 is a Monday. */
const at = (day: number, hour = 0, minute = 0) => new Date(2026, 10, day, hour, minute).getTime()
const MINUTE = 60_000

describe('the week that is due', () => {
  test('is the one before, from Monday to Monday, on Monday from nine', () => {
    const week = { dayStarts: [16, 17, 18, 19, 20, 21, 22].map((day) => at(day)), to: at(23) }
    expect(weekDue(at(23, 9), null)).toEqual(week)
    expect(weekDue(at(23, 23, 59), null)).toEqual(week)
    expect(weekDue(at(23, 8, 59), null)).toBeNull()
    expect(weekDue(at(24, 9), null)).toBeNull()
    expect(weekDue(at(22, 12), null)).toBeNull()
  })

  test('is due once, also when the time zone has changed since, and again a week later', () => {
    expect(weekDue(at(23, 10), at(23))).toBeNull()
    expect(weekDue(at(23, 10), at(23) - 11 * 60 * MINUTE)).toBeNull()
    expect(weekDue(at(23, 10), at(23) + 11 * 60 * MINUTE)).toBeNull()
    expect(weekDue(at(23, 10), at(16))?.to).toBe(at(23))
    expect(weekDue(at(23, 10), at(20) + 1)).toBeNull()
    expect(weekDue(at(23, 10), at(20))?.to).toBe(at(23))
  })

  test('has seven days by the calendar, also when clocks are changed', () => {
    // In most of Europe clocks are set back on the 25th of October.
    const week = weekDue(new Date(2026, 9, 26, 9).getTime(), null)
    expect(week?.dayStarts.map((time) => new Date(time).getHours())).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(week?.dayStarts.map((time) => new Date(time).getDate())).toEqual([19, 20, 21, 22, 23, 24, 25])
  })
})

type Total = Pick<Report['total'], 'chats' | 'medianMs' | 'late'>

function desk(total: Total, now: number) {
  const facts = new Map<string, unknown>()
  const stored: BridgeEvent[] = []
  const told: BridgeEvent[] = []
  const asked: unknown[] = []
  const store = {
    fact: async <T>(_: string, key: string) => (facts.get(key) as T | undefined) ?? null,
    async commit(changes: readonly Change[]) {
      for (const change of changes) {
        if (change.type === 'fact.set') facts.set(change.key, change.value)
        if (change.type === 'event.add') stored.push(change.event)
      }
    },
    async report(query: unknown) {
      asked.push(query)
      return { total } as Report
    },
  }
  const clock = { now: () => now, after: () => () => undefined }
  return {
    stored,
    told,
    asked,
    async look(time: number) {
      now = time
      type Options = Parameters<typeof reportWeek>[0]
      await reportWeek({
        store: store as unknown as Options['store'],
        clock,
        notify: (event) => void told.push(event),
      })
    },
  }
}

describe('the summary of a week', () => {
  test('is stored and told once, with the figures of that week', async () => {
    const one = desk({ chats: 12, medianMs: 4 * MINUTE, late: 2 }, 0)
    await one.look(at(23, 8))
    expect(one.asked).toEqual([])
    await one.look(at(23, 9))
    await one.look(at(23, 9, 5))
    await one.look(at(24, 9))
    expect(one.asked).toEqual([
      { dayStarts: [16, 17, 18, 19, 20, 21, 22].map((day) => at(day)), to: at(23), firstWeekday: 0 },
    ])
    expect(one.told).toEqual([
      {
        time: at(23, 9),
        connectionId: null,
        level: 'info',
        key: 'event.week',
        params: { week: at(16), count: 12, medianMs: 4 * MINUTE, late: 2 },
      },
    ])
    expect(one.stored).toEqual(one.told)
    await one.look(at(30, 9))
    expect(one.told.map(({ params }) => params.week)).toEqual([at(16), at(23)])
  })

  test('comes when the computer wakes later on Monday, and not on Tuesday', async () => {
    const late = desk({ chats: 1, medianMs: MINUTE, late: 0 }, 0)
    await late.look(at(23, 17, 30))
    expect(late.told).toHaveLength(1)
    const missed = desk({ chats: 1, medianMs: MINUTE, late: 0 }, 0)
    await missed.look(at(24, 8))
    expect(missed.told).toEqual([])
  })

  test('is nothing without chats, and says so when nobody replied', async () => {
    const quiet = desk({ chats: 0, medianMs: null, late: 0 }, 0)
    await quiet.look(at(23, 9))
    await quiet.look(at(23, 10))
    expect([quiet.told, quiet.stored, quiet.asked.length]).toEqual([[], [], 1])
    const silent = desk({ chats: 3, medianMs: null, late: 3 }, 0)
    await silent.look(at(23, 9))
    expect(silent.told).toMatchObject([{ key: 'event.week-unanswered', params: { week: at(16), count: 3 } }])
  })
})
