import type { TaskLink } from '../../../shared/domain.ts'
import { FOLLOW_EDITS_MS, probedOf } from '../../engine/index.ts'
import type { Change, PlanfixTask } from '../../engine/ports.ts'
import type { TaskBook } from './book.ts'
import { commitOf, type Member } from './members.ts'
import { inHundreds } from './plan.ts'

const DAY = 86_400_000
/**
 * Open tasks of the last two days are read once a day: an edit may leave no mark. Maximum number and spacing.
 */
const DAILY_READINGS = 100
const DAILY_READINGS_EVERY_MS = 30_000
export const NET_EVERY_MS = DAY
/** Where edits or deletions leave no mark, as a probe has found. */
const NET_OFTEN_MS = DAY / 4
/** Number of the oldest tasks to check each time. */
const QUIET_EACH_DAY = 2000

export type ListByNumber = (
  member: Member,
  ids: readonly number[],
  asked: number,
  isNet: true,
) => Promise<PlanfixTask[] | null>

/**
 * The daily safety net: the marks of all tasks by number, the oldest in weekly rotation; and the comments of
 * recently busy tasks, where an edit may have left no mark. False when the side is stopped.
 */
export async function castNet(
  members: readonly Member[],
  book: TaskBook,
  list: ListByNumber,
  asked: number,
): Promise<boolean> {
  let readings = 0
  for (const member of members) {
    const { store, settings } = member
    const recent = asked - FOLLOW_EDITS_MS
    const watched = await store.tasksWatched(settings.id, recent)
    const quiet = await store.tasksQuiet(settings.id, recent, Math.floor(asked / DAY) % 7, QUIET_EACH_DAY)
    const links = new Map([...watched, ...quiet].map((link) => [link.taskId, link]))
    for (const ids of inHundreds([...links.keys()])) {
      for (const id of ids) expect(links.get(id)!, book, asked)
      const found = await list(member, ids, asked, true)
      if (!found) return false
      await commitOf(
        member,
        found.flatMap((task) => remembered(links.get(task.id), task, book)),
      )
    }
    for (const link of watched) {
      if (link.closedAt !== null || asked - link.lastActivityAt > 2 * DAY) continue
      if (readings < DAILY_READINGS) {
        book.of(link.taskId).lookAt(asked + readings++ * DAILY_READINGS_EVERY_MS)
      }
    }
  }
  return true
}

/** How often the net is cast for these connections, milliseconds. */
export async function netEveryMs(members: readonly Member[]): Promise<number> {
  for (const { store, settings } of members) {
    const { positions = {} } = (await probedOf(store, settings)) ?? {}
    if ([positions['edit-mark'], positions['deletion-mark']].includes('unmarked')) return NET_OFTEN_MS
  }
  return NET_EVERY_MS
}

/** A change noticed but not read before a restart is still unread. */
function expect(link: TaskLink, book: TaskBook, now: number): void {
  book.forgetMark(link.taskId)
  if (!book.tasks.has(link.taskId) && link.readAt < link.hotUntil) book.of(link.taskId).hint(now)
}

/** The processed mark is stored with the net, so that the next one finds no difference. */
function remembered(link: TaskLink | undefined, task: PlanfixTask, book: TaskBook): Change[] {
  const watch = link && book.tasks.get(link.taskId)
  if (!watch || watch.judged !== task.changeToken) return []
  if (watch.since === null && watch.due === Number.POSITIVE_INFINITY) book.tasks.delete(link.taskId)
  if (link.signal === task.changeToken) return []
  const { connectionId, taskId } = link
  return [{ type: 'task.patch', connectionId, taskId, patch: { signal: task.changeToken } }]
}
