import type { TaskLink } from '../../../shared/domain.ts'
import type { Result } from '../../../shared/errors.ts'
import { FOLLOW_EDITS_MS } from '../../engine/intake/comment/comment.ts'
import type { Change, Clock, PlanfixTask } from '../../engine/ports.ts'
import type { PlanfixClient } from '../client.ts'
import type { DailyQuota } from '../limits/daily-quota.ts'
import { type QuotaPlan, quotaPlan } from '../limits/quota-plan.ts'
import type { TimeReader } from '../times.ts'
import { HintTrust, looksOf, pollEvery } from './attention.ts'
import { TaskBook } from './book.ts'
import { ChangeFeed, type FeedState, type Polled } from './feed.ts'
import { askOf, commitOf, type Member, type WatchOptions } from './members.ts'
import { castNet } from './net.ts'
import { tasksOfPoll } from './plan.ts'
import { followCard, readTask } from './reading.ts'
import type { Around, TaskWatch } from './task-watch.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const POLL_AFTER_HINT_MS = 5000
/** Reads per round before the list is polled again. */
const READINGS_EACH_ROUND = 5
/** Maximum number of tasks that can be read repeatedly at one request a second. */
const BUSY_AT_EASE = 4

/** A connection's part of the watcher of its account. */
export interface ConnectionWatch {
  start(): void
  stop(): Promise<void>
  /** A scenario's hint for this task: it is read at once. */
  hint(taskId: number): void
  /** One of our tasks is watched again, and its comments were not read here. */
  found(taskId: number): void
  /** Polls now: the computer woke up, or the network is back. */
  wake(): void
  /** The bridge wrote into the task, by a call that began at `from`. */
  wrote(taskId: number, from: number, isClients: boolean): void
  /** Time up to which all changes by people in the task are known; 0 = unknown. */
  knownAt(taskId: number): number
}

/**
 * Watches the tasks of all connections of one Planfix account for comments (docs/architecture.md, "Planfix
 * sends no events"): one list call returns the changes of the whole account; only changed tasks are read. A
 * webhook is only a hint, the list is authoritative. Undecided changes hold back the position on disk, so
 * that after a crash, or a week off, nothing is missed.
 */
export class AccountWatcher {
  private readonly members = new Map<string, Member>()
  private readonly book: TaskBook
  private readonly feed: ChangeFeed
  private readonly trust = new HintTrust()
  private turn = 0
  private hasTasks = false
  private nextPoll = 0
  private nextNet: number
  private lastHappening: number
  /** The last poll, and the tasks it covered; null = all. */
  private known: { at: number; ids: Set<number> | null } = { at: 0, ids: null }
  /** The first poll that was processed completely since this computer became active. */
  private caughtUpAt: number | null = null
  private stopTimer: (() => void) | null = null
  private round: Promise<void> | null = null
  private again = false
  private readonly clock: Clock
  private readonly random: () => number
  private readonly budget: DailyQuota
  private readonly times: TimeReader

  constructor(options: {
    clock: Clock
    random: () => number
    budget: DailyQuota
    times: TimeReader
    kept: (FeedState & { netAt?: number }) | null
  }) {
    this.clock = options.clock
    this.random = options.random
    this.budget = options.budget
    this.times = options.times
    this.feed = new ChangeFeed(options.kept)
    this.book = new TaskBook(options.kept?.position ?? 0)
    this.nextNet = options.kept?.netAt === undefined ? 0 : options.kept.netAt + DAY
    this.times.recall(options.kept?.zone ?? null)
    this.lastHappening = this.clock.now()
  }

  join(options: WatchOptions): ConnectionWatch {
    const { id } = options.settings
    const member: Member = { ...options, isOn: false }
    return {
      start: () => {
        this.members.set(id, member)
        member.isOn = true
        // Another computer may have been active since: comments existing at the first poll are not certainly
        // new.
        this.caughtUpAt = null
        // It may know more than before.
        this.book.forgetMark()
        this.feed.deepen()
        this.wake()
      },
      stop: async () => {
        member.isOn = false
        if (this.members.get(id) === member) this.members.delete(id)
        if (this.members.size === 0) this.stopTimer?.()
        await this.round
      },
      hint: (taskId) => this.hint(taskId),
      found: (taskId) => this.found(taskId),
      wake: () => this.wake(),
      wrote: (taskId, from, isClients) => this.wrote(taskId, from, isClients),
      knownAt: (taskId) => this.knownAt(taskId),
    }
  }

