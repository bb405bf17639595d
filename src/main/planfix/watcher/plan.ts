import type { Message, TaskLink } from '../../../shared/domain.ts'
import { printOf } from '../../engine/intake/comment.ts'
import type { PlanfixComment } from '../../engine/ports.ts'

/** Of a hundred tasks asked for in one call, at least so many are completed ones. */
const LEAST_ROOM = 20

/**
 * Which tasks one poll asks for by number: all of open conversations, the rest of the last hundred filled with completed
 * ones in turn, the latest first. `turn` counts the polls.
 */
export function tasksOfPoll(watched: readonly TaskLink[], turn: number): number[][] {
  const open = watched.filter((task) => task.closedAt === null).map((task) => task.taskId)
  const closed = watched.filter((task) => task.closedAt !== null).map((task) => task.taskId)
  const left = 100 - (open.length % 100)
  // So little room that the completed ones would hardly come round: they get a call of their own beside it.
  const room = left < LEAST_ROOM ? left + 100 : left
  const chunks = Math.max(1, Math.ceil(closed.length / Math.max(1, room)))
  const from = (turn % chunks) * room
  return inHundreds([...open, ...closed.slice(from, from + room)])
}

export function inHundreds(ids: readonly number[]): number[][] {
  const polls: number[][] = []
  for (let at = 0; at < ids.length; at += 100) polls.push(ids.slice(at, at + 100))
  return polls
}

/** Which comments of a task have been judged: one above `floor` that is not among `judged` is news, whatever its number. */
export interface Judged {
  floor: number
  ids: ReadonlySet<number>
}

/** So many numbers are kept on disk for a task; what lies below them all counts as judged. */
const MOST_JUDGED = 200

export const judgedOf = (task: TaskLink): Judged => ({
  floor: task.floor ?? task.cursor,
  ids: new Set(task.judged ?? []),
})

/** With these comments judged too, kept small. */
export function withJudged({ floor, ids }: Judged, more: readonly number[]): Judged {
  const all = [...new Set([...ids, ...more])].filter((id) => id > floor).toSorted((a, b) => b - a)
  return {
    floor: Math.max(floor, all[MOST_JUDGED] ?? 0),
    ids: new Set(all.slice(0, MOST_JUDGED)),
  }
}

export interface Reading {
  /** Comments the engine has not seen, or that changed since, oldest first. */
  events: PlanfixComment[]
  /** Comments we carried that are no longer in the part of the feed that was read. */
  missing: number[]
  /** Every comment that was there. */
  seen: number[]
}

/** What the store knows of a task's comments. */
export interface Carried {
  /** The task's messages of the last 30 days. */
  messages: readonly Message[]
  /** Comments whose deletion has been carried, or is being carried. */
  deleted: ReadonlySet<number>
}

/**
 * What a reading of a task's feed says that is not known yet. A client's own comments are not news: the bridge wrote
 * them. `complete`: the feed was read to its beginning.
 */
export function newsOf(
  comments: readonly PlanfixComment[],
  { messages, deleted }: Carried,
  judged: Judged,
  complete: boolean,
): Reading {
  const byComment = new Map<number | null, Message>()
  for (const message of messages) {
    if (message.kind === 'text') byComment.set(message.planfixCommentId, message)
  }
  const events = comments.filter((comment) => {
    const known = byComment.get(comment.id)
    if (known?.direction === 'to-chatra') return isNews(comment, known, deleted)
    // Deleted before anybody saw it: nothing was said, and it is news when somebody brings it back.
    if (known || comment.isDeleted || comment.owner?.startsWith('contact:')) return false
    return comment.id > judged.floor && !judged.ids.has(comment.id)
  })
  const ids = new Set(comments.map((comment) => comment.id))
  const lowest = complete ? 0 : Math.min(...ids)
  const missing = [...byComment.values()]
    .filter(({ direction, state }) => direction === 'to-chatra' && state !== 'skipped' && state !== 'failed')
    .map((reply) => reply.planfixCommentId)
    .filter((id) => id !== null)
    .filter((id) => id >= lowest && !ids.has(id) && !deleted.has(id))
  return {
    events: events.toSorted((a, b) => a.id - b.id),
    missing: [...new Set(missing)],
    seen: [...ids],
  }
}

/** An edit, a deletion, or an internal note that has been opened to a contact. */
function isNews(comment: PlanfixComment, reply: Message, deleted: ReadonlySet<number>): boolean {
  if (comment.isDeleted)
    return reply.state !== 'skipped' && reply.state !== 'failed' && !deleted.has(comment.id)
  if (reply.state === 'skipped') {
    const mayBeOpened = reply.reason === 'internal-hidden' || reply.reason === 'internal-client-not-notified'
    const opened = !comment.isHidden && comment.recipients.some((one) => one.startsWith('contact:'))
    return mayBeOpened && opened
  }
  return reply.fingerprint !== printOf(comment)
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/**
 * Whether a comment came here from another task (moved by hand, tasks merged): it is older than the task, or, under a
 * new number, more than a day older than what was known before it. What was said elsewhere is not said to this client.
 */
export function isMoved(comment: PlanfixComment, task: TaskLink, newestKnownAt: number | null): boolean {
  const { at } = comment
  if (at === null) return false
  return at < task.createdAt - 5 * MINUTE || (newestKnownAt !== null && at < newestKnownAt - DAY)
}
