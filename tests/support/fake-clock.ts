import type { Clock } from '../../src/main/engine/ports.ts'

interface Timer {
  at: number
  work: () => void
}

// Read when the file is loaded: a test may replace Node's timers later.
const nextTurn = setImmediate

/** Lets the continuations of settled promises run. */
export const settle = (): Promise<void> => new Promise((resolve) => void nextTurn(resolve))

/** A clock that moves only on request. Timers run in order of time, then in the order in which they were set. */
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

  /** The number of set timers. */
  get waiting(): number {
    return this.timers.length
  }

  /** Changes the time it shows, not how long its timers wait: the computer's clock was set. */
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

  /** The same, synchronously: promises settle when the test waits. */
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
