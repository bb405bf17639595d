import { existsSync, statSync } from 'node:fs'
import type { BridgeEvent } from '../../shared/domain.ts'
import { oneAtATime } from '../process/one-at-a-time.ts'
import { addAccepted } from './acceptance.ts'
import { writeBackup } from './backup/backup.ts'
import { Journal, journalTail } from './backup/journal.ts'
import { dropOldFiles, dropReplaced } from './backup/old-files.ts'
import { isLost, isSound, restore } from './backup/restore.ts'
import { WorkerThread } from './backup/worker-thread.ts'
import { isDamage, storeError, storeMissing, storeOfOtherVersion } from './errors.ts'
import {
  type Files,
  filesOf,
  isMarkedDamaged,
  markClean,
  markDamaged,
  privateFile,
  privateFolder,
  removeStore,
  unmarkDamaged,
  wasLeftClean,
} from './files.ts'
import { lockFolder } from './lock.ts'
import { migrate, migrations, versionOf } from './migrations.ts'
import { type Pacing, UNPACED } from './pacing.ts'
import { END_LEAVING, type MarkRow, marksFrom, moveTrouble, READ_MARKS } from './rows/move-marks.ts'
import { Sql } from './sql.ts'
import { SqliteStore } from './sqlite-store.ts'
import { WalSync } from './wal-sync.ts'

// Captured when the program loads, so that a test's fake timers do not delay the disk.
const later = setTimeout

export interface StoreOptions {
  /** The data folder; created when missing. `:memory:` keeps all data in memory (tests). */
  dir: string
  clock?: { now(): number }
  /** Called with events of the store itself; a restore is in `events()` as well. */
  onEvent?: (event: BridgeEvent) => void
  /**
   * For the command line beside a running server: takes no lock and creates, upgrades or restores nothing.
   * Throws StoreError `missing` when there is no store.
   */
  shared?: boolean
  /** How often the disk is written to; without it at once. */
  pacing?: Pacing
  /** For the command line with the server stopped: throws StoreError `missing` when there is no store. */
  mustExist?: boolean
}

/** A file up to this size, in bytes, is checked at every start: it takes some milliseconds. */
const ALWAYS_CHECKED_BYTES = 4 * 1024 * 1024
/** Waiting inside SQLite blocks the event loop: a server waits between tries instead (group-commit.ts). */
const SERVER_BUSY_MS = 100
const SHARED_BUSY_MS = 10_000

/**
 * Opens the store of a data folder. Throws StoreError `in-use` when another server runs on it, StoreError `newer`
 * when a newer program wrote it, StoreError `unavailable` when the disk refuses. A damaged file is set aside and
 * the newest sound backup restored; `onEvent` is then called (`event.store-restored` with `backupTime`,
 * milliseconds, or `event.store-started-empty`; both with `movedTo`, the damaged file's new name).
 */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  const clock = options.clock ?? Date
  const now = () => clock.now()
  try {
    if (options.dir === ':memory:') return inMemory(now)
    if (options.mustExist && !existsSync(filesOf(options.dir).store)) throw storeMissing(options.dir)
    return options.shared ? openShared(options.dir, now) : openAlone(options, now)
  } catch (error) {
    throw storeError(error)
  }
}

const NOTHING_BESIDE = {
  journal: null,
  dropFiles: async () => false,
  renewBackups: async () => 0,
  ending: async () => {},
  closed: () => {},
}

function inMemory(now: () => number): SqliteStore {
  const sql = new Sql(':memory:')
  migrate(sql)
  const backup = () => Promise.reject(new Error('an in-memory store has no backup'))
  return new SqliteStore(sql, { ...NOTHING_BESIDE, now, backup })
}

function openShared(dir: string, now: () => number): SqliteStore {
  const files = filesOf(dir)
  if (!existsSync(files.store)) throw storeMissing(dir)
  const sql = new Sql(files.store, { fileMustExist: true, busyTimeout: SHARED_BUSY_MS })
  const version = versionOf(sql)
  if (version !== migrations.length) {
    sql.close()
    throw version === 0 ? storeMissing(dir) : storeOfOtherVersion(version, migrations.length)
  }
  refuseMoved(sql)
  const backup = () => Promise.reject(new Error('only the server makes backups'))
  return new SqliteStore(sql, { ...NOTHING_BESIDE, now, backup })
}

