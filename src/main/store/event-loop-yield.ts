// Captured when the program loads, so that a test's fake timers do not delay a search.
const yieldToEventLoop = setImmediate

/**
 * How long one read may block the event loop, in milliseconds; a webhook waits no longer than about this.
 */
const SLICE_MS = 3

/**
 * Yields to the event loop during long reads: `if (turns.isOver) await turns.next()`. A long read also ends
 * with `await turns.next()`, so that the caller's next work runs in a separate turn.
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
