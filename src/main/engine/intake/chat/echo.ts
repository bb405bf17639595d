import type { Message } from '../../../../shared/domain.ts'
import { NOT_ARRIVED } from '../../delivery/patches.ts'
import type { ChatMessage } from '../../ports.ts'
import { RECEIVED_FROM } from '../../ports.ts'
import { comparable, fingerprint } from '../../text.ts'

/** By its text alone an echo matches only a reply sent at about the same time. */
const CLOSE_MS = 5 * 60_000

/** Chatra's answer to the request for a message's author. */
export type Writer = 'ours' | 'person'

/** The facts for deciding on an agent's message in a webhook. */
export interface EchoState {
  /** Replies sent to this client, and edits of them. */
  replies: readonly Message[]
  /** Those whose echoes are other messages of the same event. */
  claimed: ReadonlySet<number>
  /** Our mark has been seen in events of this kind: a message without it is not ours. */
  marksSeen: boolean
  /** Answer to GET /messages/{id}. */
  writer: Writer | null
  /** When it was received; milliseconds. */
  now: number
  inTranscript: boolean
}
/** The reply that a message echoes, and the evidence. */
export interface Echo {
  reply: Message
  by: 'id' | 'mark' | 'words'
}

/**
 * The reply that an agent's message in a webhook echoes, if any (contracts/chatra.md section 4.2, switches
 * rest-echo, echo-before-reply, message-id). Certain by id; else by our mark, which also distinguishes
 * several replies with the same text. Once marks are known to come, a message without our mark is a person's.
 * The text alone decides only when nothing else can, and only near the time of the send.
 */
export function findEcho(message: ChatMessage, state: EchoState): Echo | null {
  const byId =
    message.id === null ? undefined : state.replies.find((reply) => reply.chatraMessageId === message.id)
  if (byId) return { reply: byId, by: 'id' }
  const isMarked = message.receivedFrom === RECEIVED_FROM
  if (message.receivedFrom !== null && !isMarked) return null
  if (!isMarked && (state.writer === 'person' || (state.writer === null && state.marksSeen))) return null
  const alike = likeIt(message, state)
  const unknown = alike.filter(isIdUnknown)
  const isCertain = isMarked || state.writer === 'ours'
  const reply = isCertain
    ? (firstUnsettled(unknown) ?? (message.id === null ? nearest(message, alike, state) : anEdit(alike)))
    : bestByWords(message, alike, state)
  return reply ? { reply, by: isCertain ? 'mark' : 'words' } : null
}

/** Only Chatra knows whether the message is one of ours: it has an unknown id, no mark, and our text. */
export function isDoubtful(message: ChatMessage, state: EchoState): boolean {
  if (message.type !== 'agent' || message.isPushed) return false
  return message.id !== null && findEcho(message, { ...state, writer: null })?.by === 'words'
}

/** Replies and edits with this text that are not matched yet. */
const likeIt = (message: ChatMessage, { replies, claimed }: EchoState): Message[] => {
  const print = fingerprint(comparable(message.text))
  return replies.filter(
    (reply) =>
      !claimed.has(reply.id) &&
      reply.kind !== 'delete' &&
      reply.sentAt !== null &&
      reply.sentFingerprint === print,
  )
}

const isIdUnknown = (reply: Message) => reply.kind === 'text' && reply.chatraMessageId === null

/** A reply whose arrival is unknown is preferred to one that arrived. */
const firstUnsettled = (unknown: readonly Message[]): Message | null =>
  unknown.find((reply) => reply.state === 'sending' || reply.state === 'uncertain') ??
  unknown.find((reply) => reply.state !== 'delivered') ??
  unknown.find((reply) => !reply.echoed) ??
  null

/** An edit announced under a new id (switch edit-event). */
const anEdit = (alike: readonly Message[]): Message | null =>
  alike.find((reply) => reply.kind === 'edit' && reply.state === 'delivered' && !reply.echoed) ?? null

function bestByWords(message: ChatMessage, alike: readonly Message[], state: EchoState): Message | null {
  const close = alike.filter((reply) => mayHaveArrived(reply) && isClose(message, reply, state))
  if (message.id === null) return nearest(message, close, state)
  return firstUnsettled(close.filter(isIdUnknown)) ?? anEdit(close)
}

/**
 * Webhooks without ids: the reply of about that time; an already seen one matches only in a transcript, which
 * repeats messages.
 */
function nearest(message: ChatMessage, alike: readonly Message[], state: EchoState): Message | null {
  const close = alike.filter((reply) => isClose(message, reply, state))
  const fresh = firstUnsettled(close.filter(isIdUnknown)) ?? close.find((reply) => !reply.echoed)
  const isEdited = (reply: Message) => state.replies.some((one) => one.targetId === reply.id)
  return fresh ?? close.find((reply) => !isEdited(reply)) ?? null
}

/** A transcript may come long after its messages; where it contains no times, the text must decide. */
function isClose({ at }: ChatMessage, { sentAt }: Message, { now, inTranscript }: EchoState): boolean {
  if (at === null && inTranscript) return true
  return Math.abs((sentAt ?? 0) - (at ?? now)) < CLOSE_MS
}

/** Chatra has not refused it; a refused one has no fingerprint (delivery/chatra/chatra-sender.ts). */
const mayHaveArrived = ({ state, reason }: Message): boolean =>
  state !== 'retrying' && (state !== 'failed' || reason === NOT_ARRIVED)
