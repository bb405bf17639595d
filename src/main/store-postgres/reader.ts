import pg from 'pg'
import type { SqlReader, SqlValue } from '../store/sql-reader.ts'
import { inPostgres } from './dialect.ts'
import { postgresError } from './errors.ts'
import { storable } from './plain-text.ts'

/** What answers one statement: a pool, or one connection inside a transaction. */
export interface Asked {
  query(query: pg.QueryConfig): Promise<{ rows: unknown[]; rowCount: number | null }>
}

const { INT8, NUMERIC, JSON: TEXT_JSON, JSONB } = pg.types.builtins
/** Numbers as numbers, and JSON as text, as SQLite answers. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: string) => {
    if (type === INT8 || type === NUMERIC) return Number
    if (type === TEXT_JSON || type === JSONB) return String
    return pg.types.getTypeParser(type, format as 'text')
  },
}

/** Asks the questions of store/queries/. */
export class PostgresReader implements SqlReader {
  readonly #asked: Asked

  constructor(asked: Asked) {
    this.#asked = asked
  }

  async all<Row>(text: string, ...values: SqlValue[]): Promise<Row[]> {
    return (await this.ask(text, values)).rows as Row[]
  }
  async get<Row>(text: string, ...values: SqlValue[]): Promise<Row | null> {
    return ((await this.ask(text, values)).rows[0] as Row | undefined) ?? null
  }
  async value<T extends SqlValue>(text: string, ...values: SqlValue[]): Promise<T | null> {
    const row = await this.get<Record<string, T>>(text, ...values)
    return row ? (Object.values(row)[0] ?? null) : null
  }
  async column<T extends SqlValue>(text: string, ...values: SqlValue[]): Promise<T[]> {
    return (await this.all<Record<string, T>>(text, ...values)).map((row) => Object.values(row)[0] as T)
  }

  /** Values may be lists too, for texts in PostgreSQL's own words. `patienceMs`: for what may take long. */
  async ask(
    text: string,
    values: readonly unknown[] = [],
    patienceMs?: number,
  ): Promise<{ rows: unknown[]; rowCount: number }> {
    const asked = {
      ...{ name: nameOf(text), text: inPostgres(text), values: values.map(asStored) },
      ...(patienceMs !== undefined && { query_timeout: patienceMs }),
    }
    try {
      const { rows, rowCount } = await this.#asked.query(asked)
      return { rows, rowCount: rowCount ?? 0 }
    } catch (error) {
      throw postgresError(error)
    }
  }
}

const asStored = (value: unknown): unknown => (typeof value === 'string' ? storable(value) : value)

/** Prepared once by each connection. */
const names = new Map<string, string>()
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `q${names.size}`
  names.set(text, name)
  return name
}
