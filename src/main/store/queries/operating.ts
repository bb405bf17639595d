import type { Direction, MessageState } from '../../../shared/domain.ts'
import type { SqlReader } from '../sql-reader.ts'

/** A change of a message's state, for metrics and for the log of an operator: no texts, no names. */
export interface Step {
  seq: number
  message: number
  connection: string
  conversation: number | null
  direction: Direction
  state: MessageState
  reason: string | null
  /** Milliseconds since the message was received. */
  ageMs: number
}

export const steps = async (sql: SqlReader, afterSeq: number, limit: number): Promise<Step[]> =>
  sql.all<Step>(STEPS, afterSeq, limit)
const STEPS = `SELECT seq, line.message, connection, conversation, direction, line.state, line.reason,
    max(0, line.time - received_at) AS ageMs
  FROM (SELECT seq, message, time, state, reason FROM entries NOT INDEXED WHERE seq > ? ORDER BY seq LIMIT ?) AS line
  JOIN messages ON messages.id = line.message ORDER BY seq`

/** Numbers by connection. */
export interface Backlog {
  inbox: Map<string, number>
  jobs: Map<string, number>
}

export async function backlog(sql: SqlReader): Promise<Backlog> {
  type Row = { connection: string; number: number }
  const counted = async (text: string) =>
    new Map((await sql.all<Row>(text)).map((row) => [row.connection, row.number]))
  return { inbox: await counted(INBOX), jobs: await counted(JOBS) }
}
const INBOX = `SELECT connection, count(*) AS number FROM inbox INDEXED BY inbox_waiting
  WHERE outcome IS NULL GROUP BY connection`
const JOBS = 'SELECT connection, count(*) AS number FROM chores GROUP BY connection'