  /** The state for the disk: everything before `position` was decided on. */
  state(): FeedState & { netAt: number } {
    const position = Math.min(this.feed.asked ?? this.clock.now(), this.book.unjudgedSince)
    return {
      position,
      zone: this.times.zone,
      refusedAt: this.feed.refusedAt,
      netAt: Math.max(0, this.nextNet - DAY),
    }
  }

  /** True if there is state to store. */
  get isAlive(): boolean {
    return this.feed.asked !== null
  }

  /** Current milliseconds between two polls. */
  get pollEveryMs(): number {
    return this.interval()
  }

  private hint(taskId: number): void {
    const now = this.clock.now()
    this.lastHappening = now
    this.trust.hinted(taskId, now)
    this.book.of(taskId).hint(now)
    // Its status may have changed as well: the list reports that a moment later, so that a reply costs one
    // call.
    if (!this.trust.isProven) this.pollBy(now + Math.min(this.base, POLL_AFTER_HINT_MS))
    this.nudge()
  }

  private found(taskId: number): void {
    this.book.forgetMark(taskId)
    this.book.of(taskId).hint(this.clock.now())
    this.nudge()
  }

  private wake(): void {
    this.nextPoll = 0
    this.lastHappening = this.clock.now()
    this.nudge()
  }

  private wrote(taskId: number, from: number, isClients: boolean): void {
    const now = this.clock.now()
    const isNew = !this.book.tasks.has(taskId)
    this.lastHappening = now
    this.book.of(taskId).wrote(from, isClients, this.around())
    this.book.forgetMark(taskId)
    this.feed.wrote(taskId)
    // Polls were slow without activity; the list has news of a task that was just created.
    this.pollBy(isNew ? now + 1000 : now + this.interval())
    this.nudge(false)
  }

  private knownAt(taskId: number): number {
    const { at, ids } = this.known
    if (at === 0 || (ids !== null && !ids.has(taskId))) return 0
    // The facts of the last poll are valid for two polls (planStep), which may currently be slower than the
    // owner's interval.
    return Math.min(this.clock.now(), at + 2 * (this.interval() - this.base))
  }

  private pollBy(at: number): void {
    this.nextPoll = Math.min(this.nextPoll, at)
  }

  private get on(): Member[] {
    return [...this.members.values()].filter(({ isOn }) => isOn)
  }

  /** The owner's interval: with several connections the shortest. */
  private get base(): number {
    const all = this.on.map(({ settings }) => settings.planfix.pollSeconds * 1000)
    return all.length === 0 ? MINUTE : Math.min(...all)
  }

  private get stretch(): number {
    return Math.max(1, this.plan().everyMs / this.base)
  }

  /** Many tasks share the rate: each is read less often, so that announced changes are not delayed. */
  private get load(): number {
    return Math.max(1, this.book.busy / BUSY_AT_EASE)
  }

  /** Nothing can change where there is no task yet. */
  private async knowsTasks(): Promise<boolean> {
    if (this.book.tasks.size > 0 || this.hasTasks) return true
    for (const { store, settings } of this.on) {
      if ((await store.tasksWatched(settings.id, 0)).length > 0) this.hasTasks = true
    }
    return this.hasTasks
  }

  /** How the rest of the day's requests is spent. */
  plan(): QuotaPlan {
    return quotaPlan(this.budget.state(), this.clock.now())
  }

  private around(): Around {
    return {
      now: this.clock.now(),
      skew: this.budget.clockSkew() ?? 0,
      zone: this.times.zone,
      looks: looksOf(this.base, this.trust.isProven, this.stretch * this.load),
    }
  }

  private interval(): number {
    const around = this.around()
    const { now } = around
    const awaited = [...this.book.tasks.values()].filter((task) => task.isAwaited(now))
    const isAwaited = awaited.some((task) => !task.isLookedAt(around))
    return pollEvery({
      ...{ base: this.base, isAwaited, isLookedAt: awaited.length > 0 && !isAwaited },
      ...{ quiet: now - this.lastHappening, isTold: this.trust.isProven, allowed: this.plan().everyMs },
    })
  }

