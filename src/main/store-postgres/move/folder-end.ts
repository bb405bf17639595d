import { existsSync, rmSync, statSync } from 'node:fs'
import { StoreError } from '../../../shared/store-error.ts'
import { addAccepted } from '../../store/acceptance.ts'
import { journalTail } from '../../store/backup/journal.ts'
import { isLost, isSound } from '../../store/backup/restore.ts'
import { storeMissing } from '../../store/errors.ts'
import {
  type Files,
  filesOf,
  isMarkedDamaged,
  moveInto,
  privateFile,
  privateFolder,
  removeStore,
  syncFolder,
  unmarkClean,
  withSideFiles,
} from '../../store/files.ts'
import { lockFolder } from '../../store/lock.ts'
import { migrate } from '../../store/migrations.ts'
import {
  DROP_MARKS,
  type MarkRow,
  type MoveMark,
  type MoveMarks,
  marksFrom,
  READ_MARKS,
} from '../../store/rows/move-marks.ts'
import { Sql } from '../../store/sql.ts'
import { type Arriving, type End, NUMBERED, type Numbers } from './end.ts'
import type { Row, Value } from './lines.ts'
import { type MovedTable, nextRows } from './tables.ts'

/**
 * The data folder `dir` as the store that data leave: complete, with what its journal alone has. Throws StoreError
 * `in-use`, `missing`, `newer`, and `unavailable` when its file is damaged.
 */
export function openFolderSource(dir: string): End {
  const files = filesOf(dir)
  if (!existsSync(files.store)) throw storeMissing(dir)
  const release = lockFolder(dir, files.lock)
  let sql: Sql | null = null
  try {
    sql = new Sql(files.store, { fileMustExist: true })
    if (isMarkedDamaged(files) || !isSound(sql))
      throw new StoreError(
        'unavailable',
        `the data file in ${dir} is damaged: start the bridge once, which repairs it`,
      )
    migrate(sql)
    addAccepted(sql, (seq) => journalTail(files, seq))
    return new FolderEnd(dir, files, sql, release)
  } catch (error) {
    sql?.close()
    release()
    throw error
  }
}

/** The folder `dir`, which is created, as the store that data come to. Throws StoreError `in-use`. */
export function openFolderTarget(dir: string): End {
  const files = filesOf(dir)
  privateFolder(dir)
  privateFile(files.lock)
  const release = lockFolder(dir, files.lock)
  try {
    const isThere = existsSync(files.store) && statSync(files.store).size > 0
    const sql = isThere ? new Sql(files.store, { fileMustExist: true }) : null
    if (sql !== null) migrate(sql)
    return new FolderEnd(dir, files, sql, release)
  } catch (error) {
    release()
    throw error
  }
}

