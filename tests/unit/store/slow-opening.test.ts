import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { filesOf } from '../../../src/main/store/files.ts'
import { opensSlowly } from '../../../src/main/store/index.ts'
import { migrate, migrations } from '../../../src/main/store/migrations.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { folder } from './material.ts'

/** A data folder whose store has this format and size in bytes. */
function made({ steps = migrations.length, bytes = 50_000_001 } = {}) {
  const dir = folder()
  const files = filesOf(dir)
  const sql = new Sql(files.store)
  migrate(sql, migrations.slice(0, steps))
  sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  sql.close()
  truncateSync(files.store, bytes)
  return { dir, files }
}

it('a big store of the newest format opens quickly, one of an older format does not', () => {
  expect(opensSlowly(made().dir)).toBe(false)
  expect(opensSlowly(made({ steps: migrations.length - 1 }).dir)).toBe(true)
  expect(opensSlowly(made({ steps: migrations.length - 1, bytes: 50_000_000 }).dir)).toBe(false)
})

it('a big store that was found damaged opens slowly', () => {
  const { dir, files } = made()
  writeFileSync(files.damaged, '')
  expect(opensSlowly(dir)).toBe(true)
})

it('a missing store is restored from its backup; a new folder has nothing to do', () => {
  const dir = folder()
  expect(opensSlowly(dir)).toBe(false)
  writeFileSync(filesOf(dir).backup, '')
  expect(opensSlowly(dir)).toBe(true)
  expect(opensSlowly(join(dir, 'not-there'))).toBe(false)
})
