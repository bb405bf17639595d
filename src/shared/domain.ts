/**
 * The data types of the bridge. All times are milliseconds since 1970; Planfix ids are plain numbers here
 * (`92`, not `contact:92`), Chatra ids are Chatra's own strings.
 */

import type { MessageState } from './messages/message-states.ts'
import type { PendingWrite } from './messages/pending-write.ts'

export { isOpen, MESSAGE_STATES, type MessageState, OPEN_STATES } from './messages/message-states.ts'

export type Direction = 'to-planfix' | 'to-chatra'

export type Author =
  /** The visitor; `id` is Chatra's client id. */
  | { kind: 'client'; id: string; name: string }
  /** A Planfix employee; `id` is the user's number. */
  | { kind: 'employee'; id: number; name: string }
  /** A person who wrote inside Chatra; `id` may be unknown. */
  | { kind: 'agent'; id: string | null; name: string; email: string | null }
  /** The bridge itself: events shown in the log. */
  | { kind: 'bridge' }

export interface MessageFile {
  name: string
  /** Where the content is: an address (Chatra) or a Planfix file number. */
  url: string | null
  planfixFileId: number | null
  /** Size in bytes, when known. */
  size: number | null
  /** Planfix refused the file: its address goes into the text. */
  linkOnly?: boolean
}

/**
 * `text` is sent once; `edit` and `delete` change the message `target` in the chat; `event` only explains an
 * inbox event in the log.
 */
export type MessageKind = 'text' | 'edit' | 'delete' | 'event'

export interface Message {
  /** Our id, as in `bridge retry`. Ascending. */
  id: number
  connectionId: string
  conversationId: number | null
  direction: Direction
  kind: MessageKind
  author: Author
  /** Plain text, from either service. */
  text: string
  files: MessageFile[]
  /** Identifies the message when it is seen again; unique within a connection. */
  originKey: string
  chatraClientId: string | null
  /** Id in the chat: for a client's message from the start, for a reply once it was sent. */
  chatraMessageId: string | null
  planfixTaskId: number | null
  planfixCommentId: number | null
  /** Planfix's number of a reply that its Chat API passed on; null for any other message. */
  channelMessageId: string | null
  /** For `edit` and `delete`: the message they change. */
  targetId: number | null
  /** Time of writing by the service's clock; receipt time when the service gives none. */
  writtenAt: number
  receivedAt: number
  /** Order within its conversation and direction. */
  position: number
  state: MessageState
  /** Machine word or sentence that explains the state; null when none is needed. */
  reason: string | null
  /** It came after later messages had already been delivered. */
  late: boolean
  attempts: number
  /** For a reply: when it was passed to Chatra, to recognise its echo. */
  sentAt: number | null
  /** An echo of this reply has been seen in a webhook. */
  echoed: boolean
  /**
   * Fingerprint of the text as sent to the chat (with links to files), to recognise its echo. Of a message that went into
   * Planfix by its Chat API: of the whole comment, to recognise it there.
   */
  sentFingerprint: string | null
  /** Fingerprint of the Planfix comment it came from, to notice edits. */
  fingerprint: string | null
}

/** Known facts about the visitor, from the latest webhook. */
export interface ClientProfile {
  id: string
  chatId: string
  displayedName: string | null
  /** Given by the visitor or the site; null when Chatra generated the name. */
  name: string | null
  email: string | null
  phone: string | null
  ip: string | null
  country: string | null
  city: string | null
  os: string | null
  browser: string | null
  language: string | null
  /** Channel in Chatra's terms: `widget`, `mail`, a messenger. Absent when Chatra does not name it. */
  source?: string
  visit: Visit | null
  startPage: Page | null
  /** Data passed by the site, label to value. */
  extra: Record<string, string>
  /** The particulars that the site itself vouches for (integration data); the visitor typed the others. */
  vouched: Vouched
  /** The client's earlier chats and names, newest last: tasks of that time are recognised by them. */
  former?: { chatIds: string[]; names: string[] }
}
/** True when the site passed the value itself; `false` when a visitor typed it, or when there is none. */
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

