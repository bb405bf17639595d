export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `work` after `ms`; answers how to cancel. Must not keep the process alive by itself. */
  after(ms: number, work: () => void): () => void
}
