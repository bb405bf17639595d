import type { Clock } from '../../../src/main/engine/ports.ts'

/** A clock that moves only when told to; `advance` runs what falls due, in order. */
export class FakeClock implements Clock {
  private time: number
  private timers: { at: number; n: number; work: () => void }[] = []
  private count = 0

  constructor(start = Date.UTC(2026, 0, 5, 12, 0, 30)) {
    this.time = start
  }
  now(): number {
    return this.time
  }
  after(ms: number, work: () => void): () => void {
    const timer = { at: this.time + ms, n: this.count++, work }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }
  get waiting(): number {
    return this.timers.length
  }
  /** Moves on by `ms`, letting promises settle between timers. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms
    for (;;) {
      await settle()
      const due = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.n - b.n)[0]
      if (!due) break
      this.timers = this.timers.filter((one) => one !== due)
      this.time = Math.max(this.time, due.at)
      due.work()
    }
    this.time = until
    await settle()
  }
}

async function settle(): Promise<void> {
  for (let n = 0; n < 5; n++) await Promise.resolve()
}

/** The computer's clock, for tests that speak to a server. */
export const realClock: Clock = {
  now: () => Date.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
