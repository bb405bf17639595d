import { type Clock, type Priority, type RateLimiter, SlotWithdrawn } from '../../engine/ports.ts'

export interface PausableRateLimiter extends RateLimiter {
  /** No turn is given before this time (429 with Retry-After). A shorter pause does not end a longer one. */
  pause(untilMs: number): void
  /** Sends everybody away who waits now: their turns reject with SlotWithdrawn. Who comes later waits as ever. */
  withdraw(): void
  /** Sets another rate; waiting callers keep their place. */
  setRate(requestsPerSecond: number): void
}

/** From this rate on the limiter does not count: slots are granted at once. */
const UNLIMITED = 1000
/** Every this many slots the caller whose patience is most exhausted is served, so that none starves. */
const TURNS_TO_ELDEST = 8
/** By priority: how many times as long as a client's message may this wait? Notes and visits are late by minutes unnoticed. */
const PATIENCE = [1, 1, 60, 1000] as const

interface Waiter {
  priority: Priority
  key: string
  /** When it came, milliseconds since 1970. */
  since: number
  start: () => void
  sendAway: (why: SlotWithdrawn) => void
}

/**
 * Token bucket for Planfix's one request a second (contracts/planfix.md §2). Lower priority numbers go first;
 * the conversations of one priority take turns. Up to `burst` slots may be saved; at high rates as many as
 * the resolution of timers requires. No timer runs while no caller waits.
 */
export function createRateLimiter(options: {
  clock: Clock
  requestsPerSecond: number
  burst?: number
}): PausableRateLimiter {
  const { clock } = options
  let rate = options.requestsPerSecond
  let unlimited = rate >= UNLIMITED
  let burst = Math.max(1, options.burst ?? rate / 50)
  // One ordered map of queues per priority: its first key is the conversation to be served next.
  const queues: Map<string, Waiter[]>[] = [new Map(), new Map(), new Map(), new Map()]
  let waiting = 0
  let turnsSinceEldest = 0
  let tokens = burst
  let countedAt = clock.now()
  let pausedUntil = 0
  let cancelTimer: (() => void) | null = null

  function refill(now: number): void {
    // A clock set back must not remove saved slots.
    if (now > countedAt) tokens = Math.min(burst, tokens + ((now - countedAt) * rate) / 1000)
    countedAt = now
  }

  function mayStart(now: number): boolean {
    if (now < pausedUntil) return false
    if (unlimited) return true
    refill(now)
    // Fractions of a token are lost in floating point: a deficit of a thousandth of a slot is ignored.
    return tokens >= 0.999
  }

  function spend(): void {
    if (!unlimited) tokens -= 1
  }

  function serve(): void {
    while (waiting > 0 && mayStart(clock.now())) {
      const waiter = next()
      spend()
      waiter.start()
    }
    arm()
  }

  function next(): Waiter {
    waiting--
    const eldest = ++turnsSinceEldest >= TURNS_TO_ELDEST
    if (eldest) turnsSinceEldest = 0
    const first = eldest ? eldestOf(queues, clock.now()) : firstOf(queues)
    const queue = queues[first.priority]!
    const line = queue.get(first.key)!
    line.shift()
    // The conversation goes to the end of its priority's round.
    queue.delete(first.key)
    if (line.length > 0) queue.set(first.key, line)
    return first
  }

  function arm(): void {
    if (waiting === 0 || cancelTimer) return
    const now = clock.now()
    const forToken = unlimited ? 0 : ((1 - tokens) * 1000) / rate
    const wait = Math.max(1, Math.ceil(Math.max(pausedUntil - now, forToken)))
    cancelTimer = clock.after(wait, () => {
      cancelTimer = null
      serve()
    })
  }

  return {
    slot(priority, conversationKey, since = clock.now()) {
      if (waiting === 0 && mayStart(clock.now())) {
        spend()
        return Promise.resolve()
      }
      return new Promise((start, sendAway) => {
        const queue = queues[priority]!
        const line = queue.get(conversationKey)
        const waiter: Waiter = { priority, key: conversationKey, since, start, sendAway }
        if (line) line.push(waiter)
        else queue.set(conversationKey, [waiter])
        waiting++
        arm()
      })
    },
    release() {
      if (unlimited) return
      refill(clock.now())
      tokens = Math.min(burst, tokens + 1)
      cancelTimer?.()
      cancelTimer = null
      serve()
    },
    setRate(requestsPerSecond) {
      if (requestsPerSecond === rate) return
      if (!unlimited) refill(clock.now())
      rate = requestsPerSecond
      unlimited = rate >= UNLIMITED
      burst = Math.max(1, options.burst ?? rate / 50)
      tokens = Math.min(tokens, burst)
      countedAt = clock.now()
      cancelTimer?.()
      cancelTimer = null
      serve()
    },
    pause(untilMs) {
      pausedUntil = Math.max(pausedUntil, untilMs)
    },
    withdraw() {
      const sentAway = queues.flatMap((queue) => [...queue.values()].flat())
      for (const queue of queues) queue.clear()
      waiting = 0
      cancelTimer?.()
      cancelTimer = null
      for (const waiter of sentAway) waiter.sendAway(new SlotWithdrawn('the slot was withdrawn'))
    },
  }
}

function firstOf(queues: Map<string, Waiter[]>[]): Waiter {
  for (const queue of queues) {
    for (const line of queue.values()) return line[0]!
  }
  throw new Error('the rate limiter has no waiting caller')
}

function eldestOf(queues: Map<string, Waiter[]>[], now: number): Waiter {
  const lines = queues.flatMap((queue) => [...queue.values()])
  const exhausted = ({ since, priority }: Waiter) => (now - since) / PATIENCE[priority]
  return lines
    .map(([first]) => first!)
    .reduce((one, other) => (exhausted(other) > exhausted(one) ? other : one))
}
