import type { Message, MessageState } from '../../../shared/domain.ts'
import type { Sql } from '../sql.ts'

type Column = string | number | null
type Field = Exclude<keyof Message, 'id'>

/** The column or JSON field of each field of a message. */
const COLUMN: Record<Field, string> = {
  connectionId: 'connection',
  conversationId: 'conversation',
  direction: 'direction',
  kind: 'kind',
  author: 'author',
  text: 'text',
  files: 'files',
  originKey: 'origin_key',
  chatraClientId: 'chatra_client',
  chatraMessageId: 'chatra_message',
  planfixTaskId: 'planfix_task',
  planfixCommentId: 'planfix_comment',
  channelMessageId: 'channel_message',
  targetId: 'target',
  writtenAt: 'written_at',
  receivedAt: 'received_at',
  position: 'position',
  state: 'state',
  reason: 'reason',
  late: 'late',
  attempts: 'attempts',
  sentAt: 'sent_at',
  echoed: 'echoed',
  sentFingerprint: 'sent_print',
  fingerprint: 'fingerprint',
}
const FIELDS = Object.keys(COLUMN) as Field[]

const INSERT = `INSERT INTO messages (id, ${FIELDS.map((field) => COLUMN[field]).join(', ')}, handed_at, inbox)
  VALUES (?, ${FIELDS.map(() => '?').join(', ')}, ?, ?) ON CONFLICT (connection, origin_key) DO NOTHING`
const ADD_ENTRY = `INSERT INTO entries (message, time, state, reason) VALUES (?, ?, ?, ?)`
/** The log line after a patch of the reason alone: the new values of the row. */
const ENTRY_FROM_ROW = `INSERT INTO entries (message, time, state, reason)
  SELECT id, ?, state, reason FROM messages WHERE id = ?`

/** States in which Chatra may have the reply: from then on an echo may come. */
const HANDED: ReadonlySet<MessageState> = new Set(['sending', 'uncertain', 'delivered', 'failed', 'skipped'])

/**
 * Adds the message with a log line for each of `states`, or does nothing when its originKey exists in its
 * connection. `inbox` is the row it was made from.
 */
export function addMessage(
  sql: Sql,
  message: Message,
  states: readonly { state: MessageState; reason: string | null }[],
  inbox: number | null,
): void {
  const values = FIELDS.map((field) => toColumn(field, message[field]))
  const handed = message.direction === 'to-chatra' ? handedAt(message, message.receivedAt) : null
  if (sql.run(INSERT, message.id, ...values, handed, inbox).changes === 0) return
  for (const { state, reason } of states) sql.run(ADD_ENTRY, message.id, message.receivedAt, state, reason)
}

/**
 * Changes the given fields; a missing message is ignored (its `message.add` was a repetition). A new state
 * without a reason clears the old one, which explained another state. With `from`, a message in any other
 * state is not changed.
 */
export function patchMessage(
  sql: Sql,
  id: number,
  at: number,
  patch: Partial<Message>,
  from: readonly Message['state'][] = [],
): void {
  const fields = givenFields(patch)
  const values = fields.map((field) => toColumn(field, patch[field]))
  const handed = handedAt(patch, at)
  const sets = settersOf(fields, handed !== null)
  if (sets === '') return
  if (handed !== null) values.push(handed)
  const still = from.length > 0 ? ` AND state IN (${from.map(() => '?').join(', ')})` : ''
  const { changes } = sql.run(`UPDATE messages SET ${sets} WHERE id = ?${still}`, ...values, id, ...from)
  if (changes === 0) return
  if (patch.state !== undefined) sql.run(ADD_ENTRY, id, at, patch.state, patch.reason ?? null)
  else if (patch.reason !== undefined) sql.run(ENTRY_FROM_ROW, at, id)
}

const givenFields = (patch: Partial<Message>): Field[] =>
  (Object.keys(patch) as (keyof Message)[]).filter(
    (field): field is Field => field !== 'id' && patch[field] !== undefined,
  )

/** The few kinds of patches that there are, by their fields. */
const setters = new Map<string, string>()
function settersOf(fields: readonly Field[], isHanded: boolean): string {
  const kind = `${fields.join()} ${isHanded}`
  const known = setters.get(kind)
  if (known !== undefined) return known
  const sets = fields.map((field) => `${COLUMN[field]} = ?`)
  if (fields.includes('state') && !fields.includes('reason')) sets.push('reason = NULL')
  if (isHanded)
    sets.push(`handed_at = CASE direction WHEN 'to-chatra' THEN max(coalesce(handed_at, 0), ?) END`)
  const text = sets.join(', ')
  setters.set(kind, text)
  return text
}

/** When a reply with this state was handed over; null = the patch does not say. */
export function handedAt(patch: Partial<Message>, at: number): number | null {
  if (patch.state && HANDED.has(patch.state)) return Math.max(patch.sentAt ?? 0, at)
  return patch.sentAt ?? null
}

function toColumn(field: Field, value: Message[Field] | undefined): Column {
  if (field === 'author') return JSON.stringify(value)
  if (field === 'files') return (value as Message['files']).length > 0 ? JSON.stringify(value) : null
  if (typeof value === 'boolean') return value ? 1 : 0
  return (value ?? null) as Column
}

/** The given fields as columns. */
export const messageColumns = (fields: Partial<Message>): Record<string, Column> =>
  Object.fromEntries(
    FIELDS.filter((field) => fields[field] !== undefined).map((field) => [
      COLUMN[field],
      toColumn(field, fields[field]),
    ]),
  )
/** Every column that is written. */
export const MESSAGE_COLUMNS = ['id', ...FIELDS.map((field) => COLUMN[field]), 'handed_at', 'inbox']

export type MessageRow = Record<string, Column>

/** The row as the engine's type; a text that retention has removed reads as empty. */
export function messageFrom(row: MessageRow): Message {
  const message: Record<string, unknown> = { id: row.id }
  for (const field of FIELDS) message[field] = row[COLUMN[field]] ?? null
  message.text = row.text ?? ''
  message.author = JSON.parse(row.author as string)
  message.files = row.files ? JSON.parse(row.files as string) : []
  message.late = row.late === 1
  message.echoed = row.echoed === 1
  return message as unknown as Message
}
