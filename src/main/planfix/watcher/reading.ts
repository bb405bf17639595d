import type { Connection } from '../../../shared/config.ts'
import type { BridgeEvent, TaskLink } from '../../../shared/domain.ts'
import type { Result } from '../../../shared/errors.ts'
import { FOLLOW_EDITS_MS, goneComment, rootOf } from '../../engine/index.ts'
import type { Change, Clock, PlanfixApi, PlanfixComment, PlanfixTask, Store } from '../../engine/ports.ts'
import { diffFeed, isContacts, isMoved, judgedOf, withJudged } from './plan.ts'

/** Maximum pages to read at once, where the newest come first. */
const MOST_PAGES = 20
/** The same where an account sorts them oldest first, so that all pages must be passed. */
const MOST_PAGES_OLDEST_FIRST = 200
const PAGE = 100

/** One rate-limited call. Null when the side is stopped. */
type Ask = <T>(call: (planfix: PlanfixApi) => Promise<Result<T>>) => Promise<Result<T> | null>

export interface ReadingOptions {
  settings: Connection
  store: Store
  clock: Clock
  ask: Ask
  /** Number of the counterparty's contact from the list; undefined = not in the list. */
  counterparty: number | null | undefined
  /** Connections that share the account. */
  connections: readonly string[]
  /**
   * The first read since this computer took over: the other computer may have delivered existing comments.
   */
  isFirst: boolean
}

export type Read =
  | { outcome: 'closed' | 'failed' | 'gone' }
  | {
      outcome: 'read'
      /** When each new comment of a person of ours was written, milliseconds; null = unknown. */
      writtenAt: (number | null)[]
      hasReply: boolean
      /** The inbox has a new row. */
      hasNews: boolean
      counterparty: number | null | undefined
    }

/**
 * Reads a task's comments from the newest back to those already decided on, and stores the new ones for the
 * intake.
 */
export async function readTask(task: TaskLink, options: ReadingOptions): Promise<Read> {
  const { store, settings, clock } = options
  let readAt = Number.POSITIVE_INFINITY
  const feed = await readFeed(task, (call) =>
    options.ask((planfix) => {
      readAt = Math.min(readAt, clock.now())
      return call(planfix)
    }),
  )
  if (!('comments' in feed)) return feed
  const now = clock.now()
  const judged = judgedOf(task)
  const delivered = {
    messages: await store.messagesOfTask(settings.id, task.taskId, now - FOLLOW_EDITS_MS),
    deleted: new Set(await store.deletionsOfTask(settings.id, task.taskId)),
  }
  const news = diffFeed(
    feed.comments,
    delivered,
    judged,
    feed.complete,
    options.counterparty ?? null,
    task.byChannel,
  )
  const gone = await confirmGone(news.missing, options.ask)
  const newIds = new Set(news.events.map(({ id }) => id))
  const newestKnown = feed.comments.reduce<number | null>(
    (latest, { id, at }) => (newIds.has(id) || at === null ? latest : Math.max(at, latest ?? at)),
    null,
  )
  const events: PlanfixComment[] = []
  const moved: PlanfixComment[] = []
  for (const comment of news.events) {
    const isElsewhere = await isKnownElsewhere(comment.id, task, options)
    const isNew = !delivered.messages.some(({ planfixCommentId }) => planfixCommentId === comment.id)
    if (isElsewhere || (isNew && isMoved(comment, task, newestKnown))) moved.push(comment)
    else events.push(comment)
  }
  const counterparty = await counterpartyOf(task, [...events, ...gone], options)
  const add = (comment: PlanfixComment, isGone: boolean): Change => ({
    type: 'inbox.add',
    row: {
      connectionId: settings.id,
      source: 'planfix',
      receivedAt: now,
      body: JSON.stringify({
        watcher: true,
        taskId: task.taskId,
        comment,
        ...(counterparty !== undefined && { counterparty }),
        ...(isGone && { gone: true }),
        ...(options.isFirst && { first: true }),
        ...(task.byChannel && { readAt }),
      }),
    },
  })
  const changes = [
    ...events.map((comment) => add(comment, false)),
    ...gone.map((comment) => add(comment, true)),
    ...moved.map((comment) => movedEvent(comment, task, now)),
  ]
  const next = withJudged(
    judged,
    news.seen.filter((id) => newIds.has(id)),
  )
  const tail = feed.tail !== (task.tail ?? 0) && Math.abs(feed.tail - (task.tail ?? 0)) >= PAGE
  // The first read is recorded even if it found nothing: later comments are new.
  if (changes.length > 0 || tail || options.isFirst) {
    const patch: Partial<TaskLink> = {
      cursor: Math.max(task.cursor, ...news.seen),
      floor: next.floor,
      judged: [...next.ids],
      ...(feed.tail > 0 && { tail: feed.tail }),
      readAt: now,
      ...(events.length > 0 && { lastActivityAt: now }),
    }
    const saved: Change = { type: 'task.patch', connectionId: settings.id, taskId: task.taskId, patch }
    await store.commit([...changes, saved])
  }
  return {
    outcome: 'read',
    writtenAt: events.filter((one) => !isContacts(one)).map(({ at }) => at),
    hasReply: events.some(({ owner }) => owner?.startsWith('user:')),
    hasNews: events.length + gone.length > 0,
    counterparty,
  }
}

