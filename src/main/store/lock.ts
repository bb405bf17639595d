import Database from 'better-sqlite3'
import { isBusy, StoreInUseError, storeError } from './errors.ts'

/**
 * Keeps a second server away from the folder: an exclusive transaction held open on a file of its own. The
 * kernel ends it with the process, however that dies, so there is no stale lock to clean. Answers how to
 * release it; throws StoreInUseError when another server holds it.
 */
export function lockFolder(dir: string, path: string): () => void {
  const db = new Database(path, { timeout: 0 })
  try {
    // No journal file: nothing is ever written.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw isBusy(error) ? new StoreInUseError(dir) : storeError(error)
  }
  return () => db.close()
}
