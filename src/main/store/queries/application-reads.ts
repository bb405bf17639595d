import type { LogFilter } from '../../../shared/api/log.ts'
import type { Report } from '../../../shared/api/report.ts'
import type { LogEntry } from '../../../shared/domain.ts'
import type { SqlReader } from '../sql-reader.ts'
import {
  type ConversationSummary,
  conversationPage,
  conversationSummaries,
  type ListPlace,
  type ListQuery,
  latestFirst,
} from './conversation-list.ts'
import {
  type ConversationQuery,
  type FoundConversation,
  findConversations,
  type NewConversation,
  newestConversations,
  type StoredConversation,
  storedConversation,
  threadMessages,
} from './conversations.ts'
import { EngineReads } from './engine-reads.ts'
import { type Counts, counts, events, type LogQuery, logPage, rawPayload, type StoredEvent } from './log.ts'
import { type Outline, outline, pageAfter, pageFrom } from './log-query.ts'
import { type LifeStep, lifeOf, type MessageView, messageViews } from './message-view.ts'
import { type Backlog, backlog } from './operating.ts'
import { type OrphanedConnection, orphanedConnections } from './orphaned-connections.ts'
import { chatCallsSince, type WebhookCounts, webhookCounts } from './received.ts'
import { type ReportQuery, reportOf } from './report/report.ts'
import {
  type Bar,
  bars,
  beganAt,
  chatsOfDay,
  type DayFigures,
  dayFigures,
  gapsSince,
  settling,
} from './statistics.ts'
import { recentConversations, type UnansweredMessage, unansweredAmong } from './unanswered.ts'

/** The queries of the application (application-store.ts), the same for every store. */
export class ApplicationReads extends EngineReads {
  readonly #sql: SqlReader

  constructor(sql: SqlReader) {
    super(sql)
    this.#sql = sql
  }

  logPage(query: LogQuery): Promise<LogEntry[]> {
    return logPage(this.#sql, query)
  }
  async latestSeq(): Promise<number> {
    return (await this.#sql.value<number>('SELECT max(seq) FROM entries')) ?? 0
  }
  async events(afterId: number | null, limit: number): Promise<StoredEvent[]> {
    return events(this.#sql, afterId, limit)
  }
  async backlog(): Promise<Backlog> {
    return backlog(this.#sql)
  }
  async counts(connectionId: string): Promise<Counts> {
    return counts(this.#sql, connectionId)
  }
  async connectionIds(): Promise<string[]> {
    return this.#sql.column<string>(CONNECTIONS)
  }
  async clientsMailedTwice(connectionId: string): Promise<number> {
    return (await this.#sql.value<number>(MAILED, connectionId)) ?? 0
  }
  async leftBehind(known: readonly string[], since: number): Promise<OrphanedConnection[]> {
    return orphanedConnections(this.#sql, known, since)
  }
  async chatCallsSince(connectionId: string, since: number): Promise<string[]> {
    return chatCallsSince(this.#sql, connectionId, since)
  }
  async webhookCounts(connectionId: string): Promise<WebhookCounts> {
    return webhookCounts(this.#sql, connectionId)
  }
  async rawPayload(messageId: number): Promise<string | null> {
    return rawPayload(this.#sql, messageId)
  }
  shownMessages(ids: readonly number[]): Promise<MessageView[]> {
    return messageViews(this.#sql, ids)
  }
  outline(filter: LogFilter, isWanted?: () => boolean): Promise<Outline | null> {
    return outline(this.#sql, filter, isWanted)
  }
  pageFrom(filter: LogFilter, fromId: number | null, limit: number): Promise<number[]> {
    return pageFrom(this.#sql, filter, fromId, limit)
  }
  pageAfter(filter: LogFilter, afterId: number, limit: number): Promise<number[]> {
    return pageAfter(this.#sql, filter, afterId, limit)
  }
  findConversations(query: ConversationQuery): Promise<FoundConversation[]> {
    return findConversations(this.#sql, query)
  }
  async newestConversations(limit: number): Promise<NewConversation[]> {
    return newestConversations(this.#sql, limit)
  }
  conversationPage(query: ListQuery): Promise<{ ids: number[]; next: ListPlace | null }> {
    return conversationPage(this.#sql, query)
  }
  conversationSummaries(ids: readonly number[]): Promise<ConversationSummary[]> {
    return conversationSummaries(this.#sql, ids)
  }
  async recentConversations(since: number): Promise<number[]> {
    return recentConversations(this.#sql, since)
  }
  unansweredAmong(ids: readonly number[]): Promise<UnansweredMessage[]> {
    return unansweredAmong(this.#sql, ids)
  }
  async storedConversation(id: number): Promise<StoredConversation | null> {
    return storedConversation(this.#sql, id)
  }
  async threadMessages(
    id: number,
    beforeId: number | null,
    limit: number,
  ): Promise<{ ids: number[]; hasOlder: boolean } | null> {
    return threadMessages(this.#sql, id, beforeId, limit)
  }
  bars(starts: readonly number[], end: number): Promise<Bar[]> {
    return bars(this.#sql, starts, end)
  }
  dayFigures(since: number): Promise<DayFigures> {
    return dayFigures(this.#sql, since)
  }
  async chatsOfDay(since: number, onlyNew: boolean): Promise<number[]> {
    return latestFirst(this.#sql, await chatsOfDay(this.#sql, since, onlyNew))
  }
  report(query: ReportQuery): Promise<Report> {
    return reportOf(this.#sql, query)
  }
  async beganAt(): Promise<number | null> {
    return beganAt(this.#sql)
  }
  async settling(connectionId: string, since: number): Promise<number> {
    return settling(this.#sql, connectionId, since)
  }
  gapsSince(since: number): Promise<{ from: number; to: number }[]> {
    return gapsSince(this.#sql, since)
  }
  async life(messageId: number): Promise<LifeStep[]> {
    return lifeOf(this.#sql, messageId)
  }
}

const CONNECTIONS = 'SELECT DISTINCT connection FROM tallies'

/**
 * Rows of earlier versions contain the values written on the card's e-mail field. Reads the connection's
 * conversations.
 */
const MAILED = `SELECT count(DISTINCT contact) AS count FROM conversations INDEXED BY conversations_contact
  WHERE connection = ? AND contact IS NOT NULL AND merged_into IS NULL AND contact = coalesce(
    CAST(data ->> '$.mailedCard' AS INTEGER), CASE WHEN data ->> '$.contactWritten.email' IS NOT NULL THEN contact END)`
