import { OPEN_STATES } from '../../../../shared/domain.ts'
import { Yielder } from '../../event-loop-yield.ts'
import type { Sql } from '../../sql.ts'
import type { SqlReader } from '../../sql-reader.ts'
import { firstReceived } from '../statistics.ts'
import { PartReader, type PartRow, type ReportPart } from './part.ts'

/** Ids of a part: so many messages at most, some milliseconds of reading. */
const IDS = 1024
/** A message may get its id before others and be stored after them: for no longer than this, milliseconds. */
const SETTLING_MS = 15 * 60_000
/** The longest period of a report (shared/api/report.ts). */
const DAYS = 400
const DAY = 86_400_000

/** The messages of a part (`rangeOf`). */
export const ROWS = `SELECT id, connection, conversation, direction, author, said_at AS said, sent_at AS sent,
    received_at AS received, state, reason
  FROM messages NOT INDEXED
  WHERE id >= ? AND id < ? AND received_at < ? AND kind = 'text' AND conversation IS NOT NULL ORDER BY id`
const NEXT = `SELECT id FROM messages NOT INDEXED WHERE id >= ? ORDER BY id LIMIT 1`
const LAST = `SELECT max(id) FROM messages`

/**
 * The parts of the messages with an id from `first` on that were received before `to`, in the order of their ids. Yields to
 * the event loop.
 */
export async function* partsBetween(sql: SqlReader, first: number, to: number): AsyncGenerator<ReportPart> {
  const yielder = new Yielder()
  const begun = Math.floor(first / IDS)
  const isWhole = (await sql.value<number>(NEXT, begun * IDS)) === first
  const stored = new Map<number, string>()
  let known = isWhole ? begun : begun + 1
  for (let at = await sql.value<number>(NEXT, first); at !== null; ) {
    const part = Math.floor(at / IDS)
    if (part >= known) {
      known = part + TOGETHER
      stored.clear()
      for (const one of await sql.all<{ part: number; data: string }>(STORED, part, known, to))
        stored.set(one.part, one.data)
    }
    const data = stored.get(part)
    yield data === undefined ? partOf(await rowsFrom(sql, Math.max(first, part * IDS), to)) : JSON.parse(data)
    if (yielder.isOver) await yielder.next()
    at = await sql.value<number>(NEXT, (part + 1) * IDS)
  }
  await yielder.next()
}
/** Stored parts that are read at once. */
const TOGETHER = 20
const STORED = `SELECT part, data FROM report_parts WHERE part >= ? AND part < ? AND received_to < ?`

/** The rest of the part that begins with this id. */
const rowsFrom = (sql: SqlReader, id: number, to: number) =>
  sql.all<PartRow>(ROWS, id, (Math.floor(id / IDS) + 1) * IDS, to)

function partOf(rows: readonly PartRow[]): ReportPart {
  const reader = new PartReader()
  for (const row of rows) reader.take(row)
  return reader.part
}

/**
 * Stores the parts that are complete and not stored yet, of the period that a report may have. A trigger deletes a
 * part when one of its settled messages changes (migrations.ts). One at a time, so that no commit waits for more than one.
 */
export async function storeParts(
  sql: SqlReader,
  now: number,
  store: (part: number) => Promise<void>,
): Promise<void> {
  const yielder = new Yielder()
  const first = await firstReceived(sql, now - DAYS * DAY)
  const last = await sql.value<number>(LAST)
  if (first === null || last === null) return
  const stored = new Set(await sql.column<number>(NUMBERS, Math.floor(first / IDS)))
  const open = Math.floor(last / IDS)
  for (let at: number | null = first; at !== null; ) {
    const part: number = Math.floor(at / IDS)
    if (part >= open) return
    if (!stored.has(part)) await store(part)
    else if (yielder.isOver) await yielder.next()
    at = await sql.value<number>(NEXT, (part + 1) * IDS)
  }
}
const NUMBERS = `SELECT part FROM report_parts WHERE part >= ?`

/** A part of SQLite's. Nothing changes between the reading and the writing: both are one transaction. */
export function storePart(sql: Sql, part: number, now: number): void {
  const made = finishedPart(sql.all<PartRow>(ROWS, ...rangeOf(part)), now)
  if (made) sql.run(STORE, part, made.to, made.data)
}
const STORE = `INSERT OR REPLACE INTO report_parts (part, received_to, data) VALUES (?, ?, ?)`

/** For `ROWS`: all messages of the part. */
export const rangeOf = (part: number): [number, number, number] => [
  part * IDS,
  (part + 1) * IDS,
  Number.MAX_SAFE_INTEGER,
]

/** What is stored of a part with these messages; null while one of them may change or still come. */
export function finishedPart(rows: readonly PartRow[], now: number): { to: number; data: string } | null {
  const to = rows.reduce((latest, { received }) => Math.max(latest, received), 0)
  if (to > now - SETTLING_MS || rows.some(({ state }) => UNSETTLED.has(state))) return null
  return { to, data: JSON.stringify(partOf(rows)) }
}
const UNSETTLED: ReadonlySet<string> = new Set([...OPEN_STATES, 'received'])
