import type { Message } from '../../../shared/domain.ts'
import type { Change, InboxRow } from '../ports.ts'

/**
 * What could not be used of a stored event, as a line of the log with its reason. Once for each row of the inbox. `about`
 * names what it was, where that is known.
 */
export function skippedEvent(
  row: InboxRow,
  reason: string,
  id: number,
  about: Partial<Pick<Message, 'text' | 'planfixTaskId' | 'planfixCommentId' | 'conversationId'>> = {},
  state: 'skipped' | 'failed' = 'skipped',
): Change {
  const message: Message = {
    id,
    connectionId: row.connectionId,
    conversationId: null,
    direction: row.source === 'chatra' ? 'to-planfix' : 'to-chatra',
    kind: 'event',
    author: { kind: 'bridge' },
    text: '',
    files: [],
    originKey: `inbox:${row.seq}`,
    chatraClientId: null,
    chatraMessageId: null,
    planfixTaskId: null,
    planfixCommentId: null,
    targetId: null,
    writtenAt: row.receivedAt,
    receivedAt: row.receivedAt,
    position: row.receivedAt,
    state,
    reason,
    late: false,
    attempts: 0,
    sentAt: null,
    echoed: false,
    sentPrint: null,
    fingerprint: null,
    ...about,
  }
  return { type: 'message.add', message, states: [{ state, reason }] }
}
