import { type Conversation, isOpen, type Message, type MessageState } from '../../../shared/domain.ts'
import { BLOCKED, type Change, isDeliveredElsewhere, RETRIED_BY_HAND } from '../../engine/ports.ts'
import { LOOKUPS } from '../queries/lookups.ts'
import type { Sql } from '../sql.ts'
import { applyChanges } from './changes.ts'
import { conversationFrom } from './links.ts'
import { type MessageRow, messageFrom } from './messages.ts'

export type RetryAnswer = 'queued' | 'not-found' | 'not-retryable'
export type DismissAnswer = 'dismissed' | 'not-found' | 'not-dismissable'

const FRESH_QUEUE = { failures: 0, notBefore: 0 }

/** What an action answers and changes, decided on the rows as they are; both in one transaction. */
export interface Decided<T> {
  answer: T
  changes: Change[]
}

/**
 * The owner's actions on a message that is stuck, or that waits in a conversation paused by the loop breaker.
 * The failures of the queue and the pause are reset, so that the message is tried at once.
 */
export function retried(
  row: MessageRow | null,
  conversation: Conversation | null,
  now: number,
): Decided<RetryAnswer> {
  if (!row) return { answer: 'not-found', changes: [] }
  const message = messageFrom(row)
  // Without a conversation no queue would deliver it; a text that retention has removed cannot be sent again.
  if (!conversation || row.text === null || !isRetryable(message, conversation))
    return { answer: 'not-retryable', changes: [] }
  // A message that was being sent when the conversation was paused is settled by its own rules.
  const state = message.state === 'sending' ? 'sending' : 'queued'
  const queue = message.direction === 'to-planfix' ? 'planfixLane' : 'chatraLane'
  const patch = { [queue]: FRESH_QUEUE, paused: null, pausedUntil: null }
  return {
    answer: 'queued',
    changes: [
      patched(message.id, now, { state, reason: RETRIED_BY_HAND, attempts: 0 }),
      { type: 'conversation.patch', id: conversation.id, patch },
    ],
  }
}

export function dismissed(row: MessageRow | null, now: number): Decided<DismissAnswer> {
  if (!row) return { answer: 'not-found', changes: [] }
  const message = messageFrom(row)
  if (!isDismissable(message)) return { answer: 'not-dismissable', changes: [] }
  return { answer: 'dismissed', changes: [patched(message.id, now, { state: 'skipped', reason: DISMISSED })] }
}

/** `before`: the answer to BEFORE_DISMISSAL. A dismissed message gets its state and reason from before. */
export function restored(row: MessageRow | null, before: StateBefore | null, now: number): Decided<boolean> {
  const isDismissed = row?.state === 'skipped' && row.reason === DISMISSED
  if (!isDismissed || (before?.state !== 'failed' && before?.state !== 'uncertain'))
    return { answer: false, changes: [] }
  return { answer: true, changes: [patched(row.id as number, now, before)] }
}
export interface StateBefore {
  state: MessageState
  reason: string | null
}

const patched = (id: number, at: number, patch: Partial<Message>): Change => ({
  type: 'message.patch',
  id,
  at,
  patch,
})

/** Runs inside a transaction of SQLite, of the server or the command line. */
export function retryMessage(sql: Sql, id: number, now: number): RetryAnswer {
  const row = sql.get<MessageRow>(LOOKUPS.message, id)
  const conversation = row ? conversationFrom(sql.get(LOOKUPS.conversation, row.conversation ?? 0)) : null
  return carriedOut(sql, retried(row, conversation, now))
}
export const dismissMessage = (sql: Sql, id: number, now: number): DismissAnswer =>
  carriedOut(sql, dismissed(sql.get<MessageRow>(LOOKUPS.message, id), now))
export const restoreDismissed = (sql: Sql, id: number, now: number): boolean =>
  carriedOut(sql, restored(sql.get(LOOKUPS.message, id), sql.get<StateBefore>(BEFORE_DISMISSAL, id), now))

function carriedOut<T>(sql: Sql, { answer, changes }: Decided<T>): T {
  applyChanges(sql, changes)
  return answer
}

/** The last line of the log before the dismissal. */
export const BEFORE_DISMISSAL = `SELECT state, reason FROM entries INDEXED BY entries_message
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
