import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, onTestFinished } from 'vitest'
import {
  type ApplicationStore,
  openStore,
  type SqliteStore,
  type StoreOptions,
} from '../../../src/main/store/index.ts'
import { postgresStore } from '../../support/postgres.ts'

export * from './values.ts'

/** The same tests run on SQLite, and a second time on PostgreSQL (project `postgres` in vitest.config.ts). */
const isPostgres = process.env.BRIDGE_TEST_STORE === 'postgres'
/** What concerns SQLite's files alone. */
export const onSqlite = it.skipIf(isPostgres)

/** A folder of this test only, removed after it. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-store-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** An empty store that is closed after the test. */
export const store = (options: Pick<StoreOptions, 'clock'> = {}): Promise<ApplicationStore> =>
  isPostgres ? postgresStore(options) : sqliteStore(options)

/** A store that is closed after the test; in memory unless a folder is named. */
export async function sqliteStore(options: Partial<StoreOptions> = {}): Promise<SqliteStore> {
  const opened = await openStore({ dir: ':memory:', clock: { now: () => 1_000_000 }, ...options })
  onTestFinished(() => opened.close())
  return opened
}
