import type { Direction, MessageKind, MessageState } from '../../../shared/domain.ts'
import { Yielder } from '../event-loop-yield.ts'
import type { SqlReader } from '../sql-reader.ts'
import { LOOKUPS } from './lookups.ts'
import { remembered } from './message-view.ts'
import { median } from './quantile.ts'
import { commonConversation, threadOf } from './threads.ts'

const QUARTER = 900_000

/** Messages received since `from`, by direction. */
export interface Bar {
  from: number
  toPlanfix: number
  toChatra: number
}

/**
 * Number of messages received between each of `starts` and the next, the last one until `end`; ascending.
 * Counted by quarters of an hour, so `starts` must be at whole quarters, as the hours and days of every time
 * zone are.
 */
export async function bars(sql: SqlReader, starts: readonly number[], end: number): Promise<Bar[]> {
  const yielder = new Yielder()
  const found: Bar[] = starts.map((from) => ({ from, toPlanfix: 0, toChatra: 0 }))
  const first = starts[0]
  if (first === undefined) return found
  const rows = await sql.all<{ quarter: number; direction: Direction; number: number }>(
    QUARTERS,
    Math.floor(first / QUARTER),
    Math.ceil(end / QUARTER),
  )
  let at = 0
  for (const { quarter, direction, number } of rows) {
    while (at + 1 < found.length && found[at + 1]!.from <= quarter * QUARTER) at += 1
    found[at]![direction === 'to-planfix' ? 'toPlanfix' : 'toChatra'] += number
  }
  await yielder.next()
  return found
}
const QUARTERS = `SELECT quarter, direction, sum(number) AS number FROM quarters
  WHERE quarter >= ? AND quarter < ? GROUP BY quarter, direction ORDER BY quarter`

export interface DayFigures {
  /** Threads with a message of the client. */
  chats: number
  /** Those of them without an earlier message. */
  newChats: number
  /** Milliseconds between a client's first message and the first reply to it; null while there is none. */
  medianFirstReplyMs: number | null
  /** Messages whose current state is `failed` or `uncertain`. */
  failed: number
  uncertain: number
}

/** Figures of the messages received since `since`. Reads only those messages, yielding to the event loop. */
export async function dayFigures(sql: SqlReader, since: number): Promise<DayFigures> {
  const { chats, ...states } = await readDay(sql, since)
  const answered = chats.map(({ chat }) => firstReplyMs(chat)).filter((ms) => ms !== null)
  const written = chats.filter(({ chat }) => chat.clientWrote)
  return {
    chats: written.length,
    newChats: written.filter(({ isNew }) => isNew).length,
    medianFirstReplyMs: median(answered),
    ...states,
  }
}

/** The conversations that `dayFigures` counts as chats; with `onlyNew` those that it counts as new. */
export async function chatsOfDay(sql: SqlReader, since: number, onlyNew: boolean): Promise<number[]> {
  const { chats } = await readDay(sql, since)
  return chats
    .filter(({ chat, isNew }) => chat.clientWrote && (isNew || !onlyNew))
    .map(({ thread }) => thread)
}

interface Day {
  /** `isNew`: the thread has no earlier message; asked of those whose client wrote. */
  chats: { thread: number; chat: Chat; isNew: boolean }[]
  failed: number
  uncertain: number
}

async function readDay(sql: SqlReader, since: number): Promise<Day> {
  const yielder = new Yielder()
  const first = await firstReceived(sql, since)
  const chats = new Map<number, Chat>()
  const threads = new Map<number, number>()
  const states = { failed: 0, uncertain: 0 }
  for (let at: number | null = first; at !== null; ) {
    const rows: Row[] = await sql.all<Row>(DAY, at, since)
    for (const row of rows) {
      if (yielder.isOver) await yielder.next()
      if (row.kind === 'event') continue
      if (row.state === 'failed' || row.state === 'uncertain') states[row.state] += 1
      const { conversation } = row
      if (conversation === null || row.kind !== 'text') continue
      let thread = threads.get(conversation)
      if (thread === undefined) {
        thread = (await commonConversation(sql, conversation))?.id ?? conversation
        threads.set(conversation, thread)
      }
      note(
        remembered(chats, thread, () => new Chat()),
        row,
        since,
      )
    }
    at = rows.length === STRIDE ? rows.at(-1)!.id + 1 : null
    if (yielder.isOver) await yielder.next()
  }
  await yielder.next()
  const found: Day['chats'] = []
  for (const [thread, chat] of chats) {
    if (yielder.isOver) await yielder.next()
    found.push({ thread, chat, isNew: chat.clientWrote && !(await hadMessagesBefore(sql, thread, first!)) })
  }
  return { chats: found, ...states }
}

/** One thread's figures of a day. */
class Chat {
  clientWrote = false
  /** When the client first wrote on this day; messages written before and received today do not count. */
  firstAt: number | null = null
  readonly repliesAt: number[] = []
}

