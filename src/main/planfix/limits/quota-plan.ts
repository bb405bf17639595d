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
  /** Only the reserve is left: no polling beyond a look each `everyMs`, and no reading. */
  isReserveOnly: boolean
}

const RESERVED = 0.1
/** The share of polls in the available requests; the rest is for reading what they find. */
const REQUESTS_EACH_POLL = 1.5
/** How often one request is spent on learning whether there are more again: 144 of 20,000 a day at most. */
const LOOK_MS = 10 * 60_000

/**
 * Polls spend what is left, less the reserve, shared out over the time until the limit is renewed. When that is, Planfix
 * does not say (contracts/planfix.md §2): the last few requests are not shared out over a whole day, or nobody would
 * notice that there are more again.
 */
export function quotaPlan({ limit, remaining, renewedAt, isReported }: QuotaState, now: number): QuotaPlan {
  const reserved = Math.ceil((limit ?? 0) * RESERVED)
  // At zero the circuit breaker is open, and probes when requests may be available again.
  if (limit === null || !remaining) return { reserved, everyMs: 0, isReserveOnly: false }
  const free = remaining - reserved
  // When only our own count says so, other programs may have used less than before.
  if (free <= 0) return { reserved, everyMs: LOOK_MS, isReserveOnly: isReported }
  const everyMs = Math.min(LOOK_MS, (REQUESTS_EACH_POLL * Math.max(0, renewedAt - now)) / free)
  return { reserved, everyMs, isReserveOnly: false }
}
