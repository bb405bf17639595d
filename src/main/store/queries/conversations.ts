import type { ClientLink, Conversation, TaskLink } from '../../../shared/domain.ts'
import { nameOf } from '../../engine/index.ts'
import { Yielder } from '../event-loop-yield.ts'
import { type ClientRow, clientFrom, conversationFrom, type DataRow, taskFrom } from '../rows/links.ts'
import type { SqlReader } from '../sql-reader.ts'
import { fold, taskNumberIn, wordsOf } from './fold.ts'
import { LOOKUPS } from './lookups.ts'
import { commonConversation, threadOf } from './threads.ts'

export interface FoundConversation {
  id: number
  connectionId: string
  clientName: string
  email: string | null
  lastActivityAt: number
}
export interface ConversationQuery {
  /**
   * Each word must occur in a client's name, e-mail or phone, or be the number of a task (`1041`, `#1041`); all
   * conversations for an empty text.
   */
  text: string
  connectionId?: string | undefined
  limit: number
}

/**
 * Conversations whose client matches, latest activity first. Reads all clients, yielding to the event loop.
 */
export async function findConversations(
  sql: SqlReader,
  query: ConversationQuery,
): Promise<FoundConversation[]> {
  const yielder = new Yielder()
  const words = wordsOf(query.text)
  const tasks = await tasksNumbered(sql, words)
  const best = new Latest(query.limit)
  let after: number | null = 0
  while (after !== null) {
    const rows: Candidate[] = await sql.all<Candidate>(CLIENTS, after)
    for (const row of rows) {
      if (yielder.isOver) await yielder.next()
      if (query.connectionId !== undefined && row.connectionId !== query.connectionId) continue
      if (best.wouldTake(row) && fits(row, words, tasks)) best.take(row)
    }
    after = rows.length === STRIDE ? rows.at(-1)!.key : null
    await yielder.next()
  }
  const found: FoundConversation[] = []
  for (const { conversation, activeAt } of best.conversations) {
    const common = await commonConversation(sql, conversation)
    const client = await sql.get<ClientRow>(LOOKUPS.clientsOf, conversation)
    if (!common || !client) continue
    const { profile } = clientFrom(client)
    found.push({
      id: common.id,
      connectionId: common.connectionId,
      clientName: nameOf(profile),
      email: profile.email,
      lastActivityAt: activeAt,
    })
  }
  return found
}

/** A client's device with the time of the last activity in its conversation. */
interface Candidate {
  key: number
  connectionId: string
  conversation: number
  activeAt: number
  client: string
  name: string | null
  displayedName: string | null
  email: string | null
  phone: string | null
}
const STRIDE = 250
const CLIENTS = `SELECT clients.rowid AS key, clients.connection AS connectionId, conversation, client,
    conversations.active_at AS activeAt,
    profile ->> '$.name' AS name, profile ->> '$.displayedName' AS displayedName,
    profile ->> '$.email' AS email, profile ->> '$.phone' AS phone
  FROM clients NOT INDEXED JOIN conversations ON conversations.id = clients.conversation
  WHERE clients.rowid > ? ORDER BY clients.rowid LIMIT ${STRIDE}`

function fits(row: Candidate, words: readonly string[], tasks: TaskNumbers): boolean {
  if (words.length === 0) return true
  const texts = [row.name, row.displayedName, row.email, row.phone].filter((text) => text !== null)
  const known = fold(texts.join('\n'))
  const phone = digitsOf(row.phone ?? '')
  return words.every(
    (word) =>
      known.includes(word) ||
      (isNumber(word) && phone.includes(digitsOf(word))) ||
      tasks.get(word)?.has(row.conversation) === true,
  )
}

/** The conversations of the tasks whose number is one of the words, by word. */
type TaskNumbers = ReadonlyMap<string, ReadonlySet<number>>
async function tasksNumbered(sql: SqlReader, words: readonly string[]): Promise<TaskNumbers> {
  const found = new Map<string, Set<number>>()
  for (const word of words) {
    const task = taskNumberIn(word)
    if (task === null) continue
    const ids = new Set<number>()
    for (const id of await sql.column<number>(OF_TASK, task))
      ids.add((await commonConversation(sql, id))?.id ?? id)
    found.set(word, ids)
  }
  return found
}
const OF_TASK = `SELECT conversation FROM tasks
  WHERE connection IN (SELECT DISTINCT connection FROM tallies) AND task = ?`
/** Phone numbers are written in many ways: only their digits are compared. */
const isNumber = (word: string) => /^\+?[\d().-]+$/.test(word) && /\d/.test(word)
const digitsOf = (text: string) => text.replace(/\D/g, '')

