import type { LogFilter } from '../../shared/api/log.ts'
import type { Report } from '../../shared/api/report.ts'
import type { LogEntry } from '../../shared/domain.ts'
import type { Change, Store } from '../engine/ports.ts'
import { Histogram } from '../process/prometheus.ts'
import type { Journal } from './backup/journal.ts'
import { storeClosed } from './errors.ts'
import { GroupCommit } from './group-commit.ts'
import { Ids } from './ids.ts'
import {
  type ConversationSummary,
  conversationPage,
  conversationSummaries,
  type ListPlace,
  type ListQuery,
  latestFirst,
} from './queries/conversation-list.ts'
import {
  type ConversationQuery,
  type FoundConversation,
  findConversations,
  type NewConversation,
  newestConversations,
  type StoredConversation,
  storedConversation,
  threadMessages,
} from './queries/conversations.ts'
import { EngineReads } from './queries/engine-reads.ts'
import {
  type Counts,
  counts,
  events,
  type LogQuery,
  logPage,
  rawPayload,
  type StoredEvent,
} from './queries/log.ts'
import { type Outline, outline, pageAfter, pageFrom } from './queries/log-query.ts'
import { type LifeStep, lifeOf, type MessageView, messageViews } from './queries/message-view.ts'
import { backlog, type Step, steps } from './queries/operating.ts'
import { type OrphanedConnection, orphanedConnections } from './queries/orphaned-connections.ts'
import { chatCallsSince, type WebhookCounts, webhookCounts } from './queries/received.ts'
import { storeParts } from './queries/report/parts.ts'
import { type ReportQuery, reportOf } from './queries/report/report.ts'
import {
  type Bar,
  bars,
  beganAt,
  chatsOfDay,
  type DayFigures,
  dayFigures,
  gapsSince,
  settling,
} from './queries/statistics.ts'
import { recentConversations, type UnansweredMessage, unansweredAmong } from './queries/unanswered.ts'
import { type Forgotten, findPerson, forgetPerson, type Wanted } from './removal/forget-client.ts'
import { type Dropped, dropOlderThan } from './removal/retention.ts'
import { applyChanges } from './rows/changes.ts'
import {
  type DismissAnswer,
  dismissMessage,
  type RetryAnswer,
  restoreDismissed,
  retryMessage,
} from './rows/manual-actions.ts'
import { type RenameAnswer, renameConnection } from './rows/rename-connection.ts'
import type { Sql } from './sql.ts'

/** What the store needs from its data folder. */
export interface StoreHost {
  now(): number
  /** Writes the backup files; returns the new one's path. */
  backup(): Promise<string>
  /** Deletes files with content older than `cutoff`; returns true if the newest backup is that old. */
  dropFiles(cutoff: number): Promise<boolean>
  /**
   * A new backup replaces all older ones and the stores that were set aside; returns how many of these there
   * were.
   */
  renewBackups(): Promise<number>
  /** Receives new inbox rows; null when there is no journal beside the database. */
  journal: Journal | null
  /** Cancels background work, before the file is closed. */
  ending(): Promise<void>
  /** Called once, after the file is closed; `sound` = no damage was found. */
  closed(sound: boolean): void
}

/** Records of each minute, of each reading of a task, or notifications alone make no backup necessary. */
const isWorthACopy = ({ type }: Change): boolean => !['fact.set', 'task.patch', 'event.add'].includes(type)

const CONNECTIONS = 'SELECT DISTINCT connection FROM tallies'

/**
 * The bridge's store on SQLite. Created by `openStore`. Reads return committed data; every failure of the
 * disk is a StoreError `unavailable`, and the store works again when the disk does.
 */
