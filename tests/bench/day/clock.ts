import type { Clock } from '../../../src/main/engine/ports.ts'

interface Timer {
  at: number
  n: number
  work: (() => void) | null
}

/** After so many turns of the event loop in which nothing happened, nothing more will before the clock moves on. */
const QUIET_TURNS = 3

/** Time that moves from timer to timer, as soon as everything that could happen at one moment has happened. */
export class VirtualClock implements Clock {
  /** Counts what happens: a turn of the event loop in which it stands still was a quiet one. */
  happened = 0
  private time: number
  private count = 0
  /** A binary heap by time, then by order. */
  private readonly heap: Timer[] = []

  constructor(start: number) {
    this.time = start
  }

  now = (): number => this.time

  after = (ms: number, work: () => void): (() => void) => {
    this.happened++
    const timer: Timer = { at: this.time + Math.max(0, Math.ceil(ms)), n: this.count++, work }
    this.push(timer)
    return () => {
      timer.work = null
    }
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve))
  }

  /** Runs everything that falls due until `end`, in order. */
  async runUntil(end: number): Promise<void> {
    await this.settle()
    for (let next = this.heap[0]; next && next.at <= end; next = this.heap[0]) {
      this.pop()
      if (!next.work) continue
      this.time = Math.max(this.time, next.at)
      next.work()
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

  private push(timer: Timer): void {
    const { heap } = this
    let at = heap.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent]!, timer)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timer
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.at < other.at || (one.at === other.at && one.n < other.n)
