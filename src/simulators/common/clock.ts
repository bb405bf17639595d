/** The clock of a simulator: the computer's time, or the virtual time of a simulated world. */
export interface SimClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `work` after `ms`; returns a function that cancels it. */
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
