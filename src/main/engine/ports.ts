/**
 * What the rules need from the outside. Adapters implement these; the engine imports nothing else.
 * Every port is asynchronous, so that a networked database can stand behind the store.
 */
import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import type {
  AgentSeen,
  BridgeEvent,
  Chore,
  ChoreKind,
  ClientLink,
  ClientProfile,
  Conversation,
  Direction,
  Message,
  MessageState,
  Page,
  PendingWrite,
  TaskLink,
} from '../../shared/domain.ts'
import type { Result, Side } from '../../shared/errors.ts'

// ---- time -------------------------------------------------------------------------------------------------

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `work` after `ms`; answers how to cancel. Must not keep the process alive by itself. */
  after(ms: number, work: () => void): () => void
}

// ---- store ------------------------------------------------------------------------------------------------

export type InboxSource = 'chatra' | 'planfix'
/** One event as it came in, stored before it is answered. */
export interface InboxRow {
  seq: number
  connectionId: string
  source: InboxSource
  receivedAt: number
  /** JSON text as received (a webhook body, or a comment as the watcher read it). */
  body: string
}
export type NewInboxRow = Omit<InboxRow, 'seq'>

/** A change to the store. One `commit` is all or nothing, on disk when it resolves. */
export type Change =
  | { type: 'inbox.add'; row: NewInboxRow }
  | { type: 'inbox.settle'; seq: number; outcome: 'done' | 'skipped'; reason: string | null }
  /** Inserts, or changes the named fields of the row with that id. */
  | { type: 'conversation.add'; conversation: Conversation }
  | { type: 'conversation.patch'; id: number; patch: Partial<Conversation> }
  | { type: 'client.save'; client: ClientLink }
  | { type: 'task.add'; task: TaskLink }
  | { type: 'task.patch'; connectionId: string; taskId: number; patch: Partial<TaskLink> }
  /** Adds a message with a log entry for each of `states` (e.g. received, queued). Ignored when its originKey is known. */
  | { type: 'message.add'; message: Message; states: { state: MessageState; reason: string | null }[] }
  /**
   * Changes fields; when `patch.state` or `patch.reason` is given, a log entry is written. With `from`, only a message that
   * is still in one of these states is changed: an echo may have settled it since the decision was made.
   */
  | { type: 'message.patch'; id: number; at: number; patch: Partial<Message>; from?: readonly MessageState[] }
  /** Replaces an open chore with the same conversation, kind and key. */
  | { type: 'chore.add'; chore: Chore }
  | { type: 'chore.patch'; id: number; patch: Partial<Chore> }
  | { type: 'chore.drop'; id: number }
  | { type: 'chore.cancel'; conversationId: number; kind: ChoreKind }
  | { type: 'agent.seen'; connectionId: string; agent: AgentSeen; at: number }
  /** Small facts about a connection; `null` forgets. */
  | { type: 'fact.set'; connectionId: string; key: string; value: unknown }
  | { type: 'event.add'; event: BridgeEvent }

export type Queue = 'planfix' | 'chatra' | 'chores'

export interface Store {
  /** Ascending number for a new message, conversation or chore; never handed out twice, also after a restart. */
  newId(): number
  /** Atomic and durable when it resolves; commits that wait at the same time share one sync. */
  commit(changes: Change[]): Promise<void>

  /** Unsettled inbox rows after `afterSeq`, oldest first. */
  inboxPending(afterSeq: number, limit: number): Promise<InboxRow[]>

  conversation(id: number): Promise<Conversation | null>
  client(connectionId: string, clientId: string): Promise<ClientLink | null>
  clientsOf(conversationId: number): Promise<ClientLink[]>
  /** Any client of the connection with this e-mail (compared lower-case), the latest to write first. */
  clientByEmail(connectionId: string, email: string): Promise<ClientLink | null>
  /** Clients of the connection with this e-mail (compared lower-case), the latest to write first. */
  clientsByEmail(connectionId: string, email: string, limit: number): Promise<ClientLink[]>
  conversationByContact(connectionId: string, contactId: number): Promise<Conversation | null>
  /** All that use this card and were not merged into another one, the oldest first. */
  conversationsByContact(connectionId: string, contactId: number): Promise<Conversation[]>

