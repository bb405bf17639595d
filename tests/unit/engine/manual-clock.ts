import type { Clock } from '../../../src/main/engine/ports.ts'

/** A clock that moves only when told to. `advance` runs what falls due; `set` changes what it shows, not what it waits for. */
export class ManualClock implements Clock {
  private shown = 1_000_000_000
  private passed = 0
  private timers: { at: number; work: () => void }[] = []

  now(): number {
    return this.shown
  }
  after(ms: number, work: () => void): () => void {
    const timer = { at: this.passed + ms, work }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }
  set(time: number): void {
    this.shown = time
  }
  advance(ms: number): void {
    const end = this.passed + ms
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0]
      const step = (due?.at ?? end) - this.passed
      this.passed += step
      this.shown += step
      if (!due) return
      this.timers = this.timers.filter((one) => one !== due)
      due.work()
    }
  }
}
