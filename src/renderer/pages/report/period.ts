import { dayStartsUntil } from '../../components/days.ts'

/** The days of a report: the last so many, or a whole week. */
export const PERIODS = ['7', '30', '90', 'week'] as const
export type Period = (typeof PERIODS)[number]

export interface PeriodArgs {
  /** Midnights by this computer's calendar, ascending. */
  dayStarts: number[]
  to: number
  /** Weekday of the first day, 0 = Monday. */
  firstWeekday: number
}

/** The last `days` days including that of `now`, by this computer's calendar. */
export function periodOf(days: number, now: number): PeriodArgs {
  const dayStarts = dayStartsUntil(now, days)
  return { dayStarts, to: now, firstWeekday: weekdayOf(dayStarts[0] ?? now) }
}

/** The week from Monday to Sunday that `time` belongs to. */
export function weekOf(time: number): PeriodArgs {
  const back = weekdayOf(time)
  const dayStarts = [0, 1, 2, 3, 4, 5, 6].map((day) => midnight(time, day - back))
  return { dayStarts, to: midnight(time, 7 - back), firstWeekday: 0 }
}

/** A moment of the week before that of `now`. */
export const lastWeek = (now: number): number => midnight(now, -7)

/**
 * The week that a link asks for: `?week=` with a time in it, milliseconds. It is removed from the address. Null = the
 * link asks for none.
 */
export function askedWeek(): number | null {
  const asked = new URLSearchParams(location.search).get('week')
  if (asked === null || !/^\d{1,15}$/.test(asked)) return null
  history.replaceState(history.state, '', `${location.pathname}${location.hash}`)
  return Number(asked)
}

const midnight = (time: number, days: number): number => {
  const day = new Date(time)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).getTime()
}

const weekdayOf = (time: number): number => (new Date(time).getDay() + 6) % 7
