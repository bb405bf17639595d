import type { QuotaState } from './daily-quota.ts'

const DAY_S = 86_400
const QUARTER = 900_000
/** Two answers closer together than this show nothing. */
const COMPARED_MS = 2000

/**
 * Interprets `timeToReset` of code 22, whose unit is undocumented (contracts/planfix.md §2; switch
 * `daily-limit`). Returns when the limit ends, in milliseconds since 1970.
 */
export function createResetReader(): (timeToReset: number | null, now: number) => number | null {
  let previous: { value: number; now: number } | null = null
  return (value, now) => {
    if (value === null || value < 0) return null
    const inSeconds = value <= 1000 || (value <= DAY_S && looksLikeSeconds(value, now, previous))
    if (!previous || now - previous.now >= COMPARED_MS) previous = { value, now }
    return now + (inSeconds ? value * 1000 : value)
  }
}

/**
 * A value over a day in seconds must be milliseconds, and existing clients read up to 1000 as seconds (CHK). Between these, two
 * answers show the unit by how fast the value decreases; one that stays is the same short pause again. A single answer counts
 * as milliseconds, wherever the same number of seconds would end: asking too early costs one request, waiting too long costs
 * a day.
 */
function looksLikeSeconds(
  value: number,
  now: number,
  previous: { value: number; now: number } | null,
): boolean {
  if (!previous || now - previous.now < COMPARED_MS || previous.value > DAY_S) return false
  const passed = previous.value - value
  return passed > 0 && passed < (now - previous.now) / 30
}

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
