import type { Message, TaskLink } from '../../../shared/domain.ts'
import { printOf } from '../../engine/intake/comment.ts'
import type { PlanfixComment } from '../../engine/ports.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/**
 * Milliseconds between polls: the connection's `pollSeconds` while something happened in the last ten minutes, three
 * times that in the first hour, then twelve times, but never slower than a minute unless the owner chose so.
 */
export function pollInterval(pollSeconds: number, lastActivityAt: number, now: number): number {
  const base = pollSeconds * 1000
  const quiet = now - lastActivityAt
  const factor = quiet < 10 * MINUTE ? 1 : quiet < HOUR ? 3 : 12
  return Math.max(base, Math.min(base * factor, MINUTE))
}

/** Of a hundred tasks asked for in one call, at least so many are completed ones. */
const LEAST_ROOM = 20

/**
 * Which tasks one poll asks for: all of open conversations, the rest of the last hundred filled with completed ones
 * in turn, the latest first. `turn` counts the polls.
 */
export function tasksOfPoll(watched: readonly TaskLink[], turn: number): number[][] {
  const open = watched.filter((task) => task.closedAt === null).map((task) => task.taskId)
  const closed = watched.filter((task) => task.closedAt !== null).map((task) => task.taskId)
  const left = 100 - (open.length % 100)
  // So little room that the completed ones would hardly come round: they get a call of their own beside it.
  const room = left < LEAST_ROOM ? left + 100 : left
  const chunks = Math.max(1, Math.ceil(closed.length / Math.max(1, room)))
  const from = (turn % chunks) * room
  const ids = [...open, ...closed.slice(from, from + room)]
  const polls: number[][] = []
  for (let at = 0; at < ids.length; at += 100) polls.push(ids.slice(at, at + 100))
  return polls
}

export interface Reading {
  /** Comments the engine has not seen, or that changed since, oldest first. */
  events: PlanfixComment[]
  /** Comments we carried that are no longer in the part of the feed that was read. */
  missing: number[]
  cursor: number
}

/**
 * What a reading of a task's feed says that is not known yet. `carried` are the task's messages of the last 30 days.
 * A client's own comments are not news: the bridge wrote them.
 */
export function newsOf(
  comments: readonly PlanfixComment[],
  carried: readonly Message[],
  cursor: number,
  complete: boolean,
): Reading {
  const replies = carried.filter((message) => message.direction === 'to-chatra' && message.kind === 'text')
  const byComment = new Map(replies.map((message) => [message.planfixCommentId, message]))
  const events = comments.filter((comment) => {
    const reply = byComment.get(comment.id)
    if (reply) return isNews(comment, reply)
    return comment.id > cursor && !comment.owner?.startsWith('contact:')
  })
  const ids = new Set(comments.map((comment) => comment.id))
  const lowest = complete ? 0 : Math.min(...ids)
  const missing = [
    ...new Set(
      replies
        .filter((reply) => reply.state !== 'skipped' && reply.state !== 'failed')
        .map((reply) => reply.planfixCommentId),
    ),
  ]
    .filter((id) => id !== null)
    .filter((id) => id >= lowest && id <= cursor && !ids.has(id))
  return {
    events: events.toSorted((a, b) => a.id - b.id),
    missing,
    cursor: Math.max(cursor, ...ids),
  }
}

/** An edit, a deletion, or an internal note that has been opened to a contact. */
function isNews(comment: PlanfixComment, reply: Message): boolean {
  if (comment.isDeleted) return reply.state !== 'skipped'
  if (reply.state === 'skipped') {
    const mayBeOpened = reply.reason === 'internal-hidden' || reply.reason === 'internal-client-not-notified'
    const opened = !comment.isHidden && comment.recipients.some((one) => one.startsWith('contact:'))
    return mayBeOpened && opened
  }
  return reply.fingerprint !== printOf(comment)
}
