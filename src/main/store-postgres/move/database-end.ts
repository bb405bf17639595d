import type pg from 'pg'
import {
  DROP_MARKS,
  type MarkRow,
  type MoveMark,
  type MoveMarks,
  marksFrom,
  READ_MARKS,
} from '../../store/rows/move-marks.ts'
import { DEFAULT_SCHEMA, missing, settingsOf, startError, tablesPool } from '../open.ts'
import { PostgresReader } from '../reader.ts'
import { Session } from '../session.ts'
import { migrate, versionOf } from '../tables/migrations.ts'
import { inTransaction, type Transaction } from '../transaction.ts'
import { type Arriving, type End, NUMBERED, type Numbers } from './end.ts'
import { dropIndexes, makeIndexes } from './indexes.ts'
import type { Row, Value } from './lines.ts'
import { MOVED_TABLES, type MovedTable, nextRows } from './tables.ts'

/** Sequence of ids: it counts blocks of so many (id-blocks.ts). */
const BLOCK = 1000

/**
 * A database as one end of a move. As a target it gets tables where it has none. Throws StoreError `in-use`, `newer`,
 * `missing` (a source without tables), and `unavailable` with the reason in words.
 */
export async function openDatabaseEnd(
  url: string,
  as: 'source' | 'target',
  schema = DEFAULT_SCHEMA,
): Promise<End> {
  // What a lost computer had not written yet is copied again: the place is noted with the rows.
  const pool = tablesPool(url, schema, {
    prepare: as === 'target' ? '; SET synchronous_commit = off' : '',
  })
  let session: Session | null = null
  try {
    session = await Session.open(settingsOf(url), schema, { isAlone: true })
    const sql = new PostgresReader(pool)
    const version = await versionOf(sql, schema)
    if (as === 'source' && version === 0) throw missing()
    const end = new DatabaseEnd({ url, pool, schema, session, sql })
    if (as === 'source' || version === 0 || (await end.marks()).arriving !== undefined)
      await migrate(pool, schema)
    return end
  } catch (error) {
    await pool.end()
    await session?.end()
    throw startError(error)
  }
}

const FILLED = MOVED_TABLES.map(({ into }) => into)
const IS_TAKEN = `SELECT (EXISTS (SELECT 1 FROM inbox) OR EXISTS (SELECT 1 FROM conversations)
  OR EXISTS (SELECT 1 FROM messages))::int`
const SET_MARK = `INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const DROP_MARK = `DELETE FROM meta WHERE key = ?`
const HAS_SETTINGS = `SELECT (to_regclass('configuration') IS NOT NULL)::int`
const DROP_SETTINGS = `DELETE FROM configuration WHERE id = 'settings'`
const HOURS = 6 * 3_600_000

interface Opened {
  url: string
  pool: pg.Pool
  schema: string
  sql: PostgresReader
  session: Session
}

class DatabaseEnd implements End {
  readonly name: string
  readonly #opened: Opened
  readonly #sql: PostgresReader

  constructor(opened: Opened) {
    const { host, pathname } = new URL(opened.url)
    this.name = `the database ${host}${pathname}`
    this.#opened = opened
    this.#sql = opened.sql
  }

  async isTaken(): Promise<boolean> {
    return (await this.#sql.value<number>(IS_TAKEN)) === 1
  }
  async marks(): Promise<MoveMarks> {
    return marksFrom(await this.#sql.all<MarkRow>(READ_MARKS))
  }
  async mark(mark: MoveMark, value: string | null): Promise<void> {
    await this.#surely((tx) => (value === null ? tx.run(DROP_MARK, mark) : tx.run(SET_MARK, mark, value)))
  }

  async read(table: MovedTable, after: readonly Value[] | null): Promise<Row[]> {
    return (await this.#sql.ask(nextRows(table, after === null), after ?? [], HOURS)).rows as Row[]
  }

  async begin(arriving: Arriving): Promise<void> {
    const { pool, schema } = this.#opened
    await migrate(pool, schema)
    await this.#surely(async (tx) => {
      await emptied(tx)
      await tx.run(DROP_MARKS)
      // The settings come with the data: those of an earlier time do not count.
      if ((await tx.value<number>(HAS_SETTINGS)) === 1) await tx.run(DROP_SETTINGS)
      // What they write is copied.
      await tx.run('ALTER TABLE messages DISABLE TRIGGER USER')
      await dropIndexes(tx, FILLED)
      await tx.run(SET_MARK, 'arriving', JSON.stringify(arriving))
    })
  }

  async write(table: MovedTable, lines: readonly string[], arriving: Arriving): Promise<void> {
    await this.#sql.ask(insertion(table), [`[${lines.join(',')}]`, JSON.stringify(arriving)], HOURS)
  }

  async numbers(): Promise<Numbers> {
    const last = async (table: keyof typeof NUMBERED) =>
      (await this.#sql.value<number>(
        `SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM ${sequenceOf(table)}`,
      ))!
    const blocks = await this.#sql.value<number>(
      'SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM id_blocks',
    )
    const [inbox, entries, events] = [await last('inbox'), await last('entries'), await last('events')]
    return { nextId: blocks! * BLOCK, inbox, entries, events }
  }

  async complete(): Promise<void> {
    await makeIndexes(this.#sql)
    for (const table of FILLED) await this.#sql.ask(`ANALYZE ${table}`, [], HOURS)
  }

  async finish(origin: string, { nextId, ...last }: Numbers): Promise<void> {
    await this.#surely(async (tx) => {
      await tx.ask(`SELECT setval('id_blocks', ?, false)`, [Math.max(1, Math.ceil(nextId / BLOCK))])
      for (const table of Object.keys(NUMBERED) as (keyof typeof NUMBERED)[])
        await tx.ask(`SELECT setval('${sequenceOf(table)}', ?, false)`, [last[table] + 1])
      await tx.run('ALTER TABLE messages ENABLE TRIGGER USER')
      await tx.run(DROP_MARKS)
      await tx.run(SET_MARK, 'origin', origin)
    })
  }

  async discard(): Promise<void> {
    await this.#surely(emptied)
    await makeIndexes(this.#sql)
    await this.#surely(async (tx) => {
      await tx.run(DROP_MARKS)
      await tx.run('ALTER TABLE messages ENABLE TRIGGER USER')
      await tx.run('ALTER SEQUENCE id_blocks RESTART')
    })
  }

  async close(): Promise<void> {
    await this.#opened.pool.end()
    await this.#opened.session.end()
  }

  /** One transaction that is on disk when it resolves. */
  #surely(work: (tx: Transaction) => Promise<unknown>): Promise<void> {
    return inTransaction(this.#opened.pool, async (tx) => {
      await tx.run('SET LOCAL synchronous_commit = on')
      await work(tx)
    })
  }
}

const emptied = (tx: Transaction) => tx.run(`TRUNCATE ${FILLED.join(', ')}, writers RESTART IDENTITY`)

const sequenceOf = (table: keyof typeof NUMBERED): string => `${table}_${NUMBERED[table]}_seq`

/** One statement: the rows and the place, or neither. */
const insertion = ({ into, columns }: MovedTable): string => `WITH added AS (
  INSERT INTO ${into} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
  SELECT ${columns.join(', ')} FROM json_populate_recordset(NULL::${into}, ?::json))
  UPDATE meta SET value = ? WHERE key = 'arriving'`
