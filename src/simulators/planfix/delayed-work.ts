import type { SimClock } from '../common/clock.ts'

/** Delayed work: late commits and queued updates. It keeps its order and can be run early. */
export class DelayedWork {
  private readonly clock: SimClock
  /** Functions that cancel each. */
  private readonly waiting = new Map<() => void, () => void>()

  constructor(clock: SimClock) {
    this.clock = clock
  }

  put(ms: number, work: () => void): void {
    const callOff = this.clock.after(ms, () => {
      this.waiting.delete(work)
      work()
    })
    this.waiting.set(work, callOff)
  }

  /** Runs all waiting work now. */
  flush(): void {
    for (const [work, callOff] of [...this.waiting]) {
      callOff()
      this.waiting.delete(work)
      work()
    }
  }

  stop(): void {
    for (const callOff of this.waiting.values()) callOff()
    this.waiting.clear()
  }
}
