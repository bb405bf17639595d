import { type LogFilter, PAGE_ROWS } from '../../../shared/api/log.ts'
import type { ClientProfile } from '../../../shared/domain.ts'
import { nameOf } from '../../engine/index.ts'
import { Yielder } from '../event-loop-yield.ts'
import type { SqlReader } from '../sql-reader.ts'
import { fold, taskNumberIn, wordsOf } from './fold.ts'
import { clientOf, threadOf } from './threads.ts'

/** Number of messages that match a filter, and the first (newest) of each page of PAGE_ROWS. */
export interface Outline {
  total: number
  pages: number[]
}

type Order = 'newest-first' | 'oldest-first'
/** Where reading begins: messages before (or after) `from`, exclusive. */
interface Reading {
  order: Order
  from: number
}
const NEWEST: Reading = { order: 'newest-first', from: Number.MAX_SAFE_INTEGER }

/**
 * Reads all messages that may match the filter, yielding to the event loop. After each yield `isWanted` is
 * called: false cancels the read with null.
 */
export async function outline(
  sql: SqlReader,
  filter: LogFilter,
  isWanted: () => boolean = () => true,
): Promise<Outline | null> {
  const found: Outline = { total: 0, pages: [] }
  for await (const ids of matching(sql, filter, NEWEST)) {
    if (!isWanted()) return null
    const first = (PAGE_ROWS - (found.total % PAGE_ROWS)) % PAGE_ROWS
    for (let at = first; at < ids.length; at += PAGE_ROWS) found.pages.push(ids[at]!)
    found.total += ids.length
  }
  return found
}

/** At most `limit` message ids from `fromId` (inclusive) downward, or from the newest. */
export const pageFrom = (sql: SqlReader, filter: LogFilter, fromId: number | null, limit: number) =>
  firstOf(sql, filter, fromId === null ? NEWEST : { ...NEWEST, from: fromId + 1 }, limit)

/** At most `limit` message ids after `afterId`, oldest first. */
export const pageAfter = (sql: SqlReader, filter: LogFilter, afterId: number, limit: number) =>
  firstOf(sql, filter, { order: 'oldest-first', from: afterId }, limit)

async function firstOf(
  sql: SqlReader,
  filter: LogFilter,
  reading: Reading,
  limit: number,
): Promise<number[]> {
  const yielder = new Yielder()
  const found: number[] = []
  for await (const ids of matching(sql, filter, reading)) {
    found.push(...ids.slice(0, limit - found.length))
    if (found.length === limit) break
  }
  await yielder.next()
  return found
}

/** The columns that a text search reads. */
interface Row {
  id: number
  connectionId: string
  chatraClientId: string | null
  conversationId: number | null
  text: string | null
  reason: string | null
  task: number | null
}
type Values = (string | number)[]
/** Part of a statement on the messages, with its values. */
interface Where {
  text: string
  values: Values
}

/**
 * Ids of the messages that match a filter, in order, in batches; it yields to the event loop between them.
 */
async function* matching(sql: SqlReader, filter: LogFilter, reading: Reading): AsyncGenerator<number[]> {
  const yielder = new Yielder()
  const speaks = textMatcher(sql, filter.search)
  const sorting = reading.order === 'newest-first' ? 'DESC' : 'ASC'
  const strides =
    filter.conversationId === undefined
      ? wholeLog(sql, filter, speaks !== null, reading)
      : oneThread(sql, filter, filter.conversationId, reading)
  for await (const { text, values } of strides) {
    const rest = `FROM messages ${text} ORDER BY id ${sorting}`
    if (speaks === null) yield await sql.column<number>(`SELECT id ${rest}`, ...values)
    else {
      const found: number[] = []
      for (const row of await sql.all<Row>(`SELECT ${TEXT_COLUMNS} ${rest}`, ...values)) {
        if (yielder.isOver) await yielder.next()
        const answer = speaks(row)
        if (answer === true || (answer !== false && (await answer))) found.push(row.id)
      }
      yield found
    }
    if (yielder.isOver) await yielder.next()
  }
}

const FIRST_STRIDE = 250
const WIDEST_STRIDE = 3000
/** A row with its text is much larger than an index entry. */
const WIDEST_WITH_TEXT = 500

