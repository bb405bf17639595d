import type { BridgeError } from '../../../shared/errors.ts'

const FIRST_MS = 1000
const MOST_MS = 5 * 60_000

/** Wait before the next try after `failures` in a row: 1 s, doubling up to 5 min, with up to 20 % of jitter. */
export function retryDelay(failures: number, random: () => number): number {
  const base = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
  return Math.min(MOST_MS, Math.round(base * (1 + random() * 0.2)))
}

/** When to try again after `error`, the `failures`-th in a row. */
export function nextTry(error: BridgeError, failures: number, now: number, random: () => number): number {
  const delayed = now + retryDelay(failures, random)
  return error.retry.when === 'at' ? Math.max(error.retry.time, now) : delayed
}

/** A time-out may still be carried out for a while; a reset or a 5xx not for long. Milliseconds. */
const SETTLE_AFTER_TIME_OUT = 6_000
const SETTLE = 2_000

/** Until when an unclear write is only looked for and not repeated. */
export const settlesAt = (unclearAt: number, timedOut: boolean): number =>
  unclearAt + (timedOut ? SETTLE_AFTER_TIME_OUT : SETTLE)
