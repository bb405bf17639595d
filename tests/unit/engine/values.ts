import type { ChatState } from '../../../src/main/engine/intake/chat/chat-state.ts'
import type { ChatEvent, ChatMessage, PlanfixComment } from '../../../src/main/engine/ports.ts'
import { parseConfiguration } from '../../../src/shared/config.ts'
import type { ClientLink, Conversation, Message, TaskLink } from '../../../src/shared/domain.ts'
import * as nouns from '../../support/builders.ts'

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

/** A reply whose send to the chat has begun. */
export const reply = (changes: Partial<Message> = {}): Message =>
  nouns.message({
    direction: 'to-chatra',
    author: { kind: 'employee', id: 5, name: 'Ana' },
    originKey: 'p:10',
    planfixTaskId: 100,
    planfixCommentId: 10,
    position: 1,
    state: 'delivered',
    attempts: 1,
    sentAt: 1000,
    ...changes,
  })

export const conversation = (changes: Partial<Conversation> = {}): Conversation =>
  nouns.conversation({ contactId: 92, taskId: 100, ...changes })

export const task = (changes: Partial<TaskLink> = {}): TaskLink =>
  nouns.taskLink({ descriptionText: 'First words\n> Source: Chatra', ...changes })

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

/** A client's message in a webhook. */
export const said = (changes: Partial<ChatMessage> = {}): ChatMessage => ({
  id: 'm1',
  type: 'client',
  text: 'Hello',
  at: 500,
  agentId: null,
  agentName: null,
  receivedFrom: null,
  isPushed: false,
  file: null,
  ...changes,
})

export const chatEvent = (changes: Partial<ChatEvent> = {}): ChatEvent => ({
  kind: 'fragment',
  client: nouns.profile(),
  agents: [],
  messages: [said()],
  startPage: null,
  ...changes,
})

export const clientLink = (changes: Partial<ClientLink> = {}): ClientLink => ({
  connectionId: 'shop',
  clientId: 'client',
  conversationId: 1,
  profile: nouns.profile(),
  lastWroteAt: 0,
  lastVisitAt: null,
  ...changes,
})

/** What is known when an event of Chatra is decided on: nothing by default. Numbers begin at 100. */
export function chatState(changes: Partial<ChatState> = {}): ChatState {
  let next = 100
  return {
    settings: settingsOf(),
    now: 1000,
    link: null,
    conversation: null,
    known: new Map(),
    replies: [],
    written: [],
    echoSeen: false,
    marksSeen: false,
    writers: new Map(),
    uncertain: [],
    isWhole: true,
    skew: { lowest: 0, highest: 0 },
    newId: () => next++,
    ...changes,
  }
}
