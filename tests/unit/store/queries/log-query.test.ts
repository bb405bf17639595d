import { describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/main/engine/ports.ts'
import type { ApplicationStore } from '../../../../src/main/store/index.ts'
import { PAGE_ROWS } from '../../../../src/shared/api/log.ts'
import type { Message } from '../../../../src/shared/domain.ts'
import { profile } from '../../../support/builders.ts'
import { adding, client, conversation, message, reply, store } from '../material.ts'

/** Messages with the numbers `from`…`to`. */
async function withMessages(
  db: ApplicationStore,
  from: number,
  to: number,
  fields: (id: number) => Partial<Message> = () => ({}),
): Promise<void> {
  const ids = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  await db.commit(ids.map((id) => adding(message({ id, text: `text ${id}`, ...fields(id) }))))
}
const named = (clientId: string, name: string, conversationId: number): Change => ({
  type: 'client.save',
  client: client({ clientId, conversationId, profile: profile({ id: clientId, name }) }),
})

describe('the outline', () => {
  it('the outline counts matches and gives the start of each page, newest first', async () => {
    const db = await store()
    await withMessages(db, 1001, 1000 + 2 * PAGE_ROWS + 7)
    expect(await db.outline({})).toEqual({
      total: 2 * PAGE_ROWS + 7,
      pages: [1000 + 2 * PAGE_ROWS + 7, 1000 + PAGE_ROWS + 7, 1007],
    })
  })

  it('the outline without matches is empty', async () => {
    const db = await store()
    expect(await db.outline({})).toEqual({ total: 0, pages: [] })
    expect(await db.outline({ conversationId: 5 })).toEqual({ total: 0, pages: [] })
    expect(await db.pageFrom({}, null, 10)).toEqual([])
  })

  it('the outline ends when it is not wanted any more', async () => {
    const db = await store()
    await withMessages(db, 1, 2000)
    let asked = 0
    expect(await db.outline({}, () => ++asked < 3)).toBeNull()
    expect(asked).toBe(3)
  })

  it('the outline yields to other work during a search', async () => {
    const db = await store()
    for (let from = 1; from <= 6000; from += 2000) await withMessages(db, from, from + 1999)
    const order: string[] = []
    const search = db.outline({ search: 'nowhere' }).then(() => order.push('search'))
    setImmediate(() => order.push('work'))
    await search
    expect(order).toEqual(['work', 'search'])
  })
})

describe('a page', () => {
  it('a page begins at the named or the newest message, and goes down', async () => {
    const db = await store()
    await withMessages(db, 1, 20)
    expect(await db.pageFrom({}, null, 3)).toEqual([20, 19, 18])
    expect(await db.pageFrom({}, 5, 3)).toEqual([5, 4, 3])
    expect(await db.pageFrom({}, 2, 3)).toEqual([2, 1])
  })

  it('a page of an export goes up', async () => {
    const db = await store()
    await withMessages(db, 1, 20)
    expect(await db.pageAfter({}, 0, 3)).toEqual([1, 2, 3])
    expect(await db.pageAfter({}, 18, 3)).toEqual([19, 20])
    expect(await db.pageAfter({ search: 'text 1' }, 9, 20)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
  })
})

describe('a filter narrows to', () => {
  const found = async (db: ApplicationStore, filter: Parameters<ApplicationStore['pageFrom']>[0]) =>
    await db.pageFrom(filter, null, 100)

  it('a filter selects a connection, a direction, states and a time', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 1, receivedAt: 100 })),
      adding(message({ id: 2, receivedAt: 200, connectionId: 'other' })),
      adding(reply({ id: 3, receivedAt: 300, state: 'failed' })),
      adding(reply({ id: 4, receivedAt: 400, state: 'uncertain' })),
    ])
    expect(await found(db, { connectionId: 'other' })).toEqual([2])
    expect(await found(db, { direction: 'to-chatra' })).toEqual([4, 3])
    expect(await found(db, { states: ['failed', 'queued'] })).toEqual([3, 2, 1])
    expect(await found(db, { from: 200, to: 400 })).toEqual([3, 2])
    expect(await found(db, { connectionId: 'shop', direction: 'to-chatra', states: ['failed'] })).toEqual([3])
  })

  it('a filter selects the current state of a message', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 1 })),
      { type: 'message.patch', id: 1, at: 200, patch: { state: 'failed' } },
    ])
    expect(await found(db, { states: ['queued'] })).toEqual([])
    expect(await found(db, { states: ['failed'] })).toEqual([1])
  })

  it("a filter selects an employee's replies, not others with the same number", async () => {
    const db = await store()
    await db.commit([
      adding(reply({ id: 1 })),
      adding(reply({ id: 2, author: { kind: 'employee', id: 6, name: 'Ana' } })),
      adding(message({ id: 3, author: { kind: 'client', id: '5', name: 'Ion' } })),
      adding(message({ id: 4, author: { kind: 'agent', id: '5', name: 'Ion', email: null } })),
    ])
    expect(await found(db, { employeeId: 5 })).toEqual([1])
  })

  it('a filter selects a conversation with its merged ones, by any id', async () => {
    const db = await store()
    await db.commit([
      { type: 'conversation.add', conversation: conversation({ id: 1, mergedInto: 2 }) },
      { type: 'conversation.add', conversation: conversation({ id: 2, mergedInto: 3 }) },
      { type: 'conversation.add', conversation: conversation({ id: 3 }) },
      { type: 'conversation.add', conversation: conversation({ id: 4 }) },
      adding(message({ id: 11, conversationId: 1, writtenAt: 900 })),
      adding(message({ id: 12, conversationId: 4 })),
      adding(message({ id: 13, conversationId: 2, text: 'about an order' })),
      adding(message({ id: 14, conversationId: 3 })),
    ])
    for (const conversationId of [1, 2, 3]) expect(await found(db, { conversationId })).toEqual([14, 13, 11])
    expect(await found(db, { conversationId: 1, search: 'order' })).toEqual([13])
    expect(await found(db, { conversationId: 4, states: ['failed'] })).toEqual([])
  })

  it('a filter selects by every word in text, reason or client name', async () => {
    const db = await store()
    await db.commit([
      { type: 'conversation.add', conversation: conversation({ id: 1 }) },
      named('c1', 'Ștefan Ёлкин', 1),
      adding(message({ id: 11, text: 'Unde este COMANDA mea?' })),
      adding(reply({ id: 12, text: 'Comandă trimisă', chatraClientId: null, conversationId: 1 })),
      adding(message({ id: 13, text: 'comanda', chatraClientId: 'c2', conversationId: 2 })),
      { type: 'message.patch', id: 13, at: 9, patch: { state: 'failed', reason: 'planfix: refused (plan)' } },
    ])
    expect(await found(db, { search: 'comanda' })).toEqual([13, 12, 11])
    expect(await found(db, { search: 'ȘTEFAN comandă' })).toEqual([12, 11])
    expect(await found(db, { search: 'елкин mea' })).toEqual([11])
    expect(await found(db, { search: 'refused' })).toEqual([13])
    expect(await found(db, { search: 'comanda nowhere' })).toEqual([])
    expect(await found(db, { search: '  ' })).toEqual([13, 12, 11])
  })

  it('a filter selects messages, also those that only explain an event', async () => {
    const db = await store()
    await db.commit([
      adding(
        message({ id: 1, kind: 'event', author: { kind: 'bridge' }, conversationId: null, state: 'skipped' }),
      ),
    ])
    expect(await found(db, {})).toEqual([1])
  })
})

