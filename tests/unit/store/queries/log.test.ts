import { describe, expect, it, vi } from 'vitest'
import type { ApplicationStore } from '../../../../src/main/store/index.ts'
import { adding, conversation, folder, message, onSqlite, reply, sqliteStore, store } from '../material.ts'

/** Lines 1…n, one a message; message ids are 100 + seq. */
async function withLines(db: ApplicationStore, many: number, fields: (seq: number) => object = () => ({})) {
  for (let from = 1; from <= many; from += 500) {
    const seqs = Array.from({ length: Math.min(500, many - from + 1) }, (_, index) => from + index)
    await db.commit(
      seqs.map((seq) => adding(message({ id: 100 + seq, text: `text ${seq}`, ...fields(seq) }))),
    )
  }
}
const seqs = (lines: { seq: number }[]) => lines.map(({ seq }) => seq)

describe('the live log', () => {
  it('the log shows the current message beside each line', async () => {
    const db = await store()
    await db.commit([
      adding(reply({ chatraMessageId: 'x', planfixTaskId: 5, planfixCommentId: 6 }), 'received'),
    ])
    expect(await db.logPage({ limit: 5 })).toEqual([
      {
        seq: 1,
        id: '10',
        time: 100,
        connection: 'shop',
        conversation: '1',
        direction: 'to-chatra',
        state: 'received',
        reason: null,
        text: 'Bună',
        chatraMessageId: 'x',
        planfixTaskId: 5,
        planfixCommentId: 6,
      },
    ])
    expect(await db.latestSeq()).toBe(1)
  })

  it('the log is paged from the end, before and after a line, oldest first', async () => {
    const db = await store()
    await withLines(db, 20)
    expect(seqs(await db.logPage({ limit: 3 }))).toEqual([18, 19, 20])
    expect(seqs(await db.logPage({ limit: 3, beforeSeq: 18 }))).toEqual([15, 16, 17])
  })

  it('who follows the log gets each line once, from the first or from the end', async () => {
    const db = await store()
    const before = await db.logEnd()
    await withLines(db, 20)
    // PostgreSQL shows lines in their order once nothing older is under way, in another database of the cluster either.
    await vi.waitFor(async () => expect((await db.logAfter(null, 20)).lines).toHaveLength(20), 5000)
    const first = await db.logAfter(null, 18)
    expect(seqs(first.lines)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1))
    const rest = await db.logAfter(first.place, 9)
    expect(seqs(rest.lines)).toEqual([19, 20])
    expect(await db.logAfter(rest.place, 9)).toEqual({ lines: [], place: rest.place })
    expect(seqs((await db.logAfter(before, 2)).lines)).toEqual([1, 2])
    const steps = await db.stepsAfter(before, 19)
    expect(seqs(steps.steps)).toHaveLength(19)
    expect(seqs((await db.stepsAfter(steps.place, 19)).steps)).toEqual([20])
  })

  it('the log is filtered by connection, direction and message', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 11 }), 'received', 'queued'),
      adding(message({ id: 12, connectionId: 'other' })),
      adding(reply({ id: 13 })),
    ])
    expect(seqs(await db.logPage({ limit: 9, connection: 'other' }))).toEqual([3])
    expect(seqs(await db.logPage({ limit: 9, direction: 'to-chatra' }))).toEqual([4])
    expect(seqs(await db.logPage({ limit: 9, messageId: 11 }))).toEqual([1, 2])
    expect(seqs(await db.logPage({ limit: 9, messageId: 11, state: 'queued' }))).toEqual([2])
  })

  it.each(['failed', 'delivered'] as const)(
    'the log finds the few %s lines among thousands',
    async (state) => {
      const db = await store()
      await withLines(db, 3500, (seq) => ({ state: seq === 7 || seq === 3400 ? state : 'queued' }))
      expect(seqs(await db.logPage({ limit: 9, state }))).toEqual([7, 3400])
      expect(seqs(await db.logPage({ limit: 9, state, beforeSeq: 3400, connection: 'shop' }))).toEqual([7])
    },
  )

  it('the log is searched in text and reason in any case and alphabet', async () => {
    const db = await store()
    await withLines(db, 2500, (seq) =>
      seq === 3 ? { text: 'ПРИВЕТ' } : seq === 2400 ? { text: 'ȘTIRE' } : {},
    )
    await db.commit([
      { type: 'message.patch', id: 150, at: 200, patch: { state: 'failed', reason: 'Planfix.Refused' } },
    ])
    expect(seqs(await db.logPage({ limit: 9, search: 'привет' }))).toEqual([3])
    expect(seqs(await db.logPage({ limit: 9, search: ' știre ' }))).toEqual([2400])
    expect(seqs(await db.logPage({ limit: 9, search: 'planfix.refused' }))).toEqual([2501])
  })

  it('the log yields to other work during a search', async () => {
    const db = await store()
    await withLines(db, 5000)
    const order: string[] = []
    const search = db.logPage({ limit: 1, search: 'nowhere' }).then(() => order.push('search'))
    setImmediate(() => order.push('work'))
    await search
    expect(order).toEqual(['work', 'search'])
  })
})

describe('counts', () => {
  it('the counts follow every state change, without events', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 11 })),
      adding(message({ id: 12, state: 'delivered' })),
      adding(message({ id: 13, originKey: 'm:12' })),
      adding(reply({ id: 14 })),
      adding(message({ id: 15, kind: 'event', state: 'skipped' })),
      adding(message({ id: 16, connectionId: 'other' })),
      { type: 'message.patch', id: 14, at: 200, patch: { state: 'retrying' } },
      { type: 'message.patch', id: 14, at: 300, patch: { state: 'retrying', reason: 'again' } },
    ])
    const counts = await db.counts('shop')
    expect(counts.states['to-planfix']).toMatchObject({ queued: 1, delivered: 1, skipped: 0 })
    expect(counts.states['to-chatra']).toMatchObject({ queued: 0, retrying: 1 })
    expect(counts.open).toEqual({ 'to-planfix': 1, 'to-chatra': 1 })
  })
})

describe('events', () => {
  it('events are returned after an id, or the newest ones, oldest first', async () => {
    const db = await store()
    const event = (time: number) =>
      ({ time, connectionId: 'shop', level: 'warning', key: 'event.gap', params: { hours: time } }) as const
    await db.commit([1, 2, 3].map((time) => ({ type: 'event.add', event: event(time) })))
    expect(await db.events(1, 1)).toEqual([{ id: 2, ...event(2) }])
    expect((await db.events(null, 2)).map(({ id }) => id)).toEqual([2, 3])
  })
})

describe('the command line beside a running server', () => {
  onSqlite(
    "the command line sees the server's writes, and the server notices the command line's",
    async () => {
      const dir = folder()
      const server = await sqliteStore({ dir })
      await server.commit([
        { type: 'conversation.add', conversation: conversation() },
        adding(message({ state: 'failed' })),
      ])
      const tool = await sqliteStore({ dir, shared: true })
      const before = await server.dataVersion()
      await server.commit([adding(message({ id: 11 }))])
      expect(await server.dataVersion()).toBe(before)
      expect(await tool.retryMessage(10)).toBe('queued')
      expect(await server.dataVersion()).not.toBe(before)
      expect((await server.waiting(1, 'to-planfix', 5)).map(({ id }) => id)).toEqual([10, 11])
    },
  )
})