  /** Does the work that is due; `isUrgent` false: only what the plan, which may have changed, makes due. */
  private nudge(isUrgent = true): void {
    if (this.members.size === 0) return
    if (!isUrgent && this.round === null) {
      this.sleep(Math.min(this.nextPoll, this.book.soonest))
      return
    }
    this.again = true
    this.stopTimer?.()
    this.begin()
  }

  private begin(): void {
    this.round ??= this.rounds().finally(() => {
      this.round = null
      if (this.again) this.nudge()
    })
  }

  private async rounds(): Promise<void> {
    while (this.again && this.members.size > 0) {
      this.again = false
      try {
        await this.oneRound()
      } catch (error) {
        this.on[0]?.onBug(error)
        this.sleep(this.clock.now() + 10_000)
      }
    }
  }

  private async oneRound(): Promise<void> {
    if (this.on.length === 0) return
    const now = this.clock.now()
    if (!(await this.knowsTasks())) return this.sleep(now + this.base)
    // The rest of the day is for clients' messages.
    if (this.plan().isReserveOnly) return this.sleep(now + this.interval())
    if (now >= this.nextNet) {
      if (!(await castNet(this.on, this.book, (...what) => this.list(...what), now))) return
      this.nextNet = this.clock.now() + DAY
    }
    if (now >= this.nextPoll) {
      if (!(await this.poll())) return
      this.book.forget(now)
      this.nextPoll = this.clock.now() + this.jittered(this.interval())
    }
    if (!(await this.readDue())) return
    this.sleep(Math.min(this.nextPoll, this.nextNet, this.book.soonest))
  }

  /** Accounts that started at the same moment must not all poll at the same moment for ever. */
  private jittered(ms: number): number {
    return ms * (0.95 + 0.1 * this.random())
  }

  private sleep(until: number): void {
    if (this.members.size === 0 || this.again) return
    this.stopTimer?.()
    this.stopTimer = this.clock.after(Math.max(50, until - this.clock.now()), () => {
      this.stopTimer = null
      this.again = true
      this.begin()
    })
  }

  /** False when the side is stopped and a wake-up has been arranged. */
  private async poll(): Promise<boolean> {
    const now = this.clock.now()
    if (!this.feed.isRefused(now)) {
      const polled = await this.pollFeed()
      if (polled.outcome === 'read') {
        await this.book.took(polled.rows, { ...polled, isNet: false }, this.on, this.around())
        this.feed.taken(polled.asked)
        this.known = { at: polled.asked, ids: null }
        this.caughtUpAt ??= this.clock.now()
        return true
      }
      if (polled.outcome === 'failed') return polled.error !== null
    }
    return this.pollByNumber()
  }

  private async pollFeed(): Promise<Polled> {
    const [first] = this.on
    if (!first) return { outcome: 'failed', error: null }
    return this.feed.poll(
      (from, zone, offset) =>
        this.call(first, (planfix) => planfix.changedTasks(from, zone, offset, this.book.isNews), 'watching'),
      () => this.times.zone,
      this.clock.now(),
      this.budget.clockSkew() ?? 0,
    )
  }

  private async pollByNumber(): Promise<boolean> {
    const asked = this.clock.now()
    const named = new Set<number>()
    for (const member of this.on) {
      const watched = await member.store.tasksWatched(member.settings.id, asked - FOLLOW_EDITS_MS)
      for (const ids of tasksOfPoll(watched, this.turn)) {
        const found = await this.list(member, ids, asked)
        if (!found) return false
        for (const { id } of found) named.add(id)
      }
    }
    this.turn++
    this.known = { at: asked, ids: named }
    this.caughtUpAt ??= this.clock.now()
    return true
  }