/** One visitor's device in Chatra and its conversation. */
export interface ClientLink {
  connectionId: string
  clientId: string
  conversationId: number
  profile: ClientProfile
  /** When this device last wrote; a reply goes to the device that wrote last (F13). */
  lastWroteAt: number
  /** `startedAt` of the latest visit that became an action on the contact card. */
  lastVisitAt: number | null
}

export type { PendingWrite } from './messages/pending-write.ts'

/**
 * The values that the bridge itself last wrote to the contact card `card`; any other value, and every value
 * on another card, was typed by a person and is not changed (F12).
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
  /** The particulars that the last note mentioned because they are not on the card. */
  contactTold?: Partial<Omit<ContactWritten, 'card'>>
  /** Number of the card that, when last read, had an address in its own e-mail field; 0 = it had none. */
  mailedCard?: number
  /**
   * Planfix refused the card with e-mail or phone: the next try has only a name, and a job adds the rest.
   */
  bareCard?: boolean
  /** The e-mail that was already searched for among the contacts. */
  emailSearched: string | null
  /**
   * The contact was found, not created: it may have an active task of this channel that is unknown to us.
   */
  searchTask: boolean
  /** `emailSearched` does not apply to this card: Planfix refused it, or it belongs to another person. */
  emailRefused: boolean
  /** The current task. */
  taskId: number | null
  /** The chat has ended and the client has not written since. */
  clientLeft: boolean
  lastClientAt: number
  lastActivityAt: number
  /** Latest `writtenAt` that reached Planfix, to notice late ones. */
  deliveredUpTo: number
  /** Reason of the loop breaker's pause. The pause may have ended by itself: see `pausedUntil`. */
  paused: string | null
  /** When the pause ends by itself; null = only the owner ends it. */
  pausedUntil: number | null
  /** The pending write to Planfix: under way or indeterminate. */
  attempt: PendingWrite | null
  /** Failures in a row per queue, and when the next try is due. */
  planfixLane: QueueState
  chatraLane: QueueState
  /**
   * The conversation this one was merged into (same e-mail on two devices). Open work belongs to the last one
   * of the chain.
   */
  mergedInto: number | null
  /** Data of the merge, needed to undo it. Null or absent where `mergedInto` is null. */
  joined?: JoinRecord | null
  /** Conversations that the owner separated from this one: never joined with it again automatically. */
  keptApart?: number[]
  /** Numbers of the employees who were told, once, that a comment of theirs stayed inside. */
  insideTold?: number[]
  /**
   * Conversations that were merged into this one while they had a pending write: later messages wait for that
   * write.
   */
  writesElsewhere?: number[]
  /** Another conversation with the same address that was not joined with this one. */
  perhaps?: { conversationId: number; told: boolean } | null
  /** An active task of this card that other people created: our next task links to it. */
  relatedTaskId?: number | null
  /** Planfix refused the last task with the client as assigner: the next try omits the assigner. */
  withoutAssigner?: boolean
  /** Planfix refused the last task with these participants (`user:7`): the next try omits them. */
  withoutParticipants?: string[]
  /** A message that Planfix refuses as its author's comment: it is written under the token's user. */
  withoutAuthor?: number | null
  /**
   * Number of tasks in a row that accepted no comments; a second one shows that the tasks are not the cause.
   */
  closedTasks?: number
  /** The owner wants no notifications about it. */
  muted?: boolean
  /** Since when its chat is not passed on to Planfix, by the owner's wish; null or absent = it is. */
  blockedAt?: number | null
  /** The owner decided that client messages up to this one need no answer. */
  noAnswerUpTo?: number
  /** Its chat in Planfix's Chat API; absent before the first message by that way. */
  channel?: ChannelChat
}

