import type { Connection } from '../../../shared/config.ts'
import type { TaskLink } from '../../../shared/domain.ts'
import { type Result, stopsSide } from '../../../shared/errors.ts'
import { isStopped } from '../../engine/delivery/circuit-breaker.ts'
import type { SideGate } from '../../engine/delivery/gate.ts'
import { isTrouble } from '../../engine/delivery/retry.ts'
import { FOLLOW_EDITS_MS } from '../../engine/intake/comment.ts'
import type { Change, Clock, PlanfixTask, Store, Takeover } from '../../engine/ports.ts'
import type { Budget } from '../budget.ts'
import type { PlanfixClient } from '../client.ts'
import { type SpendingPlan, spendingPlan } from '../spending.ts'
import type { ChangedTask } from '../tasks.ts'
import type { TimeReader } from '../times.ts'
import { HintTrust, looksOf, pollEvery } from './attention.ts'
import { ChangeFeed, type FeedState, type Polled } from './feed.ts'
import { inHundreds, tasksOfPoll } from './plan.ts'
import { contactOf, followCard, readTask } from './reading.ts'
import { type Around, TaskWatch } from './task-watch.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const POLL_AFTER_HINT_MS = 5000
/** Readings of one round before the list has its turn again. */
const READINGS_EACH_ROUND = 5
/** Open tasks of the last two days are read once a day: an edit may leave no mark. So many at most, and so far apart. */
const DAILY_READINGS = 100
const DAILY_READINGS_EVERY_MS = 30_000
/** Of the oldest tasks so many are looked at in a day. */
const QUIET_EACH_DAY = 2000
/** A task that nothing happened in for so long is forgotten here; the feed names it when something does. */
const FORGOTTEN_AFTER_MS = 2 * DAY
const MARKS_REMEMBERED = 50_000

/** What a connection brings into the watch over its account. */
export interface WatchOptions {
  settings: Connection
  planfix: PlanfixClient
  store: Store
  gate: SideGate
  /** Something new stands in the inbox. */
  onNews(): void
  onBug(error: unknown): void
  /** The last time that this computer took over from another one. */
  takeover?: () => Takeover | null
  /** Another computer may be carrying: then what is read is that one's to carry. */
  mayCarry?: () => boolean
}

/** A connection's part in the watch over its account. */
export interface ConnectionWatch {
  start(): void
  stop(): Promise<void>
  /** A scenario told of this task: it is read at once. */
  hint(taskId: number): void
  /** Polls now: the computer woke up, the network is back. */
  wake(): void
  /** We wrote into the task, by a call that began at `from`. */
  wrote(taskId: number, from: number, isClients: boolean): void
  /** Until when everything is known that people changed in the task; 0 = not known. */
  knownAt(taskId: number): number
}

interface Member extends WatchOptions {
  isOn: boolean
}

/**
 * Watches the tasks of all connections of one Planfix account for comments (docs/architecture.md, "Planfix tells
 * nobody"): one list call tells what changed in the whole account; only tasks that did are read. A webhook is a hint,
 * the list is the truth. What has not been judged yet holds back the position on disk, so that after a crash, or a week
 * off, nothing is missed.
 */
export class AccountWatcher {
  private readonly members = new Map<string, Member>()
  private readonly tasks = new Map<number, TaskWatch>()
  /** The last mark of every task the feed named lately, also of tasks that are not ours. */
  private marks = new Map<number, string>()
  private readonly feed: ChangeFeed
  private readonly trust = new HintTrust()
  private keptAt = 0
  private turn = 0
  private nextPoll = 0
  private nextNet: number
  private lastHappening: number
  /** The last poll, and which tasks it was about; null = all. */
  private known: { at: number; ids: Set<number> | null } = { at: 0, ids: null }
  /** Everything before was judged before a restart. */
  private readonly judgedBefore: number
  /** The first poll that was read to its end since this computer began. */
  private caughtUpAt: number | null = null
  private stopTimer: (() => void) | null = null
  private round: Promise<void> | null = null
  private again = false
  private readonly clock: Clock
  private readonly random: () => number
  private readonly budget: Budget
  private readonly times: TimeReader

