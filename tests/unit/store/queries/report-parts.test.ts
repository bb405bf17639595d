import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStore, type SqliteStore } from '../../../../src/main/store/index.ts'
import { median, quantile } from '../../../../src/main/store/queries/quantile.ts'
import { Sql } from '../../../../src/main/store/sql.ts'
import type { Report } from '../../../../src/shared/api/report.ts'
import type { Author, Message } from '../../../../src/shared/domain.ts'
import { adding, conversation, folder, message, store } from '../material.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const MINUTE = 60_000
/** Ids of a part. */
const IDS = 1024
/** Long after every message below. */
const NOW = 400 * DAY
const clock = { now: () => NOW }
const ANA: Author = { kind: 'employee', id: 5, name: 'Ana' }

/** A made-up message: who said what in which conversation, and how much later than the previous one. */
interface Said {
  by: 'client' | 'ana' | 'julia' | 'robot' | 'inside'
  conversation: number
  afterMs: number
  /** How much earlier it was said than received. */
  lateMs: number
  /** Ids that other things took meanwhile. */
  skipped: number
}
const said: fc.Arbitrary<Said> = fc.record({
  by: fc.constantFrom('client', 'client', 'client', 'ana', 'ana', 'julia', 'robot', 'inside'),
  conversation: fc.integer({ min: 1, max: 4 }),
  afterMs: fc.oneof(fc.integer({ min: 0, max: 5 * MINUTE }), fc.integer({ min: 0, max: 20 * HOUR })),
  lateMs: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -5 * MINUTE, max: 5 * MINUTE }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 * HOUR }) },
  ),
  skipped: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(700) }),
})

function messagesOf(all: readonly Said[]): Message[] {
  let id = 0
  let now = 100 * DAY
  return all.map(({ by, conversation: of, afterMs, lateMs, skipped }) => {
    id += 1 + skipped
    now += afterMs
    const inChatra = by === 'julia' || by === 'robot'
    // Only a client's words can come late: a reply is told by when it was noticed or sent.
    const at = by === 'client' || inChatra ? now - (by === 'client' ? lateMs : 0) : now
    return message({
      id,
      connectionId: of % 2 === 0 ? 'shop' : 'outlet',
      conversationId: of,
      direction: by === 'ana' || by === 'inside' ? 'to-chatra' : 'to-planfix',
      author: {
        client: { kind: 'client', id: `c${of}`, name: 'Ion' },
        ana: ANA,
        inside: ANA,
        julia: { kind: 'agent', id: 'a1', name: 'Julia', email: null },
        robot: { kind: 'agent', id: 'a1', name: 'Julia', email: null },
      }[by] as Author,
      writtenAt: at,
      receivedAt: now,
      sentAt: by === 'ana' ? now + (id % 5) * 1000 : null,
      state: by === 'inside' ? 'skipped' : 'delivered',
      reason: by === 'robot' ? 'automatic-message' : by === 'inside' ? 'internal-hidden' : null,
    })
  })
}

