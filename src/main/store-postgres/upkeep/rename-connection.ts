import type { RenameAnswer } from '../../store/index.ts'
import { COLLISIONS, SET_SOURCE, SOURCE, SOURCE_CONNECTION } from '../../store/rows/rename-connection.ts'
import type { Transaction } from '../transaction.ts'

/** Whose connection stands in their data. */
const WITH_DATA = ['conversations', 'tasks', 'chores']
const PLAIN = ['inbox', 'clients', 'messages', 'events', 'tally_steps', 'quarter_steps']
const KEYED: Record<string, string> = { agents: 'agent', facts: 'key' }

/** As SQLite's (store/rows/rename-connection.ts). */
export async function renameConnection(tx: Transaction, from: string, to: string): Promise<RenameAnswer> {
  const count = async (table: string, connection: string) =>
    (await tx.value<number>(`SELECT count(*) FROM ${table} WHERE connection = ?`, connection)) ?? 0
  const [conversations, messages] = [await count('conversations', from), await count('messages', from)]
  if (conversations + messages + (await count('inbox', from)) === 0) return { answer: 'not-found' }
  for (const [what, text] of Object.entries(COLLISIONS)) {
    const found = await tx.value<string | number>(text, to, from)
    if (found !== null) return { answer: 'collides', what: `${what} ${found}` }
  }
  const isFree = (await count('conversations', to)) === 0
  const source = (await tx.value<string>(SOURCE, from, SOURCE_CONNECTION)) ?? JSON.stringify(from)
  for (const table of WITH_DATA)
    await tx.run(
      `UPDATE ${table} SET data = jsonb_set(data, '{connectionId}', to_jsonb(?::text)) WHERE connection = ?`,
      ...[to, from],
    )
  // The trigger would look for each message's own.
  await tx.run('DELETE FROM report_parts')
  for (const table of PLAIN) await tx.run(`UPDATE ${table} SET connection = ? WHERE connection = ?`, to, from)
  for (const [table, key] of Object.entries(KEYED)) {
    const isKnown = `EXISTS (SELECT 1 FROM ${table} AS other WHERE other.connection = ? AND other.${key} = ${table}.${key})`
    await tx.run(`DELETE FROM ${table} WHERE ${isKnown} AND connection = ?`, to, from)
    await tx.run(`UPDATE ${table} SET connection = ? WHERE connection = ?`, to, from)
  }
  // A connection that has already written to Planfix is known there by its own ids.
  if (isFree) await tx.run(SET_SOURCE, to, SOURCE_CONNECTION, source)
  return { answer: 'renamed', conversations, messages }
}
