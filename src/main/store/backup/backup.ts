import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { storeError } from '../errors.ts'
import { type Files, removeStore, syncFolderAside } from '../files.ts'
import type { Sql } from '../sql.ts'
import type { Journal } from './journal.ts'
import type { WorkerThread } from './worker-thread.ts'

/**
 * Copies the store beside itself while the store stays in use, and keeps the previous copy. The new copy
 * replaces the older one only after it was read completely and found sound, so unnoticed damage never
 * replaces a good backup. The journal starts again with a new backup. Rejects when the backup failed; the
 * older ones are then unchanged.
 */
export async function writeBackup(
  sql: Sql,
  around: {
    files: Files
    journal: Journal
    beside: WorkerThread
    now: number
    /** Resolves when everything that the journal has by now is in the database. */
    accepted: () => Promise<void>
  },
): Promise<string> {
  const { files, journal, beside, now, accepted } = around
  if (sql.damaged) throw new Error(DAMAGED)
  removeStore(files.newBackup)
  try {
    const mark = journal.mark()
    await accepted()
    const outcome = await beside.run({ errand: 'copy', from: files.store, to: files.newBackup, at: now })
    if (!outcome.ok) {
      if (outcome.damage) await askForDamage(sql, files, beside)
      throw new Error(sql.damaged ? DAMAGED : `the backup copy is damaged: ${outcome.detail}`)
    }
    // The copy is on disk already: nothing here waits for it on the event loop.
    if (existsSync(files.backup)) renameSync(files.backup, files.olderBackup)
    renameSync(files.newBackup, files.backup)
    await syncFolderAside(dirname(files.backup))
    await journal.rotate(mark)
    return files.backup
  } catch (error) {
    removeStore(files.newBackup)
    rmSync(files.newJournal, { force: true })
    throw storeError(error)
  }
}

const DAMAGED = 'the store is damaged: it is not copied over its backups'

/** The copy is damaged: the disk corrupted it, or the store itself is damaged. */
async function askForDamage(sql: Sql, files: Files, beside: WorkerThread): Promise<void> {
  const outcome = await beside.run({ errand: 'check', path: files.store })
  if (!outcome.ok && outcome.damage) sql.foundDamaged()
}
