import type { Message, TaskLink } from '../../../shared/domain.ts'
import { isInternal } from '../../../shared/messages/reason.ts'
import { GONE, isOfBefore, isUnchanged } from '../../engine/index.ts'
import type { PlanfixComment, PlanfixTask } from '../../engine/ports.ts'
import { WIDEST_ZONE } from '../times.ts'

/** Of a hundred tasks requested in one call, at least this many are completed ones. */
const LEAST_ROOM = 20

/**
 * Which tasks one poll requests by number: all of open conversations, and completed ones in rotation for the
 * rest of the last hundred, latest first. `polls` counts the earlier polls.
 */
export function tasksOfPoll(watched: readonly TaskLink[], polls: number): number[][] {
  const open = watched.filter((task) => task.closedAt === null).map((task) => task.taskId)
  const closed = watched.filter((task) => task.closedAt !== null).map((task) => task.taskId)
  const left = 100 - (open.length % 100)
  // With so little room the completed ones would rarely be reached: they get a separate call.
  const room = left < LEAST_ROOM ? left + 100 : left
  const chunks = Math.max(1, Math.ceil(closed.length / Math.max(1, room)))
  const from = (polls % chunks) * room
  return inHundreds([...open, ...closed.slice(from, from + room)])
}

export function inHundreds(ids: readonly number[]): number[][] {
  const polls: number[][] = []
  for (let at = 0; at < ids.length; at += 100) polls.push(ids.slice(at, at + 100))
  return polls
}

/**
 * Which comments of a task were decided on: one above `floor` that is not in `judged` is new, whatever its
 * number.
 */
export interface Judged {
  floor: number
  ids: ReadonlySet<number>
}

/** Maximum number of comment ids stored per task; all comments below them count as decided on. */
const MOST_JUDGED = 200

export const judgedOf = (task: TaskLink): Judged => ({
  floor: task.floor ?? task.cursor,
  ids: new Set(task.judged ?? []),
})

/** Adds these comments and keeps the record small. */
export function withJudged({ floor, ids }: Judged, more: readonly number[]): Judged {
  const all = [...new Set([...ids, ...more])].filter((id) => id > floor).toSorted((a, b) => b - a)
  return {
    floor: Math.max(floor, all[MOST_JUDGED] ?? 0),
    ids: new Set(all.slice(0, MOST_JUDGED)),
  }
}

export interface Reading {
  /** Comments that the engine has not seen, or that changed since, in the order in which they are decided on. */
  events: PlanfixComment[]
  /** Delivered comments that are missing from the part of the feed that was read. */
  missing: number[]
  /** Every comment in the feed. */
  seen: number[]
}

/** What the store knows about a task's comments. */
export interface Delivered {
  /** The task's messages of the last 30 days. */
  messages: readonly Message[]
  /** Comments whose deletion was delivered, or is being delivered. */
  deleted: ReadonlySet<number>
}

/**
 * The unknown part of a task's feed. Comments with a client's message are not new: the bridge wrote them. Where Planfix wrote
 * them for it (`byChannel`), each is an event once, so that it becomes known which message stands where.
 * `complete`: the feed was read to its beginning; `counterparty` is the number of the task's card, when
 * known.
 */
export function diffFeed(
  comments: readonly PlanfixComment[],
  { messages, deleted }: Delivered,
  judged: Judged,
  complete: boolean,
  counterparty: number | null = null,
  byChannel = false,
): Reading {
  const texts = messages.filter(({ kind }) => kind === 'text')
  const byComment = Map.groupBy(texts, ({ planfixCommentId }) => planfixCommentId)
  const events = comments.filter((comment) => {
    const known = byComment.get(comment.id) ?? []
    const replies = known.filter(({ direction }) => direction === 'to-chatra')
    if (replies.length > 0) return isNews(comment, replies, counterparty)
    // Deleted before any read: nothing was sent, and it is new if a person restores it.
    if (known.length > 0 || comment.isDeleted || (!byChannel && isContacts(comment))) return false
    return comment.id > judged.floor && !judged.ids.has(comment.id)
  })
  const ids = new Set(comments.map((comment) => comment.id))
  const lowest = complete ? 0 : Math.min(...ids)
  const missing = [...byComment]
    .filter(([, known]) => known.some(mayStandInTheChat))
    .flatMap(([id]) => id ?? [])
    .filter((id) => id >= lowest && !ids.has(id) && !deleted.has(id))
  return { events: events.toSorted(inOrder), missing, seen: [...ids] }
}

/** Oldest first, but clients' messages before all others: which device a reply answers depends on their places. */
const inOrder = (a: PlanfixComment, b: PlanfixComment): number =>
  Number(isContacts(b)) - Number(isContacts(a)) || a.id - b.id

/** Written by a client, or for one. */
export const isContacts = ({ owner }: PlanfixComment): boolean => owner?.startsWith('contact:') === true

/** A comment that is known to be deleted needs no further request. */
const mayStandInTheChat = ({ direction, state, fingerprint }: Message) =>
  direction === 'to-chatra' && state !== 'skipped' && state !== 'failed' && fingerprint !== GONE

/** True if anything that decides what the client sees has changed since the last decision. */
function isNews(comment: PlanfixComment, known: readonly Message[], counterparty: number | null): boolean {
  if (known.some(({ fingerprint }) => !isUnchanged(fingerprint, comment))) return true
  return known.some((reply) => {
    if (reply.state !== 'skipped') return false
    if (reply.reason === 'internal-client-not-notified' && counterparty !== null)
      return comment.recipients.includes(`contact:${counterparty}`)
    return wasOpened(comment, reply)
  })
}

/** Older fingerprints did not contain whether an internal note was opened to a contact. */
function wasOpened(comment: PlanfixComment, { reason, fingerprint }: Message): boolean {
  const mayBeOpened = isInternal(reason)
  const isOpen = !comment.isHidden && comment.recipients.some((one) => one.startsWith('contact:'))
  return mayBeOpened && isOpen && isOfBefore(fingerprint)
}

/**
 * What a row of the list changes in what the store knows of its task; null = nothing. `isActive`: whether the row's status
 * is one in which work goes on; null = the row does not tell.
 */
export function planNotice(
  link: Pick<TaskLink, 'active' | 'deleted'>,
  { isDeleted }: Pick<PlanfixTask, 'isDeleted'>,
  isActive: boolean | null,
  now: number,
): Partial<TaskLink> | null {
  if (isDeleted) {
    const isKnown = link.deleted && !link.active
    return isKnown ? null : { deleted: true, active: false, checkedAt: now }
  }
  const active = isActive ?? link.active
  const moved = active === link.active ? {} : { active, closedAt: active ? null : now }
  const back = link.deleted ? { deleted: false } : {}
  const patch = { ...moved, ...back }
  return Object.keys(patch).length === 0 ? null : { ...patch, checkedAt: now }
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/**
 * Whether a comment was moved here from another task (by hand, or by merging tasks): it is older than the
 * task, or, under a new number, more than a day older than the comments known before it. Messages of another
 * conversation are not sent to this client. Two times of one account are off by the same zone; ours and Planfix's are not.
 */
export function isMoved(comment: PlanfixComment, task: TaskLink, newestKnownAt: number | null): boolean {
  const { at, mayBeShifted = false } = comment
  if (at === null) return false
  const slack = 5 * MINUTE + (mayBeShifted && task.begunAt === undefined ? WIDEST_ZONE : 0)
  return at < (task.begunAt ?? task.createdAt) - slack || (newestKnownAt !== null && at < newestKnownAt - DAY)
}
