import {
  type AgentSeen,
  type ClientLink,
  type Conversation,
  type Direction,
  JOB_KINDS,
  type Job,
  type Message,
  type TaskLink,
} from '../../../shared/domain.ts'
import type { InboxReader, InboxRow, QueueWithWork } from '../../engine/ports.ts'
import { foldEmail } from '../rows/changes.ts'
import {
  type ClientRow,
  clientFrom,
  conversationById,
  conversationFrom,
  type DataRow,
  jobFrom,
  taskFrom,
} from '../rows/links.ts'
import { type MessageRow, messageFrom } from '../rows/messages.ts'
import type { Answer, SqlReader } from '../sql-reader.ts'
import { LOOKUPS } from './lookups.ts'
import { threadOf } from './threads.ts'

/** The queries of the engine (engine/ports.ts, Store). They return committed data. */
export class EngineReads {
  readonly #sql: SqlReader

  constructor(sql: SqlReader) {
    this.#sql = sql
  }

  async inboxPending(limit: number, connectionId?: string): Promise<InboxRow[]> {
    return connectionId === undefined
      ? this.#sql.all<InboxRow>(LOOKUPS.inboxPendingOfAll, limit)
      : this.#sql.all<InboxRow>(LOOKUPS.inboxPending, connectionId, 0, limit)
  }
  /** SQLite has one writer at a time: numbers become visible in their order. */
  inboxReader(connectionId: string): InboxReader {
    let after = 0
    return {
      next: async (limit) => {
        const rows = await this.#sql.all<InboxRow>(LOOKUPS.inboxPending, connectionId, after, limit)
        after = rows.at(-1)?.seq ?? after
        return rows
      },
      back: (seq) => {
        after = Math.min(after, seq - 1)
      },
    }
  }

