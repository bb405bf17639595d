import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { ApplicationStore } from '../../src/main/store/index.ts'
import { openPostgresStore, type PostgresOptions } from '../../src/main/store-postgres/index.ts'
import { testDatabase } from './postgres-of-run.ts'

export { hasPostgres, testDatabase, testServer } from './postgres-of-run.ts'

/** A store with tables of its own, closed after the test. */
export async function postgresStore(options: Partial<PostgresOptions> = {}): Promise<ApplicationStore> {
  const opened = await openPostgresStore({
    url: await testDatabase(),
    schema: `test_${randomUUID().replaceAll('-', '')}`,
    clock: { now: () => 1_000_000 },
    ...options,
  })
  onTestFinished(() => opened.close())
  return opened
}

/** The address of a new database. */
export async function newDatabase(): Promise<string> {
  const url = new URL(await testDatabase())
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(url.href)
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  url.pathname = `/${name}`
  return url.href
}
