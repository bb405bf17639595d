import type { BridgeError } from '../../../shared/errors.ts'
import { needsOwner } from '../../../shared/errors.ts'
import type { SideState } from '../ports.ts'
import type { CircuitBreaker, Permit, Stopped } from './circuit-breaker.ts'

const FAILING_AFTER = 3

/**
 * One side of a connection as that connection sees it: the circuit breaker of the account behind it, which other
 * connections may share, and what only a part of this connection's work is refused.
 */
export class SideBreaker {
  readonly breaker: CircuitBreaker
  /** What a part of the work is refused although the side as a whole can be reached, by that part. */
  private readonly denied = new Map<string, BridgeError>()
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

  /** The connection ends; the breaker goes on for others. */
  close(): void {
    this.unsubscribe()
  }

  get state(): SideState {
    const error = this.breaker.error ?? [...this.denied.values()].at(-1)
    if (!error) return { state: 'ok' }
    return {
      state: needsOwner(error) ? 'paused' : 'waiting',
      code: error.code,
      until: this.breaker.until,
      // What the owner has to allow, by its name (shared/api/state.ts).
      detail: error.code === 'missing-scope' && error.scope ? error.scope : error.detail,
    }
  }
  /** Nothing is in the way of any part of the work. */
  get isHealthy(): boolean {
    return this.breaker.error === null && this.denied.size === 0
  }

  /** A part of the work is refused, for want of a right for instance: it waits by itself, the rest goes on. */
  denyPart(part: string, error: BridgeError): void {
    const told = this.denied.get(part)?.code === error.code
    this.denied.set(part, error)
    if (!told && !this.breaker.error) this.changed(this.state)
  }

  /** A part of the work failed for now. One stumble is nothing; three in a row are a service that fails. */
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

  // ---- the breaker's, for whoever makes calls on this side

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
