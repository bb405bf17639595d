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
import type { InboxRow } from '../../engine/ports.ts'
import { StoreUnavailableError } from '../errors.ts'
import { type Files, privateFile, syncFolder, syncFolderAside } from '../files.ts'

/**
 * What came in from outside since the last good backup, beside the database: Chatra is never asked for a webhook again,
 * so the loss of the database file must not be the loss of what was accepted.
 *
 * A record is a line: checksum, space, JSON (an inbox row, or `{"aliveAt": milliseconds}`). It is on disk before the
 * commit that accepts it. Rows are known by their number in the inbox: a restore takes those above the backup's last
 * one, so older records do no harm, and of two with one number (a commit that failed after its record) the later counts.
 */
export class Journal {
  readonly #files: Files
  readonly #now: () => number
  #file: number | null = null
  /** Bytes of whole records; what lies behind them is the rest of a write that failed. */
  #length = 0
  #isTorn = false
  #pending: string[] = []
  #aliveAt = 0
  /** A write or a sync has failed: the file is opened anew. */
  #isSuspect = false
  readonly #syncs = new Set<Promise<void>>()

  constructor(files: Files, now: () => number) {
    this.#files = files
    this.#now = now
  }

  /** How many records wait for the next `sync`; `back` forgets those after the first `to`. */
  get pending(): number {
    return this.#pending.length
  }
  back(to: number): void {
    this.#pending.length = to
  }

  /** The row is being accepted: see isKept. */
  add(row: InboxRow): void {
    if (isKept(row)) this.#pending.push(lineOf(row))
  }

  /**
   * Writes everything that waits; on disk when the answer resolves, null where nothing was to be written. Throws, or
   * rejects with, StoreUnavailableError when it cannot be. The sync runs beside the caller's own. While the store is
   * written to, a record each minute says so: after a restore it is known since when nothing was done.
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

  /** Before a backup is begun: what is written after this may be missing from it. Bytes. */
  mark(): number {
    return this.#file === null && this.#length === 0 ? lengthOf(this.#files.journal) : this.#length
  }

  /** A backup is good that knows everything before `mark`. What it does not know begins the new journal. */
  async rotate(mark: number): Promise<void> {
    await this.#quiet()
    const rest = existsSync(this.#files.journal) ? readFileSync(this.#files.journal).subarray(mark) : ''
    this.#close()
    // Not synced: until the next sync everything in it stands in the older one as well.
    rmSync(this.#files.newJournal, { force: true })
    writeFileSync(this.#files.newJournal, rest, { mode: 0o600 })
    if (existsSync(this.#files.journal)) renameSync(this.#files.journal, this.#files.olderJournal)
    renameSync(this.#files.newJournal, this.#files.journal)
    // The next record says anew that the store is written to, in the file that is read for it.
    this.#aliveAt = 0
    await syncFolderAside(dirname(this.#files.journal))
  }

  /** Keeps only the rows that fit, in both files. Answers how many were dropped. */
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
    await this.#quiet()
    this.#close()
  }

  /** No sync is under way; until the caller's next pause none begins. */
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

  /** The next record is written behind the last whole one, and says anew that the store is written to. */
  #failed(error: unknown): StoreUnavailableError {
    this.#aliveAt = 0
    this.#isSuspect = true
    return new StoreUnavailableError(errorCode(error) || 'JOURNAL', error)
  }

  /** Answers the file, for its sync. */
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

/** A minute: how exactly it is known when a lost store was last written to. */
export const ALIVE_MS = 60_000

/** The watcher finds again what it read itself; only what others sent is kept. */
const isKept = (row: InboxRow): boolean => row.source === 'chatra' || !row.body.startsWith('{"watcher":true')

type Line = InboxRow | { aliveAt: number }

function lineOf(record: Line): string {
  const json = JSON.stringify(record)
  return `${checksum(json)} ${json}\n`
}
const checksum = (text: string) => crc32(text).toString(16).padStart(8, '0')

export interface Journaled {
  /** Rows in the order in which they were accepted. */
  rows: InboxRow[]
  /** Up to then the store may have been written to; null when that is not known. */
  aliveUntil: number | null
}

/** What both files hold above number `seq` of the inbox. Lines that are not whole are left out. */
export function readJournal(files: Files, seq: number): Journaled {
  const older = read(files.olderJournal)
  const present = read(files.journal)
  const rows = new Map<number, InboxRow>()
  for (const line of [...older.lines, ...present.lines]) {
    if ('body' in line && line.seq > seq) rows.set(line.seq, line)
  }
  const alive = present.lines.map((line) => ('body' in line ? line.receivedAt : line.aliveAt))
  // A line that cannot be read might be the one that says so.
  const isKnown = present.isWhole && alive.length > 0
  return {
    rows: [...rows.values()].sort((one, other) => one.seq - other.seq),
    aliveUntil: isKnown ? alive.reduce((one, other) => Math.max(one, other)) + ALIVE_MS : null,
  }
}

function read(path: string): { lines: Line[]; isWhole: boolean } {
  const lines: Line[] = []
  let isWhole = true
  if (!existsSync(path)) return { lines, isWhole: false }
  const bytes = readFileSync(path)
  let from = 0
  // Behind the last line end: nothing, or the beginning of a record that was never acknowledged.
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

/** Where the last line ends; a line is as long as a webhook, 1 MiB at most. */
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
