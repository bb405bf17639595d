import type { PlanfixComment } from '../../../src/main/engine/ports.ts'
import { parseConfiguration } from '../../../src/shared/config.ts'
import type { Conversation, Message, TaskLink } from '../../../src/shared/domain.ts'

export function settingsOf(changes: Record<string, unknown> = {}) {
  const parsed = parseConfiguration({
    connections: [
      { id: 'shop', chatra: { publicKey: 'k' }, planfix: { baseUrl: 'https://a.example/rest' }, ...changes },
    ],
  })
  if (!parsed.ok) throw new Error(parsed.problems.join())
  const one = parsed.value.connections[0]
  if (!one) throw new Error('no connection')
  return one
}

export const reply = (changes: Partial<Message> = {}): Message => ({
  id: 1,
  connectionId: 'shop',
  conversationId: 1,
  direction: 'to-chatra',
  kind: 'text',
  author: { kind: 'employee', id: 5, name: 'Ana' },
  text: 'Hello',
  files: [],
  originKey: 'p:10',
  chatraClientId: 'client',
  chatraMessageId: null,
  planfixTaskId: 100,
  planfixCommentId: 10,
  targetId: null,
  writtenAt: 0,
  receivedAt: 0,
  position: 1,
  state: 'delivered',
  reason: null,
  late: false,
  attempts: 1,
  sentAt: 1000,
  echoed: false,
  sentPrint: null,
  fingerprint: null,
  ...changes,
})

export const conversation = (changes: Partial<Conversation> = {}): Conversation => ({
  id: 1,
  connectionId: 'shop',
  contactId: 92,
  contactWritten: null,
  emailSearched: null,
  searchTask: false,
  emailRefused: false,
  taskId: 100,
  clientLeft: false,
  lastClientAt: 0,
  lastActivityAt: 0,
  deliveredUpTo: 0,
  paused: null,
  attempt: null,
  planfixLane: { failures: 0, notBefore: 0 },
  chatraLane: { failures: 0, notBefore: 0 },
  mergedInto: null,
  ...changes,
})

export const task = (changes: Partial<TaskLink> = {}): TaskLink => ({
  connectionId: 'shop',
  taskId: 100,
  conversationId: 1,
  chatId: 'chat',
  n: 1,
  createdAt: 0,
  descriptionText: 'First words\n> Source: Chatra',
  active: true,
  deleted: false,
  checkedAt: 0,
  cursor: 0,
  signal: '',
  hotUntil: 0,
  readAt: 0,
  lastActivityAt: 0,
  closedAt: null,
  ...changes,
})

export const comment = (changes: Partial<PlanfixComment> = {}): PlanfixComment => ({
  id: 10,
  type: 'Comment',
  text: 'Hello',
  owner: 'user:5',
  ownerName: 'Ana',
  recipients: ['contact:92'],
  isHidden: false,
  isDeleted: false,
  files: [],
  sourceObjectId: null,
  at: 0,
  ...changes,
})
