import { StoreError, type StorePlace } from '../../../shared/store-error.ts'

/**
 * What a move of all data to another store (store-postgres/move/) notes in `meta`:
 * - `origin`: an id of these data, which they take along
 * - `leaving`: the attempt to move them; gone once a bridge was opened on them, as they may have changed
 * - `arriving`: they are not complete yet
 * - `moved`: they are somewhere else now
 */
const MOVE_MARKS = ['origin', 'leaving', 'arriving', 'moved'] as const
export type MoveMark = (typeof MOVE_MARKS)[number]
export type MoveMarks = Partial<Record<MoveMark, string>>

export interface MarkRow {
  key: MoveMark
  value: string
}
export const READ_MARKS = `SELECT key, value FROM meta WHERE key IN (${MOVE_MARKS.map((mark) => `'${mark}'`).join(', ')})`
export const DROP_MARKS = READ_MARKS.replace('SELECT key, value', 'DELETE')
/** When a bridge is opened. */
export const END_LEAVING = `DELETE FROM meta WHERE key = 'leaving'`

export const marksFrom = (rows: readonly MarkRow[]): MoveMarks =>
  Object.fromEntries(rows.map(({ key, value }) => [key, value]))

/** The mark `moved`. */
export interface Moved {
  /** Where to, in words without a password. */
  to: string
  /** Milliseconds since 1970. */
  at: number
}

/** Why no bridge may work on these data: it would be a second one, or on half of them. */
export function moveTrouble({ arriving, moved }: MoveMarks, place: StorePlace): StoreError | null {
  const here = place === 'folder' ? 'this data folder' : 'this database'
  if (arriving !== undefined)
    return new StoreError(
      'moved',
      `the data have not all come into ${here} yet: run "bridge move" again, which goes on where it was, or give it up with --undo`,
      { place },
    )
  if (moved === undefined) return null
  const { to, at } = JSON.parse(moved) as Moved
  return new StoreError(
    'moved',
    `the data of ${here} were moved to ${to} at ${new Date(at).toISOString()}: start the bridge there. "bridge move" brings them back; with --undo, if no bridge has worked there yet`,
    { place },
  )
}
