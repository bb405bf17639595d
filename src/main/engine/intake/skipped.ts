import type { Direction, Message } from '../../../shared/domain.ts'
import { newMessage } from '../../../shared/messages/new-message.ts'
import type { Change, InboxRow } from '../ports.ts'

/**
 * The unusable part of a stored event, as a line of the log with its reason. Once for each row of the inbox.
 * `about` names the message, if known.
 */
export function skippedEvent(
  row: InboxRow,
  reason: string,
  id: number,
  about: About = {},
  state: 'skipped' | 'failed' = 'skipped',
): Change {
  const { connectionId, source, seq, receivedAt } = row
  const direction = source === 'chatra' ? 'to-planfix' : 'to-chatra'
  const line = { connectionId, key: `inbox:${seq}`, direction, text: '', reason, ...about } as const
  return explained(line, { now: receivedAt, newId: () => id }, state)
}

type About = Partial<Pick<Message, 'text' | 'planfixTaskId' | 'planfixCommentId' | 'conversationId'>>
interface Line extends About {
  connectionId: string
  key: string
  direction: Direction
  text: string
  reason: string
}

/** A line of the log without a message: what came in, and its outcome. Once for each key. */
export function explained(
  { key, connectionId, direction, text, reason, ...about }: Line,
  { now, newId }: { now: number; newId(): number },
  state: 'skipped' | 'failed' = 'skipped',
): Change {
  const message = newMessage({
    id: newId(),
    connectionId,
    conversationId: null,
    direction,
    kind: 'event',
    author: { kind: 'bridge' },
    text,
    originKey: key,
    writtenAt: now,
    receivedAt: now,
    position: now,
    state,
    reason,
    ...about,
  })
  return { type: 'message.add', message, states: [{ state, reason }] }
}
