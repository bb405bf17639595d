import { copyFileSync, existsSync, readdirSync, renameSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { BridgeEvent } from '../../shared/domain.ts'
import { ADD_EVENT } from './changes.ts'
import { isDamage, StoreVersionError } from './errors.ts'
import { type Files, moveInto, privateFile, removeStore, syncFolder, withSideFiles } from './files.ts'
import { migrate, versionOf } from './migrations.ts'
import { Sql } from './sql.ts'

/** Numbers skipped after a restore: more than can have been handed out since the backup was made. */
const SKIPPED_NUMBERS = 1_000_000

/** True when SQLite finds no damage. Reads the whole file. */
export const isSound = (sql: Sql): boolean => {
  try {
    return sql.value<string>('PRAGMA quick_check(1)') === 'ok'
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  }
}

/** Something of a store is here, but not the store itself: it was lost, or a restore was interrupted. */
export function isLost(files: Files): boolean {
  if (existsSync(files.store) && statSync(files.store).size > 0) return false
  const folder = readdirSync(dirname(files.store))
  return folder.some((name) => /^bridge\.(backup|backup-older|corrupt-.*)\.sqlite$/.test(name))
}

/**
 * Puts a damaged or lost store aside and the newest sound backup in its place, or an empty store where there
 * is none. The new one is finished under another name, so an interruption only means doing it again. Answers
 * the event that tells the owner; it is in the new store already.
 */
export function restore(files: Files, now: number): BridgeEvent {
  const movedTo = moveAside(files, now)
  for (const backup of [files.backup, files.olderBackup]) {
    if (!existsSync(backup)) continue
    const backupTime = Math.round(statSync(backup).mtimeMs)
    const told = event(now, 'event.store-restored', { backupTime, movedTo })
    if (finish(files, backup, told)) return told
  }
  const told = event(now, 'event.store-started-empty', { movedTo })
  finish(files, null, told)
  return told
}

const event = (time: number, key: string, params: BridgeEvent['params']): BridgeEvent => ({
  time,
  connectionId: null,
  level: 'error',
  key,
  params,
})

/** Answers the file's new name; empty when there was none. */
function moveAside(files: Files, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-')
  const aside = join(dirname(files.store), `bridge.corrupt-${stamp}.sqlite`)
  if (!existsSync(files.store)) return ''
  const names = withSideFiles(aside)
  // The store itself last: until then an interruption leaves a damaged store, which is found again.
  for (const [index, path] of [...withSideFiles(files.store).entries()].reverse()) {
    if (existsSync(path)) renameSync(path, names[index]!)
  }
  return basename(aside)
}

/** Makes the store from `backup` (or from nothing) and puts it in place; false when the backup is no good. */
function finish(files: Files, backup: string | null, told: BridgeEvent): boolean {
  removeStore(files.fresh)
  if (backup) copyFileSync(backup, files.fresh)
  privateFile(files.fresh)
  let sql: Sql | null = null
  try {
    sql = new Sql(files.fresh)
    if (backup && (!isSound(sql) || versionOf(sql) === 0)) return false
    migrate(sql)
    skipNumbers(sql, told.time)
    const { time, connectionId, level, key, params } = told
    sql.run(ADD_EVENT, time, connectionId, level, key, JSON.stringify(params))
  } catch (error) {
    if (backup && (isDamage(error) || error instanceof StoreVersionError)) return false
    throw error
  } finally {
    sql?.close()
  }
  moveInto(files.fresh, files.store)
  syncFolder(dirname(files.store))
  return true
}

/**
 * Numbers handed out since the backup are known outside (the log, `retry ID`) and must not come again. Where
 * nothing tells how many there were, seconds since 1970 are ahead of anything handed out one by one.
 */
function skipNumbers(sql: Sql, now: number): void {
  const seconds = Math.floor(now / 1000)
  sql.now(() => {
    sql.run(`UPDATE meta SET value = max(value + ?, ?) WHERE key = 'next_id'`, SKIPPED_NUMBERS, seconds)
    for (const table of ['inbox', 'entries', 'events']) {
      sql.run(`DELETE FROM sqlite_sequence WHERE name = ?`, table)
      sql.run(
        `INSERT INTO sqlite_sequence (name, seq) SELECT ?, max(coalesce(max(${table === 'events' ? 'id' : 'seq'}), 0) + ?, ?) FROM ${table}`,
        table,
        SKIPPED_NUMBERS,
        seconds,
      )
    }
  })
}
