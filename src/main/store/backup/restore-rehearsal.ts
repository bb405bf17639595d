import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { OPEN_STATES } from '../../../shared/domain.ts'
import { storeError, storeMissing } from '../errors.ts'
import {
  type Files,
  filesOf,
  markClean,
  privateFolder,
  syncFolder,
  unmarkClean,
  unmarkDamaged,
} from '../files.ts'
import { lockFolder } from '../lock.ts'
import { prepare, type Restored, restore } from './restore.ts'

/** The effect of a restore, measured by restoring a copy. */
export interface Rehearsal {
  /**
   * The backup file it would use; null = there is no sound backup, and the bridge would start with an empty
   * store.
   */
  backup: string | null
  /** Unusable backups: those found, or the file named. */
  unsound: string[]
  /** When the backup was made, milliseconds since 1970; 0 without a backup. */
  backupAt: number
  /** Events received after the backup that would be read from the journal. */
  replayed: number
  /** What the current file holds beyond the backup; null when it is unreadable. */
  lost: Lost | null
}
interface Lost {
  conversations: number
  messages: number
  replies: number
  /** Those of the messages that are not delivered yet. */
  open: number
}

/**
 * Rehearses a restore without changing the folder. Throws StoreError `missing` when the folder is not one of the
 * bridge.
 */
export function rehearse(dir: string, from: string | undefined, now: number): Rehearsal {
  const files = filesOf(dir)
  if (!existsSync(dir)) throw storeMissing(dir)
  const aside = mkdtempSync(join(dir, 'rehearsal-'))
  const unsound: string[] = []
  try {
    for (const backup of candidates(files, from)) {
      const made = prepare(files, backup, join(aside, 'store.sqlite'), now, '')
      if (made) return found(files, backup, unsound, made)
      unsound.push(backup)
    }
    const empty = prepare(files, null, join(aside, 'store.sqlite'), now, '')!
    return found(files, null, unsound, empty)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/**
 * Restores: the current file is set aside as `bridge.replaced-….sqlite`. Throws StoreError `in-use` while a
 * bridge runs on the folder. Returns the new name of the current file.
 */
export function restoreNow(dir: string, from: string | undefined, now: number): string {
  const files = filesOf(dir)
  if (!existsSync(dir)) throw storeMissing(dir)
  privateFolder(dir)
  const release = lockFolder(dir, files.lock)
  try {
    unmarkClean(files)
    const told = restore(files, now, { backups: candidates(files, from), aside: 'replaced' })
    unmarkDamaged(files)
    markClean(files)
    syncFolder(dir)
    return String(told.params.movedTo)
  } catch (error) {
    throw storeError(error)
  } finally {
    release()
  }
}

const candidates = (files: Files, from: string | undefined): string[] =>
  from === undefined ? [files.backup, files.olderBackup].filter((path) => existsSync(path)) : [from]

const found = (files: Files, backup: string | null, unsound: string[], made: Restored): Rehearsal => ({
  backup,
  unsound,
  backupAt: made.backupAt,
  replayed: made.replayed,
  lost: backup === null ? null : lostSince(files.store, backup),
})

const OPEN = OPEN_STATES.map((state) => `'${state}'`).join(', ')
const NEWER = `SELECT
  (SELECT count(*) FROM conversations WHERE id NOT IN (SELECT id FROM old.conversations)) AS conversations,
  count(*) AS messages,
  count(*) FILTER (WHERE direction = 'to-chatra') AS replies,
  count(*) FILTER (WHERE state IN (${OPEN})) AS open
  FROM messages WHERE kind <> 'event' AND id > (SELECT coalesce(max(id), 0) FROM old.messages)`

function lostSince(store: string, backup: string): Lost | null {
  if (!existsSync(store)) return null
  try {
    // A read-only connection leaves its side files behind.
    const present = new Database(store, { fileMustExist: true })
    try {
      present.pragma('query_only = ON')
      present.prepare(`ATTACH ? AS old`).run(backup)
      return present.prepare(NEWER).get() as Lost
    } finally {
      present.close()
    }
  } catch {
    return null
  }
}
