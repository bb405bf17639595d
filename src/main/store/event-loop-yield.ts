// Taken when the program loads: a test's fake timers must not hold up a search.
const yieldToEventLoop = setImmediate

/** How long one stretch of reading may hold the event loop: a webhook waits no longer than about this. */
const SLICE_MS = 3

/**
 * Cuts long reading into turns of the event loop: `if (turns.isOver) await turns.next()`. Whoever reads much ends with
 * `await turns.next()`: what the caller does with it, or reads next, comes in a turn of its own.
 */
export class Yielder {
  #until = performance.now() + SLICE_MS

  get isOver(): boolean {
    return performance.now() > this.#until
  }

  async next(): Promise<void> {
    await new Promise((resolve) => yieldToEventLoop(resolve))
    this.#until = performance.now() + SLICE_MS
  }
}