  task(connectionId: string, taskId: number): Promise<TaskLink | null>
  tasksOf(conversationId: number): Promise<TaskLink[]>
  /** With those of everything that was merged into the conversation. */
  tasksOfThread(conversationId: number): Promise<TaskLink[]>
  /** Tasks of the connection that are not deleted and had activity after `since`, latest activity first. */
  tasksWatched(connectionId: string, since: number): Promise<TaskLink[]>
  /**
   * Tasks that are not deleted and had no activity since `before`: the seventh part of them that is number `turn` (0 to 6),
   * at most `limit`.
   */
  tasksQuiet(connectionId: string, before: number, turn: number, limit: number): Promise<TaskLink[]>
  /** The task, whichever of these connections it belongs to: that which had it first. */
  taskAnywhere(connectionIds: readonly string[], taskId: number): Promise<TaskLink | null>
  taskCount(connectionId: string, chatId: string): Promise<number>

  message(id: number): Promise<Message | null>
  messageByOrigin(connectionId: string, originKey: string): Promise<Message | null>
  /** The reply, or the client's message, that has this id in the chat, however old. */
  messageByChatraId(connectionId: string, chatraMessageId: string): Promise<Message | null>
  /** Edits and deletions of this reply, oldest first. */
  changesOf(messageId: number): Promise<Message[]>
  /** Messages that mirror this comment: the reply made from it, or the client messages joined in it. */
  messagesByComment(connectionId: string, commentId: number): Promise<Message[]>
  /** Edits and deletions of the replies made from this comment, in order of position. */
  changesByComment(connectionId: string, commentId: number): Promise<Message[]>
  /**
   * The client's message that stands last in front of this comment in the feed of the task: in a comment, else in the
   * task's description (then it has no comment number). Null when there is none.
   */
  clientMessageBefore(connectionId: string, taskId: number, commentId: number): Promise<Message | null>
  /** Replies to this client that were handed over or settled after `since`, oldest first: candidates of an echo. */
  repliesTo(connectionId: string, clientId: string, since: number): Promise<Message[]>
  /** Client messages of this device written after `since`, oldest first (messages that carry no id). */
  writtenBy(connectionId: string, clientId: string, since: number): Promise<Message[]>
  /** Open messages of a lane in order of position (`queued`, `sending`, `retrying`), and uncertain ones in front of them. */
  waiting(conversationId: number, direction: Direction, limit: number): Promise<Message[]>
  /** Messages with a comment in this task, newest first. */
  /**
   * The last messages that stand in a task and in the client's chat, in the order of its feed: his own, agents' and the replies that he
   * was sent, as they were sent first. Nothing internal is among them.
   */
  saidInTask(connectionId: string, taskId: number, most: number): Promise<Message[]>
  messagesOfTask(connectionId: string, taskId: number, since: number): Promise<Message[]>
  /** Comments of this task whose deletion has become a message. */
  deletionsOfTask(connectionId: string, taskId: number): Promise<number[]>

  chores(conversationId: number): Promise<Chore[]>
  /** Every conversation and lane with open work, to start or wake the deliverers; also with an open write alone. */
  queuesWithWork(): Promise<{ conversationId: number; connectionId: string; lane: Queue }[]>

  agents(connectionId: string): Promise<AgentSeen[]>
  fact<T>(connectionId: string, key: string): Promise<T | null>
}

// ---- Chatra -----------------------------------------------------------------------------------------------