/** One chat of Planfix's Chat API. */
interface ChannelChat {
  /** Number of the chat and of its contact there. */
  chatId: string
  /** When Planfix last said that no task is open, so that the next message begins one (milliseconds); 0 = ask. */
  askedAt: number
}

/** Why two conversations count as one person's (engine/people/same-person.ts). */
export type JoinReason = 'vouched' | 'second-particular' | 'quiet' | 'always'

/** Record of a merge, to read and undo it. */
interface JoinRecord {
  /** Milliseconds since 1970. */
  at: number
  why: JoinReason
  /** Devices that were moved. */
  clientIds: string[]
  /** The card of the conversation before the merge. */
  contactId: number | null
}
export interface QueueState {
  failures: number
  notBefore: number
  /** Code of the failure that `notBefore` waits after; absent in older rows. */
  failedAt?: number
  /**
   * The side that failed, if it is not the queue's own: replies are read again in Planfix before they are
   * sent.
   */
  failedSide?: 'planfix'
}

/** A task of a conversation and the watcher's position in it. */
export interface TaskLink {
  connectionId: string
  taskId: number
  conversationId: number
  /** The chat that began it and its ordinal: the two parts of its source id. */
  chatId: string
  n: number
  /**
   * Created by this connection, or found with its mark. A task that is not ours is never written to,
   * completed or adopted.
   */
  ours: boolean
  /** Planfix made it for a chat of its Chat API: messages go into it by that way. */
  byChannel?: boolean
  /** Planfix accepts no comments in it any more (code 6): the next message creates another task. */
  refusesComments?: boolean
  createdAt: number
  /**
   * For a task that is watched again after a restore: when it was created in Planfix (milliseconds); 0 when
   * Planfix does not say.
   */
  begunAt?: number
  /**
   * Fingerprint of the description that the bridge wrote: it comes back as the first comment of the feed.
   * Empty = unknown.
   */
  descriptionPrint: string
  /** The description itself, in tasks of an earlier version, until retention removes it. */
  descriptionText?: string
  /** Number of that comment, once it was read. */
  descriptionCommentId?: number | null
  /**
   * The card that is the task's counterparty, as last read with a comment; absent or null before the first
   * read.
   */
  counterparty?: number | null
  /**
   * Cards that people removed from the task, and when the bridge noticed: earlier comments notified the
   * client.
   */
  formerCards?: { card: number; until: number }[]
  active: boolean
  deleted: boolean
  /** When `active` was last read from Planfix. */
  checkedAt: number
  /** Highest comment number seen. */
  cursor: number
  /** Comments up to this number have been decided on; absent in older rows: up to `cursor`. */
  floor?: number
  /** Numbers above `floor` that have been decided on. */
  judged?: number[]
  /** Where the next read of a long feed begins if the account sorts it oldest first: an offset. */
  tail?: number
  /** Planfix's own marks of the last change, compared as text. */
  signal: string
  /** Planfix gives times to the minute: until then another comment may have the same mark. */
  hotUntil: number
  /** When its comments were last read. */
  readAt: number
  lastActivityAt: number
  /** The bridge or a person has completed the task; it is watched less often. */
  closedAt: number | null
}

export { JOB_KINDS, type Job, type JobKind } from './messages/job.ts'

/** An agent seen in a webhook: offered for matching, and recognised by e-mail. */
export interface AgentSeen {
  id: string
  name: string | null
  email: string | null
}

/** One line of the live log: a state change of a message. */
export interface LogEntry {
  seq: number
  /** Message id, as in `bridge retry`. */
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

/** An event of a connection or of the whole program, not of one message. */
export interface BridgeEvent {
  time: number
  connectionId: string | null
  level: 'info' | 'warning' | 'error'
  /** Catalogue key, e.g. `event.gap`. */
  key: string
  params: Record<string, string | number>
}
