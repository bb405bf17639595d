import type { Change } from '../../../src/main/engine/ports.ts'
import type { ClientLink, Job, Message, MessageState, TaskLink } from '../../../src/shared/domain.ts'
import * as nouns from '../../support/builders.ts'

export { conversation } from '../../support/builders.ts'

export const message = (fields: Partial<Message> = {}): Message =>
  nouns.message({
    id: 10,
    author: { kind: 'client', id: 'c1', name: 'Ion' },
    text: 'Bună',
    originKey: `m:${fields.id ?? 10}`,
    chatraClientId: 'c1',
    writtenAt: 100,
    receivedAt: 100,
    position: fields.id ?? 10,
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
  profile: nouns.profile({ id: fields.clientId ?? 'c1', chatId: 'chat1', displayedName: 'Ion' }),
  lastWroteAt: 0,
  lastVisitAt: null,
  ...fields,
})
export const withEmail = (email: string, fields: Partial<ClientLink> = {}): ClientLink => {
  const link = client(fields)
  return { ...link, profile: { ...link.profile, email } }
}

export const task = (fields: Partial<TaskLink> = {}): TaskLink =>
  nouns.taskLink({ taskId: 500, chatId: 'chat1', ...fields })

export const job = (fields: Partial<Job> = {}): Job =>
  ({
    id: 20,
    connectionId: 'shop',
    conversationId: 1,
    kind: 'note',
    key: 'k',
    data: { what: 'loop' },
    notBefore: 0,
    failures: 0,
    attempt: null,
    ...fields,
  }) as Job

export const inboxRow = (body: string, receivedAt = 100): Change => ({
  type: 'inbox.add',
  row: { connectionId: 'shop', source: 'chatra', receivedAt, body },
})
