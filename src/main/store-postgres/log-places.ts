import type { LogEntry } from '../../shared/domain.ts'
import type { LogPlace, Step } from '../store/index.ts'
import { entryFrom, LINE_COLUMNS, type Line } from '../store/queries/log.ts'
import type { PostgresReader } from './reader.ts'

/**
 * Numbers of lines become visible out of order where several processes write. So a place is a transaction and a number,
 * and lines are given once no earlier transaction can add to them any more.
 */
const AFTER = `SELECT xid, seq, message, time, state, reason FROM entries
  WHERE (xid, seq) > (?::text::xid8, ?) AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq LIMIT ?`
const LINES = `SELECT xid, line.seq, line.message, line.time, line.state, line.reason, ${LINE_COLUMNS}
  FROM (${AFTER}) AS line JOIN messages ON messages.id = line.message ORDER BY xid, seq`
const STEPS = `SELECT xid, seq, line.message, connection, conversation, direction, line.state, line.reason,
    greatest(0, line.time - received_at) AS ageMs
  FROM (${AFTER}) AS line JOIN messages ON messages.id = line.message ORDER BY xid, seq`
const END = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid`

interface Placed {
  xid: string
  seq: number
}

const START: LogPlace = '0:0'
const placeOf = ({ xid, seq }: Placed): LogPlace => `${xid}:${seq}`
const partsOf = (place: LogPlace): string[] => place.split(':')

/** Everything before the oldest transaction that is under way. */
export async function logEnd(sql: PostgresReader): Promise<LogPlace> {
  return placeOf({ xid: (await sql.value<string>(END))!, seq: -1 })
}

export async function logAfter(
  sql: PostgresReader,
  place: LogPlace | null,
  limit: number,
): Promise<{ lines: LogEntry[]; place: LogPlace }> {
  const from = place ?? START
  const rows = (await sql.ask(LINES, [...partsOf(from), limit])).rows as (Line & Placed)[]
  const last = rows.at(-1)
  return { lines: rows.map(entryFrom), place: last ? placeOf(last) : from }
}

export async function stepsAfter(
  sql: PostgresReader,
  place: LogPlace,
  limit: number,
): Promise<{ steps: Step[]; place: LogPlace }> {
  const rows = (await sql.ask(STEPS, [...partsOf(place), limit])).rows as (Step & Placed)[]
  const last = rows.at(-1)
  return { steps: rows.map(({ xid: _, ...step }) => step), place: last ? placeOf(last) : place }
}
