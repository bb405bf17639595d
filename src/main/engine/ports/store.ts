import type {
  AgentSeen,
  BridgeEvent,
  ClientLink,
  Conversation,
  Direction,
  Job,
  JobKind,
  Message,
  MessageState,
  TaskLink,
} from '../../../shared/domain.ts'

/** `planfix-chat`: the Chat API's call. */
export type InboxSource = 'chatra' | 'planfix' | 'planfix-chat'
/** One received event, stored before it is answered. */
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
  /** Inserts, or changes the given fields of the row with that id. */
  | { type: 'conversation.add'; conversation: Conversation }
  | { type: 'conversation.patch'; id: number; patch: Partial<Conversation> }
  | { type: 'client.save'; client: ClientLink }
  | { type: 'task.add'; task: TaskLink }
  | { type: 'task.patch'; connectionId: string; taskId: number; patch: Partial<TaskLink> }
  /**
   * Adds a message with a log entry for each of `states` (e.g. received, queued). Ignored when its originKey
   * exists.
   */
  | { type: 'message.add'; message: Message; states: { state: MessageState; reason: string | null }[] }
  /**
   * Changes fields; when `patch.state` or `patch.reason` is given, a log entry is written. With `from`, only
   * a message that is still in one of these states is changed: an echo may have settled it since the
   * decision.
   */
  | { type: 'message.patch'; id: number; at: number; patch: Partial<Message>; from?: readonly MessageState[] }
  /** Replaces an open job with the same conversation, kind and key. */
  | { type: 'job.add'; job: Job }
  | { type: 'job.patch'; id: number; patch: Partial<Job> }
  | { type: 'job.drop'; id: number }
  | { type: 'job.cancel'; conversationId: number; kind: JobKind }
  | { type: 'agent.seen'; connectionId: string; agent: AgentSeen; at: number }
  /** Small facts about a connection; `null` deletes. */
  | { type: 'fact.set'; connectionId: string; key: string; value: unknown }
  | { type: 'event.add'; event: BridgeEvent }

export type Queue = 'planfix' | 'chatra' | 'jobs'

/** A conversation's queue with open work. */
export interface QueueWithWork {
  conversationId: number
  connectionId: string
  queue: Queue
}

/**
 * Hands out the unsettled inbox rows of one connection, oldest first, each once: also a row with a low number that another writer
 * committed late.
 */
export interface InboxReader {
  next(limit: number): Promise<InboxRow[]>
  /** Rows from this number on are handed out again. */
  back(seq: number): void
}

export interface Pace {
  /** Something scarce is held meanwhile: a busy disk is written to at once, not at its pace. */
  isUrgent?: boolean
}

export interface Store {
  /**
   * Ascending id for a new message, conversation or job; never assigned twice, also after a restart. At once:
   * a store that answers later fetches numbers in advance.
   */
  newId(): number
  /** Atomic and durable when it resolves; commits that wait at the same time share one sync. */
  commit(changes: Change[], pace?: Pace): Promise<void>
  /**
   * Atomic; readers see it when it resolves. It reaches the disk with the next commit, or a moment later, unless the disk
   * refuses: then `onDisk` rejects, nothing of it is left, and `onLost` is told. So no call to a service may follow from
   * it before a commit, or `saved`. Rejects when it belongs to a conversation that was lost.
   */
  stage(changes: Change[]): Promise<{ onDisk: Promise<void> }>
  /** Resolves when everything staged so far is on disk. */
  saved(): Promise<void>
  /** Calls the listener when what was staged is gone. Returns a function that unsubscribes. */
  onLost(listener: () => void): () => void

  /** The oldest unsettled inbox rows, of one connection or of all. */
  inboxPending(limit: number, connectionId?: string): Promise<InboxRow[]>
  inboxReader(connectionId: string): InboxReader

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
  /** Including those of all conversations merged into it. */
  tasksOfThread(conversationId: number): Promise<TaskLink[]>
  /** Tasks of the connection that are not deleted and had activity after `since`, latest activity first. */
  tasksWatched(connectionId: string, since: number): Promise<TaskLink[]>
  /**
   * Tasks that are not deleted and had no activity since `before`: the seventh part of them with number
   * `part` (0 to 6), at most `limit`.
   */
  tasksQuiet(connectionId: string, before: number, part: number, limit: number): Promise<TaskLink[]>
  /** The task, of any of these connections: the first one that had it. */
  taskAnywhere(connectionIds: readonly string[], taskId: number): Promise<TaskLink | null>
  taskCount(connectionId: string, chatId: string): Promise<number>

  message(id: number): Promise<Message | null>
  messageByOrigin(connectionId: string, originKey: string): Promise<Message | null>
  /** The reply that has this id in the chat, however old; a client's message has its id in its origin key. */
  replyByChatraId(connectionId: string, chatraMessageId: string): Promise<Message | null>
  /** Edits and deletions of this reply, oldest first. */
  changesOf(messageId: number): Promise<Message[]>
  /** Messages that mirror this comment: the reply made from it, or the client messages joined in it. */
  messagesByComment(connectionId: string, commentId: number): Promise<Message[]>
  /** Replies that Planfix's Chat API passed on under this number, in order of their parts. */
  messagesByChannel(connectionId: string, channelMessageId: string): Promise<Message[]>
  /** The conversation's messages since this time (milliseconds), the oldest first, with those of conversations merged into it. */
  messagesSince(conversationId: number, since: number): Promise<Message[]>
  /** Edits and deletions of the replies made from this comment, in order of position. */
  changesByComment(connectionId: string, commentId: number): Promise<Message[]>
  /**
   * The client's last message before this comment in the feed of the task: in a comment, else in the task's
   * description (then it has no comment number). Null when there is none.
   */
  clientMessageBefore(connectionId: string, taskId: number, commentId: number): Promise<Message | null>
  /**
   * Replies to this client that were sent or settled after `since`, oldest first: candidates for an echo.
   */
  repliesTo(connectionId: string, clientId: string, since: number): Promise<Message[]>
  /** Client messages of this device written after `since`, oldest first (messages without an id). */
  writtenBy(connectionId: string, clientId: string, since: number): Promise<Message[]>
  /**
   * Open messages of a queue in order of position (`queued`, `sending`, `retrying`), preceded by uncertain
   * ones.
   */
  waiting(conversationId: number, direction: Direction, limit: number): Promise<Message[]>
  /** Whether `waiting` finds any. */
  isWaiting(conversationId: number, direction: Direction): Promise<boolean>
  /** Messages with a comment in this task, newest first. */
  /**
   * The last messages that are both in a task and in the client's chat, in the order of its feed: messages of
   * the client and of agents, and replies in the form in which they were first sent. None of them is
   * internal.
   */
  saidInTask(connectionId: string, taskId: number, most: number): Promise<Message[]>
  messagesOfTask(connectionId: string, taskId: number, since: number): Promise<Message[]>
  /** Comments of this task whose deletion has become a message. */
  deletionsOfTask(connectionId: string, taskId: number): Promise<number[]>

  /** In the order in which they run: by kind (`JOB_KINDS`), then by id. */
  jobs(conversationId: number): Promise<Job[]>
  /**
   * Every conversation and queue with open work, of these connections or of all, to start or wake the
   * deliverers; also those with only a pending write.
   */
  queuesWithWork(connectionIds?: readonly string[]): Promise<QueueWithWork[]>

  agents(connectionId: string): Promise<AgentSeen[]>
  fact<T>(connectionId: string, key: string): Promise<T | null>
}