interface Row {
  id: number
  conversation: number | null
  direction: Direction
  kind: MessageKind
  author: 'client' | 'employee' | 'agent' | 'bridge'
  said: number
  sent: number | null
  state: MessageState
  reason: string | null
}
const STRIDE = 500
const DAY = `SELECT id, conversation, direction, kind, author ->> '$.kind' AS author, said_at AS said, sent_at AS sent,
    state, reason
  FROM messages NOT INDEXED WHERE id >= ? AND received_at >= ? ORDER BY id LIMIT ${STRIDE}`

function note(chat: Chat, row: Row, since: number): void {
  if (row.author === 'client') {
    chat.clientWrote = true
    if (row.said >= since && (chat.firstAt === null || row.said < chat.firstAt)) chat.firstAt = row.said
  } else if (isReply(row))
    chat.repliesAt.push(row.direction === 'to-chatra' ? (row.sent ?? row.said) : row.said)
}

/** A person's message that reached the client: delivered by the bridge, or written inside Chatra. */
function isReply({ direction, author, state, reason }: Row): boolean {
  if (direction === 'to-chatra') return author === 'employee' && state === 'delivered'
  return author === 'agent' && reason !== 'automatic-message' && reason !== 'system-message'
}

function firstReplyMs({ firstAt, repliesAt }: Chat): number | null {
  if (firstAt === null) return null
  const later = repliesAt.filter((at) => at >= firstAt)
  return later.length === 0 ? null : later.reduce((one, other) => Math.min(one, other)) - firstAt
}

async function hadMessagesBefore(sql: SqlReader, thread: number, firstId: number): Promise<boolean> {
  for (const id of (await threadOf(sql, thread))?.ids ?? [thread])
    if ((await sql.value<number>(EARLIER, id, firstId)) !== null) return true
  return false
}
const EARLIER = `SELECT id FROM messages INDEXED BY messages_chat
  WHERE conversation = ? AND id < ? ORDER BY said_at LIMIT 1`

/** The first message received at `since` or later; null when there is none. Ids ascend with time. */
export async function firstReceived(sql: SqlReader, since: number): Promise<number | null> {
  let low = 0
  let high = ((await sql.value<number>('SELECT max(id) FROM messages')) ?? 0) + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const found = await sql.get<{ id: number; at: number }>(AT, middle)
    if (!found || found.at >= since) high = middle
    else low = found.id + 1
  }
  return (await sql.get<{ id: number; at: number }>(AT, low))?.id ?? null
}
const AT = `SELECT id, received_at AS at FROM messages INDEXED BY messages_browse
  WHERE id >= ? ORDER BY id LIMIT 1`

/**
 * When the bridge first ran on this data; data of earlier versions has no record of it, but a first message and a
 * first event. Null = unknown.
 */
export async function beganAt(sql: SqlReader): Promise<number | null> {
  const noted = await sql.value<string>(LOOKUPS.fact, '', 'beganAt')
  if (noted !== null) return Number(JSON.parse(noted))
  const first = [await sql.value<number>(FIRST_MESSAGE), await sql.value<number>(FIRST_EVENT)].filter(
    (at) => at !== null,
  )
  return first.length === 0 ? null : Math.min(...first)
}
const FIRST_MESSAGE = `SELECT received_at FROM messages INDEXED BY messages_browse WHERE id > 0 ORDER BY id LIMIT 1`
const FIRST_EVENT = `SELECT time FROM events WHERE id > 0 ORDER BY id LIMIT 1`

/**
 * Messages of a connection that became uncertain after `since`: their echo may still come. Reads all its uncertain
 * ones.
 */
export const settling = async (sql: SqlReader, connectionId: string, since: number): Promise<number> =>
  (await sql.value<number>(SETTLING, connectionId, since)) ?? 0
const SETTLING = `SELECT count(*) FROM messages INDEXED BY messages_uncertain
  WHERE conversation > 0 AND state = 'uncertain' AND connection = ?
    AND (SELECT max(time) FROM entries WHERE message = messages.id) > ?`

/** Periods when the bridge was not running, newest first, that ended after `since`. */
export async function gapsSince(sql: SqlReader, since: number): Promise<{ from: number; to: number }[]> {
  const yielder = new Yielder()
  const gaps: { from: number; to: number }[] = []
  let before = Number.MAX_SAFE_INTEGER
  for (;;) {
    const rows = await sql.all<{ id: number; time: number; key: string; params: string }>(EVENTS, before)
    for (const { key, params, time } of rows) {
      if (time < since) return gaps
      if (key !== 'event.gap') continue
      const { from, to } = JSON.parse(params) as { from: unknown; to: unknown }
      if (typeof from === 'number' && typeof to === 'number') gaps.push({ from, to })
    }
    if (rows.length < STRIDE) return gaps
    before = rows.at(-1)!.id
    await yielder.next()
  }
}
const EVENTS = `SELECT id, time, key, params FROM events WHERE id < ? ORDER BY id DESC LIMIT ${STRIDE}`