function openAlone({ dir, onEvent, pacing = UNPACED }: StoreOptions, now: () => number): SqliteStore {
  const files = filesOf(dir)
  privateFolder(dir)
  privateFile(files.lock)
  const release = lockFolder(dir, files.lock)
  const report = (level: BridgeEvent['level'], key: string, params: BridgeEvent['params'] = {}) =>
    onEvent?.({ time: now(), connectionId: null, level, key, params })
  try {
    removeStore(files.fresh)
    removeStore(files.newBackup)
    const { sql, isChecked } = openSound(files) ?? openRestored(files, now(), onEvent)
    const journal = new Journal(files, now)
    const beside = new WorkerThread((detail) => report('warning', 'event.store-no-thread', { detail }))
    sql.onDamage = () => {
      // The next start reads the whole file, restores it if necessary, and reports it.
      markDamaged(files)
      report('error', 'event.store-damaged')
    }
    // Maintenance and the owner may request one at the same moment.
    const inTurn = oneAtATime()
    const accepted = () => store.acceptedStored()
    const backup = () => inTurn(() => writeBackup(sql, { files, journal, beside, now: now(), accepted }))
    const checking = isChecked ? null : new LateCheck(sql, files, beside)
    addAccepted(sql, (seq) => journalTail(files, seq))
    const store = new SqliteStore(sql, {
      now,
      journal,
      pacing,
      walSync: new WalSync(files.store),
      backup,
      renewBackups: async () => {
        await backup()
        return dropReplaced(files)
      },
      dropFiles: (cutoff) => dropOldFiles(files, journal, cutoff),
      ending: () => beside.end(),
      closed: (sound) => {
        if (sound && checking?.isOpen !== true) markClean(files)
        release()
      },
    })
    return store
  } catch (error) {
    release()
    throw error
  }
}

/** How long after a start the receiver has the disk for itself. */
const CHECK_AFTER_MS = 1000

/**
 * After a crash the file is read completely in the background: a webhook must not wait for that. Damage is
 * reported at once and repaired at the next start: the damaged store still holds more than its backup, so
 * nothing is discarded while it works.
 */
class LateCheck {
  /** The file was not read completely. */
  isOpen = true

  constructor(sql: Sql, files: Files, beside: WorkerThread) {
    const timer = later(() => {
      void beside.run({ errand: 'check', path: files.store }).then((outcome) => {
        if (outcome.ok) this.isOpen = false
        else if (outcome.damage) sql.foundDamaged()
      })
    }, CHECK_AFTER_MS)
    timer.unref()
  }
}

/**
 * The store as it is, upgraded; null when it is damaged or lost. A big file that was not closed cleanly is
 * not read completely before use: `isChecked` is false then.
 */
function openSound(files: Files): { sql: Sql; isChecked: boolean } | null {
  if (isLost(files)) return null
  const isBig = existsSync(files.store) && statSync(files.store).size > ALWAYS_CHECKED_BYTES
  const isSuspect = isMarkedDamaged(files)
  const isTrusted = isBig && !isSuspect && wasLeftClean(files)
  privateFile(files.store)
  let sql: Sql | null = null
  try {
    sql = new Sql(files.store, { busyTimeout: SERVER_BUSY_MS, isSyncedBeside: true })
    const isRead = !isBig || isSuspect
    if (!isRead || isSound(sql)) {
      migrate(sql)
      refuseMoved(sql)
      sql.run(END_LEAVING)
      unmarkDamaged(files)
      return { sql, isChecked: isRead || isTrusted }
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

function openRestored(
  files: Files,
  now: number,
  onEvent: StoreOptions['onEvent'],
): { sql: Sql; isChecked: boolean } {
  const told = restore(files, now)
  const sql = new Sql(files.store, { fileMustExist: true, busyTimeout: SERVER_BUSY_MS, isSyncedBeside: true })
  unmarkDamaged(files)
  onEvent?.(told)
  return { sql, isChecked: true }
}

function refuseMoved(sql: Sql): void {
  const trouble = moveTrouble(marksFrom(sql.all<MarkRow>(READ_MARKS)), 'folder')
  if (trouble === null) return
  sql.close()
  throw trouble
}
