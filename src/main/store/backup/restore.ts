import { copyFileSync, existsSync, readdirSync, renameSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { BridgeEvent } from '../../../shared/domain.ts'
import { isStoreError } from '../../../shared/store-error.ts'
import type { Takeover } from '../../engine/ports.ts'
import { isDamage } from '../errors.ts'
import { type Files, moveInto, privateFile, removeStore, syncFolder, withSideFiles } from '../files.ts'
import { migrate, versionOf } from '../migrations.ts'
import { LOOKUPS } from '../queries/lookups.ts'
import { ADD_EVENT, addInboxRow, SET_FACT } from '../rows/changes.ts'
import { type MessageRow, messageFrom, patchMessage } from '../rows/messages.ts'
import { DROP_MARKS, type MarkRow, marksFrom, READ_MARKS } from '../rows/move-marks.ts'
import { Sql } from '../sql.ts'
import { heldReply, OPEN_REPLIES, SKIPPED_NUMBERS } from './held-replies.ts'
import { type Journaled, readJournal } from './journal.ts'
import { COPIED_AT } from './worker-tasks.ts'

/** True when SQLite finds no damage. Reads the whole file. */
export const isSound = (sql: Sql): boolean => {
  try {
    return sql.value<string>('PRAGMA quick_check(1)') === 'ok'
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  }
}

/** Stores that were set aside: damaged ones, and those that an owner replaced by a backup. */
export const PUT_ASIDE = /^bridge\.(corrupt|replaced)-.*\.sqlite(-wal|-shm|-journal)?$/

/** Parts of a store exist, but not the store itself: it was lost, or a restore was interrupted. */
export function isLost(files: Files): boolean {
  if (existsSync(files.store) && statSync(files.store).size > 0) return false
  const folder = readdirSync(dirname(files.store))
  return folder.some((name) => /^bridge\.(backup|backup-older|(corrupt|replaced)-.*)\.sqlite$/.test(name))
}

/**
 * Sets a damaged or lost store aside and replaces it with the newest sound backup, or with an empty store
 * when there is none. Events received since the backup are added to the inbox from the journal, and messages
 * that may have been delivered since are reconciled first (Takeover). The new store is completed under
 * another name, so an interrupted restore can simply run again. Returns the event that notifies the owner;
 * the new store already contains it.
 */
export function restore(
  files: Files,
  now: number,
  { backups = [files.backup, files.olderBackup], aside = 'corrupt' as 'corrupt' | 'replaced' } = {},
): BridgeEvent {
  const movedTo = moveAside(files, now, aside)
  for (const named of backups) {
    // The store's own file, whose data were moved to a place that is lost.
    const backup = named === files.store ? join(files.dir, movedTo) : named
    if (!existsSync(backup)) continue
    const told = finish(files, backup, now, movedTo)
    if (told) return told
  }
  return finish(files, null, now, movedTo)!
}

const event = (time: number, key: string, params: BridgeEvent['params']): BridgeEvent => ({
  time,
  connectionId: null,
  level: 'error',
  key,
  params,
})

/** Sets the store aside; returns the file's new name; empty when there was no file. */
function moveAside(files: Files, now: number, why: string): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-')
  const aside = join(dirname(files.store), `bridge.${why}-${stamp}.sqlite`)
  if (!existsSync(files.store)) return ''
  const names = withSideFiles(aside)
  // The store itself is moved last: until then an interruption leaves a damaged store, which is found again.
  for (const [index, path] of [...withSideFiles(files.store).entries()].reverse()) {
    if (existsSync(path)) renameSync(path, names[index]!)
  }
  return basename(aside)
}

/** Makes the store from `backup` (or empty) and moves it into place; null when the backup is unusable. */
function finish(files: Files, backup: string | null, now: number, movedTo: string): BridgeEvent | null {
  const made = prepare(files, backup, files.fresh, now, movedTo)
  if (made === null) return null
  moveInto(files.fresh, files.store)
  syncFolder(dirname(files.store))
  return made.told
}

/** The result of restoring a backup. */
export interface Restored {
  told: BridgeEvent
  /** When the backup was made; 0 when there is none. */
  backupAt: number
  /** Number of events taken from the journal. */
  replayed: number
}

