/** Runs work with the same key sequentially, work with different keys in parallel. */
export class KeyedMutex {
  private readonly tails = new Map<string, Promise<unknown>>()

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key)
    const result = before ? before.then(work, work) : work()
    const tail = result
      .catch(() => undefined)
      .finally(() => {
        if (this.tails.get(key) === tail) this.tails.delete(key)
      })
    this.tails.set(key, tail)
    return result
  }

  /**
   * Runs work that needs several keys at once. Keys are taken in the given order: use the same order
   * everywhere.
   */
  runAll<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const [first, ...others] = keys
    return first === undefined ? work() : this.run(first, () => this.runAll(others, work))
  }
}
