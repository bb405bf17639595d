import type { Clock } from '../../src/main/engine/ports.ts'

interface Timer {
  at: number
  work: () => void
}

// Taken when the file is read: a test may replace the timers of Node.
const nextTurn = setImmediate

/** Lets settled promises be followed up. */
export const settle = (): Promise<void> => new Promise((resolve) => void nextTurn(resolve))

/** A clock that moves only when told to. What falls due runs in order of time, then of setting. */
export class FakeClock implements Clock {
  private shown: number
  private passed = 0
  private timers: Timer[] = []

  constructor(start = Date.UTC(2026, 0, 5, 12, 0, 30)) {
    this.shown = start
  }

  now(): number {
    return this.shown
  }

  after(ms: number, work: () => void): () => void {
    const timer = { at: this.passed + ms, work }
    this.timers.push(timer)
    return () => this.drop(timer)
  }

  /** How many timers are set. */
  get waiting(): number {
    return this.timers.length
  }

  /** Changes the time it shows, not how long its timers wait: somebody has set the computer's clock. */
  set(time: number): void {
    this.shown = time
  }

  /** Moves on by `ms`, and lets promises settle before, between and after the timers. */
  async advance(ms: number): Promise<void> {
    const end = this.passed + ms
    await settle()
    while (this.fireNext(end)) await settle()
    this.moveTo(end)
  }

  /** The same at once: promises settle when the test waits. */
  advanceAtOnce(ms: number): void {
    const end = this.passed + ms
    while (this.fireNext(end));
    this.moveTo(end)
  }

  private fireNext(end: number): boolean {
    const [next] = this.timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)
    if (!next) return false
    this.drop(next)
    this.moveTo(Math.max(this.passed, next.at))
    next.work()
    return true
  }

  private moveTo(moment: number): void {
    this.shown += moment - this.passed
    this.passed = moment
  }

  private drop(timer: Timer): void {
    this.timers = this.timers.filter((one) => one !== timer)
  }
}
