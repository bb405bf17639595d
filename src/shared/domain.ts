/**
 * The nouns of the bridge. All times are milliseconds since 1970; Planfix ids are plain numbers here
 * (`92`, not `contact:92`), Chatra ids are Chatra's own strings.
 */

export type Direction = 'to-planfix' | 'to-chatra'

/** Life of a message (docs/architecture.md). A dismissed message is `skipped` with reason `dismissed`. */
export type MessageState =
  | 'received'
  | 'queued'
  | 'sending'
  | 'retrying'
  | 'uncertain'
  | 'delivered'
  | 'failed'
  | 'skipped'

/** States in which a message still waits to be carried. */
export const OPEN_STATES = ['queued', 'sending', 'retrying'] as const satisfies readonly MessageState[]
export const isOpen = (state: MessageState): boolean =>
  (OPEN_STATES as readonly MessageState[]).includes(state)

export type Author =
  /** The visitor; `id` is Chatra's client id. */
  | { kind: 'client'; id: string; name: string }
  /** A Planfix employee; `id` is the user's number. */
  | { kind: 'employee'; id: number; name: string }
  /** Somebody who typed inside Chatra; `id` may be unknown. */
  | { kind: 'agent'; id: string | null; name: string; email: string | null }
  /** The bridge itself: events that are shown in the log. */
  | { kind: 'bridge' }

export interface MessageFile {
  name: string
  /** Where the bytes are: an address (Chatra) or a Planfix file number. */
  url: string | null
  planfixFileId: number | null
  /** Bytes, when known. */
  size: number | null
  /** Planfix did not take the file: its address goes into the text. */
  linkOnly?: boolean
}

/** `text` is said once; `edit` and `delete` change the message `target` in the chat; `event` only explains an inbox event in the log. */
export type MessageKind = 'text' | 'edit' | 'delete' | 'event'

export interface Message {
  /** Ours; what `bridge retry` takes. Ascending. */
  id: number
  connectionId: string
  conversationId: number | null
  direction: Direction
  kind: MessageKind
  author: Author
  /** Plain text, whatever the service it came from. */
  text: string
  files: MessageFile[]
  /** What makes it the same message when it is seen again; unique within a connection. */
  originKey: string
  chatraClientId: string | null
  /** Id in the chat: of a client's message from the start, of a reply once it was sent. */
  chatraMessageId: string | null
  planfixTaskId: number | null
  planfixCommentId: number | null
  /** For `edit` and `delete`: the message they change. */
  targetId: number | null
  /** When it was written, by the service's clock; receipt time when the service does not say. */
  writtenAt: number
  receivedAt: number
  /** Order within its conversation and direction. */
  position: number
  state: MessageState
  /** Machine word or sentence that explains the state; null when it needs no explanation. */
  reason: string | null
  /** It came after messages written later than it had already been delivered. */
  late: boolean
  attempts: number
  /** Of a reply: when it was handed to Chatra, to recognise its echo. */
  sentAt: number | null
  /** An echo of this reply has been seen in a webhook. */
  echoed: boolean
  /** Fingerprint of what was really said in the chat (with links to files), to recognise its echo by text. */
  sentPrint: string | null
  /** Fingerprint of the Planfix comment it came from, to notice edits. */
  fingerprint: string | null
}

/** What is known about the visitor, as the latest webhook told it. */
export interface ClientProfile {
  id: string
  chatId: string
  displayedName: string | null
  /** Given by the visitor or the site; null when Chatra made the name up. */
  name: string | null
  email: string | null
  phone: string | null
  ip: string | null
  country: string | null
  city: string | null
  os: string | null
  browser: string | null
  language: string | null
  /** Where he writes, as Chatra calls it: `widget`, `mail`, a messenger. Absent where it does not say. */
  source?: string
  visit: Visit | null
  startPage: Page | null
  /** What the site passed, label to value. */
  extra: Record<string, string>
  /** Which of the particulars the site itself vouches for (integration data); the others a visitor typed. */
  vouched: Vouched
  /** Chats and names he had before, newest last: tasks of that time are known by them. */
  former?: { chatIds: string[]; names: string[] }
}
/** True where the site passed the value itself; `false` for what a visitor typed, or for nothing. */
export interface Vouched {
  name: boolean
  email: boolean
  phone: boolean
}
export const NOT_VOUCHED: Vouched = { name: false, email: false, phone: false }
export interface Visit {
  startedAt: number | null
  finishedAt: number | null
  host: string | null
  pages: Page[]
}
export interface Page {
  link: string
  title: string | null
}

