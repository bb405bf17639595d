import { type Clock, SlotWithdrawn } from '../../ports.ts'

/** Where a call stands in the queue: replies first, then their edits and deletions, then what jobs ask. */
export type CallKind = 'send' | 'change' | 'read'
const ORDER: readonly CallKind[] = ['send', 'change', 'read']

/** A call that may be made now. `release` it when it has ended. */
export interface Slot {
  readonly kind: CallKind
  readonly begunAt: number
  release(): void
}

const START_PER_SECOND = 3
const LEAST_PER_SECOND = 0.1
/** From here on nothing is counted. */
const UNLIMITED = 1000
/** Saved up while nothing was to be sent, as long as Chatra has refused nothing. */
const BURST = 5
/** Growth with each success: as long as nothing was refused, and above half of what was. */
const GROWTH = 1.3
const CAREFUL_GROWTH = 1.02
/** A refusal of so long ago says nothing any more. */
const FORGET_MS = 10 * 60_000
/** So many sends are under way at once, and as many may become uncertain when Chatra begins to fail. */
const PLACES = 2
/** Every so many calls the one that has waited longest is served, whatever its kind. */
const SLOTS_TO_ELDEST = 8
/** Chatra answers the probes and yet fails the sends: so long until the next try, doubling. */
const RELAPSE_MS = 10_000
const LONGEST_RELAPSE_MS = 5 * 60_000

interface Waiter {
  kind: CallKind
  n: number
  start(slot: Slot | null): void
  sendAway(why: SlotWithdrawn): void
}

/**
 * The pace of one Chatra account (contracts/chatra.md section 1, switch rate-limit: the numbers are UNKNOWN): it starts at
 * three calls a second, halves when it is refused, and grows with success. A conversation waits for one slot at a time,
 * so first come, first served lets conversations take turns. No more than two sends are under way at once, and only one
 * after a send that had no clear answer: a reply that meets a failing Chatra is uncertain for good.
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

  /** Calls a second, as it stands. */
  get rate(): number {
    return this.perSecond
  }
  /** Refusals in a row. */
  get refusedInRow(): number {
    return this.refusals
  }
  /** So many sends in a row had no clear answer that none is made before `recovered`. */
  get isStopped(): boolean {
    return this.doubts >= PLACES
  }
  /** Nothing is sent, and nobody asks, before this time. */
  get heldUntil(): number {
    return this.held
  }

  /**
   * Resolves when a call may be made; null = Chatra has stopped working meanwhile, and its breaker is to be asked again.
   * Rejects with SlotWithdrawn when those who wait are sent away.
   */
  slot(kind: CallKind): Promise<Slot | null> {
    return new Promise((start, sendAway) => {
      this.queues.get(kind)?.push({ kind, n: this.arrivals++, start, sendAway })
      this.serve()
    })
  }

  /** A call was carried out or refused for its own sake. */
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

  /** Too many calls (429). `retryAt` = when Chatra wants the next one; null when it does not say. */
  refused(slot: Slot, retryAt: number | null): void {
    const now = this.clock.now()
    this.refusals += 1
    // Calls that were under way together are refused for the same reason: that is one refusal.
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
  unclear(): void {
    this.doubts = Math.min(PLACES, this.doubts + 1)
    if (this.isStopped) this.sendBack()
    if (this.relapses > 0)
      this.held = this.clock.now() + Math.min(LONGEST_RELAPSE_MS, RELAPSE_MS * 2 ** (this.relapses - 1))
  }

  /** Chatra has stopped working: those who wait to send or change something ask its breaker again. */
  sendBack(): void {
    for (const kind of ['send', 'change'] as const)
      for (const waiter of this.queues.get(kind)?.splice(0) ?? []) waiter.start(null)
  }

  /** Chatra answers again after sends that had no clear answer: the next one goes alone. */
  recovered(): void {
    if (this.doubts < PLACES) return
    this.doubts = PLACES - 1
    this.relapses += 1
    this.serve()
  }

  /** The computer woke up, the network changed or the keys did: nothing is held any more. */
  reset(): void {
    this.held = 0
    this.pausedUntil = 0
    this.relapses = 0
    this.serve()
  }

  /** Sends everybody away who waits now. */
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
    // With a token at hand they wait for a place, which is told by `release`.
    if (!isWanted || this.cancelTimer || wait <= 0) return
    this.cancelTimer = this.clock.after(Math.max(1, Math.ceil(wait)), () => {
      this.cancelTimer = null
      this.serve()
    })
  }
}