/** Prepares `target` as the future store; null when the backup is unusable. */
export function prepare(
  files: Files,
  backup: string | null,
  target: string,
  now: number,
  movedTo: string,
): Restored | null {
  removeStore(target)
  if (backup) copyFileSync(backup, target)
  privateFile(target)
  let sql: Sql | null = null
  try {
    sql = new Sql(target)
    const store = sql
    if (backup && (!isSound(store) || versionOf(store) === 0)) return null
    migrate(store)
    // Half of what a move brings is no backup.
    if (marksFrom(store.all<MarkRow>(READ_MARKS)).arriving !== undefined) return null
    return store.now(() => goOn(store, files, backup, now, movedTo))
  } catch (error) {
    if (backup && (isDamage(error) || isStoreError(error, 'newer'))) return null
    throw error
  } finally {
    sql?.close()
  }
}

/** The backup becomes the current store. */
function goOn(sql: Sql, files: Files, backup: string | null, now: number, movedTo: string): Restored {
  const copiedAt = Number(sql.value<string>(LOOKUPS.fact, '', COPIED_AT) ?? 0)
  const backupAt = backup === null ? 0 : copiedAt || Math.round(statSync(backup).mtimeMs)
  const known = sql.value<number>(`SELECT seq FROM sqlite_sequence WHERE name = 'inbox'`) ?? 0
  const journal = readJournal(files, known)
  sql.run(DROP_MARKS)
  skipNumbers(sql, now, journal.rows.at(-1)?.seq ?? 0)
  for (const row of journal.rows) addInboxRow(sql, row)
  holdReplies(sql, now)
  sql.run(DOUBT_TASKS)
  noteTakeover(sql, journal, now, backupAt)
  const told = backup
    ? event(now, 'event.store-restored', { backupTime: Math.round(statSync(backup).mtimeMs), movedTo })
    : event(now, 'event.store-started-empty', { movedTo })
  const { time, connectionId, level, key, params } = told
  sql.run(ADD_EVENT, time, connectionId, level, key, JSON.stringify(params))
  return { told, backupAt, replayed: journal.rows.length }
}

function noteTakeover(sql: Sql, { aliveUntil }: Journaled, now: number, backupAt: number): void {
  // When the journal says until when the lost store was in use, everything written later is certainly new.
  const until = Math.min(now, aliveUntil ?? now)
  const firstId = sql.value<number>(`SELECT value FROM meta WHERE key = 'next_id'`) ?? 0
  const takeover: Takeover = { at: now, until, cause: 'restore', backupAt, firstId }
  const setFact = (key: string, value: unknown) => sql.run(SET_FACT, '', key, JSON.stringify(value))
  setFact('takeover', takeover)
  setFact('aliveAt', until)
  sql.run(`DELETE FROM facts WHERE connection = '' AND key = ?`, COPIED_AT)
}

/** A task that was in use may have been completed since: it is read before it is used. */
const DOUBT_TASKS = `UPDATE tasks SET data = json_set(data, '$.checkedAt', 0) WHERE data ->> '$.active'`

/** The device of the conversation, or of the one it was merged into, that wrote last. */
const LATEST_DEVICE = `WITH RECURSIVE thread (id, into_id, step) AS (
    SELECT id, merged_into, 0 FROM conversations WHERE id = ?
    UNION SELECT next.id, next.merged_into, step + 1 FROM thread JOIN conversations AS next ON next.id = into_id
      WHERE step < 100)
  SELECT client FROM thread JOIN clients ON clients.conversation = thread.id ORDER BY step, last_wrote_at DESC LIMIT 1`

/**
 * Replies that waited when the backup was made have most likely been sent since: they are sent again only on
 * request.
 */
function holdReplies(sql: Sql, now: number): void {
  for (const row of sql.all<MessageRow>(OPEN_REPLIES)) {
    const message = messageFrom(row)
    const device = message.chatraClientId ?? sql.value<string>(LATEST_DEVICE, message.conversationId)
    patchMessage(sql, message.id, now, heldReply(message, device))
  }
}

/**
 * Ids assigned since the backup are known outside (the log, `retry ID`, the journal) and must not be used
 * again. When their number is unknown, seconds since 1970 are above every id that was assigned one by one.
 */
function skipNumbers(sql: Sql, now: number, journaled: number): void {
  const seconds = Math.floor(now / 1000)
  sql.run(`UPDATE meta SET value = max(value + ?, ?) WHERE key = 'next_id'`, SKIPPED_NUMBERS, seconds)
  for (const table of ['inbox', 'entries', 'events']) {
    sql.run(`DELETE FROM sqlite_sequence WHERE name = ?`, table)
    sql.run(
      `INSERT INTO sqlite_sequence (name, seq) SELECT ?, max(coalesce(max(${table === 'events' ? 'id' : 'seq'}), 0) + ?, ?) FROM ${table}`,
      table,
      SKIPPED_NUMBERS,
      table === 'inbox' ? Math.max(seconds, journaled + SKIPPED_NUMBERS) : seconds,
    )
  }
}
