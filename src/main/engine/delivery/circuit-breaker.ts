import type { BridgeError } from '../../../shared/errors.ts'
import type { Clock } from '../ports.ts'
import { isTrouble, retryDelay } from './retry.ts'

/** Permission for one call. Returned with the call's result, or unused. */
export interface Permit {
  /**
   * How often the breaker had opened when the call began: results from an earlier period count differently.
   */
  readonly episode: number
  /** The one call that tests whether a stopped service works again. */
  readonly probe: boolean
}
/** No call may be made now; `opened` resolves when the caller should ask again. */
export interface Stopped {
  readonly worthRetry: Promise<void>
}
export const isStopped = (entry: Permit | Stopped): entry is Stopped => 'worthRetry' in entry

/** Interval of probes of an unreachable or failing service: its recovery is noticed within this time. */
const PROBE_MS = 8_000

/**
 * Whether a service can be used at all: closed = working, open = stopped. Errors that concern every request
 * open it at once, faults (time-outs, resets, 5xx) after `troubleLimit` in a row. While it is open, one
 * caller at a time probes, and its success closes it for all. A failure counts once per opening: calls that
 * began before it reveal nothing new. Shared by all users of the same account of the service.
 */
export class CircuitBreaker {
  private failures = 0
  private troubles = 0
  private episode = 0
  private openUntil = 0
  private openSince = 0
  private prober: Permit | null = null
  private last: BridgeError | null = null
  private healed = 0
  private waiting: (() => void)[] = []
  private stopTimer: (() => void) | null = null
  private readonly listeners = new Set<(what: 'changed' | 'healed') => void>()
  private readonly clock: Clock
  private readonly random: () => number
  private readonly troubleLimit: number

  constructor(clock: Clock, random: () => number, troubleLimit = 3) {
    this.clock = clock
    this.random = random
    this.troubleLimit = troubleLimit
  }

  /** Why it is open; null = it is closed. */
  get error(): BridgeError | null {
    return this.last
  }
  /** When it opened, milliseconds since 1970; only meaningful while it is open. */
  get since(): number {
    return this.openSince
  }
  get now(): number {
    return this.clock.now()
  }
  /** Time of the next probe, milliseconds since 1970. */
  get until(): number {
    return this.openUntil
  }
  /** When it last closed after having been open; 0 = never. A delay that was set before is void. */
  get healedAt(): number {
    return this.healed
  }

  /**
   * Called when it opens for another reason or closes, and after it has closed. Returns a function that
   * unsubscribes.
   */
  subscribe(listener: (what: 'changed' | 'healed') => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  enter(): Permit | Stopped {
    if (!this.last) return { episode: this.episode, probe: false }
    if (!this.prober && this.clock.now() >= this.openUntil) {
      this.prober = { episode: this.episode, probe: true }
      return this.prober
    }
    return { worthRetry: this.opened() }
  }

  /** Called again when a call's slot is granted: whether the permit is still valid. */
  holds(permit: Permit): boolean {
    return permit.probe ? permit === this.prober : permit.episode === this.episode && this.last === null
  }

  /** Resolves when the caller should ask again. */
  opened(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.waiting.push(resolve)
      if (!this.prober) this.arm()
    })
  }

  /** A permit was not used, or the call's result says nothing about the service. */
  leave(permit: Permit): void {
    if (permit !== this.prober) return
    this.prober = null
    this.release()
  }

  succeeded(permit: Permit): void {
    const isStale = permit.episode !== this.episode
    // The success of a call from before does not end a limit.
    if (isStale && this.last && (this.last.code === 'rate-limited' || this.last.retry.when === 'at')) return
    this.troubles = 0
    if (!this.last) return
    this.last = null
    this.prober = null
    this.failures = 0
    this.healed = this.clock.now()
    this.stopTimer?.()
    this.stopTimer = null
    this.notify('changed')
    this.release()
    this.notify('healed')
  }

  /**
   * A fault of the service: time-out, reset, 5xx, an invalid answer. Returns whether the breaker is open now.
   */
  troubled(error: BridgeError, permit: Permit): boolean {
    if (permit.episode !== this.episode) return this.last !== null
    if (permit.probe) this.failed(error, permit)
    else if (++this.troubles >= this.troubleLimit) this.failed(error, permit)
    return this.last !== null
  }

  /** An error that every other call would meet too. */
  failed(error: BridgeError, permit: Permit): void {
    if (permit.episode !== this.episode) return
    const isProbe = permit === this.prober
    // While it is open only the probe's result counts.
    if (this.last && !isProbe) return
    this.prober = null
    this.troubles = 0
    this.failures += 1
    if (!this.last) {
      this.episode += 1
      this.openSince = this.clock.now()
    }
    this.openUntil = this.nextProbe(error)
    const isKnown = this.last?.code === error.code
    this.last = error
    if (!isKnown) this.notify('changed')
    this.arm()
  }

  /** Probes now: after a wake, a change of network or of keys. */
  reset(): void {
    this.openUntil = this.clock.now()
    this.failures = 0
    this.troubles = 0
    this.release()
  }

  private nextProbe(error: BridgeError): number {
    const now = this.clock.now()
    if (error.retry.when === 'at') return Math.max(error.retry.time, now + 1000)
    const delay = retryDelay(this.failures, this.random)
    return now + (isTrouble(error) ? Math.min(delay, PROBE_MS) : delay)
  }

  private arm(): void {
    this.stopTimer?.()
    this.stopTimer = this.clock.after(Math.max(0, this.openUntil - this.clock.now()), () => this.release())
  }

  private release(): void {
    const waiting = this.waiting
    this.waiting = []
    for (const resolve of waiting) resolve()
  }

  private notify(what: 'changed' | 'healed'): void {
    for (const listener of this.listeners) listener(what)
  }
}
