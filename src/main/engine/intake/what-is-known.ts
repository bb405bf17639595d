import type { Conversation, Message } from '../../../shared/domain.ts'
import type { ConnectionContext, EngineContext } from '../context.ts'
import type { ChatEvent } from '../ports.ts'
import { marksFact } from './chat/chat.ts'
import { type ChatState, originKeyOf } from './chat/chat-state.ts'
import { askWriters } from './comment/ask-writer.ts'
import { lateFileKey } from './late-file.ts'

const DAY = 24 * 3_600_000
const MOST_UNCERTAIN = 10_000

type Known = Pick<
  ChatState,
  'known' | 'written' | 'replies' | 'uncertain' | 'echoSeen' | 'marksSeen' | 'skew'
>

/**
 * Reads from the store, and if necessary from Chatra, the facts for deciding on an event. Messages with an id
 * are recognised however old they are. Only messages without an id are compared with recent ones; in a
 * transcript, which may come a year later, with all messages from and to this client.
 */
export async function whatIsKnown(
  context: EngineContext,
  connection: ConnectionContext,
  event: ChatEvent,
  conversation: Conversation | null,
): Promise<Known> {
  const { store, continuity } = context
  const connectionId = connection.settings.id
  const isTranscript = event.kind === 'transcript'
  const since = context.clock.now() - DAY
  const known = new Map<string, Message>()
  for (const message of event.messages) {
    const key = originKeyOf(event.client.id, message)
    const found = key === null ? null : await store.messageByOrigin(connectionId, key)
    if (key !== null && found) known.set(key, found)
    if (key === null || !found || !message.file || found.files.length > 0) continue
    const file = await store.messageByOrigin(connectionId, lateFileKey(key))
    if (file) known.set(lateFileKey(key), file)
  }
  const lacksKey = event.messages.some((message) => originKeyOf(event.client.id, message) === null)
  const { replies, marksSeen } = await repliesIn(context, connectionId, event)
  return {
    known,
    replies,
    marksSeen,
    written: lacksKey ? await store.writtenBy(connectionId, event.client.id, isTranscript ? 0 : since) : [],
    uncertain:
      isTranscript && conversation
        ? (await store.waiting(conversation.id, 'to-chatra', MOST_UNCERTAIN)).filter(
            ({ state }) => state === 'uncertain',
          )
        : [],
    echoSeen: hasAgent(event) && ((await store.fact<boolean>(connectionId, 'echoSeen')) ?? false),
    skew: continuity?.skew(connectionId) ?? UNKNOWN_SKEW,
  }
}

/**
 * The authors of agents' messages that the event alone does not identify. May take seconds, and waits for
 * sends under way: must not be called under a conversation's lock.
 */
export async function writersOf(
  context: EngineContext,
  connection: ConnectionContext,
  event: ChatEvent,
  now: number,
): Promise<ChatState['writers']> {
  if (!hasAgent(event)) return new Map()
  const { replies, marksSeen } = await repliesIn(context, connection.settings.id, event)
  return askWriters(context, connection, event, { replies, marksSeen, now })
}

const hasAgent = (event: ChatEvent): boolean => event.messages.some(({ type }) => type === 'agent')

/**
 * Replies that the agents' messages of an event may echo, and whether our mark occurs in events of this kind.
 */
async function repliesIn(
  { store, clock }: EngineContext,
  connectionId: string,
  event: ChatEvent,
): Promise<{ replies: Message[]; marksSeen: boolean }> {
  if (!hasAgent(event)) return { replies: [], marksSeen: false }
  const byId: Message[] = []
  for (const { id, type } of event.messages) {
    const reply = id === null || type !== 'agent' ? null : await store.replyByChatraId(connectionId, id)
    if (reply) byId.push(reply)
  }
  const lacksId = event.messages.some(({ id, type }) => id === null && type === 'agent')
  const since = event.kind === 'transcript' && lacksId ? 0 : clock.now() - DAY
  const lately = await store.repliesTo(connectionId, event.client.id, since)
  const marksSeen = (await store.fact<boolean>(connectionId, marksFact(event.kind))) ?? false
  return { replies: unique([...byId, ...lately]), marksSeen }
}

/** Without a running program nothing is known about the clocks. */
const UNKNOWN_SKEW = { lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }

const unique = (messages: readonly Message[]): Message[] => [
  ...new Map(messages.map((one) => [one.id, one])).values(),
]
