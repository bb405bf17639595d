/** What a simulator waits by: the computer's time, or the made-up time of a simulated world. */
export interface SimClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `work` after `ms`; answers how to call it off. */
  after(ms: number, work: () => void): () => void
}

/** The computer's time. Does not keep the process alive. */
export const realClock: SimClock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