interface Feed {
  comments: PlanfixComment[]
  complete: boolean
  /** For a feed sorted oldest first: where its last page begins; otherwise 0. */
  tail: number
}

async function readFeed(task: TaskLink, ask: Ask): Promise<Feed | { outcome: 'closed' | 'failed' | 'gone' }> {
  const { floor, ids } = judgedOf(task)
  const comments: PlanfixComment[] = []
  // One page before the stored end: the last decided comment is there.
  let offset = Math.max(0, (task.tail ?? 0) - PAGE)
  const isFromStart = offset === 0
  let isNewestFirst = isFromStart
  for (let page = 0; page < (isNewestFirst ? MOST_PAGES : MOST_PAGES_OLDEST_FIRST); page++) {
    const from = offset
    const listed = await ask((planfix) => planfix.comments(task.taskId, from))
    if (!listed) return { outcome: 'closed' }
    if (!listed.ok) return { outcome: listed.error.code === 'object-gone' ? 'gone' : 'failed' }
    comments.push(...listed.value.comments)
    const isShort = listed.value.complete
    isNewestFirst &&= listed.value.sorted
    if (isShort) return { comments, complete: isFromStart, tail: isNewestFirst ? 0 : from }
    const reachesJudged = listed.value.comments.some(({ id }) => id <= floor || ids.has(id))
    if (isNewestFirst && reachesJudged) return { comments, complete: false, tail: 0 }
    offset += PAGE
  }
  return { comments, complete: false, tail: isNewestFirst ? 0 : offset - PAGE }
}

/** A comment missing from the feed is requested by its number before it counts as deleted. */
async function confirmGone(ids: readonly number[], ask: Ask): Promise<PlanfixComment[]> {
  const gone: PlanfixComment[] = []
  for (const id of ids) {
    const read = await ask((planfix) => planfix.comment(id))
    if (!read) break
    if (read.ok && read.value.isDeleted) gone.push(read.value)
    if (!read.ok && read.error.code === 'object-gone') gone.push(goneComment(id))
  }
  return gone
}

/** The store knows it in another task: it was moved here, and was decided on there. */
async function isKnownElsewhere(
  commentId: number,
  task: TaskLink,
  { store, connections }: ReadingOptions,
): Promise<boolean> {
  for (const connectionId of connections) {
    const known = await store.messagesByComment(connectionId, commentId)
    if (known.some(({ planfixTaskId }) => planfixTaskId !== null && planfixTaskId !== task.taskId))
      return true
  }
  return false
}

/**
 * The task's client is its counterparty: when a comment notifies an unknown card, the task is read to
 * identify it. The counterparty of the list may be older than the comment.
 */
async function counterpartyOf(
  task: TaskLink,
  events: readonly PlanfixComment[],
  { store, ask, counterparty }: ReadingOptions,
): Promise<number | null | undefined> {
  if (events.length === 0) return counterparty
  const conversation = await store.conversation(task.conversationId)
  const known = [conversation?.contactId, counterparty].map((id) => `contact:${id}`)
  const isStrange = events.some(({ recipients }) =>
    recipients.some((one) => one.startsWith('contact:') && !known.includes(one)),
  )
  if (!isStrange) return counterparty
  const read = await ask((planfix) => planfix.task(task.taskId))
  return read?.ok ? contactOf(read.value) : counterparty
}

export function contactOf(task: PlanfixTask): number | null {
  const id = Number(/^contact:(\d+)$/.exec(task.counterparty ?? '')?.[1] ?? Number.NaN)
  return Number.isNaN(id) ? null : id
}

/** Number of a task's former cards to remember. */
const CARDS = 10

/**
 * A person assigned the task to another card: messages to that card's owner are for this client from now on.
 */
export async function followCard(
  task: TaskLink,
  counterparty: number | null,
  store: Store,
  now: number,
): Promise<Change[]> {
  if (counterparty === null || ('ours' in task && task.ours === false)) return []
  const conversation = await rootOf(store, task.conversationId)
  if (!conversation || conversation.taskId !== task.taskId) return []
  if (conversation.contactId === null || conversation.contactId === counterparty) return []
  const params = { task: task.taskId, before: conversation.contactId, after: counterparty }
  const formerCards = [...(task.formerCards ?? []), { card: conversation.contactId, until: now }]
  const { connectionId, taskId } = task
  return [
    { type: 'conversation.patch', id: conversation.id, patch: { contactId: counterparty } },
    { type: 'task.patch', connectionId, taskId, patch: { formerCards: formerCards.slice(-CARDS) } },
    { type: 'event.add', event: eventOf(task, 'info', 'event.task-given', params, now) },
  ]
}

const movedEvent = (comment: PlanfixComment, task: TaskLink, now: number): Change => ({
  type: 'event.add',
  event: eventOf(task, 'warning', 'event.comment-moved', { task: task.taskId, comment: comment.id }, now),
})

const eventOf = (
  { connectionId }: TaskLink,
  level: BridgeEvent['level'],
  key: string,
  params: BridgeEvent['params'],
  time: number,
): BridgeEvent => ({ time, connectionId, level, key, params })
