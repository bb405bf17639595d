import { describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/main/engine/ports.ts'
import type { ListPlace } from '../../../../src/main/store/queries/conversation-list.ts'
import type { ClientProfile } from '../../../../src/shared/domain.ts'
import { profile } from '../../../support/builders.ts'
import { adding, client, conversation, message, reply, store, task } from '../material.ts'

const talk = (id: number, lastActivityAt: number, fields: object = {}): Change => ({
  type: 'conversation.add',
  conversation: conversation({ id, lastActivityAt, ...fields }),
})
const device = (
  clientId: string,
  conversationId: number,
  fields: Partial<ClientProfile> = {},
  lastWroteAt = 0,
): Change => ({
  type: 'client.save',
  client: client({
    clientId,
    conversationId,
    lastWroteAt,
    profile: profile({ id: clientId, displayedName: null, ...fields }),
  }),
})

describe('conversations are found', () => {
  async function some() {
    const db = await store()
    await db.commit([
      talk(1, 100),
      talk(2, 300),
      talk(3, 200, { connectionId: 'other' }),
      device('c1', 1, { name: 'Ștefan Popa', email: 'stefan@example.com', phone: '+373 (60) 123-456' }),
      device('c2', 2, { displayedName: 'Purple Fox' }),
      {
        type: 'client.save',
        client: client({
          connectionId: 'other',
          clientId: 'c3',
          conversationId: 3,
          profile: profile({ id: 'c3', displayedName: null, name: 'Алёна' }),
        }),
      },
    ])
    const find = async (text: string, fields: { connectionId?: string; limit?: number } = {}) =>
      (await db.findConversations({ text, limit: 10, ...fields })).map(({ id }) => id)
    return { db, find }
  }

  it('an empty text finds all conversations, latest activity first', async () => {
    const { db, find } = await some()
    expect(await find('')).toEqual([2, 3, 1])
    expect(await find('', { limit: 2 })).toEqual([2, 3])
    expect(await find('', { connectionId: 'shop' })).toEqual([2, 1])
    expect((await db.findConversations({ text: 'popa', limit: 1 }))[0]).toEqual({
      id: 1,
      connectionId: 'shop',
      clientName: 'Ștefan Popa',
      email: 'stefan@example.com',
      lastActivityAt: 100,
    })
  })

  it('conversations are found by name, e-mail and phone in any notation', async () => {
    const { find } = await some()
    expect(await find('stefan')).toEqual([1])
    expect(await find('ȘTEFAN example.com')).toEqual([1])
    expect(await find('алена')).toEqual([3])
    expect(await find('purple')).toEqual([2])
    expect(await find('37360123456')).toEqual([1])
    expect(await find('60-12')).toEqual([1])
    expect(await find('stefan purple')).toEqual([])
  })

  it('a conversation is found once, whatever the number of devices', async () => {
    const { db, find } = await some()
    await db.commit([device('c4', 1, { name: 'Ștefan' })])
    expect(await find('stefan')).toEqual([1])
  })

  it('the latest of many conversations are found', async () => {
    const { db, find } = await some()
    const many = Array.from({ length: 700 }, (_, n) => 100 + n)
    await db.commit(many.flatMap((id) => [talk(id, 1000 + ((id * 7919) % 700)), device(`d${id}`, id)]))
    const latest = many.toSorted((one, other) => ((other * 7919) % 700) - ((one * 7919) % 700)).slice(0, 5)
    expect(await find('', { limit: 5 })).toEqual(latest)
  })
})

describe('a conversation', () => {
  it('a conversation comes with all merged ones, by any of their ids', async () => {
    const db = await store()
    await db.commit([
      talk(1, 100, { mergedInto: 2 }),
      talk(2, 200),
      device('c1', 2, {}, 5),
      device('c2', 2, {}, 9),
      { type: 'task.add', task: task({ taskId: 501, conversationId: 1 }) },
      { type: 'task.add', task: task({ taskId: 502, conversationId: 2 }) },
      adding(message({ id: 11, conversationId: 1 })),
      adding(message({ id: 12, conversationId: 2 })),
      adding(message({ id: 13, conversationId: 3 })),
    ])
    for (const id of [1, 2]) {
      const stored = await db.storedConversation(id)
      expect(stored?.conversation.id).toBe(2)
      expect(stored?.clients.map(({ clientId }) => clientId)).toEqual(['c2', 'c1'])
      expect(stored?.tasks.map(({ taskId }) => taskId).sort()).toEqual([501, 502])
      expect(stored?.messages).toBe(2)
    }
    expect(await db.storedConversation(9)).toBeNull()
  })

  it('a conversation merged with itself ends the search, and is returned', async () => {
    const db = await store()
    await db.commit([talk(1, 0, { mergedInto: 2 }), talk(2, 0, { mergedInto: 1 })])
    expect((await db.storedConversation(1))?.messages).toBe(0)
  })

  it('a conversation reads as the chat, with a reply at the time it was noticed', async () => {
    const db = await store()
    await db.commit([
      talk(1, 0),
      adding(message({ id: 11, writtenAt: 60_020, receivedAt: 60_030 })),
      adding(reply({ id: 12, writtenAt: 60_000, receivedAt: 60_050 })),
      adding(message({ id: 13, writtenAt: 60_070, receivedAt: 60_080 })),
      // Its webhook was missed, and the transcript brought it late.
      adding(message({ id: 14, writtenAt: 60_060, receivedAt: 99_000 })),
    ])
    expect(await db.threadMessages(1, null, 10)).toEqual({ ids: [11, 12, 14, 13], hasOlder: false })
    expect(await db.threadMessages(1, null, 3)).toEqual({ ids: [12, 14, 13], hasOlder: true })
    expect(await db.threadMessages(1, 12, 3)).toEqual({ ids: [11], hasOlder: false })
    expect(await db.threadMessages(1, 99, 3)).toBeNull()
    expect(await db.threadMessages(9, null, 3)).toBeNull()
  })

  it('a conversation is paged back once, across merges and equal times', async () => {
    const db = await store()
    const ids = Array.from({ length: 40 }, (_, n) => 11 + n)
    await db.commit([
      talk(1, 0, { mergedInto: 2 }),
      talk(2, 0),
      ...ids.map((id) =>
        adding(message({ id, conversationId: 1 + (id % 2), writtenAt: Math.floor((id * 7) % 5) })),
      ),
    ])
    const read: number[] = []
    for (let before: number | null = null, more = true; more; ) {
      const part: { ids: number[]; hasOlder: boolean } = (await db.threadMessages(1, before, 7))!
      read.unshift(...part.ids)
      before = part.ids[0]!
      more = part.hasOlder
    }
    const expected = ids.toSorted((one, other) => ((one * 7) % 5) - ((other * 7) % 5) || one - other)
    expect(read).toEqual(expected)
  })
})

it('the list has the latest first, page by page, or only the muted or the blocked ones', async () => {
  const db = await store()
  await db.commit([
    talk(1, 10),
    talk(2, 30, { muted: true }),
    talk(3, 20, { muted: false, blockedAt: 5 }),
    talk(4, 40, { mergedInto: 1 }),
  ])
  const page = (only: 'all' | 'muted' | 'blocked', after: ListPlace | null = null, limit = 9) =>
    db.conversationPage({ only, after, limit })
  const { ids, next } = await page('all', null, 2)
  expect([ids, (await page('all', next)).ids]).toEqual([[2, 3], [1]])
  expect([(await page('muted')).ids, (await page('blocked')).ids]).toEqual([[2], [3]])
})

it('the latest conversations are newest first, merged ones once', async () => {
  const db = await store()
  await db.commit([
    talk(1, 900),
    talk(2, 100),
    talk(3, 200, { mergedInto: 2 }),
    talk(4, 300, { connectionId: 'other' }),
    talk(5, 400),
    device('c1', 1, { name: 'Anna' }),
    device('c2', 2, { name: 'Ben' }, 5),
    device('c3', 2, { name: 'Ben on his phone' }, 9),
    {
      type: 'client.save',
      client: client({
        connectionId: 'other',
        clientId: 'c4',
        conversationId: 4,
        profile: profile({ id: 'c4', name: 'Cleo' }),
      }),
    },
  ])
  expect(await db.newestConversations(2)).toEqual([
    { id: 4, connectionId: 'other', clientName: 'Cleo' },
    { id: 2, connectionId: 'shop', clientName: 'Ben on his phone' },
  ])
  expect((await db.newestConversations(5)).map(({ id }) => id)).toEqual([4, 2, 1])
})
