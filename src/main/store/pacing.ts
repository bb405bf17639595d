/**
 * How often the disk is written to. Every transaction rewrites whole pages, most of them the same as the one before: what
 * is written within half a second costs little more together than one of it alone.
 */
export interface Pacing {
  /** Transactions a second, when more is written than that. */
  perSecond: number
  /** Transactions that need not wait after a quiet time: the steps of a single message. */
  atOnce: number
  /**
   * So many waiting writes fill a transaction: they do not wait. No more than the decisions of one batch (engine/intake), which
   * otherwise would be made at this pace.
   */
  full: number
  /** How long what was staged may wait for a transaction, in milliseconds; Infinity = until one is made. */
  staged: number
}

export const UNPACED: Pacing = { perSecond: Number.POSITIVE_INFINITY, atOnce: 1, full: 1, staged: 0 }
/** For a program on a real disk. */
export const PACED: Pacing = { perSecond: 2, atOnce: 10, full: 50, staged: 500 }

/** Counts transactions against a pace; times in milliseconds. */
export class Pacer {
  readonly #pacing: Pacing
  #left: number
  #countedAt = 0

  constructor(pacing: Pacing) {
    this.#pacing = pacing
    this.#left = pacing.atOnce
  }

  /** How long the next transaction waits, with this many writes in it. */
  wait(now: number, writes: number): number {
    if (writes >= this.#pacing.full) return 0
    this.#refill(now)
    return this.#left >= 1 ? 0 : ((1 - this.#left) * 1000) / this.#pacing.perSecond
  }

  /** A transaction was made. */
  made(now: number): void {
    this.#refill(now)
    this.#left = Math.max(0, this.#left - 1)
  }

  #refill(now: number): void {
    const { perSecond, atOnce } = this.#pacing
    if (perSecond === Number.POSITIVE_INFINITY) this.#left = atOnce
    else this.#left = Math.min(atOnce, this.#left + ((now - this.#countedAt) * perSecond) / 1000)
    this.#countedAt = now
  }
}
