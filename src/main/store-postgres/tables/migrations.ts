import type pg from 'pg'
import type { QueryConfig } from 'pg'
import { storeOfOtherVersion } from '../../store/errors.ts'
import { postgresError } from '../errors.ts'
import { PostgresReader } from '../reader.ts'
import { COMMIT_FUNCTION } from './commit-function.ts'
import { LEASE_FUNCTIONS, LEASE_TABLES } from './leases.ts'
import { SCHEMA } from './schema.ts'

/**
 * The tables, as numbered steps: step N brings `meta.version` from N-1 to N. A released step is never changed; a new one
 * is added below it. The functions belong to the program's version and are made anew at each start.
 */
export const migrations: readonly string[] = [
  SCHEMA,
  `
  -- Each Planfix account's engine reads the events of its own connections.
  CREATE INDEX inbox_waiting ON inbox (connection, seq) WHERE outcome IS NULL;
  DROP INDEX inbox_pending;
  `,
  LEASE_TABLES,
]

const EXISTS = `SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = 'meta'`
const VERSION = `SELECT value FROM meta WHERE key = 'version'`
const SET_VERSION = `INSERT INTO meta VALUES ('version', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('chatra-planfix-bridge tables', 0))`

/** A step may rewrite a big table. */
const HOURS = 6 * 3_600_000

/** Number of the tables' format; 0 when there are none. */
export async function versionOf(sql: PostgresReader, schema: string): Promise<number> {
  if ((await sql.value<number>(EXISTS, schema)) === 0) return 0
  return Number(await sql.value<string>(VERSION))
}

/** Makes or upgrades the tables, all steps or none. Throws StoreError `newer` for tables of a newer program. */
export async function migrate(pool: pg.Pool, schema: string): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw postgresError(error)
  })
  const sql = new PostgresReader(client)
  let failure: Error | undefined
  try {
    await client.query(`BEGIN; ${LOCK}`)
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
    const found = await versionOf(sql, schema)
    if (found > migrations.length) throw storeOfOtherVersion(found, migrations.length)
    for (const text of migrations.slice(found))
      await client.query({ text, query_timeout: HOURS } as QueryConfig)
    await client.query(LEASE_FUNCTIONS + COMMIT_FUNCTION)
    await sql.ask(SET_VERSION, [String(migrations.length)])
    await client.query('COMMIT')
  } catch (error) {
    failure = error as Error
    throw postgresError(error)
  } finally {
    client.release(failure)
  }
}
