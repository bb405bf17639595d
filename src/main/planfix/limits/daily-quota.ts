import type { Clock } from '../../engine/ports.ts'

export interface QuotaState {
  /** Requests that Planfix allows per day, derived from its answers; null = unknown. */
  limit: number | null
  /**
   * Requests left today: Planfix's last value (approximate and up to ten minutes old) minus the requests sent
   * since; or our own count where Planfix gives no value but its limit was reached before. null = unknown.
   */
  remaining: number | null
  /** True if Planfix reports the remaining requests; otherwise it is our own count. */
  isReported: boolean
  /** Requests sent by this program since midnight. Other programs may use the same account. */
  usedToday: number
  /** When a used-up daily limit ends: milliseconds since 1970. */
  resetAt: number | null
  /** When the daily count is reset: as reported, otherwise at the account's next midnight. */
  renewedAt: number
}

/**
 * The daily API quota and the server's clock, read from the headers of answers (contracts/planfix.md §2).
 */
export interface DailyQuota {
  recordRequest(): void
  recordLimit(headers: Record<string, unknown>): void
  exhausted(resetAt: number | null): void
  state(): QuotaState
  /** Server's clock minus ours, in milliseconds; null before the first answer. */
  clockSkew(): number | null
  /** The account's day that is counted: days since 1970. */
  day(): number
  /** The limit learned from code 22; null = it was never reached. */
  readonly learnt: number | null
}

const DAY = 86_400_000
/** Planfix's count was reset when it exceeds the previous rest by this number. */
const RENEWED_BY = 500
/**
 * A limit that seems lower was reached because other programs use the account: it does not show our limit.
 */
const LEAST_LIMIT = 1000

export interface QuotaOptions {
  /** Requests sent today before the object was created. */
  used?: number
  /** The limit reached on an earlier day. */
  learnt?: number | null
  /** The account's zone: local time minus UTC in milliseconds; null = unknown. */
  zone?: () => number | null
}

export function createDailyQuota(clock: Clock, options: QuotaOptions = {}): DailyQuota {
  const zone = () => options.zone?.() ?? 0
  const dayOf = () => Math.floor((clock.now() + zone()) / DAY)
  let reported: number | null = null
  let sentSinceReported = 0
  let limit: number | null = null
  let learnt = options.learnt ?? null
  let resetAt: number | null = null
  let skew: number | null = null
  let day = dayOf()
  let used = options.used ?? 0

  function turnDay(): void {
    const today = dayOf()
    if (today === day) return
    day = today
    used = 0
    // Yesterday's remaining number says nothing about today.
    if (reported !== null) reported = limit
    sentSinceReported = 0
  }

  return {
    get learnt() {
      return learnt
    },
    day() {
      turnDay()
      return day
    },
    recordRequest() {
      turnDay()
      used++
      sentSinceReported++
    },
    recordLimit(headers) {
      const header = headers['x-ratelimit-remaining']
      const left = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN
      if (Number.isFinite(left) && left !== reported) {
        const renewed = reported === null || left > reported - sentSinceReported + RENEWED_BY
        reported = Math.max(0, left)
        sentSinceReported = 0
        limit = Math.max(renewed ? 0 : (limit ?? 0), reported + used)
      }
      // The account answers again; a refusal is recorded after this.
      else if (Number.isNaN(left) && reported === 0) {
        reported = null
        resetAt = null
      }
      const date = Date.parse(String(headers.date ?? ''))
      // The header has whole seconds, truncated: adding half a second is the better estimate.
      if (!Number.isNaN(date)) skew = date + 500 - clock.now()
    },
    exhausted(until) {
      turnDay()
      reported = 0
      sentSinceReported = 0
      resetAt = until
      if (used >= LEAST_LIMIT) learnt = used
    },
    state() {
      turnDay()
      const now = clock.now()
      if (resetAt !== null && now >= resetAt) {
        resetAt = null
        if (reported === 0) reported = null
      }
      const midnight = (day + 1) * DAY - zone()
      const known =
        reported === null ? (learnt === null ? null : learnt - used) : reported - sentSinceReported
      return {
        limit: reported === null ? learnt : (limit ?? learnt),
        remaining: known === null ? null : Math.max(0, known),
        isReported: reported !== null,
        usedToday: used,
        resetAt,
        renewedAt: resetAt ?? midnight,
      }
    },
    clockSkew: () => skew,
  }
}
