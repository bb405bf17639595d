import type { Message } from '../domain.ts'

type Required =
  | 'id'
  | 'connectionId'
  | 'conversationId'
  | 'direction'
  | 'author'
  | 'text'
  | 'originKey'
  | 'writtenAt'
  | 'receivedAt'
  | 'position'

/** A text message that nothing has happened to yet: queued, without ids in the services. Times in milliseconds since 1970. */
export const newMessage = (message: Pick<Message, Required> & Partial<Message>): Message => ({
  kind: 'text',
  files: [],
  chatraClientId: null,
  chatraMessageId: null,
  planfixTaskId: null,
  planfixCommentId: null,
  channelMessageId: null,
  targetId: null,
  state: 'queued',
  reason: null,
  late: false,
  attempts: 0,
  sentAt: null,
  echoed: false,
  sentFingerprint: null,
  fingerprint: null,
  ...message,
})
