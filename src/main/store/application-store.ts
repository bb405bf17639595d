import type { LogFilter } from '../../shared/api/log.ts'
import type { Report } from '../../shared/api/report.ts'
import type { LogEntry } from '../../shared/domain.ts'
import type { NewInboxRow, Store } from '../engine/ports.ts'
import type { Histogram } from '../process/prometheus.ts'
import type { Accepted } from './acceptance.ts'
import type { Hosts, Lease } from './cluster.ts'
import type { ConversationSummary, ListPlace, ListQuery } from './queries/conversation-list.ts'
import type {
  ConversationQuery,
  FoundConversation,
  NewConversation,
  StoredConversation,
} from './queries/conversations.ts'
import type { Counts, LogQuery, StoredEvent } from './queries/log.ts'
import type { Outline } from './queries/log-query.ts'
import type { LifeStep, MessageView } from './queries/message-view.ts'
import type { Backlog, Step } from './queries/operating.ts'
import type { OrphanedConnection } from './queries/orphaned-connections.ts'
import type { WebhookCounts } from './queries/received.ts'
import type { ReportQuery } from './queries/report/report.ts'
import type { Bar, DayFigures } from './queries/statistics.ts'
import type { UnansweredMessage } from './queries/unanswered.ts'
import type { Forgotten, Wanted } from './removal/forget-client.ts'
import type { Dropped } from './removal/retention.ts'
import type { DismissAnswer, RetryAnswer } from './rows/manual-actions.ts'
import type { RenameAnswer } from './rows/rename-connection.ts'

/**
 * What the application asks of its store: the engine's port, and what the runtime, the interface and the command
 * line need beside it. Reads return committed data. While the store cannot be used, calls reject with StoreError
 * `unavailable`; they work again when it is back.
 */
export interface ApplicationStore
  extends Store,
    LogReads,
    ConversationReads,
    FigureReads,
    ManualActions,
    Upkeep {
  /** What several hosts on this store agree by; null: it has one. */
  readonly cluster: Cluster | null
}

export interface Cluster extends Hosts {
  /** The store whose commits are refused (StoreError `closed`) once another host was given the unit. */
  under(lease: Lease, refused: () => void): ApplicationStore
}

/** A place in the log, from `logEnd`, `logAfter` or `stepsAfter`; only to be given back to the same store. */
export type LogPlace = string

/** The log of messages, and events. */
interface LogReads {
  /** A page of the live log, always oldest first; see LogQuery. */
  logPage(query: LogQuery): Promise<LogEntry[]>
  /** The place after the newest line. */
  logEnd(): Promise<LogPlace>
  /**
   * At most `limit` lines after a place (null: from the first), and the place after them. Whoever goes on from
   * there gets each line once, also where several processes write at the same time.
   */
  logAfter(place: LogPlace | null, limit: number): Promise<{ lines: LogEntry[]; place: LogPlace }>
  /** The same, without texts and names. */
  stepsAfter(place: LogPlace, limit: number): Promise<{ steps: Step[]; place: LogPlace }>
  /** Number of the newest log line, to tell lines of later messages; 0 when there is none. */
  latestSeq(): Promise<number>
  /** Events after `afterId`, oldest first; with null the newest `limit` of them, oldest first too. */
  events(afterId: number | null, limit: number): Promise<StoredEvent[]>
  /** State changes of a message, oldest first. */
  life(messageId: number): Promise<LifeStep[]>
  /**
   * The webhook or comment that a message was made from, as received; null when it was not linked or was
   * removed.
   */
  rawPayload(messageId: number): Promise<string | null>
  /** Messages by id, with related data for the interface, in the order of `ids`. */
  shownMessages(ids: readonly number[]): Promise<MessageView[]>
  /**
   * Number of messages that match a filter and where each page begins, newest first. Null when `isWanted`,
   * called from time to time, returns false.
   */
  outline(filter: LogFilter, isWanted?: () => boolean): Promise<Outline | null>
  /** Ids of at most `limit` messages from `fromId` (inclusive) downward, or from the newest. */
  pageFrom(filter: LogFilter, fromId: number | null, limit: number): Promise<number[]>
  /** Ids of at most `limit` messages after `afterId`, oldest first. */
  pageAfter(filter: LogFilter, afterId: number, limit: number): Promise<number[]>
}

interface ConversationReads {
  /** Conversations whose client matches, latest activity first. */
  findConversations(query: ConversationQuery): Promise<FoundConversation[]>
  /** The latest conversations to begin, newest first. */
  newestConversations(limit: number): Promise<NewConversation[]>
  /** A page of conversations, latest message first. */
  conversationPage(query: ListQuery): Promise<{ ids: number[]; next: ListPlace | null }>
  /** Conversations as lines of a list, in the order of `ids`. */
  conversationSummaries(ids: readonly number[]): Promise<ConversationSummary[]>
  /** Ids of the conversations with a message since `since`, latest first. */
  recentConversations(since: number): Promise<number[]>
  /** The clients who wait for an answer in these conversations (or in those they were merged into). */
  unansweredAmong(ids: readonly number[]): Promise<UnansweredMessage[]>
  /** The conversation, or the one it was merged into, with its devices and merged conversations. */
  storedConversation(id: number): Promise<StoredConversation | null>
  /** The last messages of a thread, oldest first, in the order of the chat; see threadMessages. */
  threadMessages(
    id: number,
    beforeId: number | null,
    limit: number,
  ): Promise<{ ids: number[]; hasOlder: boolean } | null>
}

