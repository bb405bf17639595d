import type { Connection } from '../../../shared/config.ts'
import type { TaskLink } from '../../../shared/domain.ts'
import { type Result, stopsSide } from '../../../shared/errors.ts'
import { hotUntil } from '../../engine/delivery/changes.ts'
import { isStopped } from '../../engine/delivery/circuit-breaker.ts'
import type { SideGate } from '../../engine/delivery/gate.ts'
import { isTrouble } from '../../engine/delivery/retry.ts'
import { FOLLOW_EDITS_MS } from '../../engine/intake/comment.ts'
import type {
  Change,
  Clock,
  PlanfixApi,
  PlanfixComment,
  PlanfixTask,
  Store,
  Takeover,
} from '../../engine/ports.ts'
import { newsOf, pollInterval, tasksOfPoll } from './plan.ts'

const MINUTE = 60_000
const DAY = 24 * 3_600_000
/** A busy feed is read back this many pages at most in one go; the rest follows with the next reading. */
const MOST_PAGES = 20
const POLL_AFTER_HINT_MS = 5000

export interface WatcherOptions {
  settings: Connection
  planfix: PlanfixApi
  store: Store
  clock: Clock
  gate: SideGate
  /** Something new stands in the inbox. */
  onNews(): void
  onBug(error: unknown): void
  /** The last time that this computer took over from another one. */
  takeover?: () => Takeover | null
  /** Another computer may be carrying: then what is read is that one's to carry. */
  mayCarry?: () => boolean
}

/**
 * Watches the tasks of a connection for comments (docs/architecture.md, "Planfix tells nobody"): one list call sees up
 * to 100 tasks; only those whose marks changed are read. A webhook is a hint, the list is the truth: cursors are on
 * disk, so that after a week off nothing is missed.
 */
export class Watcher {
  private readonly options: WatcherOptions
  /** When a task's feed is to be read, by task. */
  private readonly due = new Map<number, { at: number; interval: number; hot: number }>()
  /** Counterparty of each task as it was last compared with the client's card. */
  private readonly counterparties = new Map<number, string>()
  private turn = 0
  private nextPoll = 0
  private nextDailyLook = 0
  private stopTimer: (() => void) | null = null
  private round: Promise<void> | null = null
  private again = false
  private stopped = true

  constructor(options: WatcherOptions) {
    this.options = options
  }

  start(): void {
    this.stopped = false
    this.wake()
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.stopTimer?.()
    await this.round
  }

  /** A scenario told of this task: it is read at once. */
  hint(taskId: number): void {
    this.due.set(taskId, { at: 0, interval: this.base, hot: 0 })
    // Its status may have changed as well: the list tells that a moment later, so that a reply costs one call.
    this.nextPoll = Math.min(
      this.nextPoll,
      this.options.clock.now() + Math.min(this.base, POLL_AFTER_HINT_MS),
    )
    this.nudge()
  }

  /** Polls now: a task was made, the computer woke up, the network is back. */
  wake(): void {
    this.nextPoll = 0
    this.nudge()
  }

  /** Does now what is due. */
  private nudge(): void {
    if (this.stopped) return
    this.again = true
    this.stopTimer?.()
    this.round ??= this.rounds().finally(() => {
      this.round = null
      if (this.again) this.nudge()
    })
  }

  private get base(): number {
    return this.options.settings.planfix.pollSeconds * 1000
  }

