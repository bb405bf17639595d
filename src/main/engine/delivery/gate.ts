import type { BridgeError } from '../../../shared/errors.ts'
import { needsOwner } from '../../../shared/errors.ts'
import type { Clock, SideState } from '../ports.ts'
import { retryDelay } from './retry.ts'

const FAILING_AFTER = 3

/**
 * Whether one side of a connection can be reached at all. Closed by errors that concern the whole side (keys, plan,
 * daily limit, no network); then one caller at a time tries again, and its success opens the gate for all.
 */
export class SideGate {
  private failures = 0
  private until = 0
  private probing = false
  private last: BridgeError | null = null
  /** What a part of the work is refused although the side as a whole can be reached, by that part. */
  private readonly refusals = new Map<string, BridgeError>()
  private readonly stumbles = new Map<string, number>()
  private waiting: (() => void)[] = []
  private stopTimer: (() => void) | null = null
  private readonly clock: Clock
  private readonly random: () => number
  private readonly changed: (state: SideState) => void

  constructor(clock: Clock, random: () => number, changed: (state: SideState) => void = () => undefined) {
    this.clock = clock
    this.random = random
    this.changed = changed
  }

  get state(): SideState {
    const error = this.last ?? [...this.refusals.values()].at(-1)
    if (!error) return { state: 'ok' }
    return {
      state: needsOwner(error) ? 'paused' : 'waiting',
      code: error.code,
      until: this.until,
      // What the owner has to allow, by its name (shared/api/state.ts).
      detail: error.code === 'missing-scope' && error.scope ? error.scope : error.detail,
    }
  }
  /** Nothing is in the way of any part of the work. */
  get isOpen(): boolean {
    return this.last === null && this.refusals.size === 0
  }

  /** A part of the work is refused, for want of a right for instance: it waits by itself, the rest goes on. */
  lacks(part: string, error: BridgeError): void {
    const told = this.refusals.get(part)?.code === error.code
    this.refusals.set(part, error)
    if (!told && !this.last) this.changed(this.state)
  }

  /** A part of the work failed for now. One stumble is nothing; three in a row are a service that fails. */
  stumbled(part: string, error: BridgeError): void {
    const times = (this.stumbles.get(part) ?? 0) + 1
    this.stumbles.set(part, times)
    if (times >= FAILING_AFTER) this.lacks(part, error)
  }

  /** A part of the work was done. */
  hasAgain(part: string): void {
    this.stumbles.delete(part)
    if (this.refusals.delete(part) && !this.last) this.changed(this.state)
  }

  /** Null when a call may be made now; else how to wait: resolves when it is worth asking again. */
  enter(): Promise<void> | null {
    if (!this.last) return null
    if (!this.probing && this.clock.now() >= this.until) {
      this.probing = true
      return null
    }
    return new Promise<void>((resolve) => {
      this.waiting.push(resolve)
      if (!this.probing) this.arm()
    })
  }

  /** A turn taken with `enter` was not used after all. */
  leave(): void {
    if (!this.probing) return
    this.probing = false
    this.release()
  }

  succeeded(): void {
    this.probing = false
    if (!this.last) return
    this.last = null
    this.failures = 0
    this.stopTimer?.()
    this.stopTimer = null
    this.changed(this.state)
    this.release()
  }

  /** An error for which `stopsSide` holds, or another one that makes every call pointless. */
  failed(error: BridgeError): void {
    this.probing = false
    this.failures += 1
    const now = this.clock.now()
    const next = now + retryDelay(this.failures, this.random)
    this.until = error.retry.when === 'at' ? Math.max(error.retry.time, now + 1000) : next
    const told = this.last?.code !== error.code
    this.last = error
    if (told) this.changed(this.state)
    this.arm()
  }

  /** Asks again now: after a wake, a change of network or of keys. */
  reset(): void {
    this.until = this.clock.now()
    this.failures = 0
    this.release()
  }

  private arm(): void {
    this.stopTimer?.()
    this.stopTimer = this.clock.after(Math.max(0, this.until - this.clock.now()), () => this.release())
  }

  private release(): void {
    const waiting = this.waiting
    this.waiting = []
    for (const resolve of waiting) resolve()
  }
}
