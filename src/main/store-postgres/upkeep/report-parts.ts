import type { PartRow } from '../../store/queries/report/part.ts'
import { finishedPart, ROWS, rangeOf } from '../../store/queries/report/parts.ts'
import type { Transaction } from '../transaction.ts'

/** Who changes a settled message deletes its part: they wait for each other. */
const LOCK = 'LOCK TABLE report_parts IN SHARE ROW EXCLUSIVE MODE'
const STORE = `INSERT INTO report_parts (part, received_to, data) VALUES (?, ?, ?) ON CONFLICT (part) DO NOTHING`

export async function storePart(tx: Transaction, part: number, now: number): Promise<void> {
  await tx.run(LOCK)
  const made = finishedPart(await tx.all<PartRow>(ROWS, ...rangeOf(part)), now)
  if (made) await tx.run(STORE, part, made.to, made.data)
}
