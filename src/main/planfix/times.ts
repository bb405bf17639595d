/**
 * Times as Planfix writes them (contracts/planfix.md §4, TimePoint). `date` and `time` are in the account's
 * zone, and it is unknown whether the Z of `datetime` is true (switch `datetime-zone`).
 */
export interface TimePoint {
  date?: string | null | undefined
  time?: string | null | undefined
  datetime?: string | null | undefined
  dateTimeUtcSeconds?: string | null | undefined
}

export interface TimeReader {
  /** Milliseconds since 1970; null when absent, unreadable, or certainly wrong (in the future). */
  read(point: TimePoint | string | null | undefined, now: number): number | null
  /** Whether what `read` gives may be off by the account's zone, which is not known yet. */
  mayBeShifted(point: TimePoint | string | null | undefined): boolean
  /** Learns the zone from an object whose true time is known, because the bridge wrote it. */
  learn(point: TimePoint | string | null | undefined, trueTime: number): void
  /** Learns the zone from an object with its time both in UTC and in the account's zone. */
  saw(point: TimePoint | string | null | undefined): void
  /** The account's zone if known: local digits minus UTC, in milliseconds. */
  readonly zone: number | null
  /** The zone as known before a restart; `isLocal`: the times of this account are in it, whatever they say. */
  recall(zone: number | null, isLocal?: boolean): void
}

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
/** No zone is further from UTC. */
export const WIDEST_ZONE = 14 * 60 * MINUTE
const quarters = (ms: number) => Math.round(ms / QUARTER) * QUARTER

/**
 * `dateTimeUtcSeconds` is used as it is. A `datetime` that differs from `date` and `time` is true UTC; when
 * both show the same digits, they are the account's local time (which in UTC is the same): the zone decides. Until it is
 * known the Z is trusted, unless the time is in the future.
 */
export function createTimeReader(): TimeReader {
  let offset: number | null = null
  let zone: number | null = null
  return {
    get zone() {
      return zone
    },
    recall(known, isLocal = false) {
      zone ??= known
      if (isLocal) offset ??= zone
    },
    saw(point) {
      if (!point || typeof point === 'string' || !point.time) return
      const local = parseLocal(`${point.date} ${point.time}`)
      const stated = parseIso(point.dateTimeUtcSeconds) ?? parseIso(point.datetime)
      // Equal digits decide nothing: they are local time, or the account is in UTC.
      if (local === null || stated === null || local === stated) return
      const found = quarters(local - stated)
      if (Math.abs(found) <= WIDEST_ZONE) zone = found
    },
    read(point, now) {
      const found = digits(point)
      if (!found) return null
      if (found.certain) return found.time
      const time = found.time - (found.isLocal ? (zone ?? 0) : (offset ?? 0))
      return time > now + 5 * MINUTE ? null : time
    },
    mayBeShifted(point) {
      const found = digits(point)
      return found !== null && !found.certain && (found.isLocal ? zone : offset) === null
    },
    learn(point, trueTime) {
      const found = digits(point)
      if (!found || found.certain) return
      const difference = found.time - trueTime
      const near = quarters(difference)
      // More than a few minutes from a zone's offset: the object is older than assumed.
      if (Math.abs(difference - near) > 3 * MINUTE || Math.abs(near) > WIDEST_ZONE) return
      offset = near
      zone = near
    },
  }
}

interface Digits {
  time: number
  certain: boolean
  /** Written without a Z, or beside one with the same digits. */
  isLocal: boolean
}

function digits(point: TimePoint | string | null | undefined): Digits | null {
  if (!point) return null
  if (typeof point === 'string') {
    const iso = parseIso(point)
    if (iso !== null) return { time: iso, certain: false, isLocal: false }
    const local = parseLocal(point)
    return local === null ? null : { time: local, certain: false, isLocal: true }
  }
  const exact = parseIso(point.dateTimeUtcSeconds)
  if (exact !== null) return { time: exact, certain: true, isLocal: false }
  const stated = parseIso(point.datetime)
  const local = point.date ? parseLocal(`${point.date} ${point.time ?? '00:00'}`) : null
  if (stated === null) return local === null ? null : { time: local, certain: false, isLocal: true }
  const hasBoth = local !== null && Boolean(point.time)
  return { time: stated, certain: hasBoth && stated !== local, isLocal: hasBoth && stated === local }
}

function parseIso(text: string | null | undefined): number | null {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(text?.trim() ?? '')
  if (!parts) return null
  const zone = (parts[3] ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  const time = Date.parse(`${parts[1]}${parts[2] ?? ':00'}${zone}`)
  return Number.isNaN(time) ? null : time
}

/** "dd-MM-yyyy HH:mm[:ss]" as if it were UTC. */
function parseLocal(text: string): number | null {
  const parts = /^(\d\d)[-.](\d\d)[-.](\d{4})(?: (\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text.trim())
  if (!parts) return null
  const [day, month, year, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0))
  return Date.UTC(year!, month! - 1, day, hour, minute, second)
}

/**
 * A time to write. Both UTC forms are sent: `dateTimeUtcSeconds` is unambiguous where it is supported, and
 * `datetime` is the form of Planfix's own example of a comment with a date.
 */
export function writtenPoint(ms: number): TimePoint {
  const iso = new Date(ms).toISOString()
  return { datetime: `${iso.slice(0, 16)}Z`, dateTimeUtcSeconds: `${iso.slice(0, 19)}+0000` }
}

/**
 * "dd-MM-yyyy" of the UTC day, for date filters; callers leave a day of margin on both sides for the zone.
 */
export function filterDay(ms: number): string {
  const [year, month, day] = new Date(ms).toISOString().slice(0, 10).split('-')
  return `${day}-${month}-${year}`
}

/** "dd-MM-yyyy HH:mm", for date filters that count minutes; `zone` = local digits minus UTC in milliseconds. */
export function filterMinute(ms: number, zone: number): string {
  const iso = new Date(ms + zone).toISOString()
  return `${filterDay(ms + zone)} ${iso.slice(11, 16)}`
}

/**
 * When an object last changed, by the later of its times: `minute` = the account's local digits as if they
 * were UTC, `second` = the true time where the account sends seconds. Milliseconds; null = unknown.
 */
export interface Mark {
  minute: number | null
  second: number | null
}

export function latestOf(points: readonly (TimePoint | string | null | undefined)[]): Mark {
  const latest = (values: (number | null)[]) =>
    values.reduce<number | null>((most, one) => (one === null ? most : Math.max(one, most ?? one)), null)
  const objects = points.map((point) => (typeof point === 'string' ? { datetime: point } : (point ?? {})))
  return {
    minute: latest(
      objects.map(({ date, time, datetime }) =>
        date && time ? parseLocal(`${date} ${time}`) : parseIso(datetime),
      ),
    ),
    second: latest(objects.map(({ dateTimeUtcSeconds }) => parseIso(dateTimeUtcSeconds))),
  }
}
