import type { Direction, Message } from '../../../shared/domain.ts'
import type { Change, InboxRow } from '../ports.ts'

/** What could not be used of a stored event, as a line of the log with its reason. Once for each row of the inbox. */
export function skippedEvent(
  row: InboxRow,
  reason: string,
  id: number,
  state: 'skipped' | 'failed' = 'skipped',
): Change {
  const { connectionId, source, seq, receivedAt } = row
  const direction = source === 'chatra' ? 'to-planfix' : 'to-chatra'
  const line = { connectionId, key: `inbox:${seq}`, direction, text: '', reason } as const
  return explained(line, { now: receivedAt, newId: () => id }, state)
}

/** A line of the log that belongs to no message: what came in, and what became of it. Once for each key. */
export function explained(
  line: { connectionId: string; key: string; direction: Direction; text: string; reason: string },
  { now, newId }: { now: number; newId(): number },
  state: 'skipped' | 'failed' = 'skipped',
): Change {
  const { connectionId, key, direction, text, reason } = line
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
    sentPrint: null,
    fingerprint: null,
  }
  return { type: 'message.add', message, states: [{ state, reason }] }
}