/** Batches grow: a page is often full after the first. */
async function* wholeLog(
  sql: SqlReader,
  filter: LogFilter,
  withText: boolean,
  { order, from }: Reading,
): AsyncGenerator<Where> {
  const [beyond, until, last, sorting] =
    order === 'newest-first' ? ['<', '>=', 'min', 'DESC'] : ['>', '<=', 'max', 'ASC']
  const end = `SELECT ${last}(id) AS last, count(*) AS number FROM
    (SELECT id FROM messages INDEXED BY messages_browse WHERE id ${beyond} ? ORDER BY id ${sorting} LIMIT ?) AS stride`
  // Columns outside the index are read row by row, which is worthwhile only when the index leaves few rows.
  const isWide = withText || filter.employeeId !== undefined
  const isNarrow = filter.states !== undefined || filter.from !== undefined || filter.to !== undefined
  const path = isWide && !isNarrow ? 'NOT INDEXED' : 'INDEXED BY messages_browse'
  const conditions = conditionsOf(filter)
  const text = `${path} WHERE id ${beyond} ? AND id ${until} ? ${conditions.text}`
  let at = from
  let stride = FIRST_STRIDE
  for (;;) {
    const bound = await sql.get<{ last: number | null; number: number }>(end, at, stride)
    if (!bound || bound.last === null) return
    yield { text, values: [at, bound.last, ...conditions.values] }
    if (bound.number < stride) return
    at = bound.last
    stride = Math.min(stride * 2, isWide ? WIDEST_WITH_TEXT : WIDEST_STRIDE)
  }
}

/**
 * A thread is short compared with the log, and its index has another order: its ids are read at once and
 * sorted.
 */
async function* oneThread(
  sql: SqlReader,
  filter: LogFilter,
  conversationId: number,
  { order, from }: Reading,
): AsyncGenerator<Where> {
  const down = order === 'newest-first'
  const conditions = conditionsOf(filter)
  const all: number[] = []
  for (const id of (await threadOf(sql, conversationId))?.ids ?? [])
    all.push(...(await sql.column<number>(IN_CONVERSATION, id)))
  const ids = all
    .filter((id) => (down ? id < from : id > from))
    .sort((one, other) => (down ? other - one : one - other))
  for (let at = 0; at < ids.length; at += WIDEST_WITH_TEXT) {
    const some = JSON.stringify(ids.slice(at, at + WIDEST_WITH_TEXT))
    yield {
      text: `NOT INDEXED WHERE id IN (SELECT value FROM json_each(?)) ${conditions.text}`,
      values: [some, ...conditions.values],
    }
  }
}
const IN_CONVERSATION = `SELECT id FROM messages INDEXED BY messages_chat WHERE conversation = ?`

const TEXT_COLUMNS = `id, connection AS connectionId, chatra_client AS chatraClientId,
  conversation AS conversationId, text, reason, planfix_task AS task`

/** The part of a filter that SQL evaluates, with its values. */
function conditionsOf({ connectionId, direction, states, employeeId, from, to }: LogFilter): Where {
  const texts: string[] = []
  const values: Values = []
  const add = (text: string, ...more: Values) => {
    texts.push(`AND ${text}`)
    values.push(...more)
  }
  if (connectionId !== undefined) add('connection = ?', connectionId)
  if (direction !== undefined) add('direction = ?', direction)
  if (states !== undefined) add(`state IN (${states.map(() => '?').join(', ')})`, ...states)
  if (from !== undefined) add('received_at >= ?', from)
  if (to !== undefined) add('received_at < ?', to)
  // Only replies have an employee as author.
  if (employeeId !== undefined) {
    add(`direction = 'to-chatra' AND author ->> '$.kind' = 'employee' AND author ->> '$.id' = ?`, employeeId)
  }
  return { text: texts.join(' '), values }
}

/**
 * Each word must occur in the text, the reason or what is known of the client (name, e-mail, phone), or be the number
 * of the task; null when the search is empty.
 */
function textMatcher(
  sql: SqlReader,
  search: string | undefined,
): ((row: Row) => boolean | Promise<boolean>) | null {
  const words = wordsOf(search)
  if (words.length === 0) return null
  const names = new Map<string | number | null, string>()
  return (row) => {
    const said = fold(row.reason === null ? (row.text ?? '') : `${row.text ?? ''}\n${row.reason}`)
    const others = words.filter(
      (word) => !said.includes(word) && (row.task === null || taskNumberIn(word) !== row.task),
    )
    if (others.length === 0) return true
    // A device belongs to one conversation; its id alone could be that of another connection.
    const who = row.chatraClientId === null ? row.conversationId : `${row.connectionId} ${row.chatraClientId}`
    const name = names.get(who)
    if (name !== undefined) return isNamed(name, others)
    return clientOf(sql, row).then((client) => {
      const read = client ? known(client.profile) : ''
      names.set(who, read)
      return isNamed(read, others)
    })
  }
}

const isNamed = (name: string, words: readonly string[]): boolean =>
  words.every(
    (word) =>
      name.includes(word) || (/^\+?[\d().-]{5,}$/.test(word) && name.includes(word.replace(/\D/g, ''))),
  )

/** The phone also by its digits alone: numbers are written in many ways. */
const known = (profile: ClientProfile): string =>
  fold(
    [nameOf(profile), profile.email, profile.phone, profile.phone?.replace(/\D/g, '')]
      .filter(Boolean)
      .join('\n'),
  )
