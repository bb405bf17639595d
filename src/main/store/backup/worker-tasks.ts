import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { errorCode, errorMessage } from '../../../shared/node-errors.ts'
import { isDamage } from '../errors.ts'
import { privateFile } from '../files.ts'
import { migrations } from '../migrations.ts'

/** Long operations on the file, run off the event loop by backup/worker.ts. */
export type WorkerTask =
  /** Makes `to` a verified copy of the store `from`, marked as made at `at` (milliseconds since 1970). */
  | { errand: 'copy'; from: string; to: string; at: number }
  /** Reads the whole store. */
  | { errand: 'check'; path: string }

/** `damage`: the file (for a copy: it or its original) is damaged. */
export type Outcome = { ok: true } | { ok: false; damage: boolean; detail: string }

/** Fact of a backup: when it was made, by the bridge's clock. */
export const COPIED_AT = 'copiedAt'
const SET_COPIED_AT = `INSERT INTO facts (connection, key, value) VALUES ('', '${COPIED_AT}', ?)
  ON CONFLICT (connection, key) DO UPDATE SET value = excluded.value`

/** Another process may be writing. */
const BUSY_MS = 10_000

/** Pages to copy, or one table to read, before yielding to the event loop; null = without yielding. */
export type Pace = { pages: number; pause(): Promise<void> } | null
/** One step is one snapshot, even when the store is written to meanwhile. */
const ALL_PAGES = 0x7fffffff

/** Runs the task. Never rejects because of a faulty file. */
export async function runWorkerTask(errand: WorkerTask, pace: Pace = null): Promise<Outcome> {
  try {
    if (errand.errand === 'copy') return await copy(errand, pace)
    return await check(errand.path, pace)
  } catch (error) {
    return { ok: false, damage: isDamage(error), detail: detailOf(error) }
  }
}

async function copy({ from, to, at }: Extract<WorkerTask, { errand: 'copy' }>, pace: Pace): Promise<Outcome> {
  rmSync(to, { force: true })
  privateFile(to)
  const source = new Database(from, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  try {
    await source.backup(to, { progress: () => pace?.pages ?? ALL_PAGES })
  } finally {
    source.close()
  }
  const made = new Database(to, { fileMustExist: true })
  try {
    // A single file: no part of it is in a SQLite journal.
    made.pragma('journal_mode = DELETE')
    const version = made.pragma('user_version', { simple: true })
    if (version !== migrations.length) return unsound(`format ${String(version)} of ${migrations.length}`)
    const found = await firstDamage(made, pace)
    if (found !== null) return unsound(found)
    made.prepare(SET_COPIED_AT).run(String(at))
  } finally {
    made.close()
  }
  const file = openSync(to, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return { ok: true }
}

async function check(path: string, pace: Pace): Promise<Outcome> {
  const store = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  try {
    const found = await firstDamage(store, pace)
    return found === null ? { ok: true } : unsound(found)
  } finally {
    store.close()
  }
}

/** The first problem that SQLite finds; null when there is none. */
async function firstDamage(store: Database.Database, pace: Pace): Promise<string | null> {
  if (pace === null) {
    const found = store.pragma('quick_check(1)', { simple: true })
    return found === 'ok' ? null : String(found)
  }
  const tables = store
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .pluck()
    .all() as string[]
  for (const table of tables) {
    await pace.pause()
    const [found] = store.pragma(`quick_check("${table}")`, { simple: false }) as { quick_check: string }[]
    if (found && found.quick_check !== 'ok') return found.quick_check
  }
  return null
}

const unsound = (detail: string): Outcome => ({ ok: false, damage: true, detail })
const detailOf = (error: unknown): string => `${errorCode(error)} ${errorMessage(error)}`.trim()
