import type { Author } from '../../../shared/domain.ts'
import { firstUnanswered, isAnswer, type SaidMessage } from '../../../shared/messages/unanswered.ts'
import { Yielder } from '../event-loop-yield.ts'
import type { Sql } from '../sql.ts'
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
export function unansweredOf(sql: Sql, id: number): UnansweredMessage | null {
  const thread = threadOf(sql, id)
  if (!thread) return null
  const { conversation, ids } = thread
  const upTo = conversation.noAnswerUpTo ?? 0
  let last: Said[] = []
  let [at, before] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  while (last.length < MOST_READ) {
    const rows: Said[] = ids
      .flatMap((one) => sql.all<Row>(SAID, one, at, before, STEP))
      .sort((one, other) => other.at - one.at || other.id - one.id)
      .slice(0, STEP)
      .map((row) => ({ ...row, author: { kind: row.by } }))
    last = [...rows.toReversed(), ...last]
    const oldest = rows.at(-1)
    if (!oldest || rows.length < STEP || rows.some(isAnswer)) break
    at = oldest.at
    before = oldest.id
  }
  const found = firstUnanswered(last.filter((row) => row.id > upTo || isAnswer(row)))
  return (
    found && {
      conversationId: conversation.id,
      connectionId: conversation.connectionId,
      messageId: found.id,
      since: found.at,
    }
  )
}

const SAID = `SELECT id, kind, direction, author ->> '$.kind' AS by, state, reason,
    coalesce(text, '') AS text, chatra_client AS chatraClientId, said_at AS at
  FROM messages INDEXED BY messages_chat
  WHERE conversation = ? AND (said_at, id) < (?, ?) ORDER BY said_at DESC, id DESC LIMIT ?`

/** Ids of the conversations with a message since `since`, latest first. */
export const recentConversations = (sql: Sql, since: number): number[] => sql.column<number>(RECENT, since)
const RECENT = `SELECT id FROM conversations INDEXED BY conversations_recent
  WHERE merged_into IS NULL AND active_at >= ? ORDER BY active_at DESC`

/** The clients who wait in these conversations; yields to the event loop. */
export async function unansweredAmong(sql: Sql, ids: readonly number[]): Promise<UnansweredMessage[]> {
  const yielder = new Yielder()
  const found: UnansweredMessage[] = []
  for (const id of ids) {
    if (yielder.isOver) await yielder.next()
    const one = unansweredOf(sql, id)
    if (one) found.push(one)
  }
  return found
}