  private async rounds(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false
      try {
        await this.oneRound()
      } catch (error) {
        this.options.onBug(error)
        this.sleep(this.options.clock.now() + 10_000)
      }
    }
  }

  private async oneRound(): Promise<void> {
    const { store, settings, clock } = this.options
    const now = clock.now()
    const watched = await store.tasksWatched(settings.id, now - FOLLOW_EDITS_MS)
    if (watched.length === 0) return this.sleep(now + this.base)
    this.dailyLook(watched, now)
    if (now >= this.nextPoll) {
      if (!(await this.poll(watched))) return
      const lastActivity = Math.max(...watched.map((task) => task.lastActivityAt))
      this.nextPoll = clock.now() + pollInterval(settings.planfix.pollSeconds, lastActivity, clock.now())
    }
    for (const task of watched) this.noticeOwnWrites(task)
    if (!(await this.readDue())) return
    const soonest = Math.min(this.nextPoll, ...[...this.due.values()].map((one) => one.at))
    this.sleep(soonest)
  }

  private sleep(until: number): void {
    if (this.stopped || this.again) return
    const { clock } = this.options
    this.stopTimer?.()
    this.stopTimer = clock.after(Math.max(50, until - clock.now()), () => {
      this.stopTimer = null
      this.again = true
      this.round ??= this.rounds().finally(() => {
        this.round = null
        if (this.again) this.nudge()
      })
    })
  }

  /**
   * Edits and deletions are looked for at start and once a day in open tasks, a few at a time. A change that was noticed
   * but not read to its end when the bridge stopped is read at once, whether the task is open or not.
   */
  private dailyLook(watched: readonly TaskLink[], now: number): void {
    if (now < this.nextDailyLook) return
    this.nextDailyLook = now + DAY
    for (const task of watched) {
      const unread = task.readAt < task.hotUntil && !this.due.has(task.taskId)
      if (unread) this.due.set(task.taskId, { at: now, interval: this.base, hot: task.hotUntil })
    }
    watched
      .filter((task) => task.closedAt === null)
      .forEach((task, index) => {
        if (!this.due.has(task.taskId))
          this.due.set(task.taskId, { at: now + index * this.base, interval: this.base, hot: 0 })
      })
  }

  /** After a write of ours the task's mark says nothing until the minute is over. */
  private noticeOwnWrites(task: TaskLink): void {
    const known = this.due.get(task.taskId)
    if (task.hotUntil <= this.options.clock.now() || known?.hot === task.hotUntil) return
    const at = Math.min(known?.at ?? Number.POSITIVE_INFINITY, this.options.clock.now() + this.base)
    this.due.set(task.taskId, { at, interval: this.base, hot: task.hotUntil })
  }

  /** Asks for the marks of all watched tasks. False when the side is closed and a wake-up has been arranged. */
  private async poll(watched: readonly TaskLink[]): Promise<boolean> {
    const byId = new Map(watched.map((task) => [task.taskId, task]))
    for (const ids of tasksOfPoll(watched, this.turn++)) {
      const listed = await this.call((planfix) => planfix.tasks(ids))
      if (!listed) return false
      if (!listed.ok) continue
      const now = this.options.clock.now()
      const changes: Change[] = []
      const found = new Map(listed.value.map((task) => [task.id, task]))
      for (const id of ids) {
        const link = byId.get(id)
        const task = found.get(id)
        if (link && task) changes.push(...(await this.merged(link, task)))
        if (link) changes.push(...(task ? this.notice(link, task, now) : await this.missing(link)))
      }
      if (changes.length > 0) await this.options.store.commit(changes)
    }
    return true
  }

  private notice(link: TaskLink, task: PlanfixTask, now: number): Change[] {
    const { planfix } = this.options
    const active = task.status === null ? link.active : (planfix.isStatusActive(task.status) ?? link.active)
    const patch: Partial<TaskLink> = {}
    if (task.isDeleted) Object.assign(patch, { deleted: true, active: false })
    if (active !== link.active) Object.assign(patch, { active, closedAt: active ? null : now })
    // Kept fresh while the conversation is alive, so that a further message needs no look of its own.
    if (active !== link.active || now - link.lastActivityAt < 15 * 60_000) patch.checkedAt = now
    const takenAt = this.options.takeover?.()?.at ?? 0
    // Nothing has happened in it since it was last read: whatever comes now was written after this computer took over.
    if (task.signal === link.signal && link.readAt < takenAt && link.hotUntil < link.readAt)
      patch.readAt = now
    if (task.signal !== link.signal) {
      patch.signal = task.signal
      const due = this.due.get(link.taskId)
      const ownWrite = link.hotUntil > now && due?.hot !== link.hotUntil
      if (!ownWrite) this.due.set(link.taskId, { at: now, interval: this.base, hot: due?.hot ?? 0 })
      // A restart must not forget a change that was seen but not read yet.
      patch.hotUntil = Math.max(link.hotUntil, hotUntil(now, planfix.clockSkew() ?? 0))
      if (!ownWrite) this.due.set(link.taskId, { at: now, interval: this.base, hot: patch.hotUntil })
    }
    if (Object.keys(patch).length === 0) return []
    return [{ type: 'task.patch', connectionId: link.connectionId, taskId: link.taskId, patch }]
  }

  /**
   * The client's card has been merged into another one, which took its place in the task (contracts/planfix.md section
   * 8): comments now notify that card, and replies must be known for the client's.
   */
  private async merged(link: TaskLink, task: PlanfixTask): Promise<Change[]> {
    const { counterparty } = task
    if (counterparty === null || this.counterparties.get(link.taskId) === counterparty) return []
    const survivor = contactOf(counterparty)
    const conversation = await this.options.store.conversation(link.conversationId)
    const known = conversation?.contactId ?? null
    if (known === null) return []
    if (survivor === null || survivor === known) {
      this.counterparties.set(link.taskId, counterparty)
      return []
    }
    const read = await this.call((planfix) => planfix.contact(known))
    const gone = read && (read.ok ? read.value.isDeleted : read.error.code === 'object-gone')
    if (!read || (!read.ok && !gone)) return []
    this.counterparties.set(link.taskId, counterparty)
    // Otherwise a person gave the task to another contact, and the client's card is still there.
    if (!gone) return []
    return [{ type: 'conversation.patch', id: link.conversationId, patch: { contactId: survivor } }]
  }

  /** Not in the list: deleted, or not visible to us any more. */
  private async missing(link: TaskLink): Promise<Change[]> {
    const read = await this.call((planfix) => planfix.task(link.taskId))
    const gone = read && (read.ok ? read.value.isDeleted : read.error.code === 'object-gone')
    if (!gone) return []
    this.due.delete(link.taskId)
    return [
      {
        type: 'task.patch',
        connectionId: link.connectionId,
        taskId: link.taskId,
        patch: { deleted: true, active: false },
      },
    ]
  }

  private async readDue(): Promise<boolean> {
    const { store, settings, clock } = this.options
    for (const [taskId, due] of [...this.due].toSorted((a, b) => a[1].at - b[1].at)) {
      if (due.at > clock.now() || this.stopped) continue
      const task = await store.task(settings.id, taskId)
      if (!task || task.deleted) {
        this.due.delete(taskId)
        continue
      }
      const outcome = await this.read(task)
      if (outcome === 'closed') return false
      if (outcome === 'read') this.reschedule(taskId, due)
      else this.retry(taskId, due)
    }
    return true
  }

  /** Read again while a further comment may hide behind the same minute, ever less often, and once when it is over. */
  private reschedule(taskId: number, due: { interval: number; hot: number }): void {
    const now = this.options.clock.now()
    const current = this.due.get(taskId)
    const hot = Math.max(due.hot, current?.hot ?? 0)
    if (now >= hot) {
      this.due.delete(taskId)
      return
    }
    const interval = Math.min(due.interval * 2, this.base * 2)
    this.due.set(taskId, { at: Math.min(now + due.interval, hot), interval, hot })
  }

  /** The feed could not be read: what its mark told of is still to be read, however long that takes. */
  private retry(taskId: number, due: { interval: number; hot: number }): void {
    const interval = Math.min(due.interval * 2, Math.max(this.base, MINUTE))
    this.due.set(taskId, { at: this.options.clock.now() + due.interval, interval, hot: due.hot })
  }

  /** Reads a feed from the newest comment back to the cursor and stores what is new. */
  private async read(task: TaskLink): Promise<'read' | 'failed' | 'closed'> {
    const { store, settings, clock, onNews } = this.options
    const comments: PlanfixComment[] = []
    let complete = false
    for (let page = 0; page < MOST_PAGES && !complete; page++) {
      const listed = await this.call((planfix) => planfix.comments(task.taskId, page * 100), 'reading')
      if (!listed) return 'closed'
      if (!listed.ok) {
        if (listed.error.code !== 'object-gone') return 'failed'
        await store.commit(await this.missing(task))
        return 'read'
      }
      comments.push(...listed.value.comments)
      complete = listed.value.complete
      const reachedCursor =
        listed.value.sorted && listed.value.comments.some((comment) => comment.id <= task.cursor)
      if (reachedCursor) break
    }
    const now = clock.now()
    const carried = await store.messagesOfTask(settings.id, task.taskId, now - FOLLOW_EDITS_MS)
    const counterparty = contactOf(this.counterparties.get(task.taskId) ?? null) ?? task.counterparty ?? null
    const news = newsOf(comments, carried, task.cursor, complete, counterparty)
    const gone = await this.confirmGone(news.missing)
    // The first look since this computer took over: what is there already may have been carried by the other one.
    const first = task.readAt < (this.options.takeover?.()?.at ?? 0)
    const add = (comment: PlanfixComment, isGone: boolean): Change => ({
      type: 'inbox.add',
      row: {
        connectionId: settings.id,
        source: 'planfix',
        receivedAt: now,
        body: JSON.stringify({
          ...{ watcher: true, taskId: task.taskId, comment },
          ...(isGone && { gone: true }),
          ...(first && { first: true }),
          ...(counterparty !== null && { counterparty }),
        }),
      },
    })
    const events = [
      ...news.events.map((comment) => add(comment, false)),
      ...gone.map((comment) => add(comment, true)),
    ]
    const patch: Partial<TaskLink> = {
      cursor: news.cursor,
      readAt: now,
      ...(events.length > 0 && { lastActivityAt: now }),
    }
    await store.commit([
      ...events,
      { type: 'task.patch', connectionId: settings.id, taskId: task.taskId, patch },
    ])
    if (events.length > 0) onNews()
    return 'read'
  }

  /** A comment that is not in the feed any more is asked for by its number before it is taken for deleted. */
  private async confirmGone(ids: readonly number[]): Promise<PlanfixComment[]> {
    const gone: PlanfixComment[] = []
    for (const id of ids) {
      const read = await this.call((planfix) => planfix.comment(id), 'reading')
      if (!read) break
      if (read.ok && read.value.isDeleted) gone.push(read.value)
      if (!read.ok && read.error.code === 'object-gone') gone.push(deletedComment(id))
    }
    return gone
  }

  /** One paced call. Null when the side is closed: the watcher wakes when it opens. */
  private async call<T>(
    ask: (planfix: PlanfixApi) => Promise<Result<T>>,
    part: 'reading' | 'watching' = 'watching',
  ): Promise<Result<T> | null> {
    const { gate, planfix } = this.options
    const permit = gate.enter()
    if (isStopped(permit)) {
      void permit.opened.then(() => this.wake())
      return null
    }
    const turn = planfix.pacer.turn(1, 'watcher')
    const asked = await turn
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
      void gate.breaker.opened().then(() => this.wake())
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
    if (this.options.mayCarry?.() === false) {
      gate.leave(permit)
      this.sleep(this.options.clock.now() + this.base)
      return null
    }
    if (!result.ok && gate.breaker.error !== null) {
      void gate.breaker.opened().then(() => this.wake())
      return null
    }
    return result
  }
}

/** 92 of `contact:92`; null of anybody else. */
const contactOf = (person: string | null): number | null =>
  Number(person?.match(/^contact:(\d+)$/)?.[1] ?? Number.NaN) || null

function deletedComment(id: number): PlanfixComment {
  return {
    id,
    type: 'Comment',
    text: '',
    owner: null,
    ownerName: '',
    recipients: [],
    isHidden: false,
    isDeleted: true,
    files: [],
    sourceObjectId: null,
    at: null,
  }
}
