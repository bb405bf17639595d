import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { storeError } from './errors.ts'
import { type Files, moveInto, privateFile, removeStore, syncFolder } from './files.ts'
import type { Sql } from './sql.ts'

/** Pages copied before the loop is given back. */
const PAGES_A_TURN = 250

/**
 * Copies the store beside itself while it goes on working, and keeps the copy before that one. A copy is
 * whole or not there: it is made under another name. A store found damaged is not copied over good ones.
 */
export async function writeBackup(sql: Sql, files: Files): Promise<string> {
  if (sql.damaged) throw new Error('the store is damaged: it is not copied over its backups')
  removeStore(files.newBackup)
  try {
    privateFile(files.newBackup)
    await sql.database.backup(files.newBackup, { progress: () => PAGES_A_TURN })
    if (existsSync(files.backup)) renameSync(files.backup, files.olderBackup)
    moveInto(files.newBackup, files.backup)
    syncFolder(dirname(files.backup))
    return files.backup
  } catch (error) {
    rmSync(files.newBackup, { force: true })
    throw storeError(error)
  }
}