/**
 * The `limit` conversations with the latest activity, of all given ones; one entry for all devices of a
 * client.
 */
class Latest {
  readonly conversations: Candidate[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  wouldTake({ activeAt }: Candidate): boolean {
    const last = this.conversations.at(-1)
    return this.conversations.length < this.#limit || !last || activeAt > last.activeAt
  }

  take(one: Candidate): void {
    const list = this.conversations
    if (list.some(({ conversation }) => conversation === one.conversation)) return
    const at = list.findIndex(({ activeAt }) => activeAt < one.activeAt)
    list.splice(at === -1 ? list.length : at, 0, one)
    if (list.length > this.#limit) list.pop()
  }
}

/** The latest conversations to begin, newest first. */
export async function newestConversations(sql: SqlReader, limit: number): Promise<NewConversation[]> {
  const found: NewConversation[] = []
  for (const one of await sql.all<{ id: number; connectionId: string }>(NEWEST, limit)) {
    const client = await sql.get<ClientRow>(LOOKUPS.clientsOf, one.id)
    if (client) found.push({ ...one, clientName: nameOf(clientFrom(client).profile) })
  }
  return found
}
export interface NewConversation {
  id: number
  connectionId: string
  clientName: string
}
/** Ids ascend. A conversation without a client was merged into another one. */
const NEWEST = `SELECT id, connection AS connectionId FROM conversations
  WHERE merged_into IS NULL AND EXISTS (SELECT 1 FROM clients WHERE conversation = conversations.id)
  ORDER BY id DESC LIMIT ?`

/** A conversation with its devices and merged conversations. */
export interface StoredConversation {
  conversation: Conversation
  /** Devices, the latest to write first. */
  clients: ClientLink[]
  tasks: TaskLink[]
  /** Merged conversations that can be separated again. */
  merged: Conversation[]
  /** Number of its messages. */
  messages: number
}

/** `id` may be that of a conversation that was merged into another one. */
export async function storedConversation(sql: SqlReader, id: number): Promise<StoredConversation | null> {
  const thread = await threadOf(sql, id)
  if (!thread) return null
  const { conversation, ids } = thread
  const found: StoredConversation = { conversation, clients: [], tasks: [], merged: [], messages: 0 }
  for (const one of ids) {
    found.clients.push(...(await sql.all<ClientRow>(LOOKUPS.clientsOf, one)).map(clientFrom))
    found.tasks.push(...(await sql.all<DataRow>(LOOKUPS.tasksOf, one)).map((row) => taskFrom(row)!))
    found.messages += (await sql.value<number>(COUNT, one)) ?? 0
    if (one === conversation.id) continue
    const merged = conversationFrom(await sql.get<DataRow>(LOOKUPS.conversation, one))
    if (merged?.joined != null) found.merged.push(merged)
  }
  found.clients.sort((one, other) => other.lastWroteAt - one.lastWroteAt)
  return found
}
const COUNT = `SELECT count(*) AS number FROM messages INDEXED BY messages_chat WHERE conversation = ?`

/**
 * Ids of the last `limit` messages of a thread before `beforeId` (or of all), oldest first, in the order of
 * the chat: a client's message by the time of writing, a reply by the time when the bridge noticed it, since
 * Planfix gives times to the minute at best. Null when there is no such conversation or message.
 */
export async function threadMessages(
  sql: SqlReader,
  id: number,
  beforeId: number | null,
  limit: number,
): Promise<{ ids: number[]; hasOlder: boolean } | null> {
  const thread = await threadOf(sql, id)
  if (!thread) return null
  const end = beforeId === null ? END : await sql.get<Said>(SAID, beforeId)
  if (!end) return null
  const last: Said[] = []
  for (const one of thread.ids) last.push(...(await sql.all<Said>(BEFORE, one, end.at, end.id, limit + 1)))
  last.sort((one, other) => other.at - one.at || other.id - one.id)
  return {
    ids: last
      .slice(0, limit)
      .map((one) => one.id)
      .reverse(),
    hasOlder: last.length > limit,
  }
}
interface Said {
  id: number
  at: number
}
const END: Said = { id: Number.MAX_SAFE_INTEGER, at: Number.MAX_SAFE_INTEGER }
const SAID = `SELECT id, said_at AS at FROM messages WHERE id = ?`
const BEFORE = `SELECT id, said_at AS at FROM messages INDEXED BY messages_chat
  WHERE conversation = ? AND (said_at, id) < (?, ?) ORDER BY said_at DESC, id DESC LIMIT ?`
