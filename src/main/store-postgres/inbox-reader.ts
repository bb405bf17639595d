import type { InboxReader, InboxRow } from '../engine/ports.ts'
import type { PostgresReader } from './reader.ts'

const NEXT = `SELECT seq, connection AS connectionId, source, received_at AS receivedAt, body
  FROM inbox WHERE connection = ? AND outcome IS NULL AND seq <> ALL(?::bigint[]) ORDER BY seq LIMIT ?`
const STILL_OPEN = `SELECT seq FROM inbox WHERE outcome IS NULL AND seq = ANY(?::bigint[])`
/** Rows that are remembered before those that were settled since are forgotten. */
const MANY = 1000

/**
 * Numbers become visible out of order where several transactions write: a cursor over them would pass a row that comes
 * late. So the rows that were handed out are remembered while they are unsettled.
 */
export function inboxReader(sql: PostgresReader, connectionId: string): InboxReader {
  let given = new Set<number>()
  let limitOfGiven = MANY
  return {
    async next(limit) {
      if (given.size > limitOfGiven) {
        const open = (await sql.ask(STILL_OPEN, [[...given]])).rows as { seq: number }[]
        given = new Set(open.map(({ seq }) => seq))
        limitOfGiven = Math.max(MANY, 2 * given.size)
      }
      const rows = (await sql.ask(NEXT, [connectionId, [...given], limit])).rows as InboxRow[]
      for (const { seq } of rows) given.add(seq)
      return rows
    },
    back(from) {
      for (const seq of given) if (seq >= from) given.delete(seq)
    },
  }
}
