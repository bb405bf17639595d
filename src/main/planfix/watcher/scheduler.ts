import type { Clock } from '../../engine/ports.ts'

const LEAST_WAIT_MS = 50
const AFTER_A_BUG_MS = 10_000

export interface SchedulerOptions {
  clock: Clock
  /** False: no round is needed, and none begins. */
  isWanted(): boolean
  /** One round. Returns when the next one is due; null = another event wakes the scheduler. */
  round(): Promise<number | null>
  onBug(error: unknown): void
}

/** Runs rounds one after the other: the next one when it is due, or on a wake. Never two at once. */
export class RoundScheduler {
  private readonly options: SchedulerOptions
  private running: Promise<void> | null = null
  /** A round was requested and has not begun yet. */
  private isAwake = false
  private cancelTimer = () => {}

  constructor(options: SchedulerOptions) {
    this.options = options
  }

  /** Runs a round at once, or right after the one under way. */
  wake(): void {
    if (!this.options.isWanted()) return
    this.isAwake = true
    this.cancelTimer()
    this.running ??= this.run().finally(() => {
      this.running = null
      if (this.isAwake) this.wake()
    })
  }

  /** Plans the next round for this time, in place of an earlier plan. A requested round comes first. */
  wakeAt(time: number): void {
    const { clock, isWanted } = this.options
    if (!isWanted() || this.isAwake) return
    this.cancelTimer()
    this.cancelTimer = clock.after(Math.max(LEAST_WAIT_MS, time - clock.now()), () => this.wake())
  }

  /** The next due time may have changed: the round under way, or one after it, reads it. */
  replan(time: number): void {
    if (this.running) this.wake()
    else this.wakeAt(time)
  }

  /** Starts no further rounds by itself. */
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
