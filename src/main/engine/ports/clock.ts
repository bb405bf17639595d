export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Runs `work` after `ms`; returns a function that cancels it. Must not keep the process alive by itself.
   */
  after(ms: number, work: () => void): () => void
}