const IS_TAKEN = `SELECT EXISTS (SELECT 1 FROM inbox) OR EXISTS (SELECT 1 FROM conversations) OR EXISTS (SELECT 1 FROM messages)`
const SET_MARK = `INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const DROP_MARK = `DELETE FROM meta WHERE key = ?`
/** Without those that belong to a table's own definition. */
const MADE = `SELECT type, name, sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL`
interface Made {
  type: string
  name: string
  sql: string
}

/** A data folder, with its data in SQLite. */
class FolderEnd implements End {
  readonly name: string
  readonly #files: Files
  readonly #release: () => void
  /** Null: there is no file. */
  #sql: Sql | null

  constructor(dir: string, files: Files, sql: Sql | null, release: () => void) {
    this.name = `the data folder ${dir}`
    this.#files = files
    this.#sql = sql
    this.#release = release
  }

  get #there(): Sql {
    if (this.#sql === null) throw new Error(`${this.name} has no data file`)
    return this.#sql
  }

  async isTaken(): Promise<boolean> {
    return this.#sql === null ? isLost(this.#files) : this.#sql.value<number>(IS_TAKEN) === 1
  }
  async marks(): Promise<MoveMarks> {
    return marksFrom(this.#sql?.all<MarkRow>(READ_MARKS) ?? [])
  }
  async mark(mark: MoveMark, value: string | null): Promise<void> {
    if (value === null) this.#there.run(DROP_MARK, mark)
    else this.#there.run(SET_MARK, mark, value)
  }

  async read(table: MovedTable, after: readonly Value[] | null): Promise<Row[]> {
    return this.#there.all<Row>(nextRows(table, after === null), ...(after ?? []))
  }

  /** The file is made under another name: none is there without its mark at any moment. */
  async begin(arriving: Arriving): Promise<void> {
    const { store, fresh } = this.#files
    this.#sql?.close()
    this.#sql = null
    removeStore(fresh)
    privateFile(fresh)
    const made = new Sql(fresh)
    migrate(made)
    made.now(() => {
      // What triggers write is copied; indexes are made faster when all rows are there.
      for (const { type, name } of [...made.all<Made>(MADE, 'trigger'), ...made.all<Made>(MADE, 'index')])
        made.exec(`DROP ${type} ${name}`)
      made.run(SET_MARK, 'arriving', JSON.stringify(arriving))
    })
    made.close()
    unmarkClean(this.#files)
    for (const beside of withSideFiles(store).slice(1)) rmSync(beside, { force: true })
    moveInto(fresh, store)
    syncFolder(this.#files.dir)
    this.#sql = new Sql(store, { fileMustExist: true })
  }

  async write(table: MovedTable, lines: readonly string[], arriving: Arriving): Promise<void> {
    const sql = this.#there
    const add = insertion(table)
    sql.now(() => {
      for (const line of lines) sql.run(add, ...valuesOf(table, line))
      sql.run(SET_MARK, 'arriving', JSON.stringify(arriving))
    })
  }

  async complete(): Promise<void> {
    const sql = this.#there
    // What is sorted for an index has no room in memory.
    sql.exec('PRAGMA temp_store = FILE')
    for (const index of ofNewStore('index'))
      sql.exec(index.replace(/^CREATE (UNIQUE )?INDEX/, '$& IF NOT EXISTS'))
  }

  async numbers(): Promise<Numbers> {
    const sql = this.#there
    const last = (name: string) =>
      sql.value<number>(`SELECT seq FROM sqlite_sequence WHERE name = ?`, name) ?? 0
    const nextId = sql.value<number>(`SELECT value FROM meta WHERE key = 'next_id'`) ?? 1
    return { nextId, inbox: last('inbox'), entries: last('entries'), events: last('events') }
  }

  async finish(origin: string, { nextId, ...last }: Numbers): Promise<void> {
    const sql = this.#there
    const triggers = ofNewStore('trigger')
    sql.now(() => {
      for (const trigger of triggers) sql.exec(trigger)
      sql.run(`UPDATE meta SET value = ? WHERE key = 'next_id'`, nextId)
      for (const name of Object.keys(NUMBERED) as (keyof typeof last)[]) {
        sql.run(`DELETE FROM sqlite_sequence WHERE name = ?`, name)
        sql.run(`INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)`, name, last[name])
      }
      sql.run(DROP_MARKS)
      sql.run(SET_MARK, 'origin', origin)
    })
    // Copies of what was here before are no copies of what is here now.
    const { backup, olderBackup, journal, olderJournal } = this.#files
    for (const path of [backup, olderBackup]) removeStore(path)
    for (const path of [journal, olderJournal]) rmSync(path, { force: true })
  }

  async discard(): Promise<void> {
    this.#sql?.close()
    this.#sql = null
    removeStore(this.#files.store)
  }

  async close(): Promise<void> {
    this.#sql?.close()
    this.#sql = null
    this.#release()
  }
}

function insertion({ name, columns, beside }: MovedTable): string {
  const values = [...columns.map(() => '?'), ...Object.values(beside).map((field) => `? ->> '$.${field}'`)]
  return `INSERT INTO ${name} (${[...columns, ...Object.keys(beside)].join(', ')}) VALUES (${values.join(', ')})`
}

function valuesOf({ columns, json, beside }: MovedTable, line: string): Value[] {
  const row = JSON.parse(line) as Record<string, unknown>
  const values = columns.map((column) =>
    json.includes(column) ? JSON.stringify(row[column]) : (row[column] as Value),
  )
  const data = values[columns.indexOf('data')] ?? null
  return [...values, ...Object.keys(beside).map(() => data)]
}

/** The definitions of all triggers, or indexes, of a new store. */
function ofNewStore(type: 'trigger' | 'index'): string[] {
  const made = new Sql(':memory:')
  try {
    migrate(made)
    return made.all<Made>(MADE, type).map(({ sql }) => sql)
  } finally {
    made.close()
  }
}
