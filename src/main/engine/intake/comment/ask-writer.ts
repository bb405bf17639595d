import type { Message } from '../../../../shared/domain.ts'
import type { ConnectionContext, EngineContext } from '../../context.ts'
import { type ChatEvent, type ChatMessage, RECEIVED_FROM } from '../../ports.ts'
import { echoStateOf } from '../chat/chat.ts'
import type { ChatState } from '../chat/chat-state.ts'
import { isDoubtful, type Writer } from '../chat/echo.ts'

/** How long to wait for the answer to a send under way, which contains the id. */
const ANSWER_MS = 12_000
const LOOK_MS = 100
/** Number of tries when Chatra cannot be asked, before the text decides. */
const TRIES = 3
const AGAIN_MS = 2_000

type Known = Pick<ChatState, 'replies' | 'marksSeen' | 'now'>

/**
 * The authors of agents' messages that may be ours by the event alone: without our mark, with an unknown id,
 * and with the text of a reply whose id is unknown too (contracts/chatra.md section 10, switch rest-echo).
 * The answer to a send under way contains the id; else `GET /messages/{id}` names the sender (section 2.2).
 */
export async function askWriters(
  context: EngineContext,
  connection: ConnectionContext,
  event: ChatEvent,
  known: Known,
): Promise<Map<ChatMessage, Writer>> {
  const writers = new Map<ChatMessage, Writer>()
  let replies = [...known.replies]
  for (const message of event.messages) {
    const doubtful = () =>
      isDoubtful(
        message,
        echoStateOf(event, message, { ...known, replies, writers, claimed: new Set<number>() }),
      )
    if (!doubtful()) continue
    replies = await answered(context, replies)
    if (!doubtful() || message.id === null) continue
    const writer = await ask(context, connection, message.id)
    if (writer !== null) writers.set(message, writer)
  }
  return writers
}

/** The replies once no send is under way. */
async function answered({ store, clock }: EngineContext, replies: readonly Message[]): Promise<Message[]> {
  const until = clock.now() + ANSWER_MS
  let current = [...replies]
  while (current.some(isUnderWay) && clock.now() < until) {
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve))
    current = await Promise.all(
      current.map(async (one) => (isUnderWay(one) ? ((await store.message(one.id)) ?? one) : one)),
    )
  }
  return current
}
const isUnderWay = ({ kind, state }: Message) => kind === 'text' && state === 'sending'

/** Null = Chatra cannot be asked now. */
async function ask(
  { clock }: EngineContext,
  { chatra, chatraLimiter }: ConnectionContext,
  messageId: string,
): Promise<Writer | null> {
  for (let tries = 1; ; tries++) {
    const slot = await chatraLimiter.slot('read')
    const answer = await chatra.message(messageId).finally(() => slot?.release())
    if (answer.ok) return answer.value.receivedFrom === RECEIVED_FROM ? 'ours' : 'person'
    if (answer.error.code === 'object-gone' || tries === TRIES) return null
    await new Promise<void>((resolve) => void clock.after(AGAIN_MS, resolve))
  }
}