export interface ChatMessage {
  id: string | null
  type: 'client' | 'agent' | 'system'
  text: string
  /** Milliseconds, null when the webhook does not say. */
  at: number | null
  agentId: string | null
  agentName: string | null
  receivedFrom: string | null
  isPushed: boolean
  file: { name: string; url: string; size: number | null } | null
}
export interface ChatEvent {
  kind: 'started' | 'fragment' | 'transcript'
  client: ClientProfile
  agents: AgentSeen[]
  messages: ChatMessage[]
  startPage: Page | null
}
/**
 * Reads a stored webhook body; the reason says why it is skipped, with the path of what is missing. `dropped` names broken
 * messages of an event that is otherwise good, e.g. `messages[2]: neither text nor file`.
 */
export type ParseChatEvent = (
  body: unknown,
) => { ok: true; event: ChatEvent; dropped: string[] } | { ok: false; reason: string }

/** Who speaks in the chat. */
export type Speaker = { agentId: string } | { agentEmail: string; agentName: string }

export interface ChatraApi {
  /** Says `text` (at most `maxText` UTF-16 units). Marked with receivedFrom, so that its echo is known. */
  send(
    clientId: string,
    text: string,
    speaker: Speaker,
  ): Promise<Result<{ id: string | null; at: number | null }>>
  edit(messageId: string, text: string): Promise<Result<void>>
  remove(messageId: string): Promise<Result<void>>
  /** `object-gone` when there is no such message. */
  message(messageId: string): Promise<Result<ChatMessage>>
  /** `object-gone` when there is no such client. */
  client(clientId: string): Promise<Result<ClientProfile>>
  /**
   * Whether Chatra works, by calls that reach nobody: reads this client, and with `writes` also asks what takes messages,
   * by one without addressee and words, which no Chatra can carry out.
   */
  probe(clientId: string, writes: boolean): Promise<Result<void>>
  /** Asks for a client that cannot exist: `ok` when the keys are accepted. */
  checkKeys(): Promise<Result<void>>
  readonly maxText: number
}
export const RECEIVED_FROM = 'planfix-bridge'

// ---- Planfix ----------------------------------------------------------------------------------------------

/** 0 client messages, 1 reading replies, 2 task upkeep, 3 visit actions. */
export type Priority = 0 | 1 | 2 | 3

export interface PlanfixContact {
  id: number
  name: string
  /** Where the owner wants clients' addresses to be kept (shared/config.ts, `clientEmail`). */
  email: string | null
  /** All others on the card. */
  otherEmails: string[]
  /** In the card's own e-mail field: there Planfix mails each comment that notifies the contact. */
  mailed: string | null
  /** Plain text; empty where it was not asked for. */
  description: string
  phones: string[]
  isDeleted: boolean
  sourceObjectId: string | null
}
export interface PlanfixStatus {
  id: number
  name: string
  /** null when the account does not say. */
  isActive: boolean | null
}
export interface PlanfixTask {
  id: number
  name: string
  status: PlanfixStatus | null
  templateId: number | null
  processId: number | null
  /** `user:1` or `contact:92`. */
  assigner: string | null
  counterparty: string | null
  /** Numbers of the users that take part. */
  participantUserIds: number[]
  isDeleted: boolean
  sourceObjectId: string | null
  createdAt: number | null
  /** Marks of the last change, joined as text: equal text means nothing that can be seen has changed. */
  changeToken: string
  /** When it last changed, as far as the account tells; see Mark in planfix/times.ts. */
  mark?: { minute: number | null; second: number | null }
}
export interface PlanfixComment {
  id: number
  /** `Comment`, `Reminder`, `None`. */
  type: string
  text: string
  /** `user:5` or `contact:92`; null when unknown. */
  owner: string | null
  ownerName: string
  /** Everyone notified, e.g. `user:5`, `contact:92`. */
  recipients: string[]
  isHidden: boolean
  isDeleted: boolean
  files: { id: number; name: string; size: number | null }[]
  /** Pictures and films of the text that only people of the account can open, by name; empty where none is known. */
  lost?: string[]
  sourceObjectId: string | null
  at: number | null
}

/**
 * Text that becomes HTML in Planfix. Each paragraph is plain text and stays plain text. `links` are addresses in it that are
 * known to be whole, whatever they end in.
 */
