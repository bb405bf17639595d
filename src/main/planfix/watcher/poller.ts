import { FOLLOW_EDITS_MS } from '../../engine/index.ts'
import type { Clock, PlanfixTask } from '../../engine/ports.ts'
import type { DailyQuota } from '../limits/daily-quota.ts'
import type { TimeReader } from '../times.ts'
import type { TaskBook } from './book.ts'
import type { ChangeFeed, Polled } from './feed.ts'
import { type Call, commitOf, type Member, type Members } from './members.ts'
import { missingTask } from './missing-task.ts'
import type { Pace } from './pace.ts'
import { tasksOfPoll } from './plan.ts'

export interface PollerOptions {
  clock: Clock
  budget: DailyQuota
  times: TimeReader
  members: Members
  book: TaskBook
  feed: ChangeFeed
  pace: Pace
  call: Call
}

/** Finds out which tasks changed: by the feed of the whole account, or by number where the feed is refused. */
export class ChangePoller {
  private readonly options: PollerOptions
  private polls = 0
  /** The last poll, and the tasks it covered; null = all. */
  private known: { at: number; ids: Set<number> | null } = { at: 0, ids: null }
  /** The first poll that was processed completely since this computer became active; null = none yet. */
  caughtUpAt: number | null = null
  /** Polls in a row that were answered, with an error. */
  failures = 0
  private refreshing: Promise<Polled> | null = null

  constructor(options: PollerOptions) {
    this.options = options
  }

  /** Time up to which all changes by people in the task are known; 0 = unknown. */
  knownAt(taskId: number): number {
    const { clock, pace } = this.options
    const { at, ids } = this.known
    if (at === 0 || (ids !== null && !ids.has(taskId))) return 0
    // The facts of the last poll are valid for two polls (planStep), which may currently be slower than the
    // owner's interval.
    return Math.min(clock.now(), at + 2 * (pace.interval() - pace.base))
  }

  /** False when the side is stopped and a wake-up has been arranged. */
  async poll(): Promise<boolean> {
    const { clock, feed } = this.options
    if (!feed.isRefused(clock.now())) {
      const polled = await this.takeFeed(false)
      if (polled.outcome === 'read') return true
      if (polled.outcome === 'failed') {
        if (polled.error === null) return false
        this.failures += 1
        return true
      }
    }
    return this.pollByNumber()
  }

  /**
   * Polls the feed in a slot that was given already; false when nothing was learned. Calls at the same time share a poll.
   * `giveBack` returns a slot that is not needed.
   */
  async refresh(giveBack: () => void): Promise<boolean> {
    const { clock, feed } = this.options
    const isRefused = feed.isRefused(clock.now())
    if (isRefused || this.refreshing) giveBack()
    if (isRefused) return false
    this.refreshing ??= this.takeFeed(true).finally(() => {
      this.refreshing = null
    })
    return (await this.refreshing).outcome === 'read'
  }

  private async takeFeed(hasSlot: boolean): Promise<Polled> {
    const { feed, book, members, pace } = this.options
    const polled = await this.pollFeed(hasSlot)
    if (polled.outcome !== 'read') return polled
    await book.took(polled.rows, { ...polled, isNet: false }, members.all, pace.around())
    feed.taken(polled.asked)
    this.caughtUp(polled.asked, null)
    return polled
  }

  /** The marks of these tasks, requested by number; null when the side is stopped. */
  async list(
    member: Member,
    ids: readonly number[],
    asked: number,
    isNet = false,
  ): Promise<PlanfixTask[] | null> {
    const { call, book, members, pace } = this.options
    const listed = await call(member, (planfix) => planfix.tasks([...ids]), 'watching')
    if (!listed) return null
    if (!listed.ok) return []
    const rows = listed.value.map((task) => ({
      id: task.id,
      changeToken: task.changeToken,
      task,
      mark: task.mark ?? { minute: null, second: null },
    }))
    await book.took(rows, { asked, since: this.known.at || asked, isNet }, members.all, pace.around())
    const found = new Set(listed.value.map(({ id }) => id))
    for (const id of ids) {
      if (found.has(id)) continue
      const link = await member.store.task(member.settings.id, id)
      if (link) await commitOf(member, await missingTask(call, book, member, link))
    }
    return listed.value
  }

  private async pollFeed(hasSlot: boolean): Promise<Polled> {
    const { clock, budget, times, members, book, feed, call } = this.options
    const [first] = members.all
    if (!first) return { outcome: 'failed', error: null }
    return feed.poll(
      (from, zone, offset) =>
        call(first, (planfix) => planfix.changedTasks(from, zone, offset, book.isNews), 'watching', {
          hasSlot: hasSlot && offset === 0,
        }),
      () => times.zone,
      clock.now(),
      budget.clockSkew() ?? 0,
    )
  }

  private async pollByNumber(): Promise<boolean> {
    const asked = this.options.clock.now()
    const named = new Set<number>()
    for (const member of this.options.members.all) {
      const watched = await member.store.tasksWatched(member.settings.id, asked - FOLLOW_EDITS_MS)
      for (const ids of tasksOfPoll(watched, this.polls)) {
        const found = await this.list(member, ids, asked)
        if (!found) return false
        for (const { id } of found) named.add(id)
      }
    }
    this.polls++
    this.caughtUp(asked, named)
    return true
  }

  private caughtUp(at: number, ids: Set<number> | null): void {
    this.failures = 0
    this.known = { at, ids }
    this.caughtUpAt ??= this.options.clock.now()
  }
}
