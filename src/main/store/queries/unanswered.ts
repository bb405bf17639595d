import type { Author } from '../../../shared/domain.ts'
import { firstUnanswered, isAnswer, type SaidMessage } from '../../../shared/messages/unanswered.ts'
import { Yielder } from '../event-loop-yield.ts'
import type { SqlReader } from '../sql-reader.ts'
import { threadOf } from './threads.ts'

/** The oldest message of a client that nobody has answered. */
export interface UnansweredMessage {
  /** The conversation, after merges. */
  conversationId: number
  connectionId: string
  messageId: number
  /** When the client wrote it, milliseconds since 1970. */
  since: number
}

interface Row extends Omit<SaidMessage, 'author'> {
  id: number
  at: number
  by: Author['kind']
}
type Said = Row & SaidMessage

/** Messages that are read at once, from the end of the conversation to its last answer. */
const STEP = 20
/** In a longer row of a client's messages, the first of these counts. */
const MOST_READ = 200

/** `id` may be that of any conversation of a thread; null when its client waits for nothing. */
export async function unansweredOf(sql: SqlReader, id: number): Promise<UnansweredMessage | null> {
  const thread = await threadOf(sql, id)
  if (!thread) return null
  const { conversation, ids } = thread
  const upTo = conversation.noAnswerUpTo ?? 0
  let last: Said[] = []
  let [at, before] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  while (last.length < MOST_READ) {
    const read: Row[] = []
    for (const one of ids) read.push(...(await sql.all<Row>(SAID, one, at, before, STEP)))
    const rows: Said[] = read
      .sort((one, other) => other.at - one.at || other.id - one.id)
      .slice(0, STEP)
      .map((row) => ({ ...row, author: { kind: row.by } }))
    last = [...rows.toReversed(), ...last]
    const oldest = rows.at(-1)
    if (!oldest || rows.length < STEP || rows.some(isAnswer)) break
    at = oldest.at
    before = oldest.id
  }
  return firstOf(last, upTo, conversation)
}

/** Of the last messages, oldest first. `upTo`: the owner has said that no message up to this one needs an answer. */
function firstOf(
  last: readonly Said[],
  upTo: number,
  { id, connectionId }: { id: number; connectionId: string },
): UnansweredMessage | null {
  const found = firstUnanswered(last.filter((row) => row.id > upTo || isAnswer(row)))
  return found && { conversationId: id, connectionId, messageId: found.id, since: found.at }
}

const FIELDS = `messages.id, kind, direction, author ->> '$.kind' AS by, state, reason,
    coalesce(text, '') AS text, chatra_client AS chatraClientId, messages.said_at AS at`
const SAID = `SELECT ${FIELDS}
  FROM messages INDEXED BY messages_chat
  WHERE conversation = ? AND (said_at, id) < (?, ?) ORDER BY said_at DESC, id DESC LIMIT ?`

/** Ids of the conversations with a message since `since`, latest first. */
export const recentConversations = async (sql: SqlReader, since: number): Promise<number[]> =>
  sql.column<number>(RECENT, since)
const RECENT = `SELECT id FROM conversations INDEXED BY conversations_recent
  WHERE merged_into IS NULL AND active_at >= ? ORDER BY active_at DESC`

/**
 * The clients who wait in these conversations; yields to the event loop. A conversation whose last answer is among its
 * last messages, as in most, is read together with others: a statement of its own would cost more than its rows.
 */
export async function unansweredAmong(sql: SqlReader, ids: readonly number[]): Promise<UnansweredMessage[]> {
  const yielder = new Yielder()
  const found: UnansweredMessage[] = []
  for (let from = 0; from < ids.length; from += TOGETHER) {
    const some = ids.slice(from, from + TOGETHER)
    const rows = await sql.all<LastRow>(LAST, JSON.stringify(some))
    const last = Map.groupBy(rows, ({ conversation }) => conversation)
    for (const id of some) {
      if (yielder.isOver) await yielder.next()
      const one = settledBy(last.get(id) ?? []) ?? { waits: await unansweredOf(sql, id) }
      if (one.waits) found.push(one.waits)
    }
    if (yielder.isOver) await yielder.next()
  }
  return found
}

interface LastRow extends Omit<Row, 'id'> {
  conversation: number
  connectionId: string
  isThread: number
  upTo: number | null
  /** Null: it has no messages. */
  id: number | null
}

/** Null when these rows do not tell: there are other conversations of the client, or no answer among so few. */
function settledBy(rows: readonly LastRow[]): { waits: UnansweredMessage | null } | null {
  const [first] = rows
  if (!first || first.isThread === 1) return null
  const last = rows
    .flatMap((row) => (row.id === null ? [] : [{ ...row, id: row.id, author: { kind: row.by } }]))
    .sort((one, other) => one.at - other.at || one.id - other.id)
  if (last.length === FEW && !last.some(isAnswer)) return null
  const { conversation: id, connectionId, upTo } = first
  return { waits: firstOf(last, upTo ?? 0, { id, connectionId }) }
}

/** Conversations read at once: about a millisecond. */
const TOGETHER = 50
const FEW = 4
const LAST = `SELECT wanted.value AS conversation, conversations.connection AS connectionId,
    CAST(data ->> '$.noAnswerUpTo' AS INTEGER) AS upTo,
    CASE WHEN conversations.merged_into IS NOT NULL OR EXISTS (SELECT 1 FROM conversations AS other
      INDEXED BY conversations_merged WHERE other.merged_into = wanted.value) THEN 1 ELSE 0 END AS isThread, ${FIELDS}
  FROM json_each(?) AS wanted CROSS JOIN conversations ON conversations.id = wanted.value
    LEFT JOIN messages ON messages.id IN (SELECT id FROM messages INDEXED BY messages_chat
      WHERE conversation = wanted.value ORDER BY said_at DESC, id DESC LIMIT ${FEW})`
