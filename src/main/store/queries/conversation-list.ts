import type { Author, Conversation, MessageFile, MessageState } from '../../../shared/domain.ts'
import { isInternal } from '../../../shared/messages/reason.ts'
import { nameOf } from '../../engine/index.ts'
import { Yielder } from '../event-loop-yield.ts'
import { type ClientRow, clientFrom } from '../rows/links.ts'
import type { SqlReader } from '../sql-reader.ts'
import { LOOKUPS } from './lookups.ts'
import { threadOf } from './threads.ts'
import { unansweredOf } from './unanswered.ts'

/** A conversation as one line of a list. */
export interface ConversationSummary {
  conversation: Conversation
  clientName: string
  email: string | null
  /** The last words of a person; null after retention removed them all. */
  last: LastWords | null
  /** Since when its client waits for an answer; null = for nothing. */
  waitingSince: number | null
  /** Time of the latest message in either direction. */
  activeAt: number
}
interface LastWords {
  author: Author
  text: string
  files: MessageFile[]
  at: number
  state: MessageState
  isInternal: boolean
}

/** Where a page of the list ends: the next one begins after it. */
export interface ListPlace {
  at: number
  id: number
}
export interface ListQuery {
  connectionId?: string | undefined
  only: 'all' | 'muted' | 'blocked'
  /** Null = from the latest. */
  after: ListPlace | null
  limit: number
}

/** A page of conversations, latest message first, by the index of that order; yields to the event loop. */
export async function conversationPage(
  sql: SqlReader,
  { connectionId, only, after, limit }: ListQuery,
): Promise<{ ids: number[]; next: ListPlace | null }> {
  const yielder = new Yielder()
  const ids: number[] = []
  let place = after ?? { at: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }
  for (;;) {
    const rows = await sql.all<Listed>(LISTED, place.at, place.id, STRIDE)
    for (const { id, at, connection, muted, blocked } of rows) {
      place = { at, id }
      if (connectionId !== undefined && connection !== connectionId) continue
      if ((only === 'muted' && muted === 0) || (only === 'blocked' && blocked === null)) continue
      if (ids.push(id) === limit) return { ids, next: place }
    }
    await yielder.next()
    if (rows.length < STRIDE) return { ids, next: null }
  }
}
interface Listed extends ListPlace {
  connection: string
  muted: 0 | 1
  /** Null: not blocked. */
  blocked: unknown
}
const STRIDE = 100
/** A conversation without a client was merged into another one, or its client is gone. */
const LISTED = `SELECT id, active_at AS at, connection, data ->> '$.blockedAt' AS blocked,
    CASE WHEN CAST(data ->> '$.muted' AS TEXT) IN ('1', 'true') THEN 1 ELSE 0 END AS muted
  FROM conversations INDEXED BY conversations_recent
  WHERE merged_into IS NULL AND (active_at, id) < (?, ?) ORDER BY active_at DESC, id DESC LIMIT ?`

/** These conversations, latest message first. */
export async function latestFirst(sql: SqlReader, ids: readonly number[]): Promise<number[]> {
  const found: ListPlace[] = []
  for (const id of ids) found.push({ id, at: (await sql.value<number>(ACTIVE_AT, id)) ?? 0 })
  return found.sort((one, other) => other.at - one.at || other.id - one.id).map(({ id }) => id)
}

/** In the order of `ids`; those without a client are left out. */
export async function conversationSummaries(
  sql: SqlReader,
  ids: readonly number[],
): Promise<ConversationSummary[]> {
  const yielder = new Yielder()
  const found: ConversationSummary[] = []
  for (const id of ids) {
    if (yielder.isOver) await yielder.next()
    const one = await summaryOf(sql, id)
    if (one) found.push(one)
  }
  return found
}

async function summaryOf(sql: SqlReader, id: number): Promise<ConversationSummary | null> {
  const thread = await threadOf(sql, id)
  if (!thread) return null
  const { conversation } = thread
  const row = await sql.get<ClientRow>(LOOKUPS.clientsOf, conversation.id)
  if (!row) return null
  const { profile } = clientFrom(row)
  return {
    conversation,
    clientName: nameOf(profile),
    email: profile.email,
    last: await lastWords(sql, thread.ids),
    waitingSince: (await unansweredOf(sql, conversation.id))?.since ?? null,
    activeAt: (await sql.value<number>(ACTIVE_AT, conversation.id)) ?? conversation.lastActivityAt,
  }
}
const ACTIVE_AT = `SELECT active_at FROM conversations WHERE id = ?`

interface LastRow {
  author: string
  text: string | null
  files: string | null
  at: number
  state: MessageState
  reason: string | null
}
async function lastWords(sql: SqlReader, ids: readonly number[]): Promise<LastWords | null> {
  let last: LastRow | null = null
  for (const id of ids) {
    const other = await sql.get<LastRow>(LAST, id)
    if (other && !(last && last.at >= other.at)) last = other
  }
  if (!last) return null
  return {
    author: JSON.parse(last.author),
    text: last.text ?? '',
    files: last.files === null ? [] : JSON.parse(last.files),
    at: last.at,
    state: last.state,
    isInternal: isInternal(last.reason),
  }
}
/** What the bridge or Chatra itself wrote is nobody's words. */
const LAST = `SELECT author, text, files, said_at AS at, state, reason
  FROM messages INDEXED BY messages_chat
  WHERE conversation = ? AND kind = 'text' AND author ->> '$.kind' <> 'bridge'
    AND coalesce(reason, '') NOT IN ('system-message', 'automatic-message')
  ORDER BY said_at DESC, id DESC LIMIT 1`
