import type { PlanfixSwitches } from '../switches.ts'

const two = (n: number) => String(n).padStart(2, '0')
const minute = 60_000
const day = 24 * 60 * minute

export interface TimePoint {
  date?: string
  time?: string
  datetime?: string
  dateTimeUtcSeconds?: string
}

/** The account's formats of times: how they are written and read (§4 TimePoint; switch `datetime-zone`). */
export interface Zone {
  offsetMinutes: number
  switches: PlanfixSwitches
}

/** Writes a time (ms since 1970) with Planfix's resolution of a minute. */
export function timePoint(ms: number, zone: Zone): TimePoint {
  const local = new Date(ms + zone.offsetMinutes * minute)
  const date = `${two(local.getUTCDate())}-${two(local.getUTCMonth() + 1)}-${local.getUTCFullYear()}`
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`
  const position = zone.switches['datetime-zone']
  const shown = position === 'account-zone' ? local : new Date(ms)
  const datetime = `${shown.toISOString().slice(0, 16)}Z`
  if (position !== 'with-dateTimeUtcSeconds') return { date, time, datetime }
  return { date, time, datetime, dateTimeUtcSeconds: `${new Date(ms).toISOString().slice(0, 19)}+0000` }
}

/** Parses a request's time in any documented format; undefined when it is invalid. */
export function readTimePoint(value: unknown, zone: Zone): number | undefined {
  if (typeof value === 'string') return readLocal(value, zone)
  const point = value as TimePoint
  if (point.dateTimeUtcSeconds) return Date.parse(point.dateTimeUtcSeconds.replace('+0000', 'Z'))
  if (point.datetime) {
    const digits = Date.parse(point.datetime)
    return zone.switches['datetime-zone'] === 'account-zone' ? digits - zone.offsetMinutes * minute : digits
  }
  if (point.date) return readLocal(`${point.date} ${point.time ?? '00:00'}`, zone)
  return undefined
}

/** "dd-MM-yyyy[ HH:mm[:ss]]" in the account's zone, as milliseconds; undefined for any other format. */
function readLocal(written: string, zone: Zone): number | undefined {
  const parts = /^(\d{2})-(\d{2})-(\d{4})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(written)
  if (!parts) return undefined
  const [, d, m, y, hh = '0', mm = '0', ss = '0'] = parts
  return Date.UTC(Number(y), Number(m) - 1, Number(d), +hh, +mm, +ss) - zone.offsetMinutes * minute
}

export interface DateValue {
  dateType?: string
  dateValue?: string | number
  dateFrom?: string
  dateTo?: string
}

/** The half-open span [from, to) of a date filter's value; a text describes an error. */
export function spanOf(value: DateValue, now: number, zone: Zone): { from: number; to: number } | string {
  const shift = zone.offsetMinutes * minute
  const startOfDay = (ms: number) => Math.floor((ms + shift) / day) * day - shift
  const today = startOfDay(now)
  const days = (from: number, count = 1) => ({ from: today + from * day, to: today + (from + count) * day })
  const weekday = (new Date(today + shift).getUTCDay() + 6) % 7
  const month = (add: number) => {
    const local = new Date(now + shift)
    const at = (n: number) => Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + n, 1) - shift
    return { from: at(add), to: at(add + 1) }
  }
  const count = Number(value.dateValue)
  const read = (written: unknown, name: string) =>
    (typeof written === 'string' ? readLocal(written, zone) : undefined) ??
    `${name}: expected dd-MM-yyyy[ HH:mm]`
  switch (value.dateType) {
    case 'today':
      return days(0)
    case 'yesterday':
      return days(-1)
    case 'tomorrow':
      return days(1)
    case 'thisWeek':
      return days(-weekday, 7)
    case 'lastWeek':
      return days(-weekday - 7, 7)
    case 'nextWeek':
      return days(-weekday + 7, 7)
    case 'thisMonth':
      return month(0)
    case 'lastMonth':
      return month(-1)
    case 'nextMonth':
      return month(1)
    case 'last':
      return Number.isInteger(count) ? days(-count, count + 1) : 'dateValue: expected a number of days'
    case 'next':
      return Number.isInteger(count) ? days(0, count + 1) : 'dateValue: expected a number of days'
    case 'in':
      return Number.isInteger(count) ? days(count) : 'dateValue: expected a number of days'
    case 'otherDate':
    case 'otherDate_withTime': {
      const at = read(value.dateValue ?? value.dateFrom, 'dateValue')
      if (typeof at === 'string') return at
      return value.dateType === 'otherDate'
        ? { from: startOfDay(at), to: startOfDay(at) + day }
        : { from: at, to: at + minute }
    }
    case 'otherRange':
    case 'otherRange_withTime': {
      const from = read(value.dateFrom, 'dateFrom')
      const to = read(value.dateTo, 'dateTo')
      if (typeof from === 'string') return from
      if (typeof to === 'string') return to
      return value.dateType === 'otherRange'
        ? { from: startOfDay(from), to: startOfDay(to) + day }
        : { from, to: to + minute }
    }
    default:
      return `dateType: ${String(value.dateType)} is not documented`
  }
}
