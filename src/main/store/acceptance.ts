import type { InboxRow, NewInboxRow } from '../engine/ports.ts'
import type { Journal } from './backup/journal.ts'
import { storeClosed } from './errors.ts'
import type { Ahead } from './group-commit.ts'
import { type InboxWriter, insertInboxRow } from './rows/changes.ts'
import type { Sql } from './sql.ts'

// Captured when the program loads, so that a test's fake timers do not delay the disk.
const later = setTimeout
/** Until the database is tried again. */
const AGAIN_MS = 1000

/** An event that is on disk. */
export interface Accepted {
  /** Resolves when readers of the inbox find it; rejects when the store was closed first. */
  inInbox: Promise<void>
}

interface Waiting {
  row: InboxRow
  resolve(): void
  reject(error: unknown): void
}

/**
 * Events from outside on their way into the inbox. The journal alone makes one safe: an appended line costs the disk
 * much less than a transaction. The rows follow ahead of the next transaction, in the order of their numbers, so that the
 * inbox never has a later one without an earlier one; after a crash the journal's last lines are added (`addAccepted`).
 */
export class Acceptance implements Ahead, InboxWriter {
  readonly #sql: Sql
  readonly #journal: Journal
  readonly #wantTransaction: () => void
  readonly #waiting: Waiting[] = []
  #lastSeq: number
  /** Rows of the transaction under way, and the last number before it. */
  #inserted = 0
  #seqBefore: number | null = null
  #isWanted = false
  #isClosed = false

  /** `wantTransaction` has one made soon. */
  constructor(sql: Sql, journal: Journal, wantTransaction: () => void) {
    this.#sql = sql
    this.#journal = journal
    this.#wantTransaction = wantTransaction
    this.#lastSeq = lastSeq(sql)
  }

  /** The number of the next inbox row: numbers are given in the order in which rows are accepted. */
  nextSeq(): number {
    return ++this.#lastSeq
  }

  added(row: InboxRow): void {
    this.#journal.add(row)
  }

  /** Resolves when the event is on disk. Rejects, with StoreError `unavailable`, when it cannot be written. */
  async accept(added: NewInboxRow): Promise<Accepted> {
    if (this.#isClosed) throw storeClosed()
    const row = { seq: this.nextSeq(), ...added }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting: Waiting = { row, resolve, reject }
    this.#waiting.push(waiting)
    this.#want()
    try {
      await Promise.race([this.#journal.append(row), promise])
    } catch (error) {
      const at = this.#waiting.indexOf(waiting)
      if (at >= 0) {
        this.#waiting.splice(at, 1)
        throw error
      }
    }
    // The caller may not look at it.
    promise.catch(() => undefined)
    return { inInbox: promise }
  }

  #want(): void {
    if (this.#isClosed || this.#isWanted) return
    this.#isWanted = true
    this.#wantTransaction()
  }

  insert(): void {
    this.#isWanted = false
    for (const { row } of this.#waiting) insertInboxRow(this.#sql, row)
    this.#inserted = this.#waiting.length
    this.#seqBefore = this.#lastSeq
  }

  stored(): void {
    for (const { resolve } of this.#waiting.splice(0, this.#inserted)) resolve()
    this.#inserted = 0
    this.#seqBefore = null
  }

  /** The rows are safe in the journal, and are tried again. */
  lost(): void {
    this.#isWanted = false
    this.#inserted = 0
    // The records of its own rows are replaced by the next with their numbers.
    this.#lastSeq = this.#seqBefore ?? this.#lastSeq
    this.#seqBefore = null
    if (this.#waiting.length > 0) later(() => this.#want(), AGAIN_MS)
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** What the database refused to the end is added at the next start. */
  close(): void {
    this.#isClosed = true
    for (const { reject } of this.#waiting.splice(0)) reject(storeClosed())
  }
}

const LAST_SEQ = `SELECT seq FROM sqlite_sequence WHERE name = 'inbox'`
const lastSeq = (sql: Sql): number => sql.value<number>(LAST_SEQ) ?? 0

/** At a start: the rows that were accepted and had not reached the database when the program ended. */
export function addAccepted(sql: Sql, rowsAfter: (seq: number) => InboxRow[]): void {
  const rows = rowsAfter(lastSeq(sql))
  if (rows.length === 0) return
  sql.now(() => {
    for (const row of rows) insertInboxRow(sql, row)
  })
}
