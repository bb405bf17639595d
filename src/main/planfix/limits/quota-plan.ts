import type { QuotaState } from './daily-quota.ts'

/** How the rest of a day's requests is spent. */
export interface QuotaPlan {
  /** Requests that are kept for clients' messages. */
  reserved: number
  /** Milliseconds between two polls at least, so that they last until the limit is renewed; 0 = as often as wanted. */
  everyMs: number
  /** Only the reserve is left: nothing is polled or read. */
  isReserveOnly: boolean
}

const RESERVED = 0.1
/** Of what can be spent, polls take their share; the rest goes into what they find. */
const REQUESTS_EACH_POLL = 1.5
/** While nothing may be polled, it is looked again after so long whether it may. */
const RESERVE_LOOK_MS = 10 * 60_000

/** Polls never spend more than what is left, less the reserve, shared out over the time until the limit is renewed. */
export function quotaPlan({ limit, remaining, renewedAt, isTold }: QuotaState, now: number): QuotaPlan {
  const reserved = Math.ceil((limit ?? 0) * RESERVED)
  // At nothing the circuit breaker is open, and probes when something may be left again.
  if (limit === null || !remaining) return { reserved, everyMs: 0, isReserveOnly: false }
  const free = remaining - reserved
  // Where it is only our own count that says so, others may have used less than before.
  if (free <= 0) return { reserved, everyMs: RESERVE_LOOK_MS, isReserveOnly: isTold }
  const everyMs = (REQUESTS_EACH_POLL * Math.max(0, renewedAt - now)) / free
  return { reserved, everyMs, isReserveOnly: false }
}