/** Figures for the overview, the report, the checks and metrics. */
interface FigureReads {
  /** Seconds from a write until it is on disk. */
  readonly commits: Histogram
  /** Messages (not events) of a connection by direction and state. */
  counts(connectionId: string): Promise<Counts>
  /** Received events that are not decided on yet, and work beside messages, by connection. */
  backlog(): Promise<Backlog>
  /** Number of messages of a connection that became uncertain after `since`. */
  settling(connectionId: string, since: number): Promise<number>
  /**
   * Number of messages received between each of `starts` and the next; starts at whole quarters of an hour.
   */
  bars(starts: readonly number[], end: number): Promise<Bar[]>
  /** Figures of the messages received since `since`. */
  dayFigures(since: number): Promise<DayFigures>
  /** Ids of the conversations that `dayFigures` counts since `since`, latest message first. */
  chatsOfDay(since: number, onlyNew: boolean): Promise<number[]>
  /** Figures of the chats of a period, by person, weekday and hour. */
  report(query: ReportQuery): Promise<Report>
  /** Prepares reports of long periods; worth calling from time to time. */
  prepareReport(): Promise<void>
  /** When the bridge first ran on this data; null = unknown. */
  beganAt(): Promise<number | null>
  /** Periods when the bridge was not running, newest first, that ended after `since`. */
  gapsSince(since: number): Promise<{ from: number; to: number }[]>
  /** Every connection that ever delivered a message, including removed ones. */
  connectionIds(): Promise<string[]>
  /**
   * Clients whose card, when last read, has an e-mail: Planfix itself mails them each comment that notifies
   * them.
   */
  clientsMailedTwice(connectionId: string): Promise<number>
  /**
   * Connections other than the `known` ones with waiting work, or with activity in their tasks after `since`.
   */
  leftBehind(known: readonly string[], since: number): Promise<OrphanedConnection[]>
  /** Bodies of the Chat API's calls that came in since then (milliseconds), oldest first. */
  chatCallsSince(connectionId: string, since: number): Promise<string[]>
  /** See WebhookCounts. */
  webhookCounts(connectionId: string): Promise<WebhookCounts>
}

/** What the owner does by hand. */
interface ManualActions {
  /**
   * `failed`, `uncertain` or dismissed -> `queued`; its conversation is tried again at once, paused or not.
   */
  retryMessage(id: number): Promise<RetryAnswer>
  /** `failed` or `uncertain` -> `skipped`, reason `dismissed`. */
  dismissMessage(id: number): Promise<DismissAnswer>
  /** Takes a dismissal back: the message is stuck again, as before. False when it was not dismissed by hand. */
  restoreDismissed(id: number): Promise<boolean>
  /**
   * Removes all texts, names and addresses of a person from the store and from all copies that it keeps of itself;
   * null when no client matches. Ids and states stay. Works while messages are delivered. Rejects when no new
   * copy could be made: the store no longer holds the data then, but its copies do, and the call may be repeated.
   */
  forgetClient(wanted: Wanted): Promise<Forgotten | null>
  /** Moves all data of connection `from` to `to`, also in the copies. See renameConnection. */
  renameConnection(from: string, to: string): Promise<RenameAnswer>
}

export interface KeptEvents {
  /** How many wait for the database. */
  readonly waiting: number
  /** More can be kept. */
  readonly hasRoom: boolean
}

interface Upkeep {
  /**
   * Adds an event from outside to the inbox: resolves when it is on disk, which may be a moment before readers of the inbox
   * find it. Rejects with StoreError `unavailable` when it cannot be written.
   */
  accept(row: NewInboxRow): Promise<Accepted>
  /** Accepted events that are kept on this computer's disk while the database is away; null: none are kept there. */
  readonly kept: KeptEvents | null
  /**
   * Removes content older than `days`: log lines, settled inbox rows, events, text and files of settled
   * messages, data of people who were not seen since; also from the copies. Ids, origin keys, pairs and states
   * stay, so that nothing old counts as new. Works in small steps between other writes.
   */
  dropOlderThan(days: number): Promise<Dropped>
  /** Makes a copy when something changed since the last one, other than regular records; false = none was needed. */
  backUpIfChanged(): Promise<boolean>
  /** Erases what removed content leaves behind. May take long; other calls wait meanwhile. */
  compact(): Promise<void>
  /** Differs after a write of another process, such as the command line; our own writes do not change it. */
  dataVersion(): Promise<number>
  /** Writes all waiting changes, then ends. Later commits reject. */
  close(): Promise<void>
}
