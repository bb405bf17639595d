import { OPEN_STATES } from '../../../shared/domain.ts'
import type { SqlReader } from '../sql-reader.ts'

/** A connection with stored data that no configuration names, so that its work is not done. */
export interface OrphanedConnection {
  connectionId: string
  /** Messages to be delivered or settled, and events to be decided on. */
  waiting: number
  /** Tasks in which a reply may be expected: open ones with recent activity. */
  tasks: number
}

const OPEN = [...OPEN_STATES, 'received', 'uncertain'].map((state) => `'${state}'`).join(', ')
const STORED = `SELECT DISTINCT connection FROM tallies
  UNION SELECT DISTINCT connection FROM inbox INDEXED BY inbox_waiting WHERE outcome IS NULL`
const MESSAGES = `SELECT coalesce(sum(number), 0) FROM tallies WHERE connection = ? AND state IN (${OPEN})`
const EVENTS = `SELECT count(*) FROM inbox INDEXED BY inbox_waiting WHERE outcome IS NULL AND connection = ?`
const TASKS = `SELECT count(*) FROM tasks INDEXED BY tasks_watched
  WHERE connection = ? AND deleted = 0 AND last_activity_at >= ? AND data ->> '$.closedAt' IS NULL`

/** Those with waiting work, or with activity in their tasks after `since`. */
export async function orphanedConnections(
  sql: SqlReader,
  known: readonly string[],
  since: number,
): Promise<OrphanedConnection[]> {
  const found: OrphanedConnection[] = []
  const number = async (text: string, ...values: (string | number)[]) =>
    (await sql.value<number>(text, ...values)) ?? 0
  for (const connectionId of await sql.column<string>(STORED)) {
    if (known.includes(connectionId)) continue
    const waiting = (await number(MESSAGES, connectionId)) + (await number(EVENTS, connectionId))
    const tasks = await number(TASKS, connectionId, since)
    if (waiting + tasks > 0) found.push({ connectionId, waiting, tasks })
  }
  return found
}
