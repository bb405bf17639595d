import type { BridgeError } from '../../../shared/errors.ts'
import { needsOwner } from '../../../shared/errors.ts'
import type { SideState } from '../ports.ts'
import type { CircuitBreaker, Permit, Stopped } from './circuit-breaker.ts'

const FAILING_AFTER = 3

/**
 * One side of a connection as that connection sees it: the circuit breaker of the account behind it, which
 * other connections may share, and refusals of only a part of this connection's work.
 */
export class SideBreaker {
  readonly breaker: CircuitBreaker
  /** Refusals of a part of the work while the side as a whole is reachable, by part. */
  private readonly denied = new Map<string, { error: BridgeError; since: number }>()
  private readonly partFailures = new Map<string, number>()
  private readonly changed: (state: SideState) => void
  private readonly unsubscribe: () => void

  constructor(breaker: CircuitBreaker, changed: (state: SideState) => void = () => undefined) {
    this.breaker = breaker
    this.changed = changed
    this.unsubscribe = breaker.subscribe((what) => {
      if (what === 'changed') this.changed(this.state)
    })
  }

  /** The connection ends; the breaker continues for others. */
  close(): void {
    this.unsubscribe()
  }

  get state(): SideState {
    const denied = [...this.denied.values()].at(-1)
    const error = this.breaker.error ?? denied?.error
    if (!error) return { state: 'ok' }
    const isWhole = this.breaker.error !== null
    return {
      state: needsOwner(error) ? 'paused' : 'waiting',
      code: error.code,
      since: isWhole ? this.breaker.since : (denied?.since ?? 0),
      until: this.breaker.until,
      // The right that the owner must grant, by its name (shared/api/state.ts).
      detail: error.code === 'missing-scope' && error.scope ? error.scope : error.detail,
    }
  }
  /** No part of the work is refused. */
  get isHealthy(): boolean {
    return this.breaker.error === null && this.denied.size === 0
  }

  /** A part of the work is refused, for example for a missing right: it waits alone, the rest continues. */
  denyPart(part: string, error: BridgeError): void {
    const before = this.denied.get(part)
    const isKnown = before?.error.code === error.code
    this.denied.set(part, { error, since: before?.since ?? this.breaker.now })
    if (!isKnown && !this.breaker.error) this.changed(this.state)
  }

  /** A part of the work failed. Opens after three consecutive failures. */
  recordPartFailure(part: string, error: BridgeError): void {
    const times = (this.partFailures.get(part) ?? 0) + 1
    this.partFailures.set(part, times)
    if (times >= FAILING_AFTER) this.denyPart(part, error)
  }

  /** A part of the work was done. */
  clearPart(part: string): void {
    this.partFailures.delete(part)
    if (this.denied.delete(part) && !this.breaker.error) this.changed(this.state)
  }

  // ---- the breaker's methods, for callers on this side

  enter(): Permit | Stopped {
    return this.breaker.enter()
  }
  holds(permit: Permit): boolean {
    return this.breaker.holds(permit)
  }
  leave(permit: Permit): void {
    this.breaker.leave(permit)
  }
  succeeded(permit: Permit): void {
    this.breaker.succeeded(permit)
  }
  failed(error: BridgeError, permit: Permit): void {
    this.breaker.failed(error, permit)
  }
  troubled(error: BridgeError, permit: Permit): boolean {
    return this.breaker.troubled(error, permit)
  }
  reset(): void {
    this.breaker.reset()
  }
}