export interface PlanfixText {
  paragraphs: { label: string | null; text: string; quote?: boolean; links?: readonly string[] }[]
}
export interface NewTask {
  name: string
  description: PlanfixText
  contactId: number
  /** The contact as assigner; null leaves it to Planfix. */
  assignerContactId: number | null
  participants: { users: number[]; contacts: number[]; groups: number[] }
  sourceObjectId: string
}
export interface NewComment {
  text: PlanfixText
  /** `user:5` or `contact:92`; null = the token's user. */
  owner: string | null
  recipients: { roles: ('assignee' | 'participant' | 'auditor' | 'assigner')[]; users: string[] }
  fileIds: number[]
  /** When it was written, for messages that come late; milliseconds. */
  writtenAt: number | null
  sourceObjectId: string
}
export interface ContactFields {
  name?: string
  email?: string
  phone?: string
}

/** Planfix paces calls: await `turn` before each call; the call itself does not wait. */
export interface RateLimiter {
  /**
   * Resolves when a call may be made. Lower numbers first; conversations take turns. Rejects with SlotWithdrawn when those
   * who wait are sent away.
   */
  slot(priority: Priority, conversationKey: string): Promise<void>
  /** A turn that was not used. */
  release(): void
}

/**
 * Whoever waited for a turn is to end here: the configuration he works by is being replaced. Nothing was sent, and what is
 * on disk is taken up again by the next one.
 */
export class SlotWithdrawn extends Error {}

/** What an unclear write is looked for by. */
export interface LookFor {
  sourceObjectId: string
  startedAt: number
}

export interface PlanfixApi {
  readonly rateLimiter: RateLimiter
  /** Planfix's clock minus ours in milliseconds, from its answers; null before the first. */
  clockSkew(): number | null
  /** True when the rendered HTML fits one comment (64 KB, tags included). */
  fits(text: PlanfixText): boolean
  createContact(
    fields: ContactFields & { name: string },
    sourceObjectId: string,
  ): Promise<Result<{ id: number; failures: string[] }>>
  updateContact(
    id: number,
    fields: ContactFields,
    sourceObjectId: string,
    /** The card as it was just read. */
    before: Pick<PlanfixContact, 'description'>,
  ): Promise<Result<{ failures: string[] }>>
  contact(id: number): Promise<Result<PlanfixContact>>
  /** `companies` instead of people: an address is one's alone in the whole account. */
  contactsByEmail(email: string, among?: 'people' | 'companies'): Promise<Result<PlanfixContact[]>>
  /** Contacts created since the day of `startedAt` with this name or source id; the engine compares. */
  lookForContacts(look: LookFor & { name: string }): Promise<Result<PlanfixContact[]>>

  /** Which of these (`user:7`, `group:3`, `contact:92`) are not there any more, or not active. */
  missingPeople(ids: readonly string[]): Promise<Result<string[]>>
  createTask(task: NewTask): Promise<Result<{ id: number }>>
  /** `failures` names fields that were not taken (a partial success); `queued` is Planfix's 202. */
  updateTask(
    id: number,
    patch: { statusId?: number; assignerContactId?: number; participantUserIds?: number[] },
  ): Promise<Result<{ failures: string[]; queued: boolean }>>
  /** `object-gone` when it is missing or invisible. */
  task(id: number): Promise<Result<PlanfixTask>>
  /** Up to 100 tasks in one call; missing ones are simply not in the answer. */
  tasks(ids: number[]): Promise<Result<PlanfixTask[]>>
  tasksOfContact(contactId: number): Promise<Result<PlanfixTask[]>>
  /**
   * Tasks of the account that changed or got a comment since `at` (milliseconds), numbers ascending, 2,000 at most. None where
   * the account refuses the filter.
   */
  tasksChangedSince(at: number): Promise<Result<PlanfixTask[]>>

