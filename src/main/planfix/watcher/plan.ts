import type { Message, TaskLink } from '../../../shared/domain.ts'
import { GONE, isOfBefore, isUnchanged } from '../../engine/intake/comment-print.ts'
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
 * What a reading of a task's feed says that is not known yet. `carried` are the task's messages of the last 30 days;
 * `counterparty` is the number of the task's card, where it is known. A client's own comments are not news: the bridge
 * wrote them.
 */
export function newsOf(
  comments: readonly PlanfixComment[],
  carried: readonly Message[],
  cursor: number,
  complete: boolean,
  counterparty: number | null = null,
): Reading {
  const replies = carried.filter((message) => message.direction === 'to-chatra' && message.kind === 'text')
  const byComment = Map.groupBy(replies, (message) => message.planfixCommentId)
  const events = comments.filter((comment) => {
    const known = byComment.get(comment.id)
    if (known) return isNews(comment, known, counterparty)
    return comment.id > cursor && !comment.owner?.startsWith('contact:')
  })
  const ids = new Set(comments.map((comment) => comment.id))
  const lowest = complete ? 0 : Math.min(...ids)
  const missing = [...byComment]
    .filter(([, known]) => known.some(mayStandInTheChat))
    .flatMap(([id]) => id ?? [])
    .filter((id) => id >= lowest && id <= cursor && !ids.has(id))
  return {
    events: events.toSorted((a, b) => a.id - b.id),
    missing,
    cursor: Math.max(cursor, ...ids),
  }
}

/** One whose comment is known to be gone needs no further question. */
const mayStandInTheChat = ({ state, fingerprint }: Message) =>
  state !== 'skipped' && state !== 'failed' && fingerprint !== GONE

/** Anything about the comment that decides what the client sees is another than when it was last decided on. */
function isNews(comment: PlanfixComment, known: readonly Message[], counterparty: number | null): boolean {
  if (known.some(({ fingerprint }) => !isUnchanged(fingerprint, comment))) return true
  return known.some((reply) => {
    if (reply.state !== 'skipped') return false
    if (reply.reason === 'internal-client-not-notified' && counterparty !== null)
      return comment.recipients.includes(`contact:${counterparty}`)
    return wasOpened(comment, reply)
  })
}

/** Prints of before did not tell whether an internal note was opened to a contact. */
function wasOpened(comment: PlanfixComment, { reason, fingerprint }: Message): boolean {
  const mayBeOpened = reason === 'internal-hidden' || reason === 'internal-client-not-notified'
  const isOpen = !comment.isHidden && comment.recipients.some((one) => one.startsWith('contact:'))
  return mayBeOpened && isOpen && isOfBefore(fingerprint)
}
