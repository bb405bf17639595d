import type { PendingWrite, QueueState } from '../../../shared/domain.ts'
import type { BridgeError, ErrorCode } from '../../../shared/errors.ts'
import { LATEST_COMMIT_MS } from '../continuity.ts'

const FIRST_MS = 1000
const MOST_MS = 5 * 60_000

/**
 * Delay before the next try after `failures` in a row: 1 s, doubling up to 5 min, with up to 20 % of jitter.
 */
export function retryDelay(failures: number, random: () => number): number {
  const base = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
  return Math.min(MOST_MS, Math.round(base * (1 + random() * 0.2)))
}

/**
 * When to try again after `error`, the `failures`-th in a row: always later than `now`, even when the time it
 * names has passed.
 */
export function nextTry(error: BridgeError, failures: number, now: number, random: () => number): number {
  const delayed = now + retryDelay(failures, random)
  return error.retry.when === 'at' && error.retry.time > now ? error.retry.time : delayed
}

/** Faults of the network or the service, which are temporary. */
const TROUBLE: ReadonlySet<ErrorCode> = new Set([
  'failing',
  'unclear',
  'bad-answer',
  'unreachable',
  'rate-limited',
])
export const isTrouble = (error: BridgeError): boolean => TROUBLE.has(error.code)

/**
 * Until when a queue waits; 0 = not at all. A delay is void once the service has recovered since the failure
 * (a queue that backed off during an outage continues as soon as it is over), and when the clock was ahead
 * when it was set.
 */
export function waitsUntil(queue: QueueState, healedAt: number, now: number): number {
  if (queue.notBefore <= now) return 0
  const { failedAt } = queue
  if (failedAt === undefined) return queue.notBefore > now + 2 * MOST_MS ? 0 : queue.notBefore
  return healedAt >= failedAt || failedAt > now ? 0 : queue.notBefore
}

/** The service answered, though not whether it did what was asked: neither silence, nor a gateway's time-out. */
export const isAnswered = ({ status, timedOut }: BridgeError): boolean =>
  status !== undefined && timedOut !== true

/** A call without an answer is given up after this time. Milliseconds. */
const TIME_OUT = LATEST_COMMIT_MS
/**
 * After that a write may still be executed for a while; after an answer that says nothing (a 5xx) only briefly.
 * Milliseconds.
 */
const SETTLE_AFTER_TIME_OUT = 6_000
const SETTLE = 2_000

/**
 * Until when an indeterminate write is only searched for and not repeated. Whatever ended the wait for its answer, a
 * time-out, a reset or our own end, Planfix may be executing it still, as late as one that timed out.
 */
export function settlesAt({
  startedAt,
  unclearAt,
  answered,
}: Pick<PendingWrite, 'startedAt' | 'unclearAt' | 'answered'>): number {
  if (unclearAt !== null && answered) return unclearAt + SETTLE
  return Math.max(startedAt + TIME_OUT, unclearAt ?? 0) + SETTLE_AFTER_TIME_OUT
}
