import { type Clock, SlotWithdrawn } from '../../ports.ts'

/** Priority of a call: replies first, then their edits and deletions, then calls of jobs. */
export type CallKind = 'send' | 'change' | 'read'
const ORDER: readonly CallKind[] = ['send', 'change', 'read']

/** A slot for one call. Call `release` when the call has ended. */
export interface Slot {
  readonly kind: CallKind
  readonly begunAt: number
  release(): void
}

const START_PER_SECOND = 3
const LEAST_PER_SECOND = 0.1
/** From this rate on the limiter does not count. */
const UNLIMITED = 1000
/** Slots saved while nothing was sent, as long as Chatra has refused nothing. */
const BURST = 5
/** Growth of the rate with each success: while nothing was refused, and above half of the refused rate. */
const GROWTH = 1.3
const CAREFUL_GROWTH = 1.02
/** A refusal older than this does not count any more. */
const FORGET_MS = 10 * 60_000
/** Maximum sends under way at once; as many may become uncertain when Chatra begins to fail. */
const PLACES = 2
/** Every this many calls the longest-waiting one is served, whatever its kind. */
const SLOTS_TO_ELDEST = 8
/** When Chatra answers the probes but fails the sends: delay until the next try, doubling. */
const RELAPSE_MS = 10_000
const LONGEST_RELAPSE_MS = 5 * 60_000

interface Waiter {
  kind: CallKind
  n: number
  start(slot: Slot | null): void
  sendAway(why: SlotWithdrawn): void
}

/**
 * The rate limiter of one Chatra account (contracts/chatra.md section 1, switch rate-limit: the numbers are
 * UNKNOWN): it starts at three calls a second, halves after a refusal, and grows with success. A conversation
 * waits for one slot at a time, so the order of arrival lets conversations take turns. At most two sends are
 * under way at once, and only one after a send without a clear answer: a reply sent to a failing Chatra stays
 * uncertain.
 */
export class SendLimiter {
  private readonly clock: Clock
  private perSecond = START_PER_SECOND
  private tokens = BURST
  private countedAt: number
  private pausedUntil = 0
  private ceiling = Number.POSITIVE_INFINITY
  private refusedAt = Number.NEGATIVE_INFINITY
  private refusals = 0
  private sending = 0
  private doubts = 0
  private relapses = 0
  private held = 0
  private arrivals = 0
  private served = 0
  private readonly queues = new Map<CallKind, Waiter[]>(ORDER.map((kind) => [kind, []]))
  private cancelTimer: (() => void) | null = null

  constructor(clock: Clock) {
    this.clock = clock
    this.countedAt = clock.now()
  }

  /** Current calls a second. */
  get rate(): number {
    return this.perSecond
  }
  /** Refusals in a row. */
  get refusedInRow(): number {
    return this.refusals
  }
  /** After this many sends in a row without a clear answer none is made before `recovered`. */
  get isStopped(): boolean {
    return this.doubts >= PLACES
  }
  /** Nothing is sent, and no slot is granted, before this time. */
  get heldUntil(): number {
    return this.held
  }

  /**
   * Resolves when a call may be made; null = Chatra has stopped working meanwhile, and the caller must ask
   * its breaker again. Rejects with SlotWithdrawn when waiting callers are cancelled.
   */
  slot(kind: CallKind): Promise<Slot | null> {
    return new Promise((start, sendAway) => {
      this.queues.get(kind)?.push({ kind, n: this.arrivals++, start, sendAway })
      this.serve()
    })
  }

  /** A call was executed, or refused for a reason of its own. */
  succeeded({ kind }: Slot): void {
    this.refusals = 0
    if (kind === 'send') {
      this.doubts = 0
      this.relapses = 0
    }
    if (this.clock.now() - this.refusedAt > FORGET_MS) this.ceiling = Number.POSITIVE_INFINITY
    this.perSecond = Math.min(
      UNLIMITED,
      this.perSecond * (this.perSecond < this.ceiling / 2 ? GROWTH : CAREFUL_GROWTH),
    )
    this.serve()
  }

