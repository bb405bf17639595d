import type { PostgresReader } from '../reader.ts'
import type { Transaction } from '../transaction.ts'

/** What the tables are found by beside their keys: rows of a million messages are added four times as fast without. */
const INDEXES = `SELECT indexname AS name, indexdef AS text FROM pg_indexes
  WHERE schemaname = current_schema() AND tablename = ANY(?)
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = format('%I.%I', schemaname, indexname)::regclass)`
/** The definitions, for as long as the indexes are not there. */
const NOTE = `INSERT INTO meta VALUES ('indexes', ?) ON CONFLICT (key) DO NOTHING`
const NOTED = `SELECT value FROM meta WHERE key = 'indexes'`
const FORGET = `DELETE FROM meta WHERE key = 'indexes'`
const HOURS = 6 * 3_600_000

export async function dropIndexes(tx: Transaction, tables: readonly string[]): Promise<void> {
  const found = (await tx.ask(INDEXES, [tables])).rows as { name: string; text: string }[]
  await tx.run(NOTE, JSON.stringify(found.map(({ text }) => text)))
  for (const { name } of found) await tx.run(`DROP INDEX ${name}`)
}

/** Makes them again; may be called twice. */
export async function makeIndexes(sql: PostgresReader): Promise<void> {
  const noted = JSON.parse((await sql.value<string>(NOTED)) ?? '[]') as string[]
  for (const text of noted)
    await sql.ask(text.replace(/^CREATE (UNIQUE )?INDEX/, '$& IF NOT EXISTS'), [], HOURS)
  await sql.ask(FORGET)
}
