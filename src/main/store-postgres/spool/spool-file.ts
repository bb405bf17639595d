import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../../../shared/node-errors.ts'
import { StoreError } from '../../../shared/store-error.ts'
import type { NewInboxRow } from '../../engine/ports.ts'
import { storeUnavailable } from '../../store/errors.ts'
import { syncFolderAside } from '../../store/files.ts'
import { type SealKey, shut, unshut } from '../sealing.ts'

/** A webhook that is kept. */
export interface KeptRow extends NewInboxRow {
  /** The database may have it: it was asked to store it and did not answer. */
  isDoubted: boolean
}

export const KEPT_WEBHOOKS = 'webhooks.kept'

/** About 700,000 webhooks. */
const MOST_BYTES = 500 * 1024 * 1024
const NEWLINE = 10

interface Appended {
  line: Buffer
  resolve(): void
  reject(error: unknown): void
}

/**
 * Webhooks in the order in which they came, each sealed on a line of its own, in the file `webhooks.kept` of the data folder.
 * Its first line names the file and the key. A line is on disk before its webhook is answered; it goes when all lines have
 * reached the database, and the next webhook begins another file.
 */
export class SpoolFile {
  readonly #path: string
  readonly #keys: readonly SealKey[]
  readonly #mostBytes: number
  /** Null: there is no file. */
  #file: FileHandle | null = null
  #name = ''
  #key: SealKey
  /** Where each line begins, and the end of the last one. */
  #places: number[] = []
  #queue: Appended[] = []
  #queuedBytes = 0
  #writing: Promise<void> | null = null
  /** Those that are being written now. */
  #batch: Promise<unknown> = Promise.resolve()

  private constructor(path: string, keys: readonly SealKey[], mostBytes: number) {
    this.#path = path
    this.#keys = keys
    this.#mostBytes = mostBytes
    this.#key = keys[0]!
  }