  /** The marks of these tasks, requested by number. */
  private async list(
    member: Member,
    ids: readonly number[],
    asked: number,
    isNet = false,
  ): Promise<PlanfixTask[] | null> {
    const listed = await this.call(member, (planfix) => planfix.tasks([...ids]), 'watching')
    if (!listed) return null
    if (!listed.ok) return []
    const rows = listed.value.map((task) => ({
      ...{ id: task.id, changeToken: task.changeToken, task },
      mark: task.mark ?? { minute: null, second: null },
    }))
    await this.book.took(rows, { asked, since: this.known.at || asked, isNet }, this.on, this.around())
    const found = new Set(listed.value.map(({ id }) => id))
    for (const id of ids) {
      if (found.has(id)) continue
      const link = await member.store.task(member.settings.id, id)
      if (link) await commitOf(member, await this.missing(member, link))
    }
    return listed.value
  }

  /** Not in the list: deleted, or no longer visible to us. */
  private async missing(member: Member, { connectionId, taskId }: TaskLink): Promise<Change[]> {
    const read = await this.call(member, (planfix) => planfix.task(taskId), 'watching')
    const isGone = read && (read.ok ? read.value.isDeleted : read.error.code === 'object-gone')
    if (!isGone) return []
    this.book.tasks.delete(taskId)
    return [{ type: 'task.patch', connectionId, taskId, patch: { deleted: true, active: false } }]
  }

  private async readDue(): Promise<boolean> {
    const due = [...this.book.tasks].filter(([, { due }]) => due <= this.clock.now())
    const first = due
      .toSorted(([, a], [, b]) => Number(b.isTold) - Number(a.isTold) || a.due - b.due)
      .slice(0, READINGS_EACH_ROUND)
    for (const [taskId, watch] of first) {
      if (this.on.length === 0) return false
      if (!(await this.read(taskId, watch))) return false
    }
    return true
  }

  private async read(taskId: number, watch: TaskWatch): Promise<boolean> {
    const ids = this.on.map(({ settings }) => settings.id)
    const [first] = this.on
    const link = (await first?.store.taskAnywhere(ids, taskId)) ?? null
    const member = link && this.members.get(link.connectionId)
    if (!link || !member || link.deleted) {
      this.book.tasks.delete(taskId)
      return true
    }
    let started: number | null = null
    const read = await readTask(link, {
      ...{ settings: member.settings, store: member.store, clock: this.clock, connections: ids },
      ask: (call) =>
        this.call(
          member,
          (planfix) => {
            started ??= this.clock.now()
            return call(planfix)
          },
          'reading',
        ),
      counterparty: watch.counterparty,
      isFirst: this.isFirstLook(link, watch, member.takeover?.()?.at ?? 0),
    })
    const now = this.clock.now()
    switch (read.outcome) {
      case 'closed':
        return false
      case 'failed':
        watch.failed(this.base, now)
        return true
      case 'gone':
        await commitOf(member, await this.missing(member, link))
        watch.failed(HOUR, now)
        return true
      case 'read': {
        watch.read(started ?? now, read.writtenAt, read.hasReply, this.around())
        if (read.counterparty !== undefined && read.counterparty !== watch.counterparty) {
          await commitOf(member, await followCard(link, read.counterparty, member.store, now))
          watch.counterparty = read.counterparty
        }
        if (read.hasNews) {
          this.lastHappening = now
          member.onNews()
        }
        if (read.hasReply) this.trust.found(taskId, now)
        return true
      }
    }
  }

  /**
   * Whether another store may have delivered the comments read here. In a task known at the first poll,
   * activity after that poll is new; a task that is watched again later has never been read here, whatever we
   * have written into it.
   */
  private isFirstLook(link: TaskLink, watch: TaskWatch, takenAt: number): boolean {
    if (link.readAt >= takenAt) return false
    return link.readAt === 0 || this.caughtUpAt === null || (watch.since ?? 0) <= this.caughtUpAt
  }

  /** One rate-limited call; null when the side is stopped; the watcher wakes when it works again. */
  private call<T>(
    member: Member,
    ask: (planfix: PlanfixClient) => Promise<Result<T>>,
    part: 'reading' | 'watching',
  ): Promise<Result<T> | null> {
    return askOf(member, ask, part, {
      opened: () => {
        this.nextPoll = 0
        this.nudge()
      },
      stoodBy: () => this.sleep(this.clock.now() + this.base),
    })
  }
}
