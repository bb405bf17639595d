import { type Conversation, isOpen, type Message, type MessageState } from '../../../shared/domain.ts'
import { BLOCKED, isDeliveredElsewhere, RETRIED_BY_HAND } from '../../engine/ports.ts'
import { LOOKUPS } from '../queries/lookups.ts'
import type { Sql } from '../sql.ts'
import { patchConversation } from './changes.ts'
import { conversationFrom } from './links.ts'
import { type MessageRow, messageFrom, patchMessage } from './messages.ts'

export type RetryAnswer = 'queued' | 'not-found' | 'not-retryable'
export type DismissAnswer = 'dismissed' | 'not-found' | 'not-dismissable'

const FRESH_QUEUE = { failures: 0, notBefore: 0 }

/**
 * The owner's actions on a message that is stuck, or that waits in a conversation paused by the loop breaker.
 * The failures of the queue and the pause are reset, so that the message is tried at once. Runs inside a
 * transaction, of the server or the command line.
 */
export function retryMessage(sql: Sql, id: number, now: number): RetryAnswer {
  const row = sql.get<MessageRow>(LOOKUPS.message, id)
  if (!row) return 'not-found'
  const message = messageFrom(row)
  const conversation =
    message.conversationId === null
      ? null
      : conversationFrom(sql.get(LOOKUPS.conversation, message.conversationId))
  // Without a conversation no queue would deliver it; a text that retention has removed cannot be sent again.
  if (!conversation || row.text === null) return 'not-retryable'
  if (!isRetryable(message, conversation)) return 'not-retryable'
  // A message that was being sent when the conversation was paused is settled by its own rules.
  const state = message.state === 'sending' ? 'sending' : 'queued'
  patchMessage(sql, id, now, { state, reason: RETRIED_BY_HAND, attempts: 0 })
  const queue = message.direction === 'to-planfix' ? 'planfixLane' : 'chatraLane'
  patchConversation(sql, conversation.id, { [queue]: FRESH_QUEUE, paused: null, pausedUntil: null })
  return 'queued'
}

export function dismissMessage(sql: Sql, id: number, now: number): DismissAnswer {
  const row = sql.get<MessageRow>(LOOKUPS.message, id)
  if (!row) return 'not-found'
  if (!isDismissable(messageFrom(row))) return 'not-dismissable'
  patchMessage(sql, id, now, { state: 'skipped', reason: DISMISSED })
  return 'dismissed'
}

/** A dismissed message gets its state and reason from before. */
export function restoreDismissed(sql: Sql, id: number, now: number): boolean {
  const row = sql.get<MessageRow>(LOOKUPS.message, id)
  if (row?.state !== 'skipped' || row.reason !== DISMISSED) return false
  const before = sql.get<{ state: MessageState; reason: string | null }>(BEFORE_DISMISSAL, id)
  if (!before || (before.state !== 'failed' && before.state !== 'uncertain')) return false
  patchMessage(sql, id, now, before)
  return true
}
/** The last line of the log before the dismissal. */
const BEFORE_DISMISSAL = `SELECT state, reason FROM entries INDEXED BY entries_message
  WHERE message = ? ORDER BY seq DESC LIMIT 1 OFFSET 1`
const DISMISSED = 'dismissed'

/**
 * For a message with a conversation and a text: whether it is stuck, dismissed, or paused by the loop
 * breaker.
 */
export const isRetryable = (message: Message, conversation: Conversation): boolean =>
  (conversation.paused !== null && isOpen(message.state)) || isStuck(message, true)

export const isDismissable = (message: Message): boolean => isStuck(message, false)

const isStuck = ({ kind, state, reason }: Message, dismissedToo: boolean): boolean =>
  kind !== 'event' &&
  (state === 'failed' ||
    state === 'uncertain' ||
    (dismissedToo &&
      state === 'skipped' &&
      (reason === DISMISSED || reason === BLOCKED || isDeliveredElsewhere(reason))))
