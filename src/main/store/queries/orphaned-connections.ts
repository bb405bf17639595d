import { OPEN_STATES } from '../../../shared/domain.ts'
import type { Sql } from '../sql.ts'

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
  UNION SELECT DISTINCT connection FROM inbox INDEXED BY inbox_pending WHERE outcome IS NULL`
const MESSAGES = `SELECT coalesce(sum(number), 0) FROM tallies WHERE connection = ? AND state IN (${OPEN})`
const EVENTS = `SELECT count(*) FROM inbox INDEXED BY inbox_pending WHERE outcome IS NULL AND connection = ?`
const TASKS = `SELECT count(*) FROM tasks INDEXED BY tasks_watched
  WHERE connection = ? AND deleted = 0 AND last_activity_at >= ? AND data ->> '$.closedAt' IS NULL`

/** Those with waiting work, or with activity in their tasks after `since`. */
export function orphanedConnections(sql: Sql, known: readonly string[], since: number): OrphanedConnection[] {
  return sql
    .all<{ connection: string }>(STORED)
    .map(({ connection }) => connection)
    .filter((connection) => !known.includes(connection))
    .map((connectionId) => ({
      connectionId,
      waiting:
        (sql.value<number>(MESSAGES, connectionId) ?? 0) + (sql.value<number>(EVENTS, connectionId) ?? 0),
      tasks: sql.value<number>(TASKS, connectionId, since) ?? 0,
    }))
    .filter(({ waiting, tasks }) => waiting + tasks > 0)
}
