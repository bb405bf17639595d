import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { errorCode } from '../../../shared/node-errors.ts'
import type { StoreError } from '../../../shared/store-error.ts'
import type { InboxRow } from '../../engine/ports.ts'
import { storeUnavailable } from '../errors.ts'
import { type Files, privateFile, syncFolder, syncFolderAside } from '../files.ts'

// Captured when the program loads, so that a test's fake timers do not delay the disk.
const nextTurn = setImmediate

/**
 * The events received since the last good backup, kept beside the database: Chatra does not send a webhook
 * again, so the loss of the database file must not lose accepted events. The watcher's readings are kept too: a comment
 * that was edited or deleted since is read in its present form only, while the chat shows what stood in it before.
 * A record is a line: checksum, space, JSON (an inbox row, or `{"aliveAt": milliseconds}`). It is on disk
 * before the commit that accepts it. Rows are identified by their inbox number: a restore takes the rows
 * above the backup's last one, so older records do no harm, and of two records with the same number (a commit
 * failed after its record) the later one counts.
 */
export class Journal {
  readonly #files: Files
  readonly #now: () => number
  #file: number | null = null
  /** Length of the complete records in bytes; the bytes after them belong to a failed write. */
  #length = 0
  #isTorn = false
  #pending: string[] = []
  #appended: Appended[] = []
  #isAppending = false
  #aliveAt = 0
  /** A write or a sync has failed: the file must be reopened. */
  #isSuspect = false
  readonly #syncs = new Set<Promise<void>>()

  constructor(files: Files, now: () => number) {
    this.#files = files
    this.#now = now
  }

  /** Number of records waiting for the next `sync`; `back` discards those after the first `to`. */
  get pending(): number {
    return this.#pending.length
  }
  back(to: number): void {
    this.#pending.length = to
  }

  /** The row is being accepted. */
  add(row: InboxRow): void {
    this.#pending.push(lineOf(row))
  }

