import type { ClientLink, Conversation, Message } from '../../../../shared/domain.ts'
import { deviceOf } from '../../intake/comment/comment-state.ts'
import { placedMessageBefore } from '../../intake/comment/message-before.ts'
import type { Store } from '../../ports.ts'
import { latest } from '../patches.ts'

/**
 * A client's message that is being written into the task: the device that sent it, and when the write began
 * (ms since 1970).
 */
export interface Writing {
  clientId: string
  since: number
}

/** Null also when there is only one device, which every reply is for. */
export async function beingWritten(
  store: Store,
  { attempt }: Conversation,
  clients: readonly ClientLink[],
): Promise<Writing | null> {
  const isMessage = attempt?.kind === 'comment' || attempt?.kind === 'chat'
  const last = isMessage && clients.length > 1 ? attempt.messageIds.at(-1) : undefined
  const message = last === undefined ? null : await store.message(last)
  if (!attempt || message?.author.kind !== 'client' || message.chatraClientId === null) return null
  return { clientId: message.chatraClientId, since: attempt.startedAt }
}

/**
 * True if the device that a reply answers is not known yet: another device's message may precede the reply,
 * which the end of the write will show.
 */
export const mayBeForAnother = (
  { attempts, chatraClientId, receivedAt }: Message,
  writing: Writing | null,
): boolean =>
  writing !== null && attempts === 0 && chatraClientId !== writing.clientId && writing.since <= receivedAt

/**
 * The device that a reply answers: the one whose message directly precedes the reply's comment. More may be
 * known now than when the comment was read; once the reply was sent, the device is fixed. If unknown, the
 * device that wrote last.
 */
export async function addresseeOf(
  store: Store,
  message: Message,
  conversation: Conversation,
  clients: readonly ClientLink[],
  now: number,
): Promise<ClientLink | null> {
  const { connectionId, planfixTaskId, planfixCommentId, channelMessageId, attempts } = message
  const task = planfixTaskId === null ? null : await store.task(connectionId, planfixTaskId)
  const place = { id: planfixCommentId ?? 0, at: message.writtenAt }
  const before =
    attempts === 0 && task !== null && planfixCommentId !== null && channelMessageId === null
      ? await placedMessageBefore(store, task, conversation.id, place, now)
      : null
  const known = await deviceOf(store, conversation, before?.chatraClientId ?? null)
  const bound = known ?? message.chatraClientId
  const client = bound === null ? null : await store.client(connectionId, bound)
  return client ?? latest(clients)
}
