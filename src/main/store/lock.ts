import Database from 'better-sqlite3'
import { isBusy, storeError, storeInUse } from './errors.ts'

/**
 * Prevents a second server on the folder: an exclusive transaction held open on a separate file. The kernel
 * releases it when the process ends for any reason, so there are no stale locks. Returns a function that
 * releases it; throws StoreError `in-use` when another server holds it.
 */
export function lockFolder(dir: string, path: string): () => void {
  const db = new Database(path, { timeout: 0 })
  try {
    // No journal file: nothing is ever written.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw isBusy(error) ? storeInUse(dir) : storeError(error)
  }
  return () => db.close()
}
