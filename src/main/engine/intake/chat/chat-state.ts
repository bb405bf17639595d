import type { Connection } from '../../../../shared/config.ts'
import type { ClientLink, Conversation, JoinReason, Message } from '../../../../shared/domain.ts'
import type { Skew } from '../../continuity.ts'
import type { ChatEvent, ChatMessage } from '../../ports.ts'
import { fingerprint } from '../../text.ts'
import type { Writer } from './echo.ts'

/** The facts for deciding on an event of Chatra. */
export interface ChatState {
  settings: Connection
  now: number
  link: ClientLink | null
  /** Conversation of the link. */
  conversation: Conversation | null
  /**
   * The device is new, and a conversation belongs to the same person (engine/people/same-person.ts): the device
   * joins that conversation.
   */
  joins?: { into: Conversation; why: JoinReason } | null
  /** A conversation with the same address that does not count as the same person's. */
  perhaps?: Conversation | null
  /** Messages that are known already, by origin key. */
  known: ReadonlyMap<string, Message>
  /** Replies recently sent to this client. */
  replies: readonly Message[]
  /**
   * Recent messages of this device, or for a transcript all of them; only read for messages without id and
   * time.
   */
  written: readonly Message[]
  /** An echo has been seen on this connection before. */
  echoSeen: boolean
  /** Our mark has been seen before in events of this kind: in transcripts, or in other events. */
  marksSeen: boolean
  /** Chatra's answers about agents' messages. */
  writers: ReadonlyMap<ChatMessage, Writer>
  /** Uncertain replies of the conversation; only read for a transcript. */
  uncertain: readonly Message[]
  /** No part of the event was invalid and omitted. */
  isWhole: boolean
  /** Chatra's clock minus ours. */
  skew: Skew
  /**
   * When this computer took over from another one, which delivered the messages written before; 0 = never.
   */
  takenOverAt?: number
  /** When the store was restored from a backup that lacks earlier work; 0 = never. */
  restoredAt?: number
  newId(): number
}

/**
 * Origin key of a message in a webhook: its id, or author, kind, time and text. Null when it has neither id
 * nor time.
 */
export function originKeyOf(clientId: string, message: ChatMessage): string | null {
  if (message.id !== null) return `c:${message.id}`
  if (message.at === null) return null
  return `t:${clientId}:${message.type}:${message.at}:${fingerprint(message.text)}`
}

/** The message as known from an earlier event. */
export function knownMessage(event: ChatEvent, message: ChatMessage, state: ChatState): Message | null {
  const key = originKeyOf(event.client.id, message)
  return key === null ? null : (state.known.get(key) ?? null)
}
