import type { TaskLink } from '../../../shared/domain.ts'
import type { Change, PlanfixTask } from '../../engine/ports.ts'
import type { ChangedTask } from '../tasks.ts'
import type { Member } from './members.ts'
import { contactOf, followCard } from './reading.ts'
import { type Around, TaskWatch } from './task-watch.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A task that nothing happened in for so long is forgotten here; the list names it when something does. */
const FORGOTTEN_AFTER_MS = 48 * HOUR
const MARKS_REMEMBERED = 50_000

/** Of which list rows are. */
export interface Told {
  /** When it was asked for. */
  asked: number
  /** When what is new in it happened at the earliest. */
  since: number
  /** It is the safety net, which looks for what the feed has not told. */
  isNet: boolean
}

/** Where the watch stands in every task that something happened in lately. */
export class TaskBook {
  readonly tasks = new Map<number, TaskWatch>()
  /** The last mark of every task that was named lately, also of tasks that are not ours. */
  private marks = new Map<number, string>()
  private forgotAt = 0
  /** Everything before was judged before the program began. */
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

  /** How many tasks are being read again and again, or wait to be. */
  get busy(): number {
    let busy = 0
    for (const { due } of this.tasks.values()) if (due < Number.POSITIVE_INFINITY) busy++
    return busy
  }

  /** When the first change happened at the earliest that has not been judged yet. */
  get unjudgedSince(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { since } of this.tasks.values()) if (since !== null) first = Math.min(first, since)
    return first
  }

  isNews = (taskId: number, signal: string, counterparty: unknown): boolean =>
    this.marks.get(taskId) !== keyOf(signal, counterparty)

  /** The next row of this task, or of any, is looked at whatever its mark. */
  forgetMark(taskId?: number): void {
    if (taskId === undefined) this.marks.clear()
    else this.marks.delete(taskId)
  }

  /** Rows of a list: what is new in them is remembered, and read in this same round. */
  async took(
    rows: readonly ChangedTask[],
    told: Told,
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
      if (link && member) changes.push(...(await this.notice(link, { ...row, task }, told, member, around)))
    }
    if (this.marks.size > MARKS_REMEMBERED) this.marks = new Map([...this.marks].slice(-MARKS_REMEMBERED / 2))
    if (changes.length > 0) await store.commit(changes)
  }

  /** Drops what nothing has happened in for long. */
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
    told: Told,
    member: Member,
    around: Around,
  ): Promise<Change[]> {
    const { task } = row
    const { now } = around
    const { connectionId, taskId } = link
    const watch = this.of(taskId)
    if (watch.seen === null && this.wasJudged(link, row, told.isNet, around)) watch.knows(row.changeToken)
    watch.changed(row, told.since, told.asked, around)
    const patch: Partial<TaskLink> = {}
    const active =
      task.status === null ? link.active : (member.planfix.isStatusActive(task.status) ?? link.active)
    if (task.isDeleted && !link.deleted) Object.assign(patch, { deleted: true, active: false })
    else if (active !== link.active) Object.assign(patch, { active, closedAt: active ? null : now })
    if (!task.isDeleted && link.deleted) patch.deleted = false
    const changes: Change[] = []
    if (Object.keys(patch).length > 0) {
      changes.push({ type: 'task.patch', connectionId, taskId, patch: { ...patch, checkedAt: now } })
    }
    const counterparty = contactOf(task)
    if (watch.counterparty !== counterparty) {
      const followed = await followCard(link, counterparty, member.store, now)
      changes.push(...followed)
      // What was kept inside may be the new card's, and its mark may be of a minute that was judged before.
      if (followed.length > 0) watch.hint(now)
      watch.counterparty = counterparty
    }
    return changes
  }

  /** Whether a mark that this run of the program sees for the first time was judged before it began. */
  private wasJudged(
    link: TaskLink,
    { changeToken: signal, mark }: ChangedTask,
    isNet: boolean,
    { zone, skew }: Around,
  ): boolean {
    if (link.signal === signal) return true
    // The net looks for what the feed has not told: what is known to be another mark is read.
    if (isNet && link.signal !== '') return false
    if (mark.minute === null || zone === null) return false
    const over = mark.minute - zone - skew + MINUTE
    return over <= Math.max(this.judgedBefore, link.signal === '' ? link.readAt : 0)
  }
}

/** A task may be given to another contact within the minute of its last mark. `counterparty` as Planfix or as we write it. */
function keyOf(signal: string, counterparty: unknown): string {
  const id =
    counterparty !== null && typeof counterparty === 'object'
      ? (counterparty as { id?: unknown }).id
      : counterparty
  return `${signal} ${/\d+$/.exec(String(id ?? ''))?.[0] ?? ''}`
}
