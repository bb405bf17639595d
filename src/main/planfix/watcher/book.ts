import type { TaskLink } from '../../../shared/domain.ts'
import type { Change, PlanfixTask } from '../../engine/ports.ts'
import type { ChangedTask } from '../tasks.ts'
import type { Member } from './members.ts'
import { planNotice } from './plan.ts'
import { contactOf, followCard } from './reading.ts'
import { type Around, TaskWatch } from './task-watch.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A task without activity for this long is removed here; the list names it again on activity. */
const FORGOTTEN_AFTER_MS = 48 * HOUR
const MARKS_REMEMBERED = 50_000

/** The source of the list rows. */
export interface RowSource {
  /** When the request was sent. */
  asked: number
  /** Earliest time of the new changes in it. */
  since: number
  /** It is the safety net, which finds what the feed has missed. */
  isNet: boolean
}

/** The watcher's position in every task with recent activity. */
export class TaskBook {
  readonly tasks = new Map<number, TaskWatch>()
  /** The last mark of every recently listed task, also of tasks that are not ours. */
  private marks = new Map<number, string>()
  private forgotAt = 0
  /** Everything before was decided on before the program started. */
  private readonly judgedBefore: number

  constructor(judgedBefore: number) {
    this.judgedBefore = judgedBefore
  }

  of(taskId: number): TaskWatch {
    const known = this.tasks.get(taskId)
    if (known) return known
    const made = new TaskWatch()
    this.tasks.set(taskId, made)
    return made
  }

  /** When the next task is to be read. */
  get soonest(): number {
    let soonest = Number.POSITIVE_INFINITY
    for (const { due } of this.tasks.values()) soonest = Math.min(soonest, due)
    return soonest
  }

  /** Number of tasks that are read repeatedly or wait to be read. */
  get busy(): number {
    let busy = 0
    for (const { due } of this.tasks.values()) if (due < Number.POSITIVE_INFINITY) busy++
    return busy
  }

  /** Earliest time of a change that was not decided on yet. */
  get unjudgedSince(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { since } of this.tasks.values()) if (since !== null) first = Math.min(first, since)
    return first
  }

  isNews = (taskId: number, signal: string, counterparty: unknown): boolean =>
    this.marks.get(taskId) !== keyOf(signal, counterparty)

  /** The next row of this task, or of any, is read whatever its mark. */
  forgetMark(taskId?: number): void {
    if (taskId === undefined) this.marks.clear()
    else this.marks.delete(taskId)
  }

  /** Rows of a list: records their new changes, to be read in the same round. */
  async took(
    rows: readonly ChangedTask[],
    source: RowSource,
    members: readonly Member[],
    around: Around,
  ): Promise<void> {
    const ids = members.map(({ settings }) => settings.id)
    const store = members[0]?.store
    if (!store) return
    const changes: Change[] = []
    for (const { task, ...row } of rows) {
      if (!task || !this.isNews(row.id, row.changeToken, task.counterparty)) continue
      this.marks.set(row.id, keyOf(row.changeToken, task.counterparty))
      const link = await store.taskAnywhere(ids, row.id)
      const member = members.find(({ settings }) => settings.id === link?.connectionId)
      if (link && member) changes.push(...(await this.notice(link, { ...row, task }, source, member, around)))
    }
    if (this.marks.size > MARKS_REMEMBERED) this.marks = new Map([...this.marks].slice(-MARKS_REMEMBERED / 2))
    if (changes.length > 0) await store.commit(changes)
  }

  /** Removes tasks without activity for a long time. */
  forget(now: number): void {
    if (now - this.forgotAt < HOUR) return
    this.forgotAt = now
    for (const [taskId, { since, lastUsed }] of this.tasks) {
      if (since === null && now - lastUsed > FORGOTTEN_AFTER_MS) this.tasks.delete(taskId)
    }
  }

  private async notice(
    link: TaskLink,
    row: ChangedTask & { task: PlanfixTask },
    source: RowSource,
    member: Member,
    around: Around,
  ): Promise<Change[]> {
    const { task } = row
    const { now } = around
    const { connectionId, taskId } = link
    const watch = this.of(taskId)
    if (watch.seen === null && this.wasJudged(link, row, source.isNet, around)) watch.knows(row.changeToken)
    watch.changed(row, source.since, source.asked, around)
    const isActive = task.status === null ? null : (member.planfix.isStatusActive(task.status) ?? null)
    const patch = planNotice(link, task, isActive, now)
    const changes: Change[] = patch ? [{ type: 'task.patch', connectionId, taskId, patch }] : []
    const counterparty = contactOf(task)
    if (watch.counterparty !== counterparty) {
      const followed = await followCard(link, counterparty, member.store, now)
      changes.push(...followed)
      // A comment that stayed internal may be for the new card, and its mark may belong to a minute that was
      // already decided on.
      if (followed.length > 0) watch.hint(now)
      watch.counterparty = counterparty
    }
    return changes
  }

  /** Whether a mark that this run sees for the first time was decided on before the program started. */
  private wasJudged(
    link: TaskLink,
    { changeToken: signal, mark }: ChangedTask,
    isNet: boolean,
    { zone, skew }: Around,
  ): boolean {
    if (link.signal === signal) return true
    // The safety net finds what the feed has missed: a task with a different mark is read.
    if (isNet && link.signal !== '') return false
    if (mark.minute === null || zone === null) return false
    const over = mark.minute - zone - skew + MINUTE
    return over <= Math.max(this.judgedBefore, link.signal === '' ? link.readAt : 0)
  }
}

/**
 * A task may be assigned to another contact within the minute of its last mark. `counterparty` in Planfix's
 * format or ours.
 */
function keyOf(signal: string, counterparty: unknown): string {
  const id =
    counterparty !== null && typeof counterparty === 'object'
      ? (counterparty as { id?: unknown }).id
      : counterparty
  return `${signal} ${/\d+$/.exec(String(id ?? ''))?.[0] ?? ''}`
}
