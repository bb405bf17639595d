import { type Conversation, isOpen, type Message } from '../../../shared/domain.ts'
import type { ConnectionContext, EngineContext } from '../context.ts'
import type { ChatEvent } from '../ports.ts'
import { askWriters } from './ask-writer.ts'
import { marksFact } from './chat.ts'
import { type ChatState, originKeyOf } from './chat-state.ts'

const DAY = 24 * 3_600_000
const MOST_UNCERTAIN = 10_000

type Known = Pick<
  ChatState,
  'known' | 'written' | 'replies' | 'uncertain' | 'changesOf' | 'echoSeen' | 'marksSeen' | 'writers' | 'skew'
>

/**
 * Reads from the store, and where it must from Chatra, what an event is decided on by. What stands in a chat is known by
 * its id however old it is. Only what has no id is compared with what was said lately; a transcript, which may come a year
 * later, with all that was said to and by this client.
 */
export async function whatIsKnown(
  context: EngineContext,
  connection: ConnectionContext,
  event: ChatEvent,
  conversation: Conversation | null,
  now: number,
): Promise<Known> {
  const { store, continuity } = context
  const connectionId = connection.settings.id
  const isTranscript = event.kind === 'transcript'
  const since = context.clock.now() - DAY
  const known = new Map<string, Message>()
  const byId: Message[] = []
  for (const message of event.messages) {
    const key = originKeyOf(event.client.id, message)
    const found = key === null ? null : await store.messageByOrigin(connectionId, key)
    if (key !== null && found) known.set(key, found)
    if (message.id === null || message.type !== 'agent') continue
    const reply = await store.messageByChatraId(connectionId, message.id)
    if (reply?.direction === 'to-chatra') byId.push(reply)
  }
  const hasAgent = event.messages.some(({ type }) => type === 'agent')
  const lacksId = event.messages.some(({ id, type }) => id === null && type === 'agent')
  const lately = hasAgent
    ? await store.repliesTo(connectionId, event.client.id, isTranscript && lacksId ? 0 : since)
    : []
  const lacksKey = event.messages.some((message) => originKeyOf(event.client.id, message) === null)
  const marksSeen = hasAgent && ((await store.fact<boolean>(connectionId, marksFact(event.kind))) ?? false)
  const replies = unique([...byId, ...lately])
  const asked = await askWriters(context, connection, event, { replies, marksSeen, now })
  return {
    known,
    written: lacksKey ? await store.writtenBy(connectionId, event.client.id, isTranscript ? 0 : since) : [],
    ...asked,
    uncertain:
      isTranscript && conversation
        ? (await store.waiting(conversation.id, 'to-chatra', MOST_UNCERTAIN)).filter(
            ({ state }) => state === 'uncertain',
          )
        : [],
    changesOf: await changesOf(context, asked.replies),
    echoSeen: hasAgent && ((await store.fact<boolean>(connectionId, 'echoSeen')) ?? false),
    marksSeen,
    skew: continuity?.skew(connectionId) ?? UNKNOWN_SKEW,
  }
}

/** Without a running program nothing is known of the clocks. */
const UNKNOWN_SKEW = { lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }

const unique = (messages: readonly Message[]): Message[] => [
  ...new Map(messages.map((one) => [one.id, one])).values(),
]

/** Of replies that were given up: what was to change them was given up with them. */
async function changesOf(
  { store }: EngineContext,
  replies: readonly Message[],
): Promise<Map<number, Message[]>> {
  const givenUp = replies.filter(
    ({ kind, state }) => kind === 'text' && state !== 'delivered' && state !== 'uncertain' && !isOpen(state),
  )
  const found = await Promise.all(givenUp.map(async ({ id }) => [id, await store.changesOf(id)] as const))
  return new Map(found)
}
