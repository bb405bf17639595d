import type { Clock } from '../../engine/ports.ts'

export interface QuotaState {
  /** Requests of a day that Planfix allows, as far as it can be told from what it said; null = it cannot. */
  limit: number | null
  /**
   * Requests left today: as Planfix last told, about right and up to ten minutes old, less what was sent since; or by our
   * own count where it tells nothing but its limit was met before. null = not known.
   */
  remaining: number | null
  /** Planfix tells what is left; otherwise it is our own count. */
  isTold: boolean
  /** Requests this program sent since midnight. Others may use the same account. */
  usedToday: number
  /** When the day's limit, once used up, ends: milliseconds since 1970. */
  resetAt: number | null
  /** When the day's count begins anew: as told, otherwise at the account's next midnight. */
  renewedAt: number
}

/** The day's API budget and the server's clock, read from the headers of answers (contracts/planfix.md §2). */
export interface DailyQuota {
  recordRequest(): void
  recordLimit(headers: Record<string, unknown>): void
  exhausted(resetAt: number | null): void
  state(): QuotaState
  /** Server's clock minus ours, in milliseconds; null before the first answer. */
  clockSkew(): number | null
  /** The day of its account that it counts: days since 1970. */
  day(): number
  /** The limit that code 22 taught; null = it was never met. */
  readonly learnt: number | null
}

const DAY = 86_400_000
/** The count Planfix tells has begun anew when it is more than what was left by so many. */
const RENEWED_BY = 500
/** A limit that seems to be less was met because others use the account: it says nothing of ours. */
const LEAST_LIMIT = 1000

export interface QuotaOptions {
  /** Requests sent today before it was made. */
  used?: number
  /** The limit that was met on a day before. */
  learnt?: number | null
  /** The account's zone: local time minus UTC in milliseconds; null = not known. */
  zone?: () => number | null
}

export function createDailyQuota(clock: Clock, options: QuotaOptions = {}): DailyQuota {
  const zone = () => options.zone?.() ?? 0
  const dayOf = () => Math.floor((clock.now() + zone()) / DAY)
  let told: number | null = null
  let sentSinceTold = 0
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
    // What was told of yesterday's rest says nothing of today's.
    if (told !== null) told = limit
    sentSinceTold = 0
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
      sentSinceTold++
    },
    recordLimit(headers) {
      const header = headers['x-ratelimit-remaining']
      const left = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN
      if (Number.isFinite(left) && left !== told) {
        const renewed = told === null || left > told - sentSinceTold + RENEWED_BY
        told = Math.max(0, left)
        sentSinceTold = 0
        limit = Math.max(renewed ? 0 : (limit ?? 0), told + used)
      }
      // It answers again; a refusal is told of behind this.
      else if (Number.isNaN(left) && told === 0) {
        told = null
        resetAt = null
      }
      const date = Date.parse(String(headers.date ?? ''))
      // The header has whole seconds, cut off: half a second is the better guess.
      if (!Number.isNaN(date)) skew = date + 500 - clock.now()
    },
    exhausted(until) {
      turnDay()
      told = 0
      sentSinceTold = 0
      resetAt = until
      if (used >= LEAST_LIMIT) learnt = used
    },
    state() {
      turnDay()
      const now = clock.now()
      if (resetAt !== null && now >= resetAt) {
        resetAt = null
        if (told === 0) told = null
      }
      const midnight = (day + 1) * DAY - zone()
      const known = told === null ? (learnt === null ? null : learnt - used) : told - sentSinceTold
      return {
        limit: told === null ? learnt : (limit ?? learnt),
        remaining: known === null ? null : Math.max(0, known),
        isTold: told !== null,
        usedToday: used,
        resetAt,
        renewedAt: resetAt ?? midnight,
      }
    },
    clockSkew: () => skew,
  }
}
