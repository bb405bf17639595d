import { usesChatApi } from '../../../shared/config.ts'
import type { Clock } from '../../engine/ports.ts'
import type { DailyQuota } from '../limits/daily-quota.ts'
import { type QuotaPlan, quotaPlan } from '../limits/quota-plan.ts'
import type { TimeReader } from '../times.ts'
import { HintTrust, looksOf, pollEvery } from './attention.ts'
import type { TaskBook } from './book.ts'
import type { Members } from './members.ts'
import type { Around } from './task-watch.ts'

const MINUTE = 60_000
const DAY = 86_400_000
/** Replies come by the Chat API; polls find those that it lost, edits and deletions (contracts/planfix-chat.md A7). */
const CATCH_UP_SECONDS = 300
/** Until a poll that failed is made again; twice as long after each further failure. */
const AGAIN_MS = 10_000
/** Maximum number of tasks that can be read repeatedly at one request a second. */
const BUSY_AT_EASE = 6

export interface PaceOptions {
  clock: Clock
  random: () => number
  budget: DailyQuota
  times: TimeReader
  members: Members
  book: TaskBook
}

/** How often the account is polled, by its activity and by the rest of the day's requests. Milliseconds. */
export class Pace {
  readonly trust = new HintTrust()
  /** Time of the last activity in any task. */
  lastHappening: number
  private readonly options: PaceOptions
  /** Time of the last poll; Infinity = none yet. */
  private polledAt = Number.POSITIVE_INFINITY
  /** Accounts that started at the same moment must not keep polling at the same moment. */
  private jitter = 1
  /** Connections by the Chat API with tasks that were begun by REST and are not finished. */
  private readonly unfinished = new Set<string>()

  constructor(options: PaceOptions) {
    this.options = options
    this.lastHappening = options.clock.now()
  }

  happened(): void {
    this.lastHappening = this.options.clock.now()
  }

  /** Reads which connections by the Chat API still need the pace of REST. */
  async look(): Promise<void> {
    const { members, clock } = this.options
    for (const { settings, store } of members.all) {
      if (!usesChatApi(settings)) continue
      const tasks = await store.tasksWatched(settings.id, clock.now() - DAY)
      const isUnfinished = tasks.some(({ active, byChannel, ours }) => active && ours && byChannel !== true)
      if (isUnfinished) this.unfinished.add(settings.id)
      else this.unfinished.delete(settings.id)
    }
  }

  /** The owner's interval: with several connections the shortest. */
  get base(): number {
    const all = this.options.members.all.map(({ settings }) => {
      const seconds = settings.planfix.pollSeconds
      const isTold = usesChatApi(settings) && !this.unfinished.has(settings.id)
      return 1000 * (isTold ? Math.max(seconds, CATCH_UP_SECONDS) : seconds)
    })
    return all.length === 0 ? MINUTE : Math.min(...all)
  }

  /** How the rest of the day's requests is spent. */
  plan(): QuotaPlan {
    return quotaPlan(this.options.budget.state(), this.options.clock.now())
  }

  around(): Around {
    const { clock, budget, times } = this.options
    return {
      now: clock.now(),
      skew: budget.clockSkew() ?? 0,
      zone: times.zone,
      looks: looksOf(this.base, this.trust.isProven, this.stretch * this.load),
    }
  }

  /** Current time between two polls. */
  interval(): number {
    const around = this.around()
    const { now } = around
    const awaited = [...this.options.book.tasks.values()].filter((task) => task.isAwaited(now))
    const isAwaited = awaited.some((task) => !task.isLookedAt(around))
    return pollEvery({
      base: this.base,
      isAwaited,
      isLookedAt: awaited.length > 0 && !isAwaited,
      quiet: now - this.lastHappening,
      hasHints: this.trust.isProven,
      allowed: this.plan().everyMs,
    })
  }

  /** A poll was made now. */
  polled(): void {
    this.polledAt = this.options.clock.now()
    this.jitter = 0.95 + 0.1 * this.options.random()
  }

  /**
   * When the next poll is due as things are now: a task that was read directly until now may need it again.
   * `failures`: of the last polls in a row; one that failed is soon made again, also where polls are rare.
   */
  nextPoll(failures = 0): number {
    const again = failures === 0 ? Number.POSITIVE_INFINITY : AGAIN_MS * 2 ** (failures - 1)
    return this.polledAt + Math.min(this.interval(), again) * this.jitter
  }

  /** When the next poll is due while only the reserve of the day is left; at once when there was none yet. */
  nextLook(): number {
    return Number.isFinite(this.polledAt) ? this.polledAt + this.plan().everyMs : 0
  }

  private get stretch(): number {
    return Math.max(1, this.plan().everyMs / this.base)
  }

  /** Many tasks share the rate: each is read less often, so that announced changes are not delayed. */
  private get load(): number {
    return Math.max(1, this.options.book.busy / BUSY_AT_EASE)
  }
}
