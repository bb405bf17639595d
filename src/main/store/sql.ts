import Database from 'better-sqlite3'
import { isDamage, storeClosed, storeError } from './errors.ts'
import type { SqlReader, SqlValue } from './sql-reader.ts'

export interface SqlOptions {
  fileMustExist?: boolean
  /** How long a statement waits for another process, in milliseconds; it blocks the event loop meanwhile. */
  busyTimeout?: number
  /** A commit returns before it is on disk: see wal-sync.ts. */
  isSyncedBeside?: boolean
}

/**
 * One connection to the file and its prepared statements, cached by their text. Statements are looked up on
 * each use, so that the file can be reopened under a running store.
 */
export class Sql implements SqlReader {
  readonly #path: string
  readonly #options: SqlOptions
  #db: Database.Database
  #statements = new Map<string, Database.Statement<unknown[]>>()
  #columns = new Map<string, Database.Statement<unknown[]>>()
  /** Called once when SQLite finds the file damaged while it is in use. */
  onDamage: (() => void) | null = null
  damaged = false

  constructor(path: string, options: SqlOptions = {}) {
    this.#path = path
    this.#options = options
    this.#db = open(path, options)
  }

  get database(): Database.Database {
    return this.#db
  }
  get inTransaction(): boolean {
    return this.#db.inTransaction
  }

  run(text: string, ...values: SqlValue[]): Database.RunResult {
    return this.#guarded(() => this.#prepared(text).run(...values))
  }
  get<Row>(text: string, ...values: SqlValue[]): Row | null {
    return this.#guarded(() => (this.#prepared(text).get(...values) as Row | undefined) ?? null)
  }
  all<Row>(text: string, ...values: SqlValue[]): Row[] {
    return this.#guarded(() => this.#prepared(text).all(...values) as Row[])
  }
  value<T extends SqlValue>(text: string, ...values: SqlValue[]): T | null {
    const row = this.get<Record<string, T>>(text, ...values)
    return row ? (Object.values(row)[0] ?? null) : null
  }
  column<T extends SqlValue>(text: string, ...values: SqlValue[]): T[] {
    return this.#guarded(() => this.#prepared(text, true).all(...values) as T[])
  }
  exec(text: string): void {
    this.#guarded(() => this.#db.exec(text))
  }

  /** Runs `work` in a separate transaction that is on disk when it returns. */
  now<T>(work: () => T): T {
    return this.#guarded(() => this.#db.transaction(work).immediate())
  }

  /** Opens a new handle on the same file; throws and keeps the old one when the file cannot be opened. */
  reopen(): void {
    if (this.#path === ':memory:') return
    const fresh = this.#guarded(() => open(this.#path, { ...this.#options, fileMustExist: true }))
    this.close()
    this.#db = fresh
  }

  /** Later calls throw StoreError `closed`. */
  close(): void {
    this.#statements.clear()
    this.#columns.clear()
    this.#db.close()
  }

  #prepared(text: string, bare = false): Database.Statement<unknown[]> {
    const statements = bare ? this.#columns : this.#statements
    let statement = statements.get(text)
    if (!statement) {
      statement = this.#db.prepare<unknown[]>(text)
      if (bare) statement.pluck()
      statements.set(text, statement)
    }
    return statement
  }

  #guarded<T>(work: () => T): T {
    if (!this.#db.open) throw storeClosed()
    try {
      return work()
    } catch (error) {
      if (isDamage(error)) this.foundDamaged()
      throw storeError(error)
    }
  }

  /** Also when another reader found the damage. */
  foundDamaged(): void {
    if (this.damaged) return
    this.damaged = true
    this.onDamage?.()
  }
}

function open(path: string, options: SqlOptions): Database.Database {
  const db = new Database(path, {
    fileMustExist: options.fileMustExist ?? false,
    timeout: options.busyTimeout ?? 250,
  })
  try {
    // Only before the first table; lets retention release pages a few at a time.
    if (db.pragma('page_count', { simple: true }) === 0) db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma('journal_mode = WAL')
    // An acknowledged commit survives a power cut; macOS needs F_FULLFSYNC for that.
    db.pragma(`synchronous = ${options.isSyncedBeside ? 'NORMAL' : 'FULL'}`)
    db.pragma('fullfsync = ON')
    db.pragma('foreign_keys = ON')
    // Overwritten content is erased, not only unlinked, where that costs no extra write.
    db.pragma('secure_delete = FAST')
    // What a savepoint might undo stays in memory: nine of ten writes went into such temporary files.
    db.pragma('temp_store = MEMORY')
    // 8 MB: a page that changes often is copied into the file once in a while only.
    db.pragma('wal_autocheckpoint = 2000')
    db.pragma('cache_size = -8000')
    db.pragma('journal_size_limit = 16777216')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
