/** Work put off: late commits and queued updates. It keeps its order and can be brought forward. */
export class Later {
  private readonly waiting = new Map<NodeJS.Timeout, () => void>()

  put(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.waiting.delete(timer)
      work()
    }, ms)
    timer.unref()
    this.waiting.set(timer, work)
  }

  /** Does everything that waits, now. */
  flush(): void {
    for (const [timer, work] of [...this.waiting]) {
      clearTimeout(timer)
      this.waiting.delete(timer)
      work()
    }
  }

  stop(): void {
    for (const timer of this.waiting.keys()) clearTimeout(timer)
    this.waiting.clear()
  }
}