  async conversation(id: number): Promise<Conversation | null> {
    return conversationById(id, await this.#sql.get(LOOKUPS.conversation, id))
  }
  /** Conversations whose client has not left (`clientLeft`) and that were not merged into another. */
  async conversationByContact(connectionId: string, contactId: number): Promise<Conversation | null> {
    return conversationFrom(await this.#sql.get(LOOKUPS.conversationByContact, connectionId, contactId))
  }

  async client(connectionId: string, clientId: string): Promise<ClientLink | null> {
    const row = await this.#sql.get<ClientRow>(LOOKUPS.client, connectionId, clientId)
    return row && clientFrom(row)
  }
  /** The latest to write first. */
  async clientsOf(conversationId: number): Promise<ClientLink[]> {
    return this.#clients(LOOKUPS.clientsOf, conversationId)
  }
  async clientByEmail(connectionId: string, email: string): Promise<ClientLink | null> {
    return (await this.#clients(LOOKUPS.clientByEmail, connectionId, foldEmail(email)))[0] ?? null
  }

  async clientsByEmail(connectionId: string, email: string, limit: number): Promise<ClientLink[]> {
    return this.#clients(LOOKUPS.clientsByEmail, connectionId, foldEmail(email), limit)
  }
  async conversationsByContact(connectionId: string, contactId: number): Promise<Conversation[]> {
    return this.#data(conversationFrom, LOOKUPS.conversationsByContact, connectionId, contactId)
  }

  async task(connectionId: string, taskId: number): Promise<TaskLink | null> {
    return taskFrom(await this.#sql.get(LOOKUPS.task, connectionId, taskId))
  }
  async tasksOf(conversationId: number): Promise<TaskLink[]> {
    return this.#data(taskFrom, LOOKUPS.tasksOf, conversationId)
  }
  async tasksOfThread(conversationId: number): Promise<TaskLink[]> {
    const ids = (await threadOf(this.#sql, conversationId))?.ids ?? [conversationId]
    return this.#each(ids, (id) => this.#data(taskFrom, LOOKUPS.tasksOf, id))
  }
  async tasksWatched(connectionId: string, since: number): Promise<TaskLink[]> {
    return this.#data(taskFrom, LOOKUPS.tasksWatched, connectionId, since)
  }
  async tasksQuiet(connectionId: string, before: number, part: number, limit: number): Promise<TaskLink[]> {
    return this.#data(taskFrom, LOOKUPS.tasksQuiet, connectionId, before, part, limit)
  }
  async taskAnywhere(connectionIds: readonly string[], taskId: number): Promise<TaskLink | null> {
    const found = await this.#each(connectionIds, (id) => this.#data(taskFrom, LOOKUPS.task, id, taskId))
    return found.toSorted((one, other) => one.createdAt - other.createdAt)[0] ?? null
  }
  async taskCount(connectionId: string, chatId: string): Promise<number> {
    return (await this.#sql.value<number>(LOOKUPS.taskCount, connectionId, chatId)) ?? 0
  }

  async message(id: number): Promise<Message | null> {
    return this.#message(LOOKUPS.message, id)
  }
  async messageByOrigin(connectionId: string, originKey: string): Promise<Message | null> {
    return this.#message(LOOKUPS.messageByOrigin, connectionId, originKey)
  }
  async replyByChatraId(connectionId: string, chatraMessageId: string): Promise<Message | null> {
    return this.#message(LOOKUPS.replyByChatraId, connectionId, chatraMessageId)
  }
  async changesOf(messageId: number): Promise<Message[]> {
    return this.#messages(LOOKUPS.changesOf, messageId)
  }
  /** Only of kind `text`: edits and deletions that name the comment are not its mirror. */
  async messagesByComment(connectionId: string, commentId: number): Promise<Message[]> {
    return this.#messages(LOOKUPS.messagesByComment, connectionId, commentId)
  }
  async messagesByChannel(connectionId: string, channelMessageId: string): Promise<Message[]> {
    return this.#messages(LOOKUPS.messagesByChannel, connectionId, channelMessageId)
  }
  async messagesSince(conversationId: number, since: number): Promise<Message[]> {
    const ids = (await threadOf(this.#sql, conversationId))?.ids ?? [conversationId]
    const all = await this.#each(ids, (id) => this.#messages(LOOKUPS.messagesSince, id, since))
    return ids.length === 1
      ? all
      : all.sort((a, b) => saidAt(a) - saidAt(b) || a.position - b.position || a.id - b.id)
  }
  async changesByComment(connectionId: string, commentId: number): Promise<Message[]> {
    return this.#messages(LOOKUPS.changesByComment, connectionId, commentId)
  }
  async clientMessageBefore(
    connectionId: string,
    taskId: number,
    commentId: number,
  ): Promise<Message | null> {
    return this.#message(LOOKUPS.clientMessageBefore, connectionId, taskId, commentId)
  }
  /**
   * `since` itself included, here and below: an extra candidate is harmless, a missing one causes a
   * duplicate.
   */
  async repliesTo(connectionId: string, clientId: string, since: number): Promise<Message[]> {
    return this.#messages(LOOKUPS.repliesTo, connectionId, clientId, since)
  }
  /** All messages written in this device's chat, by the client or by agents. */
  async writtenBy(connectionId: string, clientId: string, since: number): Promise<Message[]> {
    return this.#messages(LOOKUPS.writtenBy, connectionId, clientId, since)
  }
  /** Only of kind `text`; `since` is compared with `writtenAt`. */
  async saidInTask(connectionId: string, taskId: number, most: number): Promise<Message[]> {
    const replies = await this.#messages(LOOKUPS.repliedInTask, connectionId, taskId, most)
    const written = await this.#messages(LOOKUPS.writtenInTask, connectionId, taskId, most)
    const said = [...written, ...replies]
    return said.sort((a, b) => placeOf(a) - placeOf(b) || a.position - b.position || a.id - b.id).slice(-most)
  }
  async messagesOfTask(connectionId: string, taskId: number, since: number): Promise<Message[]> {
    return this.#messages(LOOKUPS.messagesOfTask, connectionId, taskId, since)
  }
  async deletionsOfTask(connectionId: string, taskId: number): Promise<number[]> {
    return this.#sql.column<number>(LOOKUPS.deletionsOfTask, connectionId, taskId)
  }

  /**
   * In order of position: the first `limit` open messages and, in addition, the latest `limit` uncertain
   * ones. They are counted separately, so that uncertain messages that are never settled cannot hide the open
   * ones.
   */
  async waiting(conversationId: number, direction: Direction, limit: number): Promise<Message[]> {
    // Rare, and its own question costs a tenth of the rows' one.
    const isAny = (await this.#sql.get(LOOKUPS.firstUncertain, conversationId, direction)) !== null
    const uncertain = isAny
      ? await this.#messages(LOOKUPS.waitingUncertain, conversationId, direction, limit)
      : []
    const open = await this.#messages(LOOKUPS.waitingOpen, conversationId, direction, limit)
    if (uncertain.length === 0) return open
    return [...uncertain, ...open].sort((one, other) => one.position - other.position || one.id - other.id)
  }

  async isWaiting(conversationId: number, direction: Direction): Promise<boolean> {
    const open = await this.#sql.get(LOOKUPS.firstOpen, conversationId, direction)
    return open !== null || (await this.#sql.get(LOOKUPS.firstUncertain, conversationId, direction)) !== null
  }

  async jobs(conversationId: number): Promise<Job[]> {
    const jobs = await this.#data(jobFrom, LOOKUPS.jobs, conversationId)
    return jobs.sort((one, other) => JOB_KINDS.indexOf(one.kind) - JOB_KINDS.indexOf(other.kind))
  }
  async queuesWithWork(connectionIds?: readonly string[]): Promise<QueueWithWork[]> {
    type Row = { conversationId: number; connectionId: string; direction?: Direction }
    if (connectionIds?.length === 0) return []
    const read = (text: string, join: string) =>
      connectionIds === undefined
        ? this.#sql.all<Row>(text)
        : this.#sql.all<Row>(`${text} ${join} ${among(connectionIds)}`, ...connectionIds)
    const messages = await read(LOOKUPS.queuesOfMessages, 'WHERE conversations.connection')
    const writing = await read(LOOKUPS.queuesOfAttempts, 'AND connection')
    const jobs = await read(LOOKUPS.queuesOfJobs, 'WHERE connection')
    return [...messages, ...writing, ...jobs].map(({ conversationId, connectionId, direction }) => ({
      conversationId,
      connectionId,
      queue: direction === 'to-planfix' ? 'planfix' : direction === 'to-chatra' ? 'chatra' : 'jobs',
    }))
  }

  /** The latest seen first. */
  async agents(connectionId: string): Promise<AgentSeen[]> {
    return this.#sql.all<AgentSeen>(LOOKUPS.agents, connectionId)
  }
  async fact<T>(connectionId: string, key: string): Promise<T | null> {
    const value = await this.#sql.value<string>(LOOKUPS.fact, connectionId, key)
    return value === null ? null : (JSON.parse(value) as T)
  }

  async #message(text: string, ...values: (string | number)[]): Promise<Message | null> {
    const row = await this.#sql.get<MessageRow>(text, ...values)
    return row && messageFrom(row)
  }
  #messages(text: string, ...values: (string | number)[]): Answer<Message[]> {
    return mapped(this.#sql.all<MessageRow>(text, ...values), messageFrom)
  }
  #clients(text: string, ...values: (string | number)[]): Answer<ClientLink[]> {
    return mapped(this.#sql.all<ClientRow>(text, ...values), clientFrom)
  }
  #data<T>(from: (row: DataRow) => T | null, text: string, ...values: (string | number)[]): Answer<T[]> {
    return mapped(this.#sql.all<DataRow>(text, ...values), (row) => from(row)!)
  }
  async #each<K, T>(keys: readonly K[], read: (key: K) => Answer<T[]>): Promise<T[]> {
    const found: T[] = []
    for (const key of keys) found.push(...(await read(key)))
    return found
  }
}

const among = (values: readonly string[]): string => `IN (${values.map(() => '?').join(', ')})`

/** SQLite's rows are there: the engine does not wait another turn for them. */
const mapped = <R, T>(rows: Answer<R[]>, from: (row: R) => T): Answer<T[]> =>
  rows instanceof Promise ? rows.then((all) => all.map(from)) : rows.map(from)

/** Its position in a task's feed; the description comes first. */
const placeOf = ({ planfixCommentId }: Message): number => planfixCommentId ?? 0

/** When a message stands in the chat (migrations.ts, `said_at`). */
const saidAt = ({ direction, receivedAt, writtenAt }: Message): number =>
  direction === 'to-chatra' ? receivedAt : writtenAt
