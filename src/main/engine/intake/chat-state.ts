import type { Connection } from '../../../shared/config.ts'
import type { ClientLink, ClientProfile, Conversation, Message } from '../../../shared/domain.ts'

/** What is known when an event of Chatra is decided on. */
export interface ChatState {
  settings: Connection
  now: number
  link: ClientLink | null
  /** Conversation of the link. */
  conversation: Conversation | null
  /** Another conversation whose client has the same e-mail. */
  sameEmail: Conversation | null
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
