import type { Message } from '../../../shared/domain.ts'
import type { ChatMessage } from '../ports.ts'
import { RECEIVED_FROM } from '../ports.ts'
import { comparable, fingerprint } from '../text.ts'

/** An echo without an id is matched to a reply handed over at about the same time. */
const CLOSE_MS = 2 * 60_000

/**
 * The reply of ours that an agent's message in a webhook is the echo of, if any (contracts/chatra.md section 4.2,
 * switches rest-echo, echo-before-reply, message-id). Certain by id; else a reply whose id is not known yet and whose
 * text is the same; else, for webhooks without ids, the same text at about the same time.
 */
export function findEcho(
  message: ChatMessage,
  replies: readonly Message[],
  claimed: ReadonlySet<number>,
): Message | null {
  const free = replies.filter((reply) => !claimed.has(reply.id))
  if (message.id !== null) {
    const byId = replies.find((reply) => reply.chatraMessageId === message.id)
    if (byId) return byId
  }
  const marked = message.receivedFrom === RECEIVED_FROM
  const print = fingerprint(comparable(message.text))
  const foreign = message.receivedFrom !== null && !marked
  if (foreign) return null
  const alike = free.filter((reply) => reply.kind !== 'delete' && reply.sentPrint === print)
  const unknown = alike.filter(
    (reply) => reply.kind === 'text' && reply.chatraMessageId === null && handedOver(reply),
  )
  const unclear =
    unknown.find((reply) => reply.state !== 'delivered') ?? unknown.find((reply) => !reply.echoed)
  if (unclear) return unclear
  if (message.id === null) {
    const at = message.at
    const close = alike.filter((reply) => at === null || Math.abs((reply.sentAt ?? 0) - at) < CLOSE_MS)
    return close.find((reply) => !reply.echoed) ?? close[0] ?? null
  }
  // An edit announced under a new id (switch edit-event).
  return alike.find((reply) => reply.kind === 'edit' && reply.state === 'delivered' && !reply.echoed) ?? null
}

/** It was handed to Chatra at least once. */
const handedOver = (reply: Message) => reply.sentAt !== null
