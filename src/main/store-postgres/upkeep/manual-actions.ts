import type { DismissAnswer, RetryAnswer } from '../../store/index.ts'
import { LOOKUPS } from '../../store/queries/lookups.ts'
import { conversationFrom, type DataRow } from '../../store/rows/links.ts'
import {
  BEFORE_DISMISSAL,
  type Decided,
  dismissed,
  restored,
  retried,
  type StateBefore,
} from '../../store/rows/manual-actions.ts'
import type { MessageRow } from '../../store/rows/messages.ts'
import type { Transaction } from '../transaction.ts'

/** Nothing else settles it meanwhile. */
const MESSAGE = `${LOOKUPS.message} FOR UPDATE`

export async function retry(tx: Transaction, id: number, now: number): Promise<RetryAnswer> {
  const row = await tx.get<MessageRow>(MESSAGE, id)
  const conversation = row && (await tx.get<DataRow>(LOOKUPS.conversation, row.conversation ?? 0))
  return carriedOut(tx, retried(row, conversationFrom(conversation), now))
}

export async function dismiss(tx: Transaction, id: number, now: number): Promise<DismissAnswer> {
  return carriedOut(tx, dismissed(await tx.get<MessageRow>(MESSAGE, id), now))
}

export async function restore(tx: Transaction, id: number, now: number): Promise<boolean> {
  const row = await tx.get<MessageRow>(MESSAGE, id)
  return carriedOut(tx, restored(row, await tx.get<StateBefore>(BEFORE_DISMISSAL, id), now))
}

async function carriedOut<T>(tx: Transaction, { answer, changes }: Decided<T>): Promise<T> {
  await tx.apply(changes)
  return answer
}
