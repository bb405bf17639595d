import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/main/engine/ports.ts'
import type { Author, Message } from '../../../../src/shared/domain.ts'
import { adding, conversation, message, reply, store } from '../material.ts'

const QUARTER = 900_000
const HOUR = 4 * QUARTER
const agent: Author = { kind: 'agent', id: 'a1', name: 'Julia', email: null }

describe('messages by time', () => {
  it('messages are counted between starts, by direction, without events', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 1, receivedAt: HOUR - 1 })),
      adding(message({ id: 2, receivedAt: HOUR })),
      adding(message({ id: 3, receivedAt: 2 * HOUR - 1, connectionId: 'other' })),
      adding(reply({ id: 4, receivedAt: 2 * HOUR })),
      adding(message({ id: 5, receivedAt: 2 * HOUR, kind: 'event', state: 'skipped' })),
      // Counted already: not counted twice.
      adding(message({ id: 6, receivedAt: 2 * HOUR, originKey: 'm:2' })),
    ])
    expect(await db.bars([HOUR, 2 * HOUR, 3 * HOUR], 3 * HOUR + 1)).toEqual([
      { from: HOUR, toPlanfix: 2, toChatra: 0 },
      { from: 2 * HOUR, toPlanfix: 0, toChatra: 1 },
      { from: 3 * HOUR, toPlanfix: 0, toChatra: 0 },
    ])
  })

  it('counts match hours and days of any zone, also with a clock change', async () => {
    const db = await store()
    const starts = fc
      .array(fc.constantFrom(1, 2, 3, 92, 96, 100), { minLength: 1, maxLength: 6 })
      .map((widths) =>
        widths.map((_, n) => (7 + widths.slice(0, n).reduce((sum, one) => sum + one, 0)) * QUARTER),
      )
    const times = fc.array(fc.integer({ min: 0, max: 700 * QUARTER }), { minLength: 1, maxLength: 20 })
    const seen: number[] = []
    let id = 1
    await fc.assert(
      fc.asyncProperty(starts, times, async (from, received) => {
        await db.commit(received.map((receivedAt) => adding(message({ id: ++id, receivedAt }))))
        seen.push(...received)
        const end = from.at(-1)! + QUARTER
        const expected = from.map((start, n) => {
          const next = from[n + 1] ?? end
          return seen.filter((at) => at >= start && at < next).length
        })
        expect((await db.bars(from, end)).map(({ toPlanfix }) => toPlanfix)).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })
})

describe('the figures of a day', () => {
  const DAY = 10 * HOUR
  const talk = (id: number, fields: object = {}): Change => ({
    type: 'conversation.add',
    conversation: conversation({ id, ...fields }),
  })
  /** Received when it was written. */
  const said = (id: number, at: number, fields: Partial<Message> = {}) =>
    adding(message({ id, writtenAt: at, receivedAt: at, ...fields }))
  const answered = (id: number, at: number, fields: Partial<Message> = {}) =>
    adding(reply({ id, writtenAt: at, receivedAt: at, sentAt: at, state: 'delivered', ...fields }))

  it('an empty store and a day without messages have no figures', async () => {
    const db = await store()
    const nothing = { chats: 0, newChats: 0, medianFirstReplyMs: null, failed: 0, uncertain: 0 }
    expect(await db.dayFigures(DAY)).toEqual(nothing)
    await db.commit([said(1, DAY - 1)])
    expect(await db.dayFigures(DAY)).toEqual(nothing)
  })

  it("figures count chats with a client's message, and those that began then", async () => {
    const db = await store()
    await db.commit([
      ...[1, 2, 3].map((id) => talk(id)),
      said(11, DAY - 5, { conversationId: 1 }),
      said(12, DAY + 1, { conversationId: 1 }),
      said(13, DAY + 2, { conversationId: 2 }),
      said(14, DAY + 3, { conversationId: 2 }),
      answered(15, DAY + 4, { conversationId: 3 }),
    ])
    expect(await db.dayFigures(DAY)).toMatchObject({ chats: 2, newChats: 1 })
    expect([await db.chatsOfDay(DAY, false), await db.chatsOfDay(DAY, true)]).toEqual([[2, 1], [2]])
    expect(await db.chatsOfDay(DAY + 100, false)).toEqual([])
  })

  it('figures count merged conversations as one chat, as old as its oldest', async () => {
    const db = await store()
    await db.commit([
      talk(1, { mergedInto: 2 }),
      talk(2),
      said(11, DAY - 5, { conversationId: 1 }),
      said(12, DAY + 1, { conversationId: 1 }),
      said(13, DAY + 2, { conversationId: 2 }),
    ])
    expect(await db.dayFigures(DAY)).toMatchObject({ chats: 1, newChats: 0 })
    expect([await db.chatsOfDay(DAY, false), await db.chatsOfDay(DAY, true)]).toEqual([[2], []])
  })

  it("figures give the median time from a day's first message to the first reply", async () => {
    const db = await store()
    await db.commit([
      ...[1, 2, 3, 4, 5].map((id) => talk(id)),
      // 100: neither messages of the day before, nor an earlier reply, nor one that did not arrive count.
      said(11, DAY - 50, { conversationId: 1 }),
      answered(12, DAY + 5, { conversationId: 1 }),
      said(13, DAY + 10, { conversationId: 1 }),
      said(14, DAY + 20, { conversationId: 1 }),
      answered(15, DAY + 50, { conversationId: 1, state: 'failed', sentAt: null }),
      answered(16, DAY + 60, { conversationId: 1, state: 'skipped', reason: 'internal-hidden' }),
      answered(17, DAY + 110, { conversationId: 1 }),
      // 30: typed inside Chatra, after its automatic greeting.
      said(21, DAY + 100, { conversationId: 2 }),
      said(22, DAY + 101, {
        conversationId: 2,
        author: agent,
        state: 'skipped',
        reason: 'automatic-message',
      }),
      said(23, DAY + 130, { conversationId: 2, author: agent, state: 'skipped', reason: 'mirroring-off' }),
      // 900: the time of sending counts, not that of noticing.
      said(31, DAY + 100, { conversationId: 3 }),
      answered(32, DAY + 200, { conversationId: 3, sentAt: DAY + 1000 }),
      // No reply yet.
      said(41, DAY + 100, { conversationId: 4 }),
    ])
    expect((await db.dayFigures(DAY)).medianFirstReplyMs).toBe(100)
    await db.commit([answered(42, DAY + 120, { conversationId: 4 })])
    expect((await db.dayFigures(DAY)).medianFirstReplyMs).toBe(65)
  })

  it('figures count currently failed and uncertain messages', async () => {
    const db = await store()
    await db.commit([
      said(11, DAY - 1, { state: 'failed' }),
      said(12, DAY, { state: 'failed' }),
      said(13, DAY + 1, { state: 'uncertain' }),
      said(14, DAY + 2, { state: 'failed' }),
      said(15, DAY + 3, { kind: 'event', state: 'failed' }),
      { type: 'message.patch', id: 14, at: DAY + 3, patch: { state: 'delivered' } },
    ])
    expect(await db.dayFigures(DAY)).toMatchObject({ failed: 1, uncertain: 1 })
  })

  it("figures begin at the day's first message, with gaps in the ids", async () => {
    const db = await store()
    const many = Array.from({ length: 1500 }, (_, n) => n)
    const idOf = (n: number) => 10 + n * 90 + ((n * n) % 80)
    await db.commit([talk(1), ...many.map((n) => said(idOf(n), n * 10))])
    for (const since of [0, 5, 7000, 14_990]) {
      const failed = many.filter((n) => n * 10 >= since).length
      await db.commit(
        many
          .filter((n) => n * 10 >= since)
          .map((n) => ({
            type: 'message.patch',
            id: idOf(n),
            at: 1,
            patch: { state: 'failed' },
          })),
      )
      expect((await db.dayFigures(since)).failed).toBe(failed)
    }
  })
})

describe('gaps', () => {
  it('gaps are returned newest first, as far back as requested', async () => {
    const db = await store()
    const gap = (time: number): Change => ({
      type: 'event.add',
      event: {
        time,
        connectionId: null,
        level: 'warning',
        key: 'event.gap',
        params: { from: time - 5, to: time },
      },
    })
    const other = (time: number): Change => ({
      type: 'event.add',
      event: { time, connectionId: 'shop', level: 'info', key: 'event.side-ok', params: { side: 'chatra' } },
    })
    await db.commit([
      gap(100),
      gap(200),
      ...Array.from({ length: 1200 }, (_, n) => other(300 + n)),
      gap(2000),
    ])
    expect(await db.gapsSince(150)).toEqual([
      { from: 1995, to: 2000 },
      { from: 195, to: 200 },
    ])
  })
})
