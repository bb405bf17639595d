import type { Clock } from '../../../src/main/engine/ports.ts'
import { TimerHeap } from '../../support/timer-heap.ts'

/** After this many event-loop turns without activity, nothing more happens until the clock moves on. */
const QUIET_TURNS = 3

/** Time that moves from timer to timer, after everything at the current moment has run. */
export class VirtualClock implements Clock {
  /** Counts activity: an event-loop turn in which the count does not change was idle. */
  happened = 0
  private time: number
  private readonly timers = new TimerHeap()

  constructor(start: number) {
    this.time = start
  }

  now = (): number => this.time

  after = (ms: number, work: () => void): (() => void) => {
    this.happened++
    return this.timers.set(this.time + Math.max(0, Math.ceil(ms)), work)
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve))
  }

  /** Runs every timer that is due until `end`, in order. */
  async runUntil(end: number): Promise<void> {
    await this.settle()
    for (let at = this.timers.next; at !== null && at <= end; at = this.timers.next) {
      this.time = Math.max(this.time, at)
      this.timers.take()?.()
      await this.settle()
    }
    this.time = Math.max(this.time, end)
  }

  private async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.happened
      await new Promise<void>((resolve) => void setImmediate(resolve))
      if (this.happened !== before) quiet = -1
    }
  }
}
