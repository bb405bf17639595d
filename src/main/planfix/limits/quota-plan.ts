import type { QuotaState } from './daily-quota.ts'

/** How the rest of a day's requests is spent. */
export interface QuotaPlan {
  /** Requests that are kept for clients' messages. */
  reserved: number
  /**
   * Minimum milliseconds between two polls, so that the requests last until the limit is reset; 0 = no
   * minimum.
   */
  everyMs: number
  /** Only the reserve is left: no polling and no reading. */
  isReserveOnly: boolean
}

const RESERVED = 0.1
/** The share of polls in the available requests; the rest is for reading what they find. */
const REQUESTS_EACH_POLL = 1.5
/** How often to check again while polling is stopped. */
const RESERVE_LOOK_MS = 10 * 60_000

/** Polls never spend more than what is left, less the reserve, shared out over the time until the limit is renewed. */
export function quotaPlan({ limit, remaining, renewedAt, isReported }: QuotaState, now: number): QuotaPlan {
  const reserved = Math.ceil((limit ?? 0) * RESERVED)
  // At zero the circuit breaker is open, and probes when requests may be available again.
  if (limit === null || !remaining) return { reserved, everyMs: 0, isReserveOnly: false }
  const free = remaining - reserved
  // When only our own count says so, other programs may have used less than before.
  if (free <= 0) return { reserved, everyMs: RESERVE_LOOK_MS, isReserveOnly: isReported }
  const everyMs = (REQUESTS_EACH_POLL * Math.max(0, renewedAt - now)) / free
  return { reserved, everyMs, isReserveOnly: false }
}