export class SqliteStore extends EngineReads implements Store {
  /** Seconds from a write until it is on disk. */
  readonly commits = new Histogram([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
  readonly #sql: Sql
  readonly #host: StoreHost
  readonly #ids: Ids
  readonly #writes: GroupCommit
  #closing: Promise<void> | null = null
  /** Unknown after a start. */
  #isChanged = true

  constructor(sql: Sql, around: StoreHost) {
    super(sql)
    this.#sql = sql
    this.#host = around
    this.#ids = new Ids(sql)
    this.#writes = new GroupCommit(
      sql,
      () => this.#ids.reserveAlongside(),
      around.journal ?? undefined,
      (seconds) => this.commits.observe(seconds),
    )
  }

  // ---- writing

  newId(): number {
    return this.#ids.next()
  }

  /** See the port. The changes must not be modified before it resolves. */
  commit(changes: Change[]): Promise<void> {
    if (this.#closing) return Promise.reject(storeClosed())
    if (changes.length === 0) return Promise.resolve()
    const { journal } = this.#host
    if (changes.some(isWorthACopy)) this.#isChanged = true
    return this.#writes.write(() => applyChanges(this.#sql, changes, (row) => journal?.add(row)))
  }

  /**
   * `failed`, `uncertain` or dismissed -> `queued`; its conversation is tried again at once, paused or not.
   */
  retryMessage(id: number): Promise<RetryAnswer> {
    this.#isChanged = true
    return this.#writes.write(() => retryMessage(this.#sql, id, this.#host.now()))
  }

  /** `failed` or `uncertain` -> `skipped`, reason `dismissed`. */
  dismissMessage(id: number): Promise<DismissAnswer> {
    this.#isChanged = true
    return this.#writes.write(() => dismissMessage(this.#sql, id, this.#host.now()))
  }

  /** Takes a dismissal back: the message is stuck again, as before. False when it was not dismissed by hand. */
  restoreDismissed(id: number): Promise<boolean> {
    this.#isChanged = true
    return this.#writes.write(() => restoreDismissed(this.#sql, id, this.#host.now()))
  }

  /**
   * Removes content older than `days`: log lines, settled inbox rows, events, text and files of settled
   * messages, data of people who were not seen since; also from backups, journal and stores that were set
   * aside. Ids, origin keys, pairs and states stay, so that nothing old counts as new. Works in small steps
   * between other writes.
   */
  async dropOlderThan(days: number): Promise<Dropped> {
    const cutoff = this.#host.now() - days * 86_400_000
    const dropped = await dropOlderThan(this.#sql, this.#writes, cutoff)
    const wantsBackup = await this.#host.dropFiles(cutoff)
    // Removed content must not stay in the backups for long.
    if (wantsBackup || Object.values(dropped).some((number) => number > 0)) this.#isChanged = true
    return dropped
  }

  /**
   * Removes all texts, names and addresses of a person from the store, the journal and the backups (a new one
   * replaces the older ones); null when no client matches. Ids and states stay. Works while messages are
   * delivered. Rejects when no new backup could be made: the store no longer holds the data then, but its
   * backups do, and the call may be repeated.
   */
  async forgetClient(wanted: Wanted): Promise<Forgotten | null> {
    const person = findPerson(this.#sql, wanted)
    if (!person) return null
    const forgotten = await forgetPerson(this.#sql, this.#writes, person, this.#host.now())
    const journal = (await this.#host.journal?.keepOnly((row) => !person.isMeant(row))) ?? 0
    return { ...forgotten, journal, putAside: await this.#host.renewBackups() }
  }

  /** Moves all data of connection `from` to `to`, also in the backups. See renameConnection. */
  async renameConnection(from: string, to: string): Promise<RenameAnswer> {
    const answer = await this.#writes.write(() => renameConnection(this.#sql, from, to))
    if (answer.answer === 'renamed') await this.#host.renewBackups()
    return answer
  }

  /** Rewrites the file without the content of unused pages. Blocks the event loop meanwhile. */
  async compact(): Promise<void> {
    await this.#writes.drained()
    this.#sql.exec('VACUUM')
  }

  /**
   * Makes a verified copy of the file beside it, while the store stays in use; the last two are kept. Returns
   * its path.
   */
  async backup(): Promise<string> {
    this.#isChanged = false
    try {
      return await this.#host.backup()
    } catch (error) {
      this.#isChanged = true
      throw error
    }
  }

  /** True if there were changes since the last backup, other than regular records. */
  get isChangedSinceBackup(): boolean {
    return this.#isChanged
  }

  /** Writes all waiting changes, then closes the file. Later commits reject. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#host.ending()
    await this.#writes.drained()
    try {
      this.#ids.giveBack()
    } catch {
      // The disk refuses the write: the ids are lost, which is harmless.
    }
    this.#sql.close()
    await this.#host.journal?.close()
    this.#host.closed(!this.#sql.damaged)
  }

  // ---- queries of the application (those of the engine: queries/engine-reads.ts)

  /** A page of the live log, always oldest first; see LogQuery. */
  logPage(query: LogQuery): Promise<LogEntry[]> {
    return logPage(this.#sql, query)
  }
  /** Number of the newest log line; 0 when there is none. */
  async latestSeq(): Promise<number> {
    return this.#sql.value<number>('SELECT max(seq) FROM entries') ?? 0
  }
  /** Events after `afterId`, oldest first; with null the newest `limit` of them, oldest first too. */
  async events(afterId: number | null, limit: number): Promise<StoredEvent[]> {
    return events(this.#sql, afterId, limit)
  }
  /** Messages (not events) of a connection by direction and state. */
  /** Steps of messages after the log line `afterSeq`, oldest first. */
  async steps(afterSeq: number, limit: number): Promise<Step[]> {
    return steps(this.#sql, afterSeq, limit)
  }
  /** Received events that are not decided on yet, and work beside messages, by connection. */
  async backlog(): Promise<{ inbox: Map<string, number>; jobs: Map<string, number> }> {
    return backlog(this.#sql)
  }
  async counts(connectionId: string): Promise<Counts> {
    return counts(this.#sql, connectionId)
  }
  /** Every connection that ever delivered a message, including removed ones. */
  async connectionIds(): Promise<string[]> {
    return this.#sql.all<{ connection: string }>(CONNECTIONS).map(({ connection }) => connection)
  }
  /**
   * Clients whose card, when last read, has an e-mail: Planfix itself mails them each comment that notifies
   * them.
   */
  async clientsMailedTwice(connectionId: string): Promise<number> {
    return this.#sql.get<{ count: number }>(MAILED, connectionId)?.count ?? 0
  }
  /**
   * Connections other than the `known` ones with waiting work, or with activity in their tasks after `since`.
   */
  async leftBehind(known: readonly string[], since: number): Promise<OrphanedConnection[]> {
    return orphanedConnections(this.#sql, known, since)
  }
  /** Bodies of the Chat API's calls that came in since then (milliseconds), oldest first. */
  async chatCallsSince(connectionId: string, since: number): Promise<string[]> {
    return chatCallsSince(this.#sql, connectionId, since)
  }
  /** See WebhookCounts. */
  async webhookCounts(connectionId: string): Promise<WebhookCounts> {
    return webhookCounts(this.#sql, connectionId)
  }
  /**
   * The webhook or comment that a message was made from, as received; null when it was not linked or was
   * removed.
   */
  async rawPayload(messageId: number): Promise<string | null> {
    return rawPayload(this.#sql, messageId)
  }
  /** Messages by id, with related data for the interface, in the order of `ids`. */
  shownMessages(ids: readonly number[]): Promise<MessageView[]> {
    return messageViews(this.#sql, ids)
  }
  /**
   * Number of messages that match a filter and where each page begins, newest first. Null when `isWanted`,
   * called from time to time, returns false.
   */
  outline(filter: LogFilter, isWanted?: () => boolean): Promise<Outline | null> {
    return outline(this.#sql, filter, isWanted)
  }
  /** Ids of at most `limit` messages from `fromId` (inclusive) downward, or from the newest. */
  pageFrom(filter: LogFilter, fromId: number | null, limit: number): Promise<number[]> {
    return pageFrom(this.#sql, filter, fromId, limit)
  }
  /** Ids of at most `limit` messages after `afterId`, oldest first. */
  pageAfter(filter: LogFilter, afterId: number, limit: number): Promise<number[]> {
    return pageAfter(this.#sql, filter, afterId, limit)
  }
  /** Conversations whose client matches, latest activity first. */
  findConversations(query: ConversationQuery): Promise<FoundConversation[]> {
    return findConversations(this.#sql, query)
  }
  /** The latest conversations to begin, newest first. */
  async newestConversations(limit: number): Promise<NewConversation[]> {
    return newestConversations(this.#sql, limit)
  }
  /** A page of conversations, latest message first. */
  conversationPage(query: ListQuery): Promise<{ ids: number[]; next: ListPlace | null }> {
    return conversationPage(this.#sql, query)
  }
  /** Conversations as lines of a list, in the order of `ids`. */
  conversationSummaries(ids: readonly number[]): Promise<ConversationSummary[]> {
    return conversationSummaries(this.#sql, ids)
  }
  /** Ids of the conversations with a message since `since`, latest first. */
  async recentConversations(since: number): Promise<number[]> {
    return recentConversations(this.#sql, since)
  }
  /** The clients who wait for an answer in these conversations (or in those they were merged into). */
  unansweredAmong(ids: readonly number[]): Promise<UnansweredMessage[]> {
    return unansweredAmong(this.#sql, ids)
  }
  /** The conversation, or the one it was merged into, with its devices and merged conversations. */
  async storedConversation(id: number): Promise<StoredConversation | null> {
    return storedConversation(this.#sql, id)
  }
  /** The last messages of a thread, oldest first, in the order of the chat; see threadMessages. */
  async threadMessages(
    id: number,
    beforeId: number | null,
    limit: number,
  ): Promise<{ ids: number[]; hasOlder: boolean } | null> {
    return threadMessages(this.#sql, id, beforeId, limit)
  }
  /**
   * Number of messages received between each of `starts` and the next; starts at whole quarters of an hour.
   */
  bars(starts: readonly number[], end: number): Promise<Bar[]> {
    return bars(this.#sql, starts, end)
  }
  /** Figures of the messages received since `since`. */
  dayFigures(since: number): Promise<DayFigures> {
    return dayFigures(this.#sql, since)
  }
  /** Ids of the conversations that `dayFigures` counts since `since`, latest message first. */
  async chatsOfDay(since: number, onlyNew: boolean): Promise<number[]> {
    return latestFirst(this.#sql, await chatsOfDay(this.#sql, since, onlyNew))
  }
  /** Figures of the chats of a period, by person, weekday and hour. */
  report(query: ReportQuery): Promise<Report> {
    return reportOf(this.#sql, query)
  }
  /** Prepares reports of long periods; worth calling from time to time. */
  prepareReport(): Promise<void> {
    return storeParts(this.#sql, this.#writes, this.#host.now())
  }
  /** When the bridge first ran on this data; null = unknown. */
  async beganAt(): Promise<number | null> {
    return beganAt(this.#sql)
  }
  /** Number of messages of a connection that became uncertain after `since`. */
  async settling(connectionId: string, since: number): Promise<number> {
    return settling(this.#sql, connectionId, since)
  }
  /** Periods when the bridge was not running, newest first, that ended after `since`. */
  gapsSince(since: number): Promise<{ from: number; to: number }[]> {
    return gapsSince(this.#sql, since)
  }
  /** State changes of a message, oldest first. */
  async life(messageId: number): Promise<LifeStep[]> {
    return lifeOf(this.#sql, messageId)
  }
  /** Changes when another process has written to the file; our own writes do not change it. */
  dataVersion(): number {
    return this.#sql.value<number>('PRAGMA data_version') ?? 0
  }
}

/**
 * Rows of earlier versions contain the values written on the card's e-mail field. Reads the connection's
 * conversations.
 */
const MAILED = `SELECT count(DISTINCT contact) AS count FROM conversations INDEXED BY conversations_contact
  WHERE connection = ? AND contact IS NOT NULL AND merged_into IS NULL AND contact = coalesce(
    data ->> '$.mailedCard', CASE WHEN data ->> '$.contactWritten.email' IS NOT NULL THEN contact END)`