  /**
   * Writes all waiting records; resolves when they are on disk; null when there is nothing to write. Throws,
   * or rejects with, StoreError `unavailable` when the write fails. The sync runs in parallel with the caller's
   * own. While the store is written to, a record each minute says so: a restore then knows since when nothing
   * was written.
   */
  sync(): Promise<void> | null {
    const now = this.#now()
    const lines = this.#pending.splice(0)
    const isDue = now - this.#aliveAt >= ALIVE_MS || now < this.#aliveAt
    if (isDue) lines.push(lineOf({ aliveAt: now }))
    if (lines.length === 0) return null
    try {
      const file = this.#append(Buffer.from(lines.join('')))
      if (isDue) this.#aliveAt = now
      return this.#synced(file)
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /**
   * Resolves when the row is on disk; those that wait at the same time share a sync. Rejects with StoreError `unavailable`
   * when the write fails.
   */
  append(row: InboxRow): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#appended.push({ line: lineOf({ ...row, accepted: true }), resolve, reject })
      if (this.#isAppending) return
      this.#isAppending = true
      nextTurn(() => this.#appendAll())
    })
  }

  /** The next ones are written when these are on disk. */
  #appendAll(): void {
    const waiting = this.#appended.splice(0)
    const done = (settle: (one: Appended) => void): void => {
      for (const one of waiting) settle(one)
      if (this.#appended.length > 0) this.#appendAll()
      else this.#isAppending = false
    }
    let synced: Promise<void>
    try {
      synced = this.#synced(this.#append(Buffer.from(waiting.map(({ line }) => line).join(''))))
    } catch (error) {
      const failure = this.#failed(error)
      done(({ reject }) => reject(failure))
      return
    }
    synced.then(
      () => done(({ resolve }) => resolve()),
      (error: unknown) => done(({ reject }) => reject(error)),
    )
  }

  /** Call before a backup begins: records after this position may be missing from the backup. Bytes. */
  mark(): number {
    return this.#file === null && this.#length === 0 ? lengthOf(this.#files.journal) : this.#length
  }

  /** A good backup contains everything before `mark`. The records after it start the new journal. */
  async rotate(mark: number): Promise<void> {
    await this.#quiet()
    const rest = existsSync(this.#files.journal) ? readFileSync(this.#files.journal).subarray(mark) : ''
    this.#close()
    // Not synced: until the next sync its whole content is in the older file as well.
    rmSync(this.#files.newJournal, { force: true })
    writeFileSync(this.#files.newJournal, rest, { mode: 0o600 })
    if (existsSync(this.#files.journal)) renameSync(this.#files.journal, this.#files.olderJournal)
    renameSync(this.#files.newJournal, this.#files.journal)
    // The next record states again, in the current file, that the store is written to.
    this.#aliveAt = 0
    await syncFolderAside(dirname(this.#files.journal))
  }

  /** Keeps only the rows that match, in both files. Returns the number of dropped rows. */
  async keepOnly(fits: (row: InboxRow) => boolean): Promise<number> {
    await this.#quiet()
    this.#close()
    let dropped = 0
    for (const path of [this.#files.olderJournal, this.#files.journal]) {
      const { lines } = read(path)
      const kept = lines.filter((line) => !('body' in line) || fits(line))
      if (kept.length === lines.length) continue
      dropped += lines.length - kept.length
      writeSynced(this.#files.newJournal, kept.map(lineOf).join(''))
      renameSync(this.#files.newJournal, path)
    }
    syncFolder(dirname(this.#files.journal))
    return dropped
  }

  async close(): Promise<void> {
    while (this.#isAppending) await new Promise((resolve) => nextTurn(() => resolve(null)))
    await this.#quiet()
    this.#close()
  }

  /** No sync is under way; none begins before the caller's next await. */
  async #quiet(): Promise<void> {
    while (this.#syncs.size > 0) await Promise.allSettled(this.#syncs)
  }

  #synced(file: number): Promise<void> {
    const sync = new Promise<void>((resolve, reject) => {
      fdatasync(file, (error) => (error ? reject(this.#failed(error)) : resolve()))
    }).finally(() => this.#syncs.delete(sync))
    this.#syncs.add(sync)
    return sync
  }

  /**
   * The next record is written after the last complete one, and states again that the store is written to.
   */
  #failed(error: unknown): StoreError {
    this.#aliveAt = 0
    this.#isSuspect = true
    return storeUnavailable(errorCode(error) || 'JOURNAL', error)
  }

  /** Returns the file handle, to sync it. */
  #append(bytes: Buffer): number {
    if (this.#isSuspect && this.#syncs.size === 0) this.#close()
    const file = this.#open()
    if (this.#isTorn) ftruncateSync(file, this.#length)
    this.#isTorn = true
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(file, bytes, at, bytes.length - at, this.#length + at)
    }
    this.#isTorn = false
    this.#length += bytes.length
    return file
  }

  #open(): number {
    if (this.#file !== null) return this.#file
    privateFile(this.#files.journal)
    const file = openSync(this.#files.journal, 'r+')
    this.#file = file
    this.#isSuspect = false
    this.#length = endOfRecords(file)
    this.#isTorn = fstatSync(file).size > this.#length
    return file
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
    this.#length = 0
  }
}

interface Appended {
  line: string
  resolve(): void
  reject(error: unknown): void
}

/** One minute: the precision with which the time of a lost store's last write is known. */
const ALIVE_MS = 60_000

/** `accepted`: the record alone makes the event safe; another belongs to a commit, which may have failed. */
type Row = InboxRow & { accepted?: true }
type Line = Row | { aliveAt: number }

function lineOf(record: Line): string {
  const json = JSON.stringify(record)
  return `${checksum(json)} ${json}\n`
}
const checksum = (text: string) => crc32(text).toString(16).padStart(8, '0')

export interface Journaled {
  /** Rows in the order in which they were accepted. */
  rows: InboxRow[]
  /** Latest time at which the store may have been written to; null when unknown. */
  aliveUntil: number | null
}

/** The accepted rows of the present file above inbox number `seq`, in order: the file is read from its end. */
export function journalTail(files: Files, seq: number): InboxRow[] {
  for (let most = TAIL_BYTES; ; most *= 4) {
    const { lines, isAll } = readEnd(files.journal, most)
    const rows = lines.filter((line): line is Row => 'body' in line && line.accepted === true)
    // They were appended in the order of their numbers.
    if (isAll || (rows[0]?.seq ?? Number.POSITIVE_INFINITY) <= seq) return rows.filter((row) => row.seq > seq)
  }
}

const TAIL_BYTES = 1024 * 1024

/** The complete lines among the last `most` bytes of a file; all of them when it is not longer. */
function readEnd(path: string, most: number): { lines: Line[]; isAll: boolean } {
  if (!existsSync(path)) return { lines: [], isAll: true }
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const from = Math.max(0, size - most)
    const bytes = Buffer.alloc(size - from)
    readSync(file, bytes, 0, bytes.length, from)
    return { lines: linesOf(bytes).lines, isAll: from === 0 }
  } finally {
    closeSync(file)
  }
}

/** The rows of both files above inbox number `seq`. Incomplete lines are skipped. */
export function readJournal(files: Files, seq: number): Journaled {
  const older = read(files.olderJournal)
  const present = read(files.journal)
  const rows = new Map<number, InboxRow>()
  for (const line of [...older.lines, ...present.lines]) {
    if ('body' in line && line.seq > seq) rows.set(line.seq, line)
  }
  const alive = present.lines.map((line) => ('body' in line ? line.receivedAt : line.aliveAt))
  // An unreadable line might be the one with that time.
  const isKnown = present.isWhole && alive.length > 0
  return {
    rows: [...rows.values()].sort((one, other) => one.seq - other.seq),
    aliveUntil: isKnown ? alive.reduce((one, other) => Math.max(one, other)) + ALIVE_MS : null,
  }
}

function read(path: string): { lines: Line[]; isWhole: boolean } {
  return existsSync(path) ? linesOf(readFileSync(path)) : { lines: [], isWhole: false }
}

function linesOf(bytes: Buffer): { lines: Line[]; isWhole: boolean } {
  const lines: Line[] = []
  let isWhole = true
  let from = 0
  // The bytes after the last line end: none, or the beginning of a record that was never acknowledged.
  for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
    const line = parsed(bytes.toString('utf8', from, to))
    if (line) lines.push(line)
    else isWhole = false
    from = to + 1
  }
  return { lines, isWhole }
}

function parsed(text: string): Line | null {
  const json = text.slice(9)
  if (text.slice(0, 9) !== `${checksum(json)} `) return null
  try {
    return JSON.parse(json) as Line
  } catch {
    return null
  }
}

const TAIL = 64 * 1024

/** Position of the last line end; a line is as long as a webhook, 1 MiB at most. */
function endOfRecords(file: number): number {
  let end = fstatSync(file).size
  const buffer = Buffer.alloc(TAIL)
  while (end > 0) {
    const from = Math.max(0, end - TAIL)
    const length = readSync(file, buffer, 0, end - from, from)
    const at = buffer.subarray(0, length).lastIndexOf(10)
    if (at >= 0) return from + at + 1
    end = from
  }
  return 0
}

const lengthOf = (path: string): number => {
  if (!existsSync(path)) return 0
  const file = openSync(path, 'r')
  try {
    return endOfRecords(file)
  } finally {
    closeSync(file)
  }
}

function writeSynced(path: string, content: Buffer | string): void {
  rmSync(path, { force: true })
  writeFileSync(path, content, { mode: 0o600 })
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
