import type { Report, ReportPart } from '../../../shared/api/report.ts'
import type { Author, Direction, MessageState } from '../../../shared/domain.ts'
import { Yielder } from '../event-loop-yield.ts'
import type { Sql } from '../sql.ts'
import { remembered } from './message-view.ts'
import { median, quantile } from './quantile.ts'
import { firstReceived } from './statistics.ts'
import { commonConversation } from './threads.ts'

export interface ReportQuery {
  /** Midnights of the period in the owner's time zone, ascending. */
  dayStarts: readonly number[]
  to: number
  /** Weekday of the first day, 0 = Monday. */
  firstWeekday: number
  connectionId?: string | undefined
}

/** A conversation on a day on which its client wrote. */
interface Chat {
  weekday: number
  hour: number
  firstAt: number
  /** Milliseconds until the first reply, and who gave it. */
  replyMs: number | null
  by: string | null
}
interface Person {
  name: string
  inChatra: boolean
  replies: number
}

const HOUR = 3_600_000

/** Reads the messages of the period once, in the order in which they were received, yielding to the event loop. */
export async function reportOf(sql: Sql, query: ReportQuery): Promise<Report> {
  const yielder = new Yielder()
  const reader = new Reader(sql, query)
  for (let at = firstReceived(sql, query.dayStarts[0]!); at !== null; ) {
    const rows: Row[] = sql.all<Row>(PERIOD, at, query.to)
    for (const row of rows) {
      if (yielder.isOver) await yielder.next()
      reader.take(row)
    }
    at = rows.length === STRIDE ? rows.at(-1)!.id + 1 : null
    if (yielder.isOver) await yielder.next()
  }
  await yielder.next()
  return reader.report()
}

interface Row {
  id: number
  connection: string
  conversation: number
  direction: Direction
  author: string
  said: number
  sent: number | null
  state: MessageState
  reason: string | null
}
const STRIDE = 500
const PERIOD = `SELECT id, connection, conversation, direction, author, said_at AS said, sent_at AS sent, state, reason
  FROM messages NOT INDEXED
  WHERE id >= ? AND received_at < ? AND kind = 'text' AND conversation IS NOT NULL ORDER BY id LIMIT ${STRIDE}`

class Reader {
  readonly #sql: Sql
  readonly #query: ReportQuery
  readonly #threads = new Map<number, number>()
  /** The latest chat of each thread: a reply belongs to it, also after midnight. */
  readonly #latest = new Map<number, { day: number; chat: Chat }>()
  readonly #chats: Chat[] = []
  readonly #people = new Map<string, Person>()
  #fromClients = 0
  #replies = 0

  constructor(sql: Sql, query: ReportQuery) {
    this.#sql = sql
    this.#query = query
  }

  take(row: Row): void {
    const { connectionId } = this.#query
    if (connectionId !== undefined && row.connection !== connectionId) return
    const author = JSON.parse(row.author) as Author
    const thread = remembered(
      this.#threads,
      row.conversation,
      () => commonConversation(this.#sql, row.conversation)?.id ?? row.conversation,
    )
    if (author.kind === 'client' && row.direction === 'to-planfix') this.#clientWrote(thread, row)
    else if (isReply(row, author)) this.#replied(thread, row, author)
  }

  #clientWrote(thread: number, { said }: Row): void {
    this.#fromClients += 1
    const { dayStarts, firstWeekday } = this.#query
    const day = dayStarts.findLastIndex((start) => start <= said)
    // Written before the period, and received in it.
    if (day === -1 || this.#latest.get(thread)?.day === day) return
    const chat: Chat = {
      weekday: (firstWeekday + day) % 7,
      // By the clock's own hours: a day on which it is changed has another number of them.
      hour: Math.min(23, Math.floor((said - dayStarts[day]!) / HOUR)),
      firstAt: said,
      replyMs: null,
      by: null,
    }
    this.#chats.push(chat)
    this.#latest.set(thread, { day, chat })
  }

  #replied(thread: number, row: Row, author: Exclude<Author, { kind: 'client' | 'bridge' }>): void {
    this.#replies += 1
    const key = `${author.kind}:${author.id ?? author.name}`
    const person = remembered(this.#people, key, () => ({
      name: author.name,
      inChatra: author.kind === 'agent',
      replies: 0,
    }))
    person.replies += 1
    if (author.name !== '') person.name = author.name
    const chat = this.#latest.get(thread)?.chat
    const at = row.direction === 'to-chatra' ? (row.sent ?? row.said) : row.said
    if (!chat || chat.replyMs !== null || at < chat.firstAt) return
    chat.replyMs = at - chat.firstAt
    chat.by = key
  }

  report(): Report {
    const chats = this.#chats
    const employees = [...this.#people].map(([key, person]) => {
      const own = chats.filter(({ by }) => by === key)
      return { ...person, firstReplies: own.length, ...timesOf(own) }
    })
    return {
      total: {
        ...partOf(chats),
        fromClients: this.#fromClients,
        replies: this.#replies,
        late: chats.filter((chat) => waitOf(chat, this.#query.to) > HOUR).length,
      },
      employees: employees.sort((one, other) => other.replies - one.replies),
      weekdays: Array.from({ length: 7 }, (_, day) => partOf(chats.filter(({ weekday }) => weekday === day))),
      hours: Array.from({ length: 24 }, (_, n) => partOf(chats.filter(({ hour }) => hour === n))),
    }
  }
}

/** A person's message that reached the client: delivered by the bridge, or written inside Chatra. */
function isReply(
  { direction, state, reason }: Row,
  author: Author,
): author is Exclude<Author, { kind: 'client' | 'bridge' }> {
  if (author.kind === 'employee') return direction === 'to-chatra' && state === 'delivered'
  return author.kind === 'agent' && reason !== 'automatic-message' && reason !== 'system-message'
}

/** Milliseconds until the first reply, or until the end of the period while there is none. */
const waitOf = ({ firstAt, replyMs }: Chat, to: number): number => replyMs ?? to - firstAt

const partOf = (chats: readonly Chat[]): ReportPart => ({
  chats: chats.length,
  answered: chats.filter(({ replyMs }) => replyMs !== null).length,
  ...timesOf(chats),
})

function timesOf(chats: readonly Chat[]): { medianMs: number | null; p90Ms: number | null } {
  const times = chats.map(({ replyMs }) => replyMs).filter((ms) => ms !== null)
  return { medianMs: median(times), p90Ms: quantile(times, 0.9) }
}
