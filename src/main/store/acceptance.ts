import type { StoreError } from '../../shared/store-error.ts'
import type { InboxRow, NewInboxRow } from '../engine/ports.ts'
import type { Journal } from './backup/journal.ts'
import { storeClosed, storeUnavailable } from './errors.ts'
import type { Ahead } from './group-commit.ts'
import { type InboxWriter, insertInboxRow } from './rows/changes.ts'
import { Rush } from './rush.ts'
import type { Sql } from './sql.ts'

// Captured when the program loads, so that a test's fake timers do not delay the disk.
const nextTurn = setImmediate
const later = setTimeout
/** Until the database is tried again. */
const AGAIN_MS = 1000

/** An event that is on disk. */
export interface Accepted {
  /** Resolves when readers of the inbox find it; rejects when the store was closed first. */
  inInbox: Promise<void>
  /** Why it is on this computer's disk alone for now: the database is away. */
  kept?: StoreError
}

interface Waiting {
  row: InboxRow
  /** The journal does not have it: without the database it is refused. */
  isJournalled: boolean
  inInbox: PromiseWithResolvers<void>
  /** Rejects when neither the journal nor the database has it. */
  onDisk: PromiseWithResolvers<void>
}

/**
 * Events from outside on their way into the inbox. The journal alone makes one safe: an appended line costs the disk
 * much less than a transaction. The rows are inserted at once, ahead of what is written after them, and in the order of
 * their numbers, so that the inbox never has a later one without an earlier one; after a crash the journal's last lines are
 * added (`addAccepted`).
 */
export class Acceptance implements Ahead, InboxWriter {
  readonly #sql: Sql
  readonly #journal: Journal
  readonly #advance: () => void
  /** Not in the database. */
  #waiting: Waiting[] = []
  /** In the open transaction. */
  #inserted: Waiting[] = []
  #lastSeq: number
  #accepting = 0
  readonly #rush = new Rush()
  #isWanted = false
  #isClosed = false

  /** `advance` has the waiting rows inserted. */
  constructor(sql: Sql, journal: Journal, advance: () => void) {
    this.#sql = sql
    this.#journal = journal
    this.#advance = advance
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
    const waiting: Waiting = {
      row: { seq: this.nextSeq(), ...added },
      isJournalled: true,
      inInbox: Promise.withResolvers(),
      onDisk: Promise.withResolvers(),
    }
    // The caller may not look at it.
    waiting.inInbox.promise.catch(() => undefined)
    waiting.onDisk.promise.catch(() => undefined)
    this.#waiting.push(waiting)
    this.#want()
    this.#accepting++
    this.#rush.came(performance.now())
    try {
      await this.#journal.append(waiting.row).finally(() => this.#accepting--)
    } catch (error) {
      waiting.isJournalled = false
      const at = this.#waiting.indexOf(waiting)
      if (at >= 0) {
        this.#waiting.splice(at, 1)
        throw error
      }
      await waiting.onDisk.promise
    }
    return { inInbox: waiting.inInbox.promise }
  }

  /** Those of one turn are inserted together. */
  #want(): void {
    if (this.#isClosed || this.#isWanted) return
    this.#isWanted = true
    nextTurn(() => {
      this.#isWanted = false
      if (this.#waiting.length > 0) this.#advance()
    })
  }

  insert(): void {
    for (const { row } of this.#waiting) insertInboxRow(this.#sql, row)
    const inserted = this.#waiting.splice(0)
    this.#inserted.push(...inserted)
    for (const { inInbox } of inserted) inInbox.resolve()
  }

  committed(onDisk: Promise<void> | null): void {
    const committed = this.#inserted.splice(0)
    const settle = (): void => {
      for (const one of committed) one.onDisk.resolve()
    }
    if (onDisk === null) settle()
    else {
      onDisk.then(settle, (error: unknown) => {
        for (const one of committed) one.onDisk.reject(error)
      })
    }
  }

  /** What is safe in the journal is tried again. */
  lost(): void {
    const lost = this.#inserted.splice(0)
    for (const one of lost) {
      if (!one.isJournalled) one.onDisk.reject(storeUnavailable('COMMIT'))
    }
    this.#waiting = [...lost.filter(({ isJournalled }) => isJournalled), ...this.#waiting]
    if (this.#waiting.length > 0) later(() => this.#want(), AGAIN_MS)
  }

  /** Events are waiting for the journal, or come so fast that the next ones are about to. */
  get isBusy(): boolean {
    return this.#accepting > 0 || this.#rush.isOn(performance.now())
  }

  get isEmpty(): boolean {
    return this.#waiting.length + this.#inserted.length === 0
  }

  /** What the database refused to the end is added at the next start. */
  close(): void {
    this.#isClosed = true
    for (const { inInbox } of this.#waiting.splice(0)) inInbox.reject(storeClosed())
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
