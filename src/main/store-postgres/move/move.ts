import { randomUUID } from 'node:crypto'
import type { StorePlace } from '../../../shared/store-error.ts'
import type { Moved } from '../../store/rows/move-marks.ts'
import type { Arriving, End } from './end.ts'
import { Fingerprint, lineOf, type Row, type Value } from './lines.ts'
import { movePlan, undoPlan } from './plan.ts'
import { MOVED_TABLES, type MovedTable } from './tables.ts'

export interface Move {
  source: End
  target: End
  /** Where the source is. */
  place: StorePlace
  now(): number
  /** Gets the rows of a table that were copied so far. */
  copied(table: string, rows: number): void
  /** All data are there and compared; what goes with them is put in place before a bridge may start on them. */
  arrived?(): Promise<void>
}

/** A table on both sides. */
export interface Compared {
  table: string
  source: Side
  target: Side
}
interface Side {
  rows: number
  /** 32 hexadecimal digits. */
  fingerprint: string
}

export type MoveOutcome =
  | { outcome: 'moved' | 'differs'; tables: Compared[] }
  | { outcome: 'nothing' }
  | { outcome: 'refused'; why: string }

/**
 * Moves all data from one store to another one. A move that was interrupted goes on where it was, as long as no bridge was
 * opened on the source meanwhile. A bridge works on the source until all is there and compared, then on the target alone.
 */
export async function move(moved: Move): Promise<MoveOutcome> {
  const { source, target, place, now } = moved
  const known = { source: await source.marks(), target: await target.marks() }
  const plan = movePlan({ ...known, isTaken: await target.isTaken(), place })
  if ('why' in plan) return { outcome: 'refused', why: plan.why }
  if (plan.do === 'nothing') return { outcome: 'nothing' }
  const arriving = plan.do === 'go-on' ? plan.from : await begun(source, target)
  await copy(moved, arriving)
  await target.complete()
  const tables = await compare(source, target)
  if (!tables.every(isSame)) {
    await target.mark('arriving', JSON.stringify({ ...arriving, attempt: '' }))
    return { outcome: 'differs', tables }
  }
  const numbers = await source.numbers()
  // First it is closed there, then opened here: at no moment are both open.
  if (known.source.moved === undefined) await source.mark('moved', movedTo(target, now()))
  await moved.arrived?.()
  await target.finish(arriving.origin, numbers)
  return { outcome: 'moved', tables }
}

async function begun(source: End, target: End): Promise<Arriving> {
  const origin = (await source.marks()).origin ?? randomUUID()
  const attempt = randomUUID()
  await source.mark('origin', origin)
  await source.mark('leaving', attempt)
  const arriving = { origin, attempt, table: null, after: null }
  await target.begin(arriving)
  return arriving
}

async function copy({ source, target, copied }: Move, from: Arriving): Promise<void> {
  const first = Math.max(
    0,
    MOVED_TABLES.findIndex(({ name }) => name === from.table),
  )
  for (const table of MOVED_TABLES.slice(first)) {
    let after = table.name === from.table ? from.after : null
    let rows = 0
    for await (const some of stepsOf(source, table, after)) {
      after = keyOf(table, some.at(-1)!)
      const lines = some.map((row) => lineOf(table, row))
      await target.write(table, lines, { ...from, table: table.name, after })
      rows += lines.length
      copied(table.name, rows)
    }
  }
}

async function* stepsOf(
  end: End,
  table: MovedTable,
  from: readonly Value[] | null = null,
): AsyncGenerator<Row[]> {
  for (let after = from; ; ) {
    const rows = await end.read(table, after)
    if (rows.length > 0) yield rows
    if (rows.length < table.step) return
    after = keyOf(table, rows.at(-1)!)
  }
}

const keyOf = ({ key }: MovedTable, row: Row): Value[] => key.map((column) => row[column] ?? null)

async function compare(source: End, target: End): Promise<Compared[]> {
  const tables: Compared[] = []
  for (const table of MOVED_TABLES) {
    const [one, other] = await Promise.all([sideOf(source, table), sideOf(target, table)])
    tables.push({ table: table.name, source: one, target: other })
  }
  return tables
}

async function sideOf(end: End, table: MovedTable): Promise<Side> {
  const print = new Fingerprint()
  for await (const rows of stepsOf(end, table)) for (const row of rows) print.add(lineOf(table, row))
  return { rows: print.rows, fingerprint: print.text }
}

const isSame = ({ source, target }: Compared): boolean =>
  source.rows === target.rows && source.fingerprint === target.fingerprint

const movedTo = ({ name }: End, at: number): string => JSON.stringify({ to: name, at } satisfies Moved)

export type UndoOutcome = { outcome: 'undone' } | { outcome: 'refused'; why: string }

/** Takes a move back: the source is in use again, and nothing stays in the target, where no bridge may have worked yet. */
export async function undo({ source, target, now }: Move): Promise<UndoOutcome> {
  const plan = undoPlan({ source: await source.marks(), target: await target.marks() })
  if ('why' in plan) return { outcome: 'refused', why: plan.why }
  if (plan.do === 'compare') {
    const tables = await compare(source, target)
    if (!tables.every(isSame))
      return {
        outcome: 'refused',
        why: `a bridge has worked in ${target.name} since: move the data back from there`,
      }
    await target.mark('moved', movedTo(source, now()))
  }
  await source.mark('moved', null)
  await target.discard()
  return { outcome: 'undone' }
}
