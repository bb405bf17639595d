import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { storeError } from '../errors.ts'
import { type Files, removeStore, syncFolderAside } from '../files.ts'
import type { Sql } from '../sql.ts'
import type { Journal } from './journal.ts'
import type { WorkerThread } from './worker-thread.ts'

/**
 * Copies the store beside itself while it goes on working, and keeps the copy before that one. A copy takes the place of
 * the older one only after it was read to its end and found sound, so damage that nobody has noticed yet costs no good
 * backup. From then on the journal begins anew. Rejects when there is no new backup; the older ones are as they were.
 */
export async function writeBackup(
  sql: Sql,
  around: { files: Files; journal: Journal; beside: WorkerThread; now: number },
): Promise<string> {
  const { files, journal, beside, now } = around
  if (sql.damaged) throw new Error(DAMAGED)
  removeStore(files.newBackup)
  try {
    const mark = journal.mark()
    const outcome = await beside.run({ errand: 'copy', from: files.store, to: files.newBackup, at: now })
    if (!outcome.ok) {
      if (outcome.damage) await askForDamage(sql, files, beside)
      throw new Error(sql.damaged ? DAMAGED : `the copy is not good: ${outcome.detail}`)
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

/** A copy that is not sound: the disk spoiled it, or it shows what is wrong with the store itself. */
async function askForDamage(sql: Sql, files: Files, beside: WorkerThread): Promise<void> {
  const outcome = await beside.run({ errand: 'check', path: files.store })
  if (!outcome.ok && outcome.damage) sql.foundDamaged()
}