  /**
   * With what an earlier run has left. A file that none of the keys opens is set aside; `setAside` gets its new name.
   */
  static async open(
    dir: string,
    keys: readonly SealKey[],
    setAside: (name: string) => void,
    mostBytes = MOST_BYTES,
  ): Promise<SpoolFile> {
    const spool = new SpoolFile(join(dir, KEPT_WEBHOOKS), keys, mostBytes)
    if (existsSync(spool.#path)) await spool.#recall(setAside)
    return spool
  }

  /** By which the database knows what it has of this file. */
  get name(): string {
    return this.#name
  }
  /** Lines on disk. */
  get lines(): number {
    return Math.max(0, this.#places.length - 1)
  }
  /** Also those that are on their way to the disk. */
  get isEmpty(): boolean {
    return this.lines + this.#queue.length === 0 && this.#writing === null
  }
  get hasRoom(): boolean {
    return (this.#places.at(-1) ?? 0) + this.#queuedBytes < this.#mostBytes
  }

  /** Resolves when it is on disk. Rejects with StoreError `unavailable` when the disk refuses, or the file is full. */
  append(row: KeptRow): Promise<void> {
    if (!this.hasRoom)
      return Promise.reject(
        new StoreError('unavailable', 'as many webhooks as may be are kept already', { place: 'database' }),
      )
    // Sealed when it is written: the file's name belongs to the seal.
    return new Promise((resolve, reject) => {
      const line = Buffer.from(JSON.stringify(row))
      this.#queue.push({ line, resolve, reject })
      this.#queuedBytes += line.length
      this.#writing ??= this.#write()
    })
  }

  /** Resolves when those that are being written now are. */
  async written(): Promise<void> {
    await this.#batch
  }

  /** At most `limit` rows after the first `from`. */
  async read(from: number, limit: number): Promise<KeptRow[]> {
    const to = Math.min(this.lines, from + limit)
    if (this.#file === null || to <= from) return []
    const [begin, end] = [this.#places[from]!, this.#places[to]!]
    const bytes = Buffer.alloc(end - begin)
    await this.#file.read(bytes, 0, bytes.length, begin)
    const lines = bytes.toString('latin1').split('\n').slice(0, -1)
    return lines.map((line, index) => this.#opened(line, from + index))
  }

  /** All lines have reached the database. False: more have come meanwhile. */
  async drop(lines: number): Promise<boolean> {
    if (this.#writing !== null || lines < this.lines) return false
    const file = this.#file
    this.#forget()
    rmSync(this.#path, { force: true })
    await file?.close()
    return true
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file?.close()
    this.#file = null
  }

  async #recall(setAside: (name: string) => void): Promise<void> {
    const { head, ends } = linesIn(this.#path)
    if (ends.length === 0) return rmSync(this.#path)
    const { name = '', key: id } = headFrom(head)
    const key = this.#keys.find((one) => one.id === id)
    if (key === undefined) {
      const aside = `${this.#path}-unreadable-${Math.round(statSync(this.#path).mtimeMs)}`
      renameSync(this.#path, aside)
      return setAside(aside)
    }
    // What follows the last line end was never answered.
    truncateSync(this.#path, ends.at(-1))
    this.#name = name
    this.#key = key
    this.#places = ends
    this.#file = await open(this.#path, 'r+')
  }

  /** Those that wait share a sync. */
  async #write(): Promise<void> {
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const some = this.#queue.splice(0)
      this.#queuedBytes = 0
      const batch = this.#writeLines(some.map(({ line }) => line))
      this.#batch = batch.catch(() => undefined)
      try {
        await batch
        for (const { resolve } of some) resolve()
      } catch (error) {
        for (const { reject } of some) reject(storeUnavailable(errorCode(error) || 'WEBHOOKS', error))
      }
    }
    this.#writing = null
  }

  async #writeLines(rows: readonly Buffer[]): Promise<void> {
    const file = this.#file ?? (await this.#begin())
    const end = this.#places.at(-1)!
    const places = [...this.#places]
    const lines = rows.map((row) => {
      const line = `${shut(this.#key, row.toString(), this.#headerOf(places.length - 1))}\n`
      places.push(places.at(-1)! + line.length)
      return line
    })
    try {
      const bytes = Buffer.from(lines.join(''), 'latin1')
      await file.truncate(end)
      await file.write(bytes, 0, bytes.length, end)
      await file.datasync()
    } catch (error) {
      // The next line is written over what this one has left.
      await file.truncate(end).catch(() => undefined)
      throw error
    }
    this.#places = places
  }

  async #begin(): Promise<FileHandle> {
    const file = await open(this.#path, 'w+', 0o600)
    try {
      this.#name = randomUUID()
      this.#key = this.#keys[0]!
      const head = `${JSON.stringify({ name: this.#name, key: this.#key.id })}\n`
      await file.write(head)
      await file.datasync()
      await syncFolderAside(dirname(this.#path))
      this.#places = [head.length]
    } catch (error) {
      await file.close()
      throw error
    }
    this.#file = file
    return file
  }

  #forget(): void {
    this.#file = null
    this.#places = []
    this.#name = ''
  }

  #opened(line: string, number: number): KeptRow {
    return JSON.parse(unshut(this.#key, line, this.#headerOf(number))) as KeptRow
  }
  #headerOf = (number: number): string => `${this.#name} ${number}`
}

/** The first line, and where each line ends; bytes. */
function linesIn(path: string): { head: string; ends: number[] } {
  const file = openSync(path, 'r')
  try {
    const some = Buffer.alloc(1024 * 1024)
    const ends: number[] = []
    let head = ''
    for (let from = 0; ; ) {
      const length = readSync(file, some, 0, some.length, from)
      if (length === 0) return { head, ends }
      const read = some.subarray(0, length)
      for (let at = read.indexOf(NEWLINE); at >= 0; at = read.indexOf(NEWLINE, at + 1)) {
        if (ends.length === 0) head = read.toString('utf8', 0, at)
        ends.push(from + at + 1)
      }
      from += length
    }
  } finally {
    closeSync(file)
  }
}

function headFrom(line: string): { name?: string; key?: string } {
  try {
    return JSON.parse(line) as { name?: string; key?: string }
  } catch {
    return {}
  }
}
