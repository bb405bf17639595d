import type { Connection } from '../../../../shared/config.ts'
import type { ClientLink, Conversation, JoinReason, Message } from '../../../../shared/domain.ts'
import type { Skew } from '../../continuity.ts'
import type { ChatEvent, ChatMessage } from '../../ports.ts'
import { fingerprint } from '../../text.ts'
import type { Writer } from './echo.ts'

/** What is known when an event of Chatra is decided on. */
export interface ChatState {
  settings: Connection
  now: number
  link: ClientLink | null
  /** Conversation of the link. */
  conversation: Conversation | null
  /** The device is new, and a conversation is the same person's (engine/same-person.ts): it joins that one. */
  joins?: { into: Conversation; why: JoinReason } | null
  /** A conversation whose client gave the same address but is not taken for the same person. */
  perhaps?: Conversation | null
  /** Messages that are known already, by origin key. */
  known: ReadonlyMap<string, Message>
  /** Replies handed to this client lately. */
  replies: readonly Message[]
  /** What this device wrote lately, or ever for a transcript; only looked at for messages without id and time. */
  written: readonly Message[]
  /** An echo has been seen on this connection before. */
  echoSeen: boolean
  /** Our mark has been seen before on what comes this way: in transcripts, or in other events. */
  marksSeen: boolean
  /** What Chatra said of agents' messages that it was asked about. */
  writers: ReadonlyMap<ChatMessage, Writer>
  /** Uncertain replies of the conversation; only looked at for a transcript. */
  uncertain: readonly Message[]
  /** Nothing of the event was broken and left out. */
  isWhole: boolean
  /** Chatra's clock minus ours. */
  skew: Skew
  /** When this computer took over from another one, which has carried what was written before; 0 = never. */
  takenOverAt?: number
  /** When the store was restored from a backup that does not know what was done before; 0 = never. */
  restoredAt?: number
  newId(): number
}

/** Origin key of a message in a webhook: its id, or who, what kind, when and which text. Null when it has neither id nor time. */
export function originKeyOf(clientId: string, message: ChatMessage): string | null {
  if (message.id !== null) return `c:${message.id}`
  if (message.at === null) return null
  return `t:${clientId}:${message.type}:${message.at}:${fingerprint(message.text)}`
}

/** The message as it is known from an earlier event. */
export function knownMessage(event: ChatEvent, message: ChatMessage, state: ChatState): Message | null {
  const key = originKeyOf(event.client.id, message)
  return key === null ? null : (state.known.get(key) ?? null)
}