  /** Too many calls (429). `retryAt` = when Chatra accepts the next one; null when it does not say. */
  refused(slot: Slot, retryAt: number | null): void {
    const now = this.clock.now()
    this.refusals += 1
    // Calls under way at the same time are refused for the same reason: that counts as one refusal.
    if (slot.begunAt >= this.refusedAt) {
      this.ceiling = this.perSecond
      this.perSecond = Math.max(LEAST_PER_SECOND, this.perSecond / 2)
      this.refusedAt = now
    }
    this.tokens = 0
    this.countedAt = now
    this.pausedUntil = Math.max(this.pausedUntil, retryAt ?? 0)
    this.serve()
  }

  /** A send had no clear answer. */
  indeterminate(): void {
    this.doubts = Math.min(PLACES, this.doubts + 1)
    if (this.isStopped) this.sendBack()
    if (this.relapses > 0)
      this.held = this.clock.now() + Math.min(LONGEST_RELAPSE_MS, RELAPSE_MS * 2 ** (this.relapses - 1))
  }

  /** Chatra has stopped working: callers waiting to send or change must ask its breaker again. */
  sendBack(): void {
    for (const kind of ['send', 'change'] as const)
      for (const waiter of this.queues.get(kind)?.splice(0) ?? []) waiter.start(null)
  }

  /** Chatra answers again after sends without a clear answer: the next one goes alone. */
  recovered(): void {
    if (this.doubts < PLACES) return
    this.doubts = PLACES - 1
    this.relapses += 1
    this.serve()
  }

  /** The computer woke up, or the network or the keys changed: all delays end. */
  reset(): void {
    this.held = 0
    this.pausedUntil = 0
    this.relapses = 0
    this.serve()
  }

  /** Cancels all waiting callers. */
  withdraw(): void {
    for (const queue of this.queues.values())
      for (const waiter of queue.splice(0)) waiter.sendAway(new SlotWithdrawn('the slot was withdrawn'))
    this.cancelTimer?.()
    this.cancelTimer = null
  }

  private serve(): void {
    for (;;) {
      const waiter = this.mayCall() ? this.next() : null
      if (waiter === null) break
      this.tokens -= 1
      if (waiter.kind === 'send') this.sending += 1
      waiter.start(this.slotOf(waiter.kind))
    }
    this.arm()
  }

  private slotOf(kind: CallKind): Slot {
    let isReleased = false
    return {
      kind,
      begunAt: this.clock.now(),
      release: () => {
        if (isReleased) return
        isReleased = true
        if (kind === 'send') this.sending -= 1
        this.serve()
      },
    }
  }

  private mayCall(): boolean {
    const now = this.clock.now()
    if (now < this.pausedUntil) return false
    if (this.perSecond >= UNLIMITED) {
      this.tokens = BURST
      this.countedAt = now
      return true
    }
    const burst = this.ceiling === Number.POSITIVE_INFINITY ? Math.max(BURST, this.perSecond / 50) : 1
    const earned = (Math.max(0, now - this.countedAt) * this.perSecond) / 1000
    this.tokens = Math.min(burst, this.tokens + earned)
    this.countedAt = now
    // Fractions of a token are lost in floating point.
    return this.tokens >= 0.999
  }

  private next(): Waiter | null {
    const free = ORDER.filter((kind) => kind !== 'send' || this.sending + this.doubts < PLACES)
    const first = free.flatMap((kind) => this.queues.get(kind)?.[0] ?? [])
    if (first.length === 0) return null
    const toEldest = ++this.served % SLOTS_TO_ELDEST === 0
    const waiter = toEldest ? first.toSorted((a, b) => a.n - b.n)[0] : first[0]
    return waiter ? (this.queues.get(waiter.kind)?.shift() ?? null) : null
  }

  private arm(): void {
    const isWanted = [...this.queues.values()].some((queue) => queue.length > 0)
    const now = this.clock.now()
    const forToken = this.tokens >= 0.999 ? 0 : ((1 - this.tokens) * 1000) / this.perSecond
    const wait = Math.max(this.pausedUntil - now, forToken)
    // When a token is available they wait for a free place, which `release` reports.
    if (!isWanted || this.cancelTimer || wait <= 0) return
    this.cancelTimer = this.clock.after(Math.max(1, Math.ceil(wait)), () => {
      this.cancelTimer = null
      this.serve()
    })
  }
}
