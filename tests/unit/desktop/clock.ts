import type { Clock } from '../../../src/main/engine/ports.ts'

/** A clock that stands until it is moved. */
export class HandClock implements Clock {
  private time: number
  private timers: { at: number; work: () => void }[] = []

  constructor(time: number) {
    this.time = time
  }
  now(): number {
    return this.time
  }
  after(ms: number, work: () => void): () => void {
    const timer = { at: this.time + ms, work }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }
  get waiting(): number {
    return this.timers.length
  }
  /** Promises that are settled are followed up between the timers. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms
    for (;;) {
      await settle()
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.timers = this.timers.filter((one) => one !== next)
      this.time = Math.max(this.time, next.at)
      next.work()
    }
    this.time = until
    await settle()
  }
}

export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
