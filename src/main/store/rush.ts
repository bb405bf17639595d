const WINDOW_MS = 50
const MOST_CALM = 10

/** Whether events come fast: more than ten in a twentieth of a second, in the present one or the one before. */
export class Rush {
  #since = 0
  #count = 0
  #before = 0

  /** At `now`, milliseconds of any clock. */
  came(now: number): void {
    this.#turn(now)
    this.#count++
  }

  isOn(now: number): boolean {
    this.#turn(now)
    return Math.max(this.#count, this.#before) > MOST_CALM
  }

  #turn(now: number): void {
    const passed = now - this.#since
    if (passed >= 0 && passed < WINDOW_MS) return
    // Also when the clock was set back.
    this.#before = passed >= 0 && passed < 2 * WINDOW_MS ? this.#count : 0
    this.#count = 0
    this.#since = now
  }
}
