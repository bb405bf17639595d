import type { Change, Takeover } from '../../engine/ports.ts'
import { heldReply, OPEN_REPLIES, SKIPPED_NUMBERS } from '../../store/backup/held-replies.ts'
import { clientOf } from '../../store/queries/threads.ts'
import { type MessageRow, messageFrom } from '../../store/rows/messages.ts'
import { DROP_MARKS } from '../../store/rows/move-marks.ts'
import type { Transaction } from '../transaction.ts'

/** What a database that was restored from a backup is known by. */
export interface RestoredDatabase {
  /** When a bridge last worked on it; null = unknown. */
  lastUsed: number | null
  /** Replies that waited then. */
  replies: number
}

const ALIVE = `SELECT value FROM facts WHERE connection = '' AND key = 'aliveAt'`
/** A task that was in use may have been completed since: it is read before it is used. */
const DOUBT_TASKS = `UPDATE tasks SET data = jsonb_set(data, '{checkedAt}', '0') WHERE (data ->> 'active')::boolean`
const SKIP_BLOCKS = `SELECT setval('id_blocks', nextval('id_blocks') + ${SKIPPED_NUMBERS} / 1000)`
const skip = (table: string, key: string) =>
  `SELECT setval(pg_get_serial_sequence('${table}', '${key}'),
    nextval(pg_get_serial_sequence('${table}', '${key}')) + ${SKIPPED_NUMBERS})`
const SKIP = [skip('inbox', 'seq'), skip('entries', 'seq'), skip('events', 'id')]

/** What the restored database holds; nothing is changed. */
export async function lookAfterRestore(tx: Transaction): Promise<RestoredDatabase> {
  const alive = await tx.value<string>(ALIVE)
  const { length } = await tx.all(OPEN_REPLIES)
  return { lastUsed: alive === null ? null : Number(JSON.parse(alive)), replies: length }
}

/**
 * Notes that time is missing in the database, as SQLite's restore does (store/backup/restore.ts): what may be in Chatra
 * or Planfix already is looked for first, and no reply of that time is sent again by itself.
 */
export async function noteRestore(tx: Transaction, now: number): Promise<RestoredDatabase> {
  const found = await lookAfterRestore(tx)
  // Should they have been moved since, the present ones are these again.
  await tx.run(DROP_MARKS)
  const blocks = await tx.value<number>(SKIP_BLOCKS)
  for (const text of SKIP) await tx.ask(text)
  const changes: Change[] = []
  for (const row of await tx.all<MessageRow>(OPEN_REPLIES)) {
    const message = messageFrom(row)
    const device = message.chatraClientId ?? (await clientOf(tx, message))?.clientId ?? null
    changes.push({ type: 'message.patch', id: message.id, at: now, patch: heldReply(message, device) })
  }
  await tx.run(DOUBT_TASKS)
  const backupAt = found.lastUsed ?? 0
  const firstId = ((blocks ?? 0) + 1) * 1000
  const takeover: Takeover = { at: now, until: now, cause: 'restore', backupAt, firstId }
  const fact = (key: string, value: unknown): Change => ({ type: 'fact.set', connectionId: '', key, value })
  const params = { backupTime: backupAt }
  await tx.apply([
    ...changes,
    fact('takeover', takeover),
    fact('aliveAt', now),
    {
      type: 'event.add',
      event: { time: now, connectionId: null, level: 'error', key: 'event.database-restored', params },
    },
  ])
  return found
}
