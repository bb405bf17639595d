import type { Message } from '../../../../shared/domain.ts'
import { LATEST_COMMIT_MS } from '../../continuity.ts'
import { type ChatEvent, type ChatMessage, DELIVERED_BY_ANOTHER } from '../../ports.ts'
import { type ChatState, knownMessage } from './chat-state.ts'

/**
 * Uncertain replies that a transcript proves not to have arrived: it contains the chat from before the send
 * until after the latest possible execution, and the reply is not in it. `found` are our replies that are in
 * it. In doubt it proves nothing: it may come during the chat, contain only new messages, and have no times
 * (contracts/chatra.md section 4.7, switches transcript-timing, transcript-repeat, created-at).
 */
export function absentFrom(
  event: ChatEvent,
  state: ChatState,
  found: ReadonlyMap<ChatMessage, Message>,
): Message[] {
  if (event.kind !== 'transcript' || !state.isWhole) return []
  const seen = new Set([...found.values()].map((reply) => reply.id))
  return state.uncertain.filter(
    (reply) =>
      reply.kind === 'text' &&
      reply.chatraClientId === event.client.id &&
      reply.reason !== DELIVERED_BY_ANOTHER &&
      !seen.has(reply.id) &&
      reply.sentAt !== null &&
      covers(event, state, found, reply.sentAt),
  )
}

function covers(
  event: ChatEvent,
  state: ChatState,
  found: ReadonlyMap<ChatMessage, Message>,
  sentAt: number,
): boolean {
  const { lowest, highest } = state.skew
  const over = sentAt + LATEST_COMMIT_MS
  const isBefore = (message: ChatMessage) => {
    const known = knownMessage(event, message, state)
    const reply = found.get(message)
    return (
      (known !== null && known.receivedAt <= sentAt) ||
      (reply?.state === 'delivered' && (reply.sentAt ?? sentAt) < sentAt - LATEST_COMMIT_MS) ||
      (message.at !== null && message.at - lowest <= sentAt)
    )
  }
  const isAfter = (message: ChatMessage) =>
    (found.get(message)?.sentAt ?? 0) >= over || (message.at !== null && message.at - highest >= over)
  const finishedAt = event.client.visit?.finishedAt ?? null
  const endsAfter = (finishedAt !== null && finishedAt - highest >= over) || event.messages.some(isAfter)
  return endsAfter && event.messages.some(isBefore)
}
