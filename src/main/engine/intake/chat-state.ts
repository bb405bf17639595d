import type { Connection } from '../../../shared/config.ts'
import type { ClientLink, ClientProfile, Conversation, JoinReason, Message } from '../../../shared/domain.ts'

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
  /** What this device wrote lately; only looked at for messages without id and time. */
  written: readonly Message[]
  /** An echo has been seen on this connection before. */
  echoSeen: boolean
  /** When this computer took over from another one, which has carried what was written before; 0 = never. */
  takenOverAt?: number
  /** When the store was restored from a backup that does not know what was done before; 0 = never. */
  restoredAt?: number
  newId(): number
}

/** The name shown for a client: given by him, else made up by Chatra, else the beginning of his id. */
export const nameOf = (profile: ClientProfile): string =>
  profile.name ?? profile.displayedName ?? profile.email ?? `Client ${profile.id.slice(0, 6)}`
