import type { Message } from '../../../../shared/domain.ts'
import { NOT_ARRIVED } from '../../delivery/patches.ts'
import type { ChatMessage } from '../../ports.ts'
import { RECEIVED_FROM } from '../../ports.ts'
import { comparable, fingerprint } from '../../text.ts'

/** By its words alone an echo is matched to a reply handed over at about the same time. */
const CLOSE_MS = 5 * 60_000

/** What Chatra itself said when it was asked who wrote a message. */
export type Writer = 'ours' | 'person'

/** What is known when an agent's message in a webhook is looked at. */
export interface EchoState {
  /** Replies handed to this client, and edits of them. */
  replies: readonly Message[]
  /** Those that other messages of the same event are echoes of. */
  claimed: ReadonlySet<number>
  /** Our mark has been seen on what comes this way: what lacks it is not ours. */
  marksSeen: boolean
  /** Chatra was asked (GET /messages/{id}). */
  writer: Writer | null
  /** When it was received; milliseconds. */
  now: number
  inTranscript: boolean
}
/** The reply that a message is the echo of, and what says so. */
export interface Echo {
  reply: Message
  by: 'id' | 'mark' | 'words'
}

/**
 * The reply of ours that an agent's message in a webhook is the echo of, if any (contracts/chatra.md section 4.2,
 * switches rest-echo, echo-before-reply, message-id). Certain by id; else by our mark, which also says which of several
 * with the same words. A message without our mark is a person's once marks are known to come. Words alone decide only
 * where nothing else can, and only about the time of the send.
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

/** Only Chatra can tell whether one of ours is behind this message: it has an id we do not know, no mark, and our words. */
export function isDoubtful(message: ChatMessage, state: EchoState): boolean {
  if (message.type !== 'agent' || message.isPushed) return false
  return message.id !== null && findEcho(message, { ...state, writer: null })?.by === 'words'
}

/** Replies and edits with these words that nobody has claimed. */
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

/** One that nobody knows of whether it arrived goes before one that did. */
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

/** Webhooks without ids: the reply of about that time; one that was seen already only where a transcript repeats it. */
function nearest(message: ChatMessage, alike: readonly Message[], state: EchoState): Message | null {
  const close = alike.filter((reply) => isClose(message, reply, state))
  const fresh = firstUnsettled(close.filter(isIdUnknown)) ?? close.find((reply) => !reply.echoed)
  const isEdited = (reply: Message) => state.replies.some((one) => one.targetId === reply.id)
  return fresh ?? close.find((reply) => !isEdited(reply)) ?? null
}

/** A transcript may come long after what it tells; where it tells no times, the words must do. */
function isClose({ at }: ChatMessage, { sentAt }: Message, { now, inTranscript }: EchoState): boolean {
  if (at === null && inTranscript) return true
  return Math.abs((sentAt ?? 0) - (at ?? now)) < CLOSE_MS
}

/** Chatra has not said that it did not take it; where it did, there is no print (delivery/chatra/chatra-sender.ts). */
const mayHaveArrived = ({ state, reason }: Message): boolean =>
  state !== 'retrying' && (state !== 'failed' || reason === NOT_ARRIVED)