/** What a report says, told from all messages one after the other. */
function told(messages: readonly Message[], dayStarts: number[], to: number, connectionId?: string): Report {
  const chats: { day: number; at: number; firstAt: number; ms: number | null; by: string | null }[] = []
  const latest = new Map<number, (typeof chats)[number]>()
  const people = new Map<string, { name: string; inChatra: boolean; replies: number }>()
  let [fromClients, replies] = [0, 0]
  const begun = messages.findIndex(({ receivedAt }) => receivedAt >= dayStarts[0]!)
  for (const one of begun === -1 ? [] : messages.slice(begun)) {
    const { author, receivedAt, writtenAt, direction, state, reason, sentAt } = one
    if (receivedAt >= to || (connectionId !== undefined && one.connectionId !== connectionId)) continue
    const of = one.conversationId!
    if (author.kind === 'client') {
      fromClients += 1
      const day = dayStarts.findLastIndex((start) => start <= writtenAt)
      if (day === -1 || latest.get(of)?.day === day) continue
      const chat = { day, at: writtenAt - dayStarts[day]!, firstAt: writtenAt, ms: null, by: null }
      chats.push(chat)
      latest.set(of, chat)
    } else if (state === 'delivered' && reason === null && author.kind !== 'bridge') {
      replies += 1
      const key = `${author.kind}:${author.id}`
      const person = people.get(key) ?? { name: author.name, inChatra: author.kind === 'agent', replies: 0 }
      people.set(key, person)
      person.replies += 1
      person.name = author.name || person.name
      const chat = latest.get(of)
      const at = direction === 'to-chatra' ? (sentAt ?? receivedAt) : writtenAt
      if (!chat || chat.ms !== null || at < chat.firstAt) continue
      chat.ms = at - chat.firstAt
      chat.by = key
    }
  }
  const times = (some: typeof chats) => {
    const ms = some.flatMap((one) => one.ms ?? [])
    return { medianMs: median(ms), p90Ms: quantile(ms, 0.9) }
  }
  const part = (some: typeof chats) => ({
    chats: some.length,
    answered: some.filter(({ ms }) => ms !== null).length,
    ...times(some),
  })
  return {
    total: {
      ...part(chats),
      fromClients,
      replies,
      late: chats.filter(({ ms, firstAt }) => (ms ?? to - firstAt) > HOUR).length,
    },
    employees: [...people]
      .map(([key, person]) => {
        const own = chats.filter(({ by }) => by === key)
        return { ...person, firstReplies: own.length, ...times(own) }
      })
      .sort((one, other) => other.replies - one.replies),
    weekdays: Array.from({ length: 7 }, (_, n) => part(chats.filter(({ day }) => (day + 2) % 7 === n))),
    hours: Array.from({ length: 24 }, (_, n) =>
      part(chats.filter(({ at }) => Math.min(23, Math.floor(at / HOUR)) === n)),
    ),
  }
}

async function filled(messages: readonly Message[], options: { dir?: string } = {}): Promise<SqliteStore> {
  const db = await openStore({ dir: ':memory:', clock, ...options })
  const ids = new Set(messages.map(({ conversationId }) => conversationId ?? 0))
  await db.commit([...ids].map((id) => ({ type: 'conversation.add', conversation: conversation({ id }) })))
  await db.commit(messages.map((one) => adding(one)))
  return db
}

it('a report of stored parts says what one of all messages says, in every time zone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: -48, max: 56 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(undefined, 'shop'),
      fc.integer({ min: 0, max: 12 * 24 }),
      async (all, zoneQuarters, days, connectionId, hours) => {
        const messages = messagesOf(all)
        const midnight = 99 * DAY + zoneQuarters * 15 * MINUTE
        const dayStarts = Array.from({ length: days }, (_, day) => midnight + day * DAY)
        const to = midnight + hours * HOUR
        const db = await filled(messages)
        try {
          const query = { dayStarts, to, firstWeekday: 2, connectionId }
          const expected = told(messages, dayStarts, to, connectionId)
          expect(await db.report(query)).toEqual(expected)
          await db.prepareReport()
          expect(await db.report(query)).toEqual(expected)
        } finally {
          await db.close()
        }
      },
    ),
    { numRuns: 200 },
  )
})

