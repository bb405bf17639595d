import type { Clock } from '../engine/ports.ts'

/** The computer's clock. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    // Node's timers cannot wait longer than about 24 days.
    const timer = setTimeout(work, Math.min(ms, 2_000_000_000))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** The same for a command that must exit: the process stays alive while it waits for a slot. */
export const foregroundClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
