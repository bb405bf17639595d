import type { Change } from '../../../src/main/engine/ports.ts'
import type {
  Chore,
  ClientLink,
  Conversation,
  Message,
  MessageState,
  TaskLink,
} from '../../../src/shared/domain.ts'

export const conversation = (fields: Partial<Conversation> = {}): Conversation => ({
  id: 1,
  connectionId: 'shop',
  contactId: null,
  contactWritten: null,
  emailSearched: null,
  searchTask: false,
  emailRefused: false,
  taskId: null,
  clientLeft: false,
  lastClientAt: 0,
  lastActivityAt: 0,
  deliveredUpTo: 0,
  paused: null,
  attempt: null,
  planfixLane: { failures: 0, notBefore: 0 },
  chatraLane: { failures: 0, notBefore: 0 },
  mergedInto: null,
  ...fields,
})

export const message = (fields: Partial<Message> = {}): Message => ({
  id: 10,
  connectionId: 'shop',
  conversationId: 1,
  direction: 'to-planfix',
  kind: 'text',
  author: { kind: 'client', id: 'c1', name: 'Ion' },
  text: 'Bună',
  files: [],
  originKey: `m:${fields.id ?? 10}`,
  chatraClientId: 'c1',
  chatraMessageId: null,
  planfixTaskId: null,
  planfixCommentId: null,
  targetId: null,
  writtenAt: 100,
  receivedAt: 100,
  position: fields.id ?? 10,
  state: 'queued',
  reason: null,
  late: false,
  attempts: 0,
  sentAt: null,
  echoed: false,
  sentPrint: null,
  fingerprint: null,
  ...fields,
})
export const reply = (fields: Partial<Message> = {}): Message =>
  message({ direction: 'to-chatra', author: { kind: 'employee', id: 5, name: 'Ana' }, ...fields })

export const adding = (one: Message, ...states: MessageState[]): Change => ({
  type: 'message.add',
  message: one,
  states: (states.length > 0 ? states : [one.state]).map((state) => ({ state, reason: null })),
})

export const client = (fields: Partial<ClientLink> = {}): ClientLink => ({
  connectionId: 'shop',
  clientId: 'c1',
  conversationId: 1,
  profile: {
    id: fields.clientId ?? 'c1',
    chatId: 'chat1',
    displayedName: 'Ion',
    name: null,
    email: null,
    phone: null,
    ip: null,
    country: null,
    city: null,
    os: null,
    browser: null,
    language: null,
    visit: null,
    startPage: null,
    extra: {},
  },
  lastWroteAt: 0,
  lastVisitAt: null,
  ...fields,
})
export const withEmail = (email: string, fields: Partial<ClientLink> = {}): ClientLink => {
  const link = client(fields)
  return { ...link, profile: { ...link.profile, email } }
}

export const task = (fields: Partial<TaskLink> = {}): TaskLink => ({
  connectionId: 'shop',
  taskId: 500,
  conversationId: 1,
  chatId: 'chat1',
  n: 1,
  createdAt: 0,
  descriptionText: '',
  active: true,
  deleted: false,
  checkedAt: 0,
  cursor: 0,
  signal: '',
  hotUntil: 0,
  readAt: 0,
  lastActivityAt: 0,
  closedAt: null,
  ...fields,
})

export const chore = (fields: Partial<Chore> = {}): Chore => ({
  id: 20,
  connectionId: 'shop',
  conversationId: 1,
  kind: 'note',
  key: 'k',
  data: {},
  notBefore: 0,
  failures: 0,
  attempt: null,
  ...fields,
})

export const inboxRow = (body: string, receivedAt = 100): Change => ({
  type: 'inbox.add',
  row: { connectionId: 'shop', source: 'chatra', receivedAt, body },
})
