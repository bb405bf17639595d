import type { Sql } from '../sql.ts'

/** `collides`: both connections have a record with the same name, so that one would hide the other. */
export type RenameAnswer =
  | { answer: 'renamed'; conversations: number; messages: number }
  | { answer: 'not-found' }
  | { answer: 'collides'; what: string }

/**
 * Fact of a connection: the id from which its source ids are always derived, since objects in Planfix carry
 * them.
 */
export const SOURCE_CONNECTION = 'sourceConnection'

/** Records that two connections must not both have: the query finds a collision. Values: new id, old id. */
export const COLLISIONS: Record<string, string> = {
  client: `SELECT old.client FROM clients AS new JOIN clients AS old ON old.client = new.client
    WHERE new.connection = ? AND old.connection = ? LIMIT 1`,
  task: `SELECT old.task FROM tasks AS new JOIN tasks AS old ON old.task = new.task
    WHERE new.connection = ? AND old.connection = ? LIMIT 1`,
  message: `SELECT old.id FROM messages AS new INDEXED BY messages_origin
    JOIN messages AS old INDEXED BY messages_origin ON old.origin_key = new.origin_key
    WHERE new.connection = ? AND old.connection = ? LIMIT 1`,
}

const WITH_DATA = ['conversations', 'tasks', 'chores']
const PLAIN = ['inbox', 'clients', 'messages', 'events']
const COUNTED: Record<string, string> = {
  tallies: 'direction, state',
  quarters: 'quarter, direction',
}

/**
 * Moves all data of connection `from` to `to`. Source ids remain those of the original id, so that earlier
 * writes are recognised. Runs inside a transaction.
 */
export function renameConnection(sql: Sql, from: string, to: string): RenameAnswer {
  const count = (table: string, connection: string) =>
    sql.value<number>(`SELECT count(*) FROM ${table} WHERE connection = ?`, connection) ?? 0
  const [conversations, messages] = [count('conversations', from), count('messages', from)]
  if (conversations + messages + count('inbox', from) === 0) return { answer: 'not-found' }
  for (const [what, text] of Object.entries(COLLISIONS)) {
    const found = sql.value<string | number>(text, to, from)
    if (found !== null) return { answer: 'collides', what: `${what} ${found}` }
  }
  const isFree = count('conversations', to) === 0
  const source = sql.value<string>(SOURCE, from, SOURCE_CONNECTION) ?? JSON.stringify(from)
  for (const table of WITH_DATA) {
    sql.run(
      `UPDATE ${table} SET connection = ?, data = json_set(data, '$.connectionId', ?) WHERE connection = ?`,
      ...[to, to, from],
    )
  }
  // The trigger would look for each message's own.
  sql.run('DELETE FROM report_parts')
  for (const table of PLAIN) sql.run(`UPDATE ${table} SET connection = ? WHERE connection = ?`, to, from)
  for (const [table, key] of Object.entries(COUNTED)) {
    sql.run(
      `INSERT INTO ${table} (${key}, connection, number) SELECT ${key}, ?, number FROM ${table} WHERE connection = ?
        ON CONFLICT DO UPDATE SET number = number + excluded.number`,
      ...[to, from],
    )
    sql.run(`DELETE FROM ${table} WHERE connection = ?`, from)
  }
  sql.run(`UPDATE OR IGNORE agents SET connection = ? WHERE connection = ?`, to, from)
  sql.run(`UPDATE OR IGNORE facts SET connection = ? WHERE connection = ?`, to, from)
  for (const table of ['agents', 'facts']) sql.run(`DELETE FROM ${table} WHERE connection = ?`, from)
  // A connection that has already written to Planfix is known there by its own ids.
  if (isFree) sql.run(SET_SOURCE, to, SOURCE_CONNECTION, source)
  return { answer: 'renamed', conversations, messages }
}
export const SOURCE = `SELECT value FROM facts WHERE connection = ? AND key = ?`
export const SET_SOURCE = `INSERT INTO facts (connection, key, value) VALUES (?, ?, ?)
  ON CONFLICT (connection, key) DO UPDATE SET value = excluded.value`
