import type { Message, TaskLink } from '../../../../shared/domain.ts'
import type { PlanfixComment, Store } from '../../ports.ts'

/** As far back as a comment and its call by the Chat API are compared. */
export const COMPARED_MS = 13 * 3_600_000
const MINUTE = 60_000

/**
 * The client's last message before a comment in the feed of its task. In a chat's task the comments of the messages become
 * known when the task is read; until then their time counts, to the minute in which Planfix gives the comment's. One that
 * came after the reading of the comment began (`readAt`) stands after it: its own comment would have been read too.
 */
export async function clientMessageBefore(
  store: Store,
  task: TaskLink,
  conversationId: number,
  { id, at, readAt = Number.POSITIVE_INFINITY }: Pick<PlanfixComment, 'id' | 'at'> & { readAt?: number },
  now: number,
): Promise<Message | null> {
  const byNumber = await store.clientMessageBefore(task.connectionId, task.taskId, id)
  if (task.byChannel !== true) return byNumber
  const before = await recentBefore(store, task, conversationId, { id, at, readAt }, now)
  return before.at(-1) ?? byNumber
}

/**
 * The same later, when more places may be known; null while one that may stand before the comment has none: what was decided
 * when the comment was read knew more.
 */
export async function placedMessageBefore(
  store: Store,
  task: TaskLink,
  conversationId: number,
  comment: Pick<PlanfixComment, 'id' | 'at'>,
  now: number,
): Promise<Message | null> {
  const byNumber = await store.clientMessageBefore(task.connectionId, task.taskId, comment.id)
  if (task.byChannel !== true) return byNumber
  const place = { ...comment, readAt: Number.POSITIVE_INFINITY }
  const before = await recentBefore(store, task, conversationId, place, now)
  if (before.some(({ planfixCommentId }) => planfixCommentId === null)) return null
  return before.at(-1) ?? byNumber
}

async function recentBefore(
  store: Store,
  task: TaskLink,
  conversationId: number,
  { id, at, readAt }: Pick<PlanfixComment, 'id' | 'at'> & { readAt: number },
  now: number,
): Promise<Message[]> {
  const recent = await store.messagesSince(conversationId, now - COMPARED_MS)
  const isBefore = (message: Message) =>
    message.planfixCommentId === null
      ? arrivedAt(message) < Math.min((at ?? 0) + MINUTE, readAt)
      : message.planfixCommentId < id
  return recent
    .filter(
      (one) =>
        one.direction === 'to-planfix' &&
        one.author.kind === 'client' &&
        one.state === 'delivered' &&
        one.planfixTaskId === task.taskId &&
        isBefore(one),
    )
    .toSorted((a, b) => arrivedAt(a) - arrivedAt(b))
}
/** When it came into the task: messages of two devices need not come in the order in which they were written. */
export const arrivedAt = ({ sentAt, writtenAt }: Message): number => sentAt ?? writtenAt
