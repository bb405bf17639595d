import type { MoveMark, MoveMarks } from '../../store/rows/move-marks.ts'
import type { Row, Value } from './lines.ts'
import type { MovedTable } from './tables.ts'

/** Numbers that are not given twice. */
export interface Numbers {
  /** The first id that nobody has. */
  nextId: number
  /** The last number that was given, though its row may be gone. */
  inbox: number
  entries: number
  events: number
}
/** The tables that number their rows, with the column. */
export const NUMBERED = { inbox: 'seq', entries: 'seq', events: 'id' } as const

/** The mark `arriving`: whose data, and up to where they are there. */
export interface Arriving {
  origin: string
  /** As the source's mark `leaving`. */
  attempt: string
  /** Name of the table under way, and the key of its last row; tables before it are complete. Null = none yet. */
  table: string | null
  after: Value[] | null
}

/** The store that data leave, or the one they come to. While it is open no bridge works on it. */
export interface End {
  /** For people; without a password. */
  readonly name: string
  /** Whether it holds something that a move must not replace. */
  isTaken(): Promise<boolean>
  marks(): Promise<MoveMarks>
  mark(mark: MoveMark, value: string | null): Promise<void>
  /** The rows after a place, as many as make a step. */
  read(table: MovedTable, after: readonly Value[] | null): Promise<Row[]>
  /** Empties it, and marks it as arriving. */
  begin(arriving: Arriving): Promise<void>
  /** Adds rows (see lineOf) and notes the place, both or none. */
  write(table: MovedTable, lines: readonly string[], arriving: Arriving): Promise<void>
  /** All rows are there. */
  complete(): Promise<void>
  numbers(): Promise<Numbers>
  /** All is compared: from now on a bridge may work on it. */
  finish(origin: string, numbers: Numbers): Promise<void>
  /** Removes what a move brought. */
  discard(): Promise<void>
  close(): Promise<void>
}
