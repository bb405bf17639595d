import type { Clock } from '../engine/ports.ts'

export interface BudgetState {
  /** Requests left today as Planfix last told, about right and up to ten minutes old; null when it does not tell. */
  remaining: number | null
  /** Requests this program sent since midnight UTC. Others may use the same account. */
  usedToday: number
  /** When the day's limit, once used up, ends: milliseconds since 1970. */
  resetAt: number | null
}

/** The day's API budget and the server's clock, read from the headers of answers (contracts/planfix.md §2). */
export interface Budget {
  spent(): void
  saw(headers: Record<string, unknown>): void
  usedUp(resetAt: number | null): void
  state(): BudgetState
  /** Server's clock minus ours, in milliseconds; null before the first answer. */
  clockSkew(): number | null
}

const DAY = 86_400_000

/** `usedBefore`: requests sent today before it was made. */
export function createBudget(clock: Clock, usedBefore = 0): Budget {
  let remaining: number | null = null
  let resetAt: number | null = null
  let skew: number | null = null
  let day = Math.floor(clock.now() / DAY)
  let used = usedBefore

  function turnDay(): void {
    const today = Math.floor(clock.now() / DAY)
    if (today !== day) used = 0
    day = today
  }

  return {
    spent() {
      turnDay()
      used++
    },
    saw(headers) {
      const header = headers['x-ratelimit-remaining']
      const left = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN
      if (Number.isFinite(left)) remaining = Math.max(0, left)
      const date = Date.parse(String(headers.date ?? ''))
      // The header has whole seconds, cut off: half a second is the better guess.
      if (!Number.isNaN(date)) skew = date + 500 - clock.now()
    },
    usedUp(until) {
      remaining = 0
      resetAt = until
    },
    state() {
      turnDay()
      const over = resetAt !== null && clock.now() >= resetAt
      return { remaining, usedToday: used, resetAt: over ? null : resetAt }
    },
    clockSkew: () => skew,
  }
}