it("a message comes with client, common conversation, and the owner's actions", async () => {
  const db = await store()
  await db.commit([
    { type: 'conversation.add', conversation: conversation({ id: 1, mergedInto: 2 }) },
    { type: 'conversation.add', conversation: conversation({ id: 2, paused: 'loop-turns' }) },
    named('c1', 'Ștefan', 2),
    named('c2', 'Maria', 2),
    adding(reply({ id: 11, state: 'failed', chatraClientId: null })),
    adding(message({ id: 12, conversationId: 2, chatraClientId: 'c2' })),
    adding(message({ id: 13, state: 'delivered' })),
    adding(message({ id: 14, conversationId: null, chatraClientId: null, state: 'failed' })),
  ])
  const shown = await db.shownMessages([12, 99, 11, 14, 13])
  const told = shown.map((one) => ({
    id: one.message.id,
    conversation: one.conversation?.id ?? null,
    name: one.client?.profile.name ?? null,
    canRetry: one.canRetry,
    canDismiss: one.canDismiss,
  }))
  expect(told).toEqual([
    { id: 12, conversation: 2, name: 'Maria', canRetry: true, canDismiss: false },
    { id: 11, conversation: 2, name: 'Ștefan', canRetry: true, canDismiss: true },
    { id: 14, conversation: null, name: null, canRetry: false, canDismiss: true },
    { id: 13, conversation: 2, name: 'Ștefan', canRetry: false, canDismiss: false },
  ])
  for (const one of shown) {
    expect((await db.retryMessage(one.message.id)) === 'queued').toBe(one.canRetry)
  }
})
