import type { Clock } from '../../engine/ports.ts'
import type { DailyQuota } from '../limits/daily-quota.ts'
import type { QuotaPlan } from '../limits/quota-plan.ts'
import type { TimeReader } from '../times.ts'
import { TaskBook } from './book.ts'
import { ChangeFeed, type FeedState } from './feed.ts'
import { askOf, type Call, Members, type WatchOptions } from './members.ts'
import { castNet, NET_EVERY_MS, netEveryMs } from './net.ts'
import { Pace } from './pace.ts'
import { ChangePoller } from './poller.ts'
import { RoundScheduler } from './scheduler.ts'
import { TaskReader } from './task-reader.ts'

const POLL_AFTER_HINT_MS = 5000

/** A connection's part of the watcher of its account. */
export interface ConnectionWatch {
  start(): void
  stop(): Promise<void>
  /** A scenario's hint for this task: it is read at once. */
  hint(taskId: number): void
  /** The task is one of ours from now on. */
  added(taskId: number, isRead: boolean): void
  /** Polls now: the computer woke up, or the network is back. */
  wake(): void
  /** The bridge wrote into the task, by a call that began at `from`. */
  wrote(taskId: number, from: number, isClients: boolean): void
  /** Time up to which all changes by people in the task are known; 0 = unknown. */
  knownAt(taskId: number): number
  /** Lists the account's changes in the caller's slot, or gives that back; false when nothing was learned. */
  refresh(): Promise<boolean>
}

/**
 * Watches the tasks of all connections of one Planfix account for comments (docs/architecture.md,
 * "Planfix sends no events"): one list call returns the changes of the whole account; only changed tasks are
 * read. A webhook is only a hint, the list is authoritative. Undecided changes hold back the position on disk,
 * so that after a crash, or a week off, nothing is missed.
 */
export class AccountWatcher {
  private readonly members = new Members()
  private readonly book: TaskBook
  private readonly feed: ChangeFeed
  private readonly pace: Pace
  private readonly poller: ChangePoller
  private readonly reader: TaskReader
  private readonly scheduler: RoundScheduler
  private readonly clock: Clock
  private readonly times: TimeReader
  private hasTasks = false
  private nextPoll = 0
  /** When the net was last cast, and how often it is. */
  private netAt: number | null
  private netEveryMs = NET_EVERY_MS

  constructor(options: {
    clock: Clock
    random: () => number
    budget: DailyQuota
    times: TimeReader
    kept: Partial<FeedState & { netAt: number }> | null
  }) {
    const { clock, times, kept } = options
    const { members } = this
    this.clock = clock
    this.times = times
    this.feed = new ChangeFeed(kept)
    this.book = new TaskBook(kept?.position ?? 0)
    this.netAt = kept?.netAt ?? null
    this.times.recall(kept?.zone ?? null)
    this.pace = new Pace({ ...options, members, book: this.book })
    this.scheduler = new RoundScheduler({
      clock,
      isWanted: () => !members.isEmpty,
      round: () => this.round(),
      onBug: (error) => members.all[0]?.onBug(error),
    })
    const shared = { clock, members, book: this.book, pace: this.pace, call: this.call }
    this.poller = new ChangePoller({ ...options, ...shared, feed: this.feed })
    this.reader = new TaskReader(shared)
  }

  join(member: WatchOptions): ConnectionWatch {
    return {
      start: () => {
        this.members.join(member)
        // Another computer may have been active since: comments existing at the first poll are not certainly
        // new.
        this.poller.caughtUpAt = null
        // It may know more than before.
        this.book.forgetMark()
        this.feed.deepen()
        this.pollNow()
      },
      stop: async () => {
        this.members.leave(member)
        if (this.members.isEmpty) this.scheduler.rest()
        await this.scheduler.settled()
      },
      hint: (taskId) => this.hint(taskId),
      added: (taskId, isRead) => this.added(taskId, isRead),
      wake: () => this.pollNow(),
      wrote: (taskId, from, isClients) => this.wrote(taskId, from, isClients),
      knownAt: (taskId) => this.poller.knownAt(taskId),
      refresh: () => this.refresh(() => member.planfix.rateLimiter.release()),
    }
  }

  /** The state for the disk: everything before `position` was decided on. */
  state(): FeedState & { netAt: number } {
    const position = Math.min(this.feed.asked ?? this.clock.now(), this.book.unjudgedSince)
    return {
      position,
      zone: this.times.zone,
      refusedAt: this.feed.refusedAt,
      netAt: this.netAt ?? 0,
    }
  }

