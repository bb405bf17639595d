// Taken when the program loads: a test's fake timers must not hold up a search.
const nextTurn = setImmediate

/** How long one stretch of reading may hold the event loop: a webhook waits no longer than about this. */
const TURN_MS = 4

/** Cuts long reading into turns of the event loop: `if (turns.isOver) await turns.next()`. */
export class Turns {
  #until = performance.now() + TURN_MS

  get isOver(): boolean {
    return performance.now() > this.#until
  }

  async next(): Promise<void> {
    await new Promise((resolve) => nextTurn(resolve))
    this.#until = performance.now() + TURN_MS
  }
}
