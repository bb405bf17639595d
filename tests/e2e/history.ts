import { join } from 'node:path'
import Database from 'better-sqlite3'
import packageFile from '../../package.json' with { type: 'json' }
import { openStore } from '../../src/main/store/index.ts'
import type { Author, Direction, MessageState } from '../../src/shared/domain.ts'
import { conversation, profile, taskLink } from '../support/builders.ts'

/**
 * Fills a data folder with a month of a small shop's work: some conversations a day between nine and seven, two
 * nights with the computer off, and a few of all possible failures. The same `seed` and `until` give the same
 * history. Writes past the store, in a second.
 */
export async function fillHistory(
  dir: string,
  options: { until: number; days?: number; seed?: number; talksPerDay?: number },
): Promise<void> {
  const { until, days = 30, seed = 1, talksPerDay = 14 } = options
  // The store itself creates it, so that it has the real schema.
  await (await openStore({ dir })).close()
  const database = new Database(join(dir, 'bridge.sqlite'))
  database.pragma('synchronous = OFF')
  database.transaction(() => new Month(database, seed).write(until, days, talksPerDay))()
  const version = JSON.stringify({ version: packageFile.version, updatedAt: null })
  database.prepare("INSERT INTO facts (connection, key, value) VALUES ('', 'programVersion', ?)").run(version)
  database.close()
  await (await openStore({ dir })).close()
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

class Month {
  private readonly database: Database.Database
  private readonly random: () => number
  private nextId = 1
  private nextTask = 5_000

  constructor(database: Database.Database, seed: number) {
    this.database = database
    this.random = randomFrom(seed)
  }

  write(until: number, days: number, talksPerDay: number): void {
    for (let day = days; day >= 0; day--) {
      const midnight = Math.floor((until - day * DAY) / DAY) * DAY
      const isWeekend = [0, 6].includes(new Date(midnight).getUTCDay())
      const talks = Math.round(talksPerDay * (isWeekend ? 0.4 : 0.8 + this.random() * 0.6))
      const starts = Array.from({ length: talks }, () => midnight + this.hourOfDay() * HOUR).sort(
        (one, other) => one - other,
      )
      for (const start of starts) if (start < until - 20 * MINUTE) this.talk(start)
      if (day === 3 || day === 17)
        this.gap(midnight + 2 * HOUR + 10 * MINUTE, midnight + 8 * HOUR + 55 * MINUTE)
    }
    this.database
      .prepare(`UPDATE meta SET value = ? WHERE key = 'next_id'`)
      .run(Math.ceil(this.nextId / 1000) * 1000)
  }

  /** UTC; most people write around noon and in the late afternoon. */
  private hourOfDay(): number {
    return 6.5 + ((this.random() + this.random() + this.random()) / 3) * 11
  }

  private gap(from: number, to: number): void {
    this.insert('events', {
      time: to,
      connection: null,
      level: 'warning',
      key: 'event.gap',
      params: JSON.stringify({ from, to }),
    })
  }

  private talk(start: number): void {
    const id = this.nextId++
    const taskId = this.nextTask++
    const name = pick(CLIENTS, this.random)
    const employee = pick(EMPLOYEES, this.random)
    const script = pick(TALKS, this.random)
    const client = `visitor${id}`
    const email = this.random() < 0.6 ? `${emailOf(name)}@example.com` : null
    let at = start
    script.forEach((line, index) => {
      const isReply = line.startsWith('>')
      const isNote = line.startsWith('#')
      const author: Author =
        isReply || isNote ? { kind: 'employee', ...employee } : { kind: 'client', id: client, name }
      at += (isReply ? 1 + this.random() * 6 : 0.3 + this.random() * 2) * MINUTE
      this.message({
        conversation: id,
        direction: isReply || isNote ? 'to-chatra' : 'to-planfix',
        author,
        text: line.replace(/^[>#]\s*/, ''),
        client,
        taskId,
        at: Math.floor(at),
        ...this.fate(isReply, isNote),
        origin: `${isReply || isNote ? 'p' : 'c'}:history${id}.${index}`,
      })
    })
    this.link(id, taskId, client, name, email, start, Math.floor(at))
  }

  private fate(isReply: boolean, isNote: boolean): { state: MessageState; reason: string | null } {
    if (isNote) return { state: 'skipped', reason: 'internal-client-not-notified' }
    const luck = this.random()
    if (isReply && luck < 0.01)
      return { state: 'failed', reason: 'chatra: object-gone (404: the client does not exist)' }
    if (isReply && luck < 0.016)
      return { state: 'uncertain', reason: 'chatra: unclear (no answer within 10 s)' }
    if (isReply && luck < 0.06) return { state: 'delivered', reason: 'client-left-emailed-by-chatra' }
    return { state: 'delivered', reason: null }
  }

  private message(message: {
    conversation: number
    direction: Direction
    author: Author
    text: string
    client: string
    taskId: number
    at: number
    state: MessageState
    reason: string | null
    origin: string
  }): void {
    const id = this.nextId++
    const { at, state } = message
    const isReply = message.direction === 'to-chatra'
    const wasSent = state === 'delivered' || state === 'uncertain'
    this.insert('messages', {
      id,
      connection: 'shop',
      conversation: message.conversation,
      direction: message.direction,
      kind: 'text',
      author: JSON.stringify(message.author),
      text: message.text,
      origin_key: message.origin,
      chatra_client: message.client,
      chatra_message: isReply && !wasSent ? null : `history${id}`,
      planfix_task: message.taskId,
      planfix_comment: isReply || wasSent ? 700_000 + id : null,
      written_at: at,
      received_at: at,
      position: at,
      state,
      reason: message.reason,
      late: 0,
      attempts: state === 'skipped' ? 0 : 1,
      sent_at: isReply && wasSent ? at : null,
      echoed: isReply && state === 'delivered' ? 1 : 0,
      handed_at: isReply && wasSent ? at : null,
    })
    const life: MessageState[] =
      state === 'skipped' ? ['received', 'skipped'] : ['received', 'queued', 'sending', state]
    life.forEach((step, index) => {
      const reason = step === state ? message.reason : null
      this.insert('entries', { message: id, time: at + index * 180, state: step, reason })
    })
  }

  private link(
    id: number,
    taskId: number,
    client: string,
    name: string,
    email: string | null,
    start: number,
    end: number,
  ): void {
    const contactId = 800_000 + id
    const chatId = `chat${client}`
    this.insert('conversations', {
      id,
      connection: 'shop',
      contact: contactId,
      client_left: 1,
      merged_into: null,
      data: JSON.stringify(
        conversation({
          id,
          contactId,
          taskId,
          clientLeft: true,
          lastClientAt: end,
          lastActivityAt: end,
          deliveredUpTo: end,
        }),
      ),
    })
    const device = pick(DEVICES, this.random)
    const place = pick(PLACES, this.random)
    this.insert('clients', {
      connection: 'shop',
      client,
      conversation: id,
      email,
      last_wrote_at: end,
      last_visit_at: start,
      profile: JSON.stringify(
        profile({
          id: client,
          chatId,
          displayedName: name,
          name,
          email,
          ip: '192.0.2.10',
          ...device,
          ...place,
        }),
      ),
    })
    this.insert('tasks', {
      connection: 'shop',
      task: taskId,
      conversation: id,
      chat: chatId,
      last_activity_at: end,
      // The simulators do not know these tasks, so the watcher must not request them.
      deleted: 1,
      data: JSON.stringify(
        taskLink({
          taskId,
          conversationId: id,
          chatId,
          createdAt: start,
          active: false,
          deleted: true,
          checkedAt: end,
          hotUntil: end,
          readAt: end,
          lastActivityAt: end,
          closedAt: end,
        }),
      ),
    })
  }

  private readonly prepared = new Map<string, Database.Statement>()
  private insert(table: string, row: Record<string, string | number | null>): void {
    const columns = Object.keys(row)
    const key = `${table} ${columns}`
    const statement =
      this.prepared.get(key) ??
      this.database.prepare(
        `INSERT INTO ${table} (${columns}) VALUES (${columns.map((column) => `@${column}`).join(', ')})`,
      )
    this.prepared.set(key, statement)
    statement.run(row)
  }
}

const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T
const emailOf = (name: string) =>
  name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')

/** The random generator Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const EMPLOYEES = [
  { id: 5, name: 'Ana Rusu' },
  { id: 6, name: 'Julia Popa' },
  { id: 7, name: 'Mihai Ceban' },
]
const CLIENTS = [
  ...['Elena Marin', 'Victor Lupu', 'Irina Moraru', 'Andrei Rotaru', 'Natalia Cojocaru', 'Ștefan Munteanu'],
  ...['Olga Petrova', 'Ion Ciobanu', 'Maria Țurcanu', 'Pavel Ivanov', 'Doina Vieru', 'Sergiu Balan'],
  ...['Cristina Dima', 'Radu Ionescu', 'Tatiana Sokolova', 'Laura Bennett', 'Tom Keller', 'Gabriela Stan'],
]
const DEVICES = [
  { os: 'Windows 11', browser: 'Chrome 150' },
  { os: 'Android 16', browser: 'Chrome 150' },
  { os: 'iOS 26', browser: 'Safari 26' },
  { os: 'macOS 26', browser: 'Firefox 144' },
]
const PLACES = [
  { country: 'Moldova', city: 'Chișinău' },
  { country: 'Romania', city: 'Iași' },
  { country: 'Moldova', city: 'Bălți' },
]

/** `>` an employee's reply, `#` an internal note. */
const TALKS: readonly (readonly string[])[] = [
  [
    'Hello! Do you have the red shoes in size 38?',
    '> Good morning! Yes, two pairs are left.',
    'Great, please keep one for me.',
    '> Done. It is kept under your name until Friday.',
  ],
  [
    'Where is my order 1007?',
    '# The courier called: the address was wrong.',
    '> It leaves our warehouse today and arrives tomorrow before noon.',
    'Thank you!',
  ],
  [
    'Do you deliver to Bălți?',
    '> Yes, within two days.',
    'And what does it cost?',
    '> 60 lei, free above 800.',
  ],
  [
    'Bună ziua! Se poate plăti cu cardul la livrare?',
    '> Bună ziua! Da, curierul are terminal.',
    'Mulțumesc!',
  ],
  [
    'Здравствуйте! Есть ли это платье в синем цвете?',
    '> Здравствуйте! Да, размеры 40 и 42.',
    'Возьму 42.',
    '> Оформила заказ, номер придёт на почту.',
  ],
  [
    'I would like to return a dress.',
    '> Of course. Within 14 days, with the label on it.',
    'It is too big. Can I have a smaller one instead?',
    '# Size 36 is in the second store.',
    '> Yes, we send a 36 and take the other one back.',
    'Perfect.',
  ],
  ['Until when are you open on Saturday?', '> Until 15:00.'],
  [
    'The discount code does not work.',
    '> Which one did you type?',
    'SPRING15',
    '> It ended yesterday, but I have switched it on for you once more.',
    'You are very kind!',
  ],
]