/** One visitor's device in Chatra and the conversation it belongs to. */
export interface ClientLink {
  connectionId: string
  clientId: string
  conversationId: number
  profile: ClientProfile
  /** When this device last wrote; the reply goes to the device that wrote last (F13). */
  lastWroteAt: number
  /** `startedAt` of the latest visit that became an action on the contact card. */
  lastVisitAt: number | null
}

/** What a write that may or may not have arrived was about to do. Kept until it is settled. */
export interface Attempt {
  kind: 'contact' | 'task' | 'comment' | 'chore'
  sourceObjectId: string
  /** Messages carried by it. */
  messageIds: number[]
  startedAt: number
  /** When it became unclear; null while it is under way (after a crash: `startedAt` counts). */
  unclearAt: number | null
  /** A time-out may still be carried out late, so it is waited for longer than a reset. */
  timedOut: boolean
  /** Plain text of what was written and who it was written as, to look by content. */
  text: string
  ownerUserId: number | null
  /** The client's card it is written as; absent = as `ownerUserId` says. */
  ownerContactId?: number
  /** Of a contact or a task. */
  name?: string
  /** Of a contact. */
  phone?: string
  /** Of a task: the chat that begins it, and its ordinal. */
  chatId?: string
  n?: number
}

/**
 * What the bridge itself last wrote to the contact card `card`; anything else there, and everything on another card, was
 * typed by a person and is left alone (F12).
 */
export interface ContactWritten {
  card: number
  name: string | null
  email: string | null
  phone: string | null
}

/** One client = one conversation = one thread of tasks, whatever the number of devices. */
export interface Conversation {
  id: number
  connectionId: string
  contactId: number | null
  contactWritten: ContactWritten | null
  /** What of the client's particulars a note told last, because it is not on the card. */
  contactTold?: Partial<Omit<ContactWritten, 'card'>>
  /** Number of the card, as last seen, that has an address in its own e-mail field; 0 = it had none. */
  mailedCard?: number
  /** The card was refused with e-mail or phone: the next try is with a name alone, and the rest follows by itself. */
  bareCard?: boolean
  /** E-mail that was looked for among the contacts already. */
  emailSearched: string | null
  /** The contact was found, not made: it may have an active task of this channel that we do not know. */
  searchTask: boolean
  /** `emailSearched` is not for this card: Planfix refused it, or it is another person's. */
  emailRefused: boolean
  /** The task in use. */
  taskId: number | null
  /** The chat has ended and the client has not written since. */
  clientLeft: boolean
  lastClientAt: number
  lastActivityAt: number
  /** Latest `writtenAt` that reached Planfix, to notice late ones. */
  deliveredUpTo: number
  /** Paused by the loop breaker, with its reason. It may have ended by itself: see `pausedUntil`. */
  paused: string | null
  /** When the pause ends by itself; null = not before the owner ends it. */
  pausedUntil: number | null
  /** The write to Planfix that is under way or unclear. */
  attempt: Attempt | null
  /** Failures in a row per lane, and when the next try is due. */
  planfixLane: LaneState
  chatraLane: LaneState
  /** Conversation this one was merged into (same e-mail on two devices). Open work belongs to the last one of the chain. */
  mergedInto: number | null
  /** How it was merged; what an undoing needs. Null or absent where `mergedInto` is null. */
  joined?: JoinRecord | null
  /** Conversations the owner separated from this one: never joined with it again by themselves. */
  keptApart?: number[]
  /** Conversations that were merged into it while a write of theirs was open: what was said since waits for that. */
  writesElsewhere?: number[]
  /** Another conversation whose client gave the same address and was not joined with this one. */
  perhaps?: { conversationId: number; told: boolean } | null
  /** An active task of this card that others made: the next task of ours links to it. */
  relatedTaskId?: number | null
  /** The last task was refused with the client as assigner: the next try is without. */
  withoutAssigner?: boolean
  /** The last task was refused with these participants (`user:7`): the next try is without. */
  withoutParticipants?: string[]
  /** A message that is refused as its author's comment: it is written in the name of the token's user. */
  withoutAuthor?: number | null
  /** Tasks in a row that took no comments; a second one shows that tasks are not to blame. */
  closedTasks?: number
}

