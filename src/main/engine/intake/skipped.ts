import type { Direction, Message } from '../../../shared/domain.ts'
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
  const message: Message = {
    id: newId(),
    connectionId,
    conversationId: null,
    direction,
    kind: 'event',
    author: { kind: 'bridge' },
    text,
    files: [],
    originKey: key,
    chatraClientId: null,
    chatraMessageId: null,
    planfixTaskId: null,
    planfixCommentId: null,
    targetId: null,
    writtenAt: now,
    receivedAt: now,
    position: now,
    state,
    reason,
    late: false,
    attempts: 0,
    sentAt: null,
    echoed: false,
    sentFingerprint: null,
    fingerprint: null,
    ...about,
  }
  return { type: 'message.add', message, states: [{ state, reason }] }
}
