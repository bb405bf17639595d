import type { QuotaState } from './daily-quota.ts'

const DAY_S = 86_400
const QUARTER = 900_000
/** Tolerance for clocks and rounding. */
const SLACK = 15_000

/**
 * Interprets `timeToReset` of code 22, whose unit is undocumented (contracts/planfix.md §2; switch
 * `daily-limit`). Returns when the limit ends, in milliseconds since 1970.
 */
export function createResetReader(): (timeToReset: number | null, now: number) => number | null {
  let previous: { value: number; now: number } | null = null
  return (value, now) => {
    if (value === null || value < 0) return null
    const inSeconds = value <= 1000 || (value <= DAY_S && looksLikeSeconds(value, now, previous))
    previous = { value, now }
    return now + (inSeconds ? value * 1000 : value)
  }
}

/**
 * A value over a day in seconds must be milliseconds, and existing clients read up to 1000 as seconds (CHK).
 * Between these, two answers show the unit by how fast the value decreases; one that stays is the same short pause again. For
 * a single answer: the count is reset at a midnight, which in every time zone is a whole quarter of an hour. In doubt it is
 * milliseconds: asking too early costs one request, waiting too long costs a day.
 */
function looksLikeSeconds(
  value: number,
  now: number,
  previous: { value: number; now: number } | null,
): boolean {
  if (previous && now - previous.now >= 2000 && previous.value >= value && previous.value <= DAY_S) {
    const passed = previous.value - value
    return passed > 0 && passed < (now - previous.now) / 30
  }
  const asSeconds = fromQuarter(now + value * 1000)
  return asSeconds <= SLACK && asSeconds < fromQuarter(now + value)
}

const fromQuarter = (time: number): number => Math.min(time % QUARTER, QUARTER - (time % QUARTER))

/** A pause that ends sooner than this may be caused by too many requests in a short time. */
const SHORT_MS = 3_600_000

/**
 * Code 22 means the daily limit [DOC], but its time may end within seconds or minutes while many of the day's
 * requests are left, or long before the account's midnight: then it is reported as a pause.
 */
export function isShortPause(
  resetAt: number,
  now: number,
  { remaining, renewedAt, isReported }: Pick<QuotaState, 'remaining' | 'renewedAt' | 'isReported'>,
): boolean {
  if (resetAt - now > SHORT_MS) return false
  return isReported && remaining !== null ? remaining > 0 : Math.abs(renewedAt - resetAt) > QUARTER
}
