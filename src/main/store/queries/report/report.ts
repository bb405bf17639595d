import type { Report, ReportPart } from '../../../../shared/api/report.ts'
import { Yielder } from '../../event-loop-yield.ts'
import type { SqlReader } from '../../sql-reader.ts'
import { remembered } from '../message-view.ts'
import { median, quantile } from '../quantile.ts'
import { firstReceived } from '../statistics.ts'
import { CLIENT, type ReportPart as Part } from './part.ts'
import { partsBetween } from './parts.ts'

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

/** Of the messages of the period, in the order in which they were received; yields to the event loop. */
export async function reportOf(sql: SqlReader, query: ReportQuery): Promise<Report> {
  const reader = new Reader(query, await mergedIn(sql))
  const first = await firstReceived(sql, query.dayStarts[0]!)
  if (first !== null) {
    for await (const part of partsBetween(sql, first, query.to)) reader.take(part)
  }
  return reader.report(new Yielder())
}

/** Merged conversations, and what each was merged into. */
const mergedIn = async (sql: SqlReader): Promise<Map<number, number>> =>
  new Map((await sql.all<{ id: number; into: number }>(MERGED)).map(({ id, into }) => [id, into]))
const MERGED = `SELECT id, merged_into AS "into" FROM conversations INDEXED BY conversations_merged
  WHERE merged_into IS NOT NULL`

class Reader {
  readonly #query: ReportQuery
  readonly #merged: ReadonlyMap<number, number>
  /** The latest chat of each thread: a reply belongs to it, also after midnight. */
  readonly #latest = new Map<number, { day: number; chat: Chat }>()
  readonly #chats: Chat[] = []
  readonly #people = new Map<string, Person>()
  #fromClients = 0
  #replies = 0

  constructor(query: ReportQuery, merged: ReadonlyMap<number, number>) {
    this.#query = query
    this.#merged = merged
  }

  take({ connections, people, counts, turns }: Part): void {
    const { connectionId } = this.#query
    const isMeant = connections.map((id) => connectionId === undefined || id === connectionId)
    for (const [connection, person, number] of counts) {
      if (!isMeant[connection]) continue
      if (person === CLIENT) this.#fromClients += number
      else this.#wrote(people[person]!, number)
    }
    for (let at = 0; at < turns.length; at += 4) {
      if (!isMeant[turns[at + 1]!]) continue
      const thread = this.#threadOf(turns[at]!)
      const person = turns[at + 2]!
      if (person === CLIENT) this.#clientWrote(thread, turns[at + 3]!)
      else this.#replied(thread, people[person]!.key, turns[at + 3]!)
    }
  }

  #threadOf(conversation: number): number {
    const passed = new Set<number>()
    let found = conversation
    for (let into = this.#merged.get(found); into !== undefined; into = this.#merged.get(found)) {
      if (passed.has(into)) break
      passed.add(into)
      found = into
    }
    return found
  }

  #clientWrote(thread: number, said: number): void {
    const { dayStarts, firstWeekday } = this.#query
    const day = dayOf(dayStarts, said)
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

  #wrote({ key, name, inChatra }: Part['people'][number], replies: number): void {
    this.#replies += replies
    const person = remembered(this.#people, key, () => ({ name, inChatra, replies: 0 }))
    person.replies += replies
    if (name !== '') person.name = name
  }

  #replied(thread: number, by: string, at: number): void {
    const chat = this.#latest.get(thread)?.chat
    if (!chat || chat.replyMs !== null || at < chat.firstAt) return
    chat.replyMs = at - chat.firstAt
    chat.by = by
  }

  /** Yields to the event loop: there may be tens of thousands of chats. */
  async report(yielder: Yielder): Promise<Report> {
    const byPerson = new Map([...this.#people.keys()].map((key): [string, Chat[]] => [key, []]))
    const byWeekday: Chat[][] = Array.from({ length: 7 }, () => [])
    const byHour: Chat[][] = Array.from({ length: 24 }, () => [])
    let late = 0
    for (const chat of this.#chats) {
      if (yielder.isOver) await yielder.next()
      byWeekday[chat.weekday]!.push(chat)
      byHour[chat.hour]!.push(chat)
      if (chat.by !== null) byPerson.get(chat.by)?.push(chat)
      if (waitOf(chat, this.#query.to) > HOUR) late += 1
    }
    const parts = async (groups: readonly Chat[][]) => {
      const found: ReportPart[] = []
      for (const chats of groups) {
        if (yielder.isOver) await yielder.next()
        found.push(partOf(chats))
      }
      return found
    }
    await yielder.next()
    const [total] = await parts([this.#chats])
    const ofPerson = await parts([...byPerson.values()])
    const employees = [...this.#people.values()].map((person, n) => {
      const { answered, medianMs, p90Ms } = ofPerson[n]!
      return { ...person, firstReplies: answered, medianMs, p90Ms }
    })
    return {
      total: { ...total!, fromClients: this.#fromClients, replies: this.#replies, late },
      employees: employees.sort((one, other) => other.replies - one.replies),
      weekdays: await parts(byWeekday),
      hours: await parts(byHour),
    }
  }
}

/** The last of the ascending `starts` that is not after `at`; -1 when all are. */
function dayOf(starts: readonly number[], at: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= at) low = middle + 1
    else high = middle
  }
  return low - 1
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
