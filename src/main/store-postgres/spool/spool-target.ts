import type pg from 'pg'
import { storableJson } from '../plain-text.ts'
import { PostgresReader } from '../reader.ts'
import { inTransaction } from '../transaction.ts'
import type { SpoolTarget } from './kept-webhooks.ts'

const HAS = `SELECT number FROM writers WHERE writer = ?`
/** A second try waits for the first one, should that still be under way. */
const CLAIM = `INSERT INTO writers (writer, number, answers) VALUES (?, 0, '[]') ON CONFLICT (writer) DO NOTHING`
const LOCK = `${HAS} FOR UPDATE`
const NOTE = `UPDATE writers SET number = ?, at = clock_timestamp() WHERE writer = ?`
const KEPT = `kept AS MATERIALIZED (SELECT place, row ->> 'connectionId' AS connection, row ->> 'source' AS source,
    (row ->> 'receivedAt')::float8 AS received_at, row ->> 'body' AS body, (row ->> 'isDoubted')::boolean AS is_doubted
  FROM jsonb_array_elements(?::jsonb) WITH ORDINALITY AS list (row, place))`
const INSERT = `INSERT INTO inbox (connection, source, received_at, body)
  SELECT connection, source, received_at, body FROM kept`
const ADD = `WITH ${KEPT} ${INSERT} ORDER BY place`
/** A doubted one may be there: it was stored, and the answer was lost. All of the inbox is read for it. */
const ADD_DOUBTED = `WITH ${KEPT},
  known AS MATERIALIZED (SELECT place FROM kept JOIN inbox USING (received_at, connection, source, body) WHERE is_doubted)
  ${INSERT} WHERE place NOT IN (SELECT place FROM known) ORDER BY place`
/** A table of a million rows may be read for it. */
const PATIENCE_MS = 120_000

/**
 * How many lines of a spool file reached the database is a row of `writers`, written with them: a step whose answer was lost
 * is not repeated. Written as from outside, so every bridge on this database looks at the inbox.
 */
export function spoolTarget(pool: pg.Pool): SpoolTarget {
  const sql = new PostgresReader(pool)
  return {
    has: async (name) => (await sql.value<number>(HAS, writerOf(name))) ?? 0,
    add: (name, from, rows) =>
      inTransaction(pool, async (tx) => {
        const writer = writerOf(name)
        await tx.run(CLAIM, writer)
        const has = (await tx.value<number>(LOCK, writer)) ?? 0
        // Also fewer than it had: it was restored from a backup.
        if (has < from || has >= from + rows.length) return has
        const text = rows.some(({ isDoubted }) => isDoubted) ? ADD_DOUBTED : ADD
        await tx.ask(text, [storableJson(rows.slice(has - from))], PATIENCE_MS)
        await tx.run(NOTE, from + rows.length, writer)
        await tx.ask('SELECT bridge_changed()')
        return from + rows.length
      }),
  }
}

const writerOf = (name: string): string => `spool ${name}`