describe('stored parts', () => {
  const query = { dayStarts: [10 * DAY], to: NOW, firstWeekday: 0 }
  const at = (id: number, more: Partial<Message> = {}) =>
    message({
      ...{ id, conversationId: 1, writtenAt: 10 * DAY + id, receivedAt: 10 * DAY + id, state: 'delivered' },
      ...more,
    })
  const reply = (id: number, more: Partial<Message> = {}) =>
    at(id, { direction: 'to-chatra', author: ANA, sentAt: 10 * DAY + id, ...more })
  async function onDisk(messages: readonly Message[]) {
    const dir = folder()
    const db = await filled(messages, { dir })
    const parts = () => {
      const sql = new Sql(`${dir}/bridge.sqlite`)
      const found = sql.column<number>('SELECT part FROM report_parts ORDER BY part')
      sql.close()
      return found
    }
    return { db, parts, end: () => db.close() }
  }

  it('are made of complete ranges of ids whose messages are settled and a quarter of an hour old', async () => {
    const recent = NOW - 15 * MINUTE
    const { db, parts, end } = await onDisk([
      at(1),
      at(IDS - 1),
      // The next range has a message that is still to be delivered.
      at(IDS, { state: 'retrying' }),
      at(3 * IDS, { state: 'uncertain' }),
      at(4 * IDS, { receivedAt: recent }),
      at(5 * IDS, { receivedAt: recent + 1 }),
      // The range of the latest message.
      at(6 * IDS),
    ])
    await db.prepareReport()
    expect(parts()).toEqual([0, 3, 4])
    await db.prepareReport()
    expect(parts()).toEqual([0, 3, 4])
    await end()
  })

  it('older than any report are not made', async () => {
    const { db, parts, end } = await onDisk([
      at(1, { receivedAt: -1 }),
      at(IDS, { receivedAt: 0 }),
      at(3 * IDS),
    ])
    await db.prepareReport()
    expect(parts()).toEqual([1])
    await end()
  })

  it.each([
    ['a reply that arrived after all', { state: 'delivered', sentAt: 10 * DAY + 5 }],
    ['a reply of another author', { author: { ...ANA, id: 6 } }],
    ['a reply that moved to another conversation', { conversationId: 2 }],
    ['a reason', { reason: 'late' }],
  ] as const)('are made again after a change: %s', async (_what, patch) => {
    const messages = [at(1), reply(2, { state: 'failed', sentAt: null }), reply(3), at(2 * IDS)]
    const { db, parts, end } = await onDisk(messages)
    await db.prepareReport()
    const before = await db.report(query)
    await db.commit([{ type: 'message.patch', id: 2, at: NOW, patch }])
    expect(parts()).toEqual([])
    const live = await db.report(query)
    await db.prepareReport()
    expect(parts()).toEqual([0])
    expect(await db.report(query)).toEqual(live)
    if ('state' in patch) expect(live.total.replies).toBe(before.total.replies + 1)
    await end()
  })

  it('stay when an echo is noted', async () => {
    const { db, parts, end } = await onDisk([at(1), reply(2), at(2 * IDS)])
    await db.prepareReport()
    await db.commit([
      { type: 'message.patch', id: 2, at: NOW, patch: { echoed: true, chatraMessageId: 'm1' } },
    ])
    expect(parts()).toEqual([0])
    await end()
  })

  it('are not used for a period that begins or ends within them', async () => {
    const messages = [at(1, { receivedAt: 10 * DAY - 1 }), at(2), at(5), at(2 * IDS)]
    const { db, end } = await onDisk(messages)
    await db.prepareReport()
    const written = async (from: number, to: number) =>
      (await db.report({ ...query, dayStarts: [from], to })).total.fromClients
    expect(await written(10 * DAY, NOW)).toBe(3)
    expect(await written(0, NOW)).toBe(4)
    expect(await written(0, 10 * DAY + 5)).toBe(2)
    expect(await written(0, 10 * DAY + 6)).toBe(3)
    await end()
  })

  it('know the last name of a person, however many have none', async () => {
    const named = (id: number, name: string) => reply(id, { author: { ...ANA, name } })
    const { db, end } = await onDisk([
      ...[named(1, ''), named(2, 'Ana'), named(3, 'Anna'), named(4, '')],
      ...[named(IDS, ''), at(3 * IDS)],
    ])
    const names = async () => (await db.report(query)).employees.map(({ name, replies }) => [name, replies])
    expect(await names()).toEqual([['Anna', 5]])
    await db.prepareReport()
    expect(await names()).toEqual([['Anna', 5]])
    await end()
  })

  it('of conversations that were merged since count as one chat', async () => {
    const { db, end } = await onDisk([
      at(1),
      at(2, { conversationId: 2 }),
      at(3, { conversationId: 3 }),
      at(2 * IDS, { conversationId: 9, writtenAt: NOW, receivedAt: NOW }),
    ])
    await db.prepareReport()
    expect((await db.report(query)).total.chats).toBe(3)
    await db.commit([
      { type: 'conversation.patch', id: 3, patch: { mergedInto: 2 } },
      { type: 'conversation.patch', id: 2, patch: { mergedInto: 1 } },
    ])
    expect((await db.report(query)).total).toMatchObject({ chats: 1, fromClients: 3 })
    await end()
  })
})

it('an empty store has an empty report, and nothing to prepare', async () => {
  const db = await store({ clock })
  await db.prepareReport()
  expect((await db.report({ dayStarts: [0], to: NOW, firstWeekday: 0 })).total.chats).toBe(0)
})
