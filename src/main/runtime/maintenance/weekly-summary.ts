import type { BridgeEvent } from '../../../shared/domain.ts'
import type { Clock } from '../../engine/ports.ts'
import type { ApplicationStore } from '../../store/index.ts'

/** The fact that says which week was reported last: its end, milliseconds. */
const REPORTED = 'weekReported'
/** Nothing is said before this hour of Monday. */
const FROM_HOUR = 9
const MONDAY = 1
/** Two ends of one week differ when the computer's time zone changed in between. */
const SAME_WEEK_MS = 3 * 24 * 3_600_000

/** The seven midnights of a week from its Monday, and its end: the midnight before the next Monday. */
export interface Week {
  dayStarts: number[]
  to: number
}

/**
 * The week to report at `now` (milliseconds), by the computer's calendar: on Monday from nine o'clock the week before.
 * Null at any other time, and when it was reported already; `reported` = the end of the week that was reported last.
 */
export function weekDue(now: number, reported: number | null): Week | null {
  const here = new Date(now)
  if (here.getDay() !== MONDAY || here.getHours() < FROM_HOUR) return null
  const midnight = (days: number) =>
    new Date(here.getFullYear(), here.getMonth(), here.getDate() + days).getTime()
  const to = midnight(0)
  if (reported !== null && Math.abs(to - reported) < SAME_WEEK_MS) return null
  return { dayStarts: [-7, -6, -5, -4, -3, -2, -1].map(midnight), to }
}

/**
 * Reports the last week as an event, once and only when there were chats. To be called now and then: a computer that
 * slept on Monday morning reports when it wakes on the same day.
 */
export async function reportWeek(options: {
  store: Pick<ApplicationStore, 'fact' | 'commit' | 'report'>
  clock: Clock
  notify(event: BridgeEvent): void
}): Promise<void> {
  const { store, clock, notify } = options
  const now = clock.now()
  // Most calls end here, without a look into the store.
  if (weekDue(now, null) === null) return
  const week = weekDue(now, await store.fact<number>('', REPORTED))
  if (week === null) return
  const { total } = await store.report({ ...week, firstWeekday: 0 })
  const event = total.chats > 0 ? eventOf(now, week, total) : null
  await store.commit([
    { type: 'fact.set', connectionId: '', key: REPORTED, value: week.to },
    ...(event === null ? [] : [{ type: 'event.add' as const, event }]),
  ])
  if (event !== null) notify(event)
}

const eventOf = (
  time: number,
  { dayStarts: [from = time] }: Week,
  { chats, medianMs, late }: { chats: number; medianMs: number | null; late: number },
): BridgeEvent => ({
  time,
  connectionId: null,
  level: 'info',
  ...(medianMs === null
    ? { key: 'event.week-unanswered', params: { week: from, count: chats } }
    : { key: 'event.week', params: { week: from, count: chats, medianMs, late } }),
})
