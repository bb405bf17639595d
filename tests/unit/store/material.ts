import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openStore, type SqliteStore, type StoreOptions } from '../../../src/main/store/index.ts'

export * from './values.ts'

/** A folder of this test only, removed after it. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-store-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A store that is closed after the test; in memory unless a folder is named. */
export async function store(options: Partial<StoreOptions> = {}): Promise<SqliteStore> {
  const opened = await openStore({ dir: ':memory:', clock: { now: () => 1_000_000 }, ...options })
  onTestFinished(() => opened.close())
  return opened
}
