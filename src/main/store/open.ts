import { existsSync, rmSync, statSync } from 'node:fs'
import type { BridgeEvent } from '../../shared/domain.ts'
import { writeBackup } from './backup.ts'
import { isDamage, StoreMissingError, StoreVersionError, storeError } from './errors.ts'
import {
  type Files,
  filesOf,
  markClean,
  privateFile,
  privateFolder,
  removeStore,
  unmarkClean,
  wasLeftClean,
} from './files.ts'
import { lockFolder } from './lock.ts'
import { migrate, migrations, versionOf } from './migrations.ts'
import { isLost, isSound, restore } from './restore.ts'
import { Sql } from './sql.ts'
import { SqliteStore } from './sqlite-store.ts'

export interface StoreOptions {
  /** The data folder; made when missing. `:memory:` keeps all in memory (tests). */
  dir: string
  clock?: { now(): number }
  /** Told what the store did by itself; a restore is in `events()` as well. */
  onEvent?: (event: BridgeEvent) => void
  /**
   * For the command line beside a running server: takes no lock, makes, upgrades and restores nothing.
   * Throws StoreMissingError where there is no store.
   */
  shared?: boolean
}

/** A file up to this size is checked at every start: it takes some milliseconds. */
const ALWAYS_CHECKED_BYTES = 4 * 1024 * 1024
/** Waiting in SQLite holds the event loop: a server waits between tries instead (group-commit.ts). */
const SERVER_BUSY_MS = 100
const SHARED_BUSY_MS = 10_000

/**
 * Opens the store of a data folder. Throws StoreInUseError when another server runs on it, StoreVersionError
 * when a newer program wrote it, StoreUnavailableError when the disk does not take it. A damaged file is put
 * aside and the newest sound backup restored; `onEvent` is told (`event.store-restored` with `backupTime`,
 * milliseconds, or `event.store-started-empty`; both with `movedTo`, the damaged file's new name).
 */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  const clock = options.clock ?? Date
  const now = () => clock.now()
  try {
    if (options.dir === ':memory:') return inMemory(now)
    return options.shared ? openShared(options.dir, now) : openAlone(options, now)
  } catch (error) {
    throw storeError(error)
  }
}

function inMemory(now: () => number): SqliteStore {
  const sql = new Sql(':memory:')
  migrate(sql)
  const backup = () => Promise.reject(new Error('a store in memory has no backup'))
  return new SqliteStore(sql, { now, backup, closed: () => {} })
}

function openShared(dir: string, now: () => number): SqliteStore {
  const files = filesOf(dir)
  if (!existsSync(files.store)) throw new StoreMissingError(dir)
  const sql = new Sql(files.store, { fileMustExist: true, busyTimeout: SHARED_BUSY_MS })
  const version = versionOf(sql)
  if (version !== migrations.length) {
    sql.close()
    throw version === 0 ? new StoreMissingError(dir) : new StoreVersionError(version, migrations.length)
  }
  const backup = () => Promise.reject(new Error('the backup is made by the server'))
  return new SqliteStore(sql, { now, backup, closed: () => {} })
}

function openAlone({ dir, onEvent }: StoreOptions, now: () => number): SqliteStore {
  const files = filesOf(dir)
  privateFolder(dir)
  privateFile(files.lock)
  const release = lockFolder(dir, files.lock)
  try {
    removeStore(files.fresh)
    rmSync(files.newBackup, { force: true })
    const sql = openSound(files) ?? openRestored(files, now(), onEvent)
    sql.onDamage = () => {
      // The next start checks the whole file, restores it if need be, and says so.
      unmarkClean(files)
      onEvent?.({ time: now(), connectionId: null, level: 'error', key: 'event.store-damaged', params: {} })
    }
    return new SqliteStore(sql, {
      now,
      backup: () => writeBackup(sql, files),
      closed: (sound) => {
        if (sound) markClean(files)
        release()
      },
    })
  } catch (error) {
    release()
    throw error
  }
}

/** The store as it is, upgraded; null when it is damaged or lost. */
function openSound(files: Files): Sql | null {
  if (isLost(files)) return null
  const trusted = wasLeftClean(files) && statSync(files.store).size > ALWAYS_CHECKED_BYTES
  privateFile(files.store)
  let sql: Sql | null = null
  try {
    sql = new Sql(files.store, { busyTimeout: SERVER_BUSY_MS })
    if (trusted || isSound(sql)) {
      migrate(sql)
      return sql
    }
  } catch (error) {
    if (!isDamage(error)) {
      sql?.close()
      throw error
    }
  }
  sql?.close()
  return null
}

function openRestored(files: Files, now: number, onEvent: StoreOptions['onEvent']): Sql {
  const told = restore(files, now)
  const sql = new Sql(files.store, { fileMustExist: true, busyTimeout: SERVER_BUSY_MS })
  onEvent?.(told)
  return sql
}
