import type { Author, Direction, MessageState } from '../../../../shared/domain.ts'
import { remembered } from '../message-view.ts'

/**
 * Messages of a range of ids, as far as a report of any period and time zone needs them: whole counts, and of each
 * conversation those turns that can begin a chat or be its first reply. What stays the same once its messages are settled
 * is stored (`report_parts`), so that a report reads no message twice.
 */
export interface ReportPart {
  connections: string[]
  /** Who replied; `name` is the last known one, and may be empty. */
  people: { key: string; name: string; inChatra: boolean }[]
  /** In the order of the first message of each: connection, person (-1 = clients), messages. */
  counts: [connection: number, person: number, number: number][]
  /**
   * In the order in which they were received, four numbers each: conversation, connection, person (-1 = the
   * client), when it was said (of a reply: sent), milliseconds since 1970.
   */
  turns: number[]
}

/** A message of a conversation. */
export interface PartRow {
  id: number
  connection: string
  conversation: number
  direction: Direction
  author: string
  /** Milliseconds since 1970, like `sent` and `received`. */
  said: number
  sent: number | null
  received: number
  state: MessageState
  reason: string | null
}

/** Every midnight of every time zone is at a whole quarter of an hour. */
const QUARTER = 900_000
/** Clocks of Chatra and of this computer differ by less. */
const SKEW = 600_000
export const CLIENT = -1

interface Talk {
  /** Quarter of the last turn of the client that was taken; null = none yet. */
  quarter: number | null
  /** No chat that is open now can have begun later. */
  begun: number
  /** The latest reply taken since the client's last turn; null = none. */
  replied: number | null
}

export class PartReader {
  readonly #part: ReportPart = { connections: [], people: [], counts: [], turns: [] }
  readonly #connections = new Map<string, number>()
  readonly #people = new Map<string, number>()
  readonly #counts = new Map<string, ReportPart['counts'][number]>()
  readonly #talks = new Map<number, Talk>()
  #first: number | null = null

  /** In the order of their ids. */
  take(row: PartRow): void {
    this.#first ??= row.received
    const author = JSON.parse(row.author) as Author
    if (author.kind === 'client' && row.direction === 'to-planfix') this.#clientWrote(row)
    else if (isReply(row, author)) this.#replied(row, author)
  }

  get part(): ReportPart {
    return this.#part
  }

  #clientWrote({ connection, conversation, said }: PartRow): void {
    this.#count(connection, CLIENT)
    const talk = this.#talk(conversation)
    const quarter = Math.floor(said / QUARTER)
    // On the same day, in every time zone.
    if (talk.quarter === quarter) return
    talk.quarter = quarter
    talk.begun = Math.max(talk.begun, said)
    talk.replied = null
    this.#turn(conversation, connection, CLIENT, said)
  }

  #replied(
    { connection, conversation, direction, said, sent }: PartRow,
    author: Exclude<Author, { kind: 'client' | 'bridge' }>,
  ): void {
    const key = `${author.kind}:${author.id ?? author.name}`
    const number = remembered(this.#people, key, () => {
      return this.#part.people.push({ key, name: author.name, inChatra: author.kind === 'agent' }) - 1
    })
    if (author.name !== '') this.#part.people[number]!.name = author.name
    this.#count(connection, number)
    const at = direction === 'to-chatra' ? (sent ?? said) : said
    const talk = this.#talk(conversation)
    const { replied, begun } = talk
    // A reply after it cannot be the first one to any chat.
    if (replied !== null && (replied >= begun || at <= replied)) return
    talk.replied = at
    this.#turn(conversation, connection, number, at)
  }

  #talk(conversation: number): Talk {
    return remembered(this.#talks, conversation, () => ({
      quarter: null,
      begun: (this.#first ?? 0) + SKEW,
      replied: null,
    }))
  }

  #turn(conversation: number, connection: string, person: number, at: number): void {
    this.#part.turns.push(conversation, this.#connection(connection), person, at)
  }

  #connection(id: string): number {
    return remembered(this.#connections, id, () => this.#part.connections.push(id) - 1)
  }

  #count(connection: string, person: number): void {
    const number = this.#connection(connection)
    const count = remembered(this.#counts, `${number} ${person}`, () => {
      const made: ReportPart['counts'][number] = [number, person, 0]
      this.#part.counts.push(made)
      return made
    })
    count[2] += 1
  }
}

/** A person's message that reached the client: delivered by the bridge, or written inside Chatra. */
function isReply(
  { direction, state, reason }: PartRow,
  author: Author,
): author is Exclude<Author, { kind: 'client' | 'bridge' }> {
  if (author.kind === 'employee') return direction === 'to-chatra' && state === 'delivered'
  return author.kind === 'agent' && reason !== 'automatic-message' && reason !== 'system-message'
}