  addComment(taskId: number, comment: NewComment): Promise<Result<{ id: number }>>
  /** One page (100), newest first as far as the account sorts; `complete` when no older ones are left. */
  comments(
    taskId: number,
    offset: number,
  ): Promise<Result<{ comments: PlanfixComment[]; complete: boolean; sorted: boolean }>>
  comment(id: number): Promise<Result<PlanfixComment>>
  deleteComment(id: number): Promise<Result<void>>
  addContactComment(
    contactId: number,
    text: PlanfixText,
    sourceObjectId: string,
  ): Promise<Result<{ id: number }>>
  contactComments(contactId: number): Promise<Result<PlanfixComment[]>>
  /** Adds an entry of the data tag chosen for visits; `refused` when none is configured. */
  addVisitTag(contactId: number, values: { os: string; browser: string; ip: string }): Promise<Result<void>>
  readonly hasVisitTag: boolean

  /** Planfix fetches the file itself. */
  fileFromUrl(name: string, url: string): Promise<Result<{ id: number }>>
  /** Where the file can be had for a while without a token; null when the account does not say. */
  fileAddress(id: number): Promise<Result<{ name: string; url: string | null }>>
  /** Id of the status that completes a task of the template; null when none can be told. */
  completedStatusId(): Promise<Result<number | null>>
  /** Whether the status counts as active; null when nothing says. */
  isStatusActive(status: PlanfixStatus): boolean | null
}

// ---- around -----------------------------------------------------------------------------------------------

/** Makes an address under which the client can open a Planfix file; null when there is no public address. */
export type FileLink = (connectionId: string, fileId: number, name: string) => string | null

/**
 * Somebody carried before this store did, and what was done then stands in another store alone: another computer
 * (docs/architecture.md, "Several computers"), or this one before its damaged store was restored from a backup.
 */
export interface Takeover {
  /** Since when this store is worked by. */
  at: number
  /** Until then the former one may have been worked by. */
  until: number
  /** Another computer where nothing is said. */
  cause?: 'computer' | 'restore'
  /** Of a restore: when the backup was made, which knows all that was done before it. */
  backupAt?: number
  /** Of a restore: conversations, messages and jobs below this number stem from the backup. */
  firstId?: number
}
/** Reason of what the owner has sent on again. */
export const RETRIED_BY_HAND = 'retried by hand'
/** Reason of what another computer has carried, or may have. */
export const DELIVERED_BY_ANOTHER = 'carried-by-another'
/** Reason of what was carried, or may have been, between the backup and the damage of the store. */
export const DELIVERED_BEFORE_RESTORE = 'carried-before-restore'
/** It stands, or may stand, in the other service already, and only a look there or its echo tells. */
export const isDeliveredElsewhere = (reason: string | null): boolean =>
  reason === DELIVERED_BY_ANOTHER || reason === DELIVERED_BEFORE_RESTORE
export const isRestore = (
  takeover: Takeover | null | undefined,
): takeover is Takeover & { backupAt: number } =>
  takeover?.cause === 'restore' && takeover.backupAt !== undefined

/** Told of what may interest the owner at once (notifications, live log). */
export interface Listener {
  newChat?(connectionId: string, conversationId: number, clientName: string, firstLine: string): void
  event?(event: BridgeEvent): void
  sideState?(connectionId: string, side: Side, state: SideState): void
  /** A message failed, or it is unclear whether it arrived. An echo may settle the latter at any moment. */
  stuck?(messageId: number, state: 'failed' | 'uncertain'): void
  /** The public address is another one, or is reached, or is not. */
  publicAddressChanged?(state: PublicAddress): void
  /** Why the data folder cannot be written; null = it can again. */
  storeStateChanged?(failing: string | null): void
  /** The configuration that holds from now on. */
  configurationChanged?(configuration: Configuration): void
  /** The computer woke up, or its network changed: timers may be late. */
  wokeUp?(): void
}
export type SideState =
  | { state: 'ok' }
  | { state: 'paused' | 'waiting'; code: string; until: number; detail: string }

export type { PendingWrite }
