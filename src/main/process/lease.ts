import type { Clock } from '../engine/ports.ts'

/** A moment on both clocks: the monotonic one stops while the computer sleeps, the other one may be set. */
export interface Moment {
  monotonic: number
  wall: number
}

/**
 * How long this program may take itself for the one that a role was given to: the active computer of a relay
 * (docs/relay.md, "The active computer"), or the host of a unit (docs/scale.md, "Leases"). The lease counts from the
 * sending of the last message that the giver answered, and ends a third before the giver hands the role to another one.
 * Time is measured by the faster of two clocks, so that neither a sleep nor a clock that is set back extends it.
 */
export class Lease {
  private readonly clock: Clock
  private readonly monotonic: () => number
  private readonly changed: (holds: boolean) => void
  private active = false
  private leaseMs = 0
  private confirmed: Moment | null = null
  private reported = false
  private cancel = () => {}

  constructor(
    clock: Clock,
    changed: (holds: boolean) => void,
    monotonic: () => number = () => performance.now(),
  ) {
    this.clock = clock
    this.changed = changed
    this.monotonic = monotonic
  }

  /** Whether it has the role at this moment. */
  get holds(): boolean {
    return this.active && this.confirmed !== null && this.ageOf(this.confirmed) < this.leaseMs
  }

  /** It has the role as far as it knows, but the giver has not confirmed it recently. */
  get isUnconfirmed(): boolean {
    return this.active && !this.holds
  }

  now(): Moment {
    return { monotonic: this.monotonic(), wall: this.clock.now() }
  }

  /**
   * The giver has answered a message sent at that time. `beatMs`: a third of the time after which it may hand
   * the role to another one.
   */
  confirm(sent: Moment, beatMs: number): void {
    if (this.confirmed === null || this.ageOf(sent) < this.ageOf(this.confirmed)) this.confirmed = sent
    this.leaseMs = 2 * beatMs
    this.look()
  }

  /** The giver's message about the role. */
  setActive(active: boolean): void {
    this.active = active
    this.look()
  }

  /** The state is unknown again. */
  end(): void {
    this.active = false
    this.confirmed = null
    this.look()
  }

  private look(): void {
    this.cancel()
    const holds = this.holds
    if (holds && this.confirmed !== null) {
      const left = this.leaseMs - this.ageOf(this.confirmed)
      this.cancel = this.clock.after(Math.max(1, left), () => this.look())
    }
    if (holds === this.reported) return
    this.reported = holds
    this.changed(holds)
  }

  /** Milliseconds since that moment, by the faster clock. */
  ageOf(moment: Moment): number {
    const now = this.now()
    return Math.max(now.monotonic - moment.monotonic, now.wall - moment.wall)
  }
}