  constructor(options: {
    clock: Clock
    random: () => number
    budget: Budget
    times: TimeReader
    kept: (FeedState & { netAt?: number }) | null
  }) {
    this.clock = options.clock
    this.random = options.random
    this.budget = options.budget
    this.times = options.times
    this.feed = new ChangeFeed(options.kept)
    this.judgedBefore = options.kept?.position ?? 0
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
        // What it knows may be more than before.
        this.marks.clear()
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
      wake: () => this.wake(),
      wrote: (taskId, from, isClients) => this.wrote(taskId, from, isClients),
      knownAt: (taskId) => this.knownAt(taskId),
    }
  }

  /** What is to be kept on disk: everything before `position` has been judged. */
  state(): FeedState & { netAt: number } {
    const pending = [...this.tasks.values()].flatMap(({ since }) => (since === null ? [] : [since]))
    const position = Math.min(this.feed.asked ?? this.clock.now(), ...pending)
    return {
      position,
      zone: this.times.zone,
      refusedAt: this.feed.refusedAt,
      netAt: Math.max(0, this.nextNet - DAY),
    }
  }

  /** Whether there is something to keep. */
  get isAlive(): boolean {
    return this.feed.asked !== null
  }

  /** Milliseconds between two polls at present. */
  get pollEveryMs(): number {
    return this.interval()
  }

  private hint(taskId: number): void {
    const now = this.clock.now()
    this.lastHappening = now
    this.trust.hinted(taskId, now)
    this.watchOf(taskId).hint(now)
    // Its status may have changed as well: the list tells that a moment later, so that a reply costs one call.
    if (!this.trust.isProven) this.pollBy(now + Math.min(this.base, POLL_AFTER_HINT_MS))
    this.nudge()
  }

  private wake(): void {
    this.nextPoll = 0
    this.lastHappening = this.clock.now()
    this.nudge()
  }

  private wrote(taskId: number, from: number, isClients: boolean): void {
    const now = this.clock.now()
    const isNew = !this.tasks.has(taskId)
    this.lastHappening = now
    this.watchOf(taskId).wrote(from, isClients, this.around())
    this.marks.delete(taskId)
    this.feed.wrote(taskId)
    // Polls that were slow because nobody was there; of a task just made the list has something to tell.
    this.pollBy(isNew ? now + 1000 : now + this.interval())
    this.nudge(false)
  }

  private knownAt(taskId: number): number {
    const { at, ids } = this.known
    return ids === null || ids.has(taskId) ? at : 0
  }

  private pollBy(at: number): void {
    this.nextPoll = Math.min(this.nextPoll, at)
  }

  private watchOf(taskId: number): TaskWatch {
    const known = this.tasks.get(taskId)
    if (known) return known
    const made = new TaskWatch()
    this.tasks.set(taskId, made)
    return made
  }

  private get on(): Member[] {
    return [...this.members.values()].filter(({ isOn }) => isOn)
  }

  /** The owner's pace: of several connections that of the quickest. */
  private get base(): number {
    const all = this.on.map(({ settings }) => settings.planfix.pollSeconds * 1000)
    return all.length === 0 ? MINUTE : Math.min(...all)
  }

  private get stretch(): number {
    return Math.max(1, this.plan().everyMs / this.base)
  }

  /** How the rest of the day's requests is spent. */
  plan(): SpendingPlan {
    return spendingPlan(this.budget.state(), this.clock.now())
  }

  private around(): Around {
    return {
      now: this.clock.now(),
      skew: this.budget.clockSkew() ?? 0,
      zone: this.times.zone,
      looks: looksOf(this.base, this.trust.isProven, this.stretch),
    }
  }

  private interval(): number {
    const around = this.around()
    const { now } = around
    const awaited = [...this.tasks.values()].filter((task) => task.isAwaited(now))
    const isAwaited = awaited.some((task) => !task.isLookedAt(around))
    return pollEvery({
      ...{ base: this.base, isAwaited, isLookedAt: awaited.length > 0 && !isAwaited },
      ...{ quiet: now - this.lastHappening, isTold: this.trust.isProven, allowed: this.plan().everyMs },
    })
  }

  /** Does now what is due; `isUrgent` false: what is due by the plan, which may be another one now. */
  private nudge(isUrgent = true): void {
    if (this.members.size === 0) return
    if (!isUrgent && this.round === null) {
      this.sleep(Math.min(this.nextPoll, ...[...this.tasks.values()].map(({ due }) => due)))
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
    // What is left of the day is for clients' messages.
    if (this.plan().isReserveOnly) return this.sleep(now + this.interval())
    if (now >= this.nextNet) {
      if (!(await this.net())) return
      this.nextNet = this.clock.now() + DAY
    }
    if (now >= this.nextPoll) {
      if (!(await this.poll())) return
      this.forget()
      this.nextPoll = this.clock.now() + this.jittered(this.interval())
    }
    if (!(await this.readDue())) return
    this.sleep(Math.min(this.nextPoll, this.nextNet, ...[...this.tasks.values()].map(({ due }) => due)))
  }

  /** Accounts that began at the same moment must not all poll at the same moment for ever. */
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

  /** False when the side is closed and a wake-up has been arranged. */
  private async poll(): Promise<boolean> {
    const now = this.clock.now()
    if (!this.feed.isRefused(now)) {
      const polled = await this.pollFeed()
      if (polled.outcome === 'read') {
        await this.took(polled.rows, { asked: polled.asked, since: polled.since, isNet: false })
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
    const wanted = (id: number, signal: string) => this.marks.get(id) !== signal
    return this.feed.poll(
      (from, zone, offset) =>
        this.call(first, (planfix) => planfix.changedTasks(from, zone, offset, wanted), 'watching'),
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

  /** The marks of these tasks, asked for by number. */
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
      ...{ id: task.id, signal: task.signal, task },
      mark: task.mark ?? { minute: null, second: null },
    }))
    await this.took(rows, { asked, since: this.known.at || asked, isNet })
    const found = new Set(listed.value.map(({ id }) => id))
    for (const id of ids) {
      if (found.has(id)) continue
      const link = await member.store.task(member.settings.id, id)
      if (link) await this.commit(member, await this.missing(member, link))
    }
    return listed.value
  }

  /** Rows of a list: what is new in them is remembered, and read in this same round. */
  private async took(
    rows: readonly ChangedTask[],
    when: { asked: number; since: number; isNet: boolean },
  ): Promise<void> {
    const ids = this.on.map(({ settings }) => settings.id)
    const store = this.on[0]?.store
    if (!store) return
    const changes: Change[] = []
    for (const row of rows) {
      if (!row.task || this.marks.get(row.id) === row.signal) continue
      this.marks.set(row.id, row.signal)
      const link = await store.taskAnywhere(ids, row.id)
      if (!link) continue
      changes.push(...(await this.notice(link, { ...row, task: row.task }, when)))
    }
    if (this.marks.size > MARKS_REMEMBERED) this.marks = new Map([...this.marks].slice(-MARKS_REMEMBERED / 2))
    if (changes.length > 0) await store.commit(changes)
  }

  private async notice(
    link: TaskLink,
    row: ChangedTask & { task: PlanfixTask },
    { asked, since, isNet }: { asked: number; since: number; isNet: boolean },
  ): Promise<Change[]> {
    const member = this.members.get(link.connectionId)
    if (!member) return []
    const { task } = row
    const now = this.clock.now()
    const watch = this.watchOf(link.taskId)
    if (watch.seen === null && this.wasJudged(link, row, isNet)) watch.knows(row.signal)
    watch.changed(row, since, asked, this.around())
    const changes: Change[] = []
    const patch: Partial<TaskLink> = {}
    const active =
      task.status === null ? link.active : (member.planfix.isStatusActive(task.status) ?? link.active)
    if (task.isDeleted && !link.deleted) Object.assign(patch, { deleted: true, active: false })
    else if (active !== link.active) Object.assign(patch, { active, closedAt: active ? null : now })
    if (!task.isDeleted && link.deleted) patch.deleted = false
    if (Object.keys(patch).length > 0) {
      const { connectionId, taskId } = link
      changes.push({ type: 'task.patch', connectionId, taskId, patch: { ...patch, checkedAt: now } })
    }
    const counterparty = contactOf(task)
    if (watch.counterparty !== counterparty) {
      changes.push(...(await followCard(link, counterparty, member.store, now)))
      watch.counterparty = counterparty
    }
    return changes
  }

  /** Whether a mark that this run of the program sees for the first time was judged before it began. */
  private wasJudged(link: TaskLink, { signal, mark }: ChangedTask, isNet: boolean): boolean {
    if (link.signal === signal) return true
    // The net looks for what the feed has not told: what is known to be another mark is read.
    if (isNet && link.signal !== '') return false
    const { zone } = this.times
    if (mark.minute === null || zone === null) return false
    const over = mark.minute - zone - (this.budget.clockSkew() ?? 0) + MINUTE
    return over <= Math.max(this.judgedBefore, link.signal === '' ? link.readAt : 0)
  }

  /** Not in the list: deleted, or not visible to us any more. */
  private async missing(member: Member, { connectionId, taskId }: TaskLink): Promise<Change[]> {
    const read = await this.call(member, (planfix) => planfix.task(taskId), 'watching')
    const isGone = read && (read.ok ? read.value.isDeleted : read.error.code === 'object-gone')
    if (!isGone) return []
    this.tasks.delete(taskId)
    return [{ type: 'task.patch', connectionId, taskId, patch: { deleted: true, active: false } }]
  }

  /**
   * The daily safety net: the marks of all tasks by number, the oldest in weekly turns; and the comments of what was busy
   * lately, where an edit may have left no mark. False when the side is closed.
   */
  private async net(): Promise<boolean> {
    const asked = this.clock.now()
    let readings = 0
    for (const member of this.on) {
      const { store, settings } = member
      const recent = asked - FOLLOW_EDITS_MS
      const watched = await store.tasksWatched(settings.id, recent)
      const turn = Math.floor(asked / DAY) % 7
      const quiet = await store.tasksQuiet(settings.id, recent, turn, QUIET_EACH_DAY)
      const links = new Map([...watched, ...quiet].map((link) => [link.taskId, link]))
      for (const ids of inHundreds([...links.keys()])) {
        for (const id of ids) this.expectOf(links.get(id)!)
        const found = await this.list(member, ids, asked, true)
        if (!found) return false
        await this.commit(
          member,
          found.flatMap((task) => this.remembered(links.get(task.id), task)),
        )
      }
      for (const link of watched) {
        if (link.closedAt !== null || asked - link.lastActivityAt > 2 * DAY || readings >= DAILY_READINGS)
          continue
        this.watchOf(link.taskId).lookAt(asked + readings++ * DAILY_READINGS_EVERY_MS)
      }
    }
    return true
  }

  /** What was known of a task before the net is cast; a change that was noticed before a restart and not read is unread. */
  private expectOf(link: TaskLink): void {
    const watch = this.tasks.get(link.taskId)
    this.marks.delete(link.taskId)
    if (watch || link.readAt >= link.hotUntil) return
    this.watchOf(link.taskId).hint(this.clock.now())
  }

  /** The mark that has been judged goes to disk with the net, so that the next one finds nothing in it. */
  private remembered(link: TaskLink | undefined, task: PlanfixTask): Change[] {
    const watch = link && this.tasks.get(link.taskId)
    if (!watch || watch.judged !== task.signal) return []
    if (watch.since === null && watch.due === Number.POSITIVE_INFINITY) this.tasks.delete(link.taskId)
    if (link.signal === task.signal) return []
    const { connectionId, taskId } = link
    return [{ type: 'task.patch', connectionId, taskId, patch: { signal: task.signal } }]
  }

  private async readDue(): Promise<boolean> {
    const due = [...this.tasks].filter(([, { due }]) => due <= this.clock.now())
    const first = due.toSorted((a, b) => a[1].due - b[1].due).slice(0, READINGS_EACH_ROUND)
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
      this.tasks.delete(taskId)
      return true
    }
    let started: number | null = null
    const takenAt = member.takeover?.()?.at ?? 0
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
      // What happens after the first poll was written after this computer took over.
      isFirst: link.readAt < takenAt && (this.caughtUpAt === null || (watch.since ?? 0) <= this.caughtUpAt),
    })
    const now = this.clock.now()
    switch (read.outcome) {
      case 'closed':
        return false
      case 'failed':
        watch.failed(this.base, now)
        return true
      case 'gone':
        await this.commit(member, await this.missing(member, link))
        watch.failed(HOUR, now)
        return true
      case 'read': {
        watch.read(started ?? now, read.writtenAt, read.hasReply, this.around())
        if (read.counterparty !== undefined && read.counterparty !== watch.counterparty) {
          await this.commit(member, await followCard(link, read.counterparty, member.store, now))
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

  private async commit(member: Member, changes: Change[]): Promise<void> {
    if (changes.length > 0) await member.store.commit(changes)
  }

  private forget(): void {
    const now = this.clock.now()
    if (now - this.keptAt < HOUR) return
    this.keptAt = now
    for (const [taskId, { since, lastUsed }] of this.tasks) {
      if (since === null && now - lastUsed > FORGOTTEN_AFTER_MS) this.tasks.delete(taskId)
    }
  }

  /** One paced call. Null when the side is closed: the watcher wakes when it opens. */
  private async call<T>(
    { gate, planfix, mayCarry }: Member,
    ask: (planfix: PlanfixClient) => Promise<Result<T>>,
    part: 'reading' | 'watching',
  ): Promise<Result<T> | null> {
    const permit = gate.enter()
    if (isStopped(permit)) {
      void permit.opened.then(() => this.wakeAgain())
      return null
    }
    const asked = await planfix.pacer
      .turn(1, 'watcher')
      .then(() => {
        if (gate.holds(permit)) return ask(planfix)
        planfix.pacer.giveBack()
        return null
      })
      .catch((error: unknown) => {
        gate.leave(permit)
        throw error
      })
    if (asked === null) {
      void gate.breaker.opened().then(() => this.wakeAgain())
      return null
    }
    const result = asked
    if (result.ok) gate.succeeded(permit)
    else if (stopsSide(result.error)) gate.failed(result.error, permit)
    else if (isTrouble(result.error)) gate.troubled(result.error, permit)
    else gate.succeeded(permit)
    if (result.ok) gate.hasAgain(part)
    else if (result.error.code === 'missing-scope') gate.lacks(part, result.error)
    else if (result.error.code === 'failing') gate.stumbled(part, result.error)
    // It stood still while it waited for the answer, and somebody else has taken over: nothing of it is kept.
    if (mayCarry?.() === false) {
      gate.leave(permit)
      this.sleep(this.clock.now() + this.base)
      return null
    }
    if (!result.ok && gate.breaker.error !== null) {
      void gate.breaker.opened().then(() => this.wakeAgain())
      return null
    }
    return result
  }

  /** The side is open again. */
  private wakeAgain(): void {
    this.nextPoll = 0
    this.nudge()
  }
}