  /** True if there is state to store. */
  get isAlive(): boolean {
    return this.feed.asked !== null
  }

  /** Current milliseconds between two polls. */
  get pollEveryMs(): number {
    return this.pace.interval()
  }

  /** How the rest of the day's requests is spent. */
  plan(): QuotaPlan {
    return this.pace.plan()
  }

  private hint(taskId: number): void {
    const now = this.clock.now()
    const { trust, base } = this.pace
    this.pace.happened()
    trust.hinted(taskId, now)
    this.book.of(taskId).hint(now)
    // Its status may have changed as well: the list reports that a moment later, so that a reply costs one
    // call.
    if (!trust.isProven) this.pollBy(now + Math.min(base, POLL_AFTER_HINT_MS))
    this.scheduler.wake()
  }

  private added(taskId: number, isRead: boolean): void {
    // It may have been listed before, as a task of others.
    this.book.forgetMark(taskId)
    if (isRead) return
    this.book.of(taskId).hint(this.clock.now())
    this.scheduler.wake()
  }

  private pollNow(): void {
    this.nextPoll = 0
    this.pace.happened()
    this.scheduler.wake()
  }

  private wrote(taskId: number, from: number, isClients: boolean): void {
    const now = this.clock.now()
    this.pace.happened()
    this.book.of(taskId).wrote(from, isClients, this.pace.around())
    this.book.forgetMark(taskId)
    this.feed.wrote(taskId)
    // Polls may have been slow without activity.
    this.pollBy(now + this.pace.interval())
    this.scheduler.replan(Math.min(this.nextPoll, this.book.soonest))
  }

  private async refresh(giveBack: () => void): Promise<boolean> {
    if (!(await this.poller.refresh(giveBack))) return false
    this.pace.polled()
    // What it found is read in the next round.
    this.nextPoll = this.pace.nextPoll(this.poller.failures)
    this.scheduler.replan(Math.min(this.nextPoll, this.book.soonest))
    return true
  }

  private get nextNet(): number {
    return this.netAt === null ? 0 : this.netAt + this.netEveryMs
  }

  private pollBy(at: number): void {
    this.nextPoll = Math.min(this.nextPoll, at)
  }

  /** The work that is due. Returns when work is due next; null = the side is stopped and wakes the scheduler later. */
  private async round(): Promise<number | null> {
    if (this.members.isEmpty) return null
    const now = this.clock.now()
    if (!(await this.knowsTasks())) return now + this.pace.base
    // The rest of the day is for clients' messages, but for a look now and then: when there are more requests
    // again, Planfix says in an answer only.
    if (this.pace.plan().isReserveOnly) {
      if (now < this.pace.nextLook()) return this.pace.nextLook()
      if (!(await this.poller.poll())) return null
      this.pace.polled()
      if (this.pace.plan().isReserveOnly) return this.pace.nextLook()
    }
    if (now >= this.nextNet) {
      const list = (...what: Parameters<ChangePoller['list']>) => this.poller.list(...what)
      if (!(await castNet(this.members.all, this.book, list, now))) return null
      this.netAt = this.clock.now()
    }
    if (now >= this.nextPoll) {
      if (!(await this.poller.poll())) return null
      await this.pace.look()
      this.netEveryMs = await netEveryMs(this.members.all)
      this.book.forget(now)
      this.pace.polled()
      this.nextPoll = this.pace.nextPoll(this.poller.failures)
    }
    if (!(await this.reader.readDue(() => this.poller.caughtUpAt))) return null
    this.pollBy(this.pace.nextPoll(this.poller.failures))
    return Math.min(this.nextPoll, this.nextNet, this.book.soonest)
  }

  /** Nothing can change where there is no task yet. */
  private async knowsTasks(): Promise<boolean> {
    if (this.book.tasks.size > 0 || this.hasTasks) return true
    for (const { store, settings } of this.members.all) {
      if ((await store.tasksWatched(settings.id, 0)).length > 0) this.hasTasks = true
    }
    return this.hasTasks
  }

  /** One rate-limited call; null when the side is stopped; the scheduler wakes when it works again. */
  private readonly call: Call = (member, ask, part, turn) => {
    const hindered = {
      opened: () => {
        this.nextPoll = 0
        this.scheduler.wake()
      },
      stoodBy: () => this.scheduler.wakeAt(this.clock.now() + this.pace.base),
    }
    return askOf(member, ask, part, hindered, turn)
  }
}