/** Why two conversations were taken for one person's (engine/same-person.ts). */
export type JoinReason = 'vouched' | 'second-particular' | 'quiet' | 'always'

/** A merge, so that it can be read and undone. */
export interface JoinRecord {
  /** Milliseconds since 1970. */
  at: number
  why: JoinReason
  /** Devices that moved along. */
  clientIds: string[]
  /** The card of the conversation before. */
  contactId: number | null
}
export interface LaneState {
  failures: number
  notBefore: number
  /** When the failure was that `notBefore` waits after; absent in rows of before. */
  failedAt?: number
  /** The side that failed, where it is not the lane's own: replies are read again in Planfix before they are sent. */
  failedSide?: 'planfix'
}

/** A task of a conversation and where the watcher stands in it. */
export interface TaskLink {
  connectionId: string
  taskId: number
  conversationId: number
  /** Chat that began it and its ordinal: the two parts of its source id. */
  chatId: string
  n: number
  /**
   * Made by this connection, or found with its mark. A task that is not ours is never written to, completed or taken over.
   */
  ours: boolean
  /** Planfix takes no comments in it any more (code 6): the next message makes another one. */
  refusesComments?: boolean
  createdAt: number
  /** Of one that was taken up again: when it was made in Planfix (milliseconds); 0 where Planfix does not tell. */
  begunAt?: number
  /** Fingerprint of the description the bridge wrote: it comes back as the first comment of the feed. Empty = unknown. */
  descriptionPrint: string
  /** Of tasks that a former version made, until it is forgotten: the description itself. */
  descriptionText?: string
  /** Number of that comment, once it was read. */
  descriptionCommentId?: number | null
  /** Card that is the task's counterparty, as last read with a comment; absent or null while nobody has looked. */
  counterparty?: number | null
  /** Cards it was taken from by people, and when that was noticed: what was written before notified the client. */
  formerCards?: { card: number; until: number }[]
  active: boolean
  deleted: boolean
  /** When `active` was last read from Planfix. */
  checkedAt: number
  /** Highest comment number seen. */
  cursor: number
  /** Comments up to this number have been judged; absent in rows of before: up to `cursor`. */
  floor?: number
  /** Numbers above `floor` that have been judged. */
  judged?: number[]
  /** Where a reading of a long feed begins whose account sorts it oldest first: an offset. */
  tail?: number
  /** Planfix's own marks of the last change, compared as text. */
  signal: string
  /** Planfix tells times to the minute: until then a further comment may hide behind the same mark. */
  hotUntil: number
  /** When its comments were last read. */
  readAt: number
  lastActivityAt: number
  /** The task has been completed by the bridge or by a person; watched less often. */
  closedAt: number | null
}

/** Work beside messages. Kinds in order of priority. */
export type ChoreKind =
  | 'reread'
  | 'note'
  | 'separate'
  | 'assigner'
  | 'introduce'
  | 'complete'
  | 'leave-check'
  | 'verify'
  | 'visit'

export interface Chore {
  id: number
  connectionId: string
  conversationId: number
  kind: ChoreKind
  /** One open chore of a kind and key; a newer one replaces it. */
  key: string
  data: Record<string, unknown>
  notBefore: number
  failures: number
  attempt: Attempt | null
}

/** An agent seen in a webhook: offered for mapping, and recognised by e-mail. */
export interface AgentSeen {
  id: string
  name: string | null
  email: string | null
}

/** One line of the live log: a change in a message's life. */
export interface LogEntry {
  seq: number
  /** Message id, as `retry` takes it. */
  id: string
  time: number
  connection: string
  conversation: string | null
  direction: Direction
  state: MessageState
  reason: string | null
  text: string
  chatraMessageId: string | null
  planfixTaskId: number | null
  planfixCommentId: number | null
}

/** Something that concerns a connection or the whole program rather than one message. */
export interface BridgeEvent {
  time: number
  connectionId: string | null
  level: 'info' | 'warning' | 'error'
  /** Catalogue key, e.g. `event.gap`. */
  key: string
  params: Record<string, string | number>
}
