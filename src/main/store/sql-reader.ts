export type SqlValue = string | number | null | Uint8Array

/** SQLite answers at once, a database behind a network later. */
export type Answer<T> = T | Promise<T>

/** Reads committed rows; `?` in a text is a value. The texts are SQLite's: store-postgres/dialect.ts translates them. */
export interface SqlReader {
  /** The first row, or null. */
  get<Row>(text: string, ...values: SqlValue[]): Answer<Row | null>
  all<Row>(text: string, ...values: SqlValue[]): Answer<Row[]>
  /** The only value of the first row; null when there is no row. */
  value<T extends SqlValue>(text: string, ...values: SqlValue[]): Answer<T | null>
  /** The only column of all rows: for long lists of numbers without an object for each. */
  column<T extends SqlValue>(text: string, ...values: SqlValue[]): Answer<T[]>
}
