import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { type Files, removeStore } from '../files.ts'
import type { Journal } from './journal.ts'
import { PUT_ASIDE } from './restore.ts'
import { COPIED_AT } from './worker-tasks.ts'

/**
 * When a backup was made: by its own record, else by the file's time. Milliseconds since 1970; null when
 * there is no file.
 */
function backupTime(path: string): number | null {
  if (!existsSync(path)) return null
  try {
    const backup = new Database(path, { readonly: true })
    try {
      const select = `SELECT value FROM facts WHERE connection = '' AND key = ?`
      const copiedAt = backup.prepare(select).pluck().get(COPIED_AT)
      if (copiedAt !== undefined) return Number(copiedAt)
    } finally {
      backup.close()
    }
  } catch {
    // Not one of our backups, or a damaged one.
  }
  return Math.round(statSync(path).mtimeMs)
}

/**
 * Deletes copies that are older than the retention period: stores that were set aside, the older backup,
 * journal records. Returns true if the newest backup is that old too and must be made again.
 */
export async function dropOldFiles(files: Files, journal: Journal, cutoff: number): Promise<boolean> {
  for (const path of putAside(files)) if (stampOf(path) < cutoff) rmSync(path, { force: true })
  if ((backupTime(files.olderBackup) ?? cutoff) < cutoff) removeStore(files.olderBackup)
  await journal.keepOnly(({ receivedAt }) => receivedAt >= cutoff)
  return (backupTime(files.backup) ?? cutoff) < cutoff
}

/** Call after a new backup: deletes all older copies. Returns how many stores had been set aside. */
export function dropReplaced(files: Files): number {
  removeStore(files.olderBackup)
  rmSync(files.olderJournal, { force: true })
  const aside = putAside(files)
  for (const path of aside) rmSync(path, { force: true })
  return aside.filter((path) => path.endsWith('.sqlite')).length
}

/** Damaged stores, and stores that the owner replaced, with SQLite's side files. */
function putAside(files: Files): string[] {
  const folder = dirname(files.store)
  return readdirSync(folder)
    .filter((name) => PUT_ASIDE.test(name))
    .map((name) => join(folder, name))
}

/** The time in the file's name, e.g. `bridge.corrupt-2026-01-02T03-04-05-678Z.sqlite`. */
function stampOf(path: string): number {
  const [, day, hours, minutes, seconds, rest] =
    /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/.exec(path) ?? []
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}.${rest}Z`)
  return Number.isNaN(time) ? statSync(path).mtimeMs : time
}
