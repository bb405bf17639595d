import {
  type BridgeEvent,
  type Direction,
  isOpen,
  type LogEntry,
  type MessageState,
} from '../../../shared/domain.ts'
import type { SqlReader } from '../sql-reader.ts'

/**
 * Which lines of the live log: the last `limit` lines before `beforeSeq` (or of all). `search` is compared with
 * text and reason, ignoring case.
 */
export interface LogQuery {
  beforeSeq?: number | undefined
  limit: number
  connection?: string | undefined
  direction?: Direction | undefined
  /** State of the line, not the current state of the message. */
  state?: MessageState | undefined
  search?: string | undefined
  messageId?: number | undefined
}
/** With `afterSeq`: the first `limit` lines after it. */
type Query = LogQuery & { afterSeq?: number | undefined }
export interface StoredEvent extends BridgeEvent {
  id: number
}
export interface Counts {
  /** Messages by direction and state. */
  states: Record<Direction, Record<MessageState, number>>
  /** Those that are still to be delivered. */
  open: Record<Direction, number>
}

/** Lines to read before yielding to the event loop. */
const STRIDE = 1000
const nextTurn = setImmediate

/** A line of the entries table with the columns of its message; `message` is the row's id. */
export interface Line {
  seq: number
  message: number
  time: number
  connection: string
  conversation: number | null
  direction: Direction
  state: MessageState
  reason: string | null
  text: string | null
  chatra_message: string | null
  planfix_task: number | null
  planfix_comment: number | null
}

/** Of a line's message. */
export const LINE_COLUMNS =
  'connection, conversation, direction, text, chatra_message, planfix_task, planfix_comment'

/** Reads the log in batches, so that a search for a rare word in a million lines never delays a webhook. */
export async function logPage(sql: SqlReader, query: Query): Promise<LogEntry[]> {
  const forward = query.afterSeq !== undefined
  const text = strideStatement(query, forward)
  const wanted = matcher(query)
  const found: LogEntry[] = []
  let after = query.afterSeq ?? 0
  let before = query.beforeSeq ?? Number.MAX_SAFE_INTEGER
  for (;;) {
    // A page without a filter needs only the lines it shows.
    const stride = wanted ? STRIDE : Math.min(STRIDE, query.limit - found.length)
    const lines = await sql.all<Line>(
      text,
      after,
      before,
      ...(query.messageId === undefined ? [] : [query.messageId]),
      stride,
    )
    for (const line of lines) {
      if (wanted && !wanted(line)) continue
      if (found.push(entryFrom(line)) === query.limit) break
    }
    if (found.length >= query.limit || lines.length < stride) return forward ? found : found.reverse()
    const reached = lines.at(-1)!.seq
    if (forward) after = reached
    else before = reached
    await new Promise((resolve) => nextTurn(resolve))
  }
}

/** Every line of a batch with its message; only an index filters here. */
function strideStatement(query: Query, forward: boolean): string {
  const conditions = ['seq > ?', 'seq < ?']
  let index = 'NOT INDEXED'
  if (query.messageId !== undefined) {
    conditions.push('message = ?')
    index = 'INDEXED BY entries_message'
  } else if (query.state && INDEXED_STATES.has(query.state)) {
    // Spelled out: SQLite uses a partial index only when it can read the state in the statement.
    conditions.push(`state = '${query.state}' AND ${IN_TROUBLE}`)
    index = 'INDEXED BY entries_trouble'
  }
  const order = forward ? 'ASC' : 'DESC'
  return `SELECT line.*, ${LINE_COLUMNS}
    FROM (SELECT seq, message, time, state, reason FROM entries ${index}
      WHERE ${conditions.join(' AND ')} ORDER BY seq ${order} LIMIT ?) AS line
    JOIN messages ON messages.id = line.message ORDER BY seq ${order}`
}
const TROUBLE = ['failed', 'uncertain', 'retrying', 'skipped'] as const
const INDEXED_STATES: ReadonlySet<MessageState> = new Set(TROUBLE)
const IN_TROUBLE = `state IN (${TROUBLE.map((state) => `'${state}'`).join(', ')})`

function matcher({ connection, direction, state, search }: LogQuery): ((line: Line) => boolean) | null {
  const sought = search?.trim().toLowerCase()
  if (!connection && !direction && !state && !sought) return null
  return (line) =>
    (!connection || line.connection === connection) &&
    (!direction || line.direction === direction) &&
    (!state || line.state === state) &&
    (!sought || [line.text, line.reason].some((words) => words?.toLowerCase().includes(sought)))
}

export const entryFrom = (line: Line): LogEntry => ({
  seq: line.seq,
  id: String(line.message),
  time: line.time,
  connection: line.connection,
  conversation: line.conversation === null ? null : String(line.conversation),
  direction: line.direction,
  state: line.state,
  reason: line.reason,
  text: line.text ?? '',
  chatraMessageId: line.chatra_message,
  planfixTaskId: line.planfix_task,
  planfixCommentId: line.planfix_comment,
})

export async function events(sql: SqlReader, afterId: number | null, limit: number): Promise<StoredEvent[]> {
  type Row = {
    id: number
    time: number
    connection: string | null
    level: string
    key: string
    params: string
  }
  const rows =
    afterId === null
      ? (await sql.all<Row>('SELECT * FROM events ORDER BY id DESC LIMIT ?', limit)).toReversed()
      : await sql.all<Row>('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?', afterId, limit)
  return rows.map(({ id, time, connection, level, key, params }) => ({
    id,
    time,
    connectionId: connection,
    level: level as BridgeEvent['level'],
    key,
    params: JSON.parse(params),
  }))
}

export async function counts(sql: SqlReader, connection: string): Promise<Counts> {
  const states = { 'to-planfix': noMessages(), 'to-chatra': noMessages() }
  const open = { 'to-planfix': 0, 'to-chatra': 0 }
  type Row = { direction: Direction; state: MessageState; number: number }
  const rows = await sql.all<Row>(
    'SELECT direction, state, number FROM tallies WHERE connection = ?',
    connection,
  )
  for (const { direction, state, number } of rows) {
    states[direction][state] = number
    if (isOpen(state)) open[direction] += number
  }
  return { states, open }
}
const noMessages = (): Record<MessageState, number> => ({
  received: 0,
  queued: 0,
  sending: 0,
  retrying: 0,
  uncertain: 0,
  delivered: 0,
  failed: 0,
  skipped: 0,
})

export const rawPayload = async (sql: SqlReader, messageId: number): Promise<string | null> =>
  sql.value<string>('SELECT body FROM inbox WHERE seq = (SELECT inbox FROM messages WHERE id = ?)', messageId)
