import type { Clock } from '../../engine/ports.ts'

const LEAST_WAIT_MS = 50
const AFTER_A_BUG_MS = 10_000

export interface SchedulerOptions {
  clock: Clock
  /** False: nobody needs a round, and none is begun. */
  isWanted(): boolean
  /** One round. Returns when the next one is due; null = something else wakes the scheduler. */
  round(): Promise<number | null>
  onBug(error: unknown): void
}

/** Runs one round after the other: the next one when it is due, or as soon as something wakes it. Never two at once. */
export class RoundScheduler {
  private readonly options: SchedulerOptions
  private running: Promise<void> | null = null
  /** A round has been asked for that has not begun yet. */
  private isAwake = false
  private cancelTimer = () => {}

  constructor(options: SchedulerOptions) {
    this.options = options
  }

  /** A round at once, or right after the one that is under way. */
  wake(): void {
    if (!this.options.isWanted()) return
    this.isAwake = true
    this.cancelTimer()
    this.running ??= this.run().finally(() => {
      this.running = null
      if (this.isAwake) this.wake()
    })
  }

  /** The next round at this time, in place of the time that was planned before. A round that was asked for comes first. */
  wakeAt(time: number): void {
    const { clock, isWanted } = this.options
    if (!isWanted() || this.isAwake) return
    this.cancelTimer()
    this.cancelTimer = clock.after(Math.max(LEAST_WAIT_MS, time - clock.now()), () => this.wake())
  }

  /** What the next round is for may be due at another time: the round under way, or one after it, sees to it. */
  replan(time: number): void {
    if (this.running) this.wake()
    else this.wakeAt(time)
  }

  /** No round by itself any more. */
  rest(): void {
    this.cancelTimer()
  }

  /** Resolves when no round is under way. */
  async settled(): Promise<void> {
    await this.running
  }

  private async run(): Promise<void> {
    const { clock, isWanted, round, onBug } = this.options
    while (this.isAwake && isWanted()) {
      this.isAwake = false
      try {
        const next = await round()
        if (next !== null) this.wakeAt(next)
      } catch (error) {
        onBug(error)
        this.wakeAt(clock.now() + AFTER_A_BUG_MS)
      }
    }
  }
}
