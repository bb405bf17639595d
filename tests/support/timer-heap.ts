interface Timer {
  at: number
  /** The order in which timers of the same moment were set. */
  n: number
  work: (() => void) | null
}

/**
 * The timers of a simulated clock, a binary heap: the earliest first; of the same moment the one that was set first.
 */
export class TimerHeap {
  private count = 0
  private readonly heap: Timer[] = []

  /** Returns a function that cancels the timer. */
  set(at: number, work: () => void): () => void {
    const timer: Timer = { at, n: this.count++, work }
    this.push(timer)
    return () => {
      timer.work = null
    }
  }

  /** When the next timer fires; null when there is none. */
  get next(): number | null {
    while (this.heap[0]?.work === null) this.pop()
    return this.heap[0]?.at ?? null
  }

  /** Removes and returns the next timer; null when there is none. */
  take(): (() => void) | null {
    return this.next === null ? null : (this.pop()?.work ?? null)
  }

  private push(timer: Timer): void {
    const { heap } = this
    let at = heap.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent], timer)) break
      heap[at] = heap[parent] as Timer
      at = parent
    }
    heap[at] = timer
  }

  private pop(): Timer | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= heap.length) break
      const child = left + 1 < heap.length && isBefore(heap[left + 1], heap[left] as Timer) ? left + 1 : left
      if (isBefore(last, heap[child] as Timer)) break
      heap[at] = heap[child] as Timer
      at = child
    }
    heap[at] = last
    return first
  }
}

const isBefore = (one: Timer | undefined, other: Timer): boolean =>
  one !== undefined && (one.at < other.at || (one.at === other.at && one.n < other.n))
