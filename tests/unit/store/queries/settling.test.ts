import { expect, it } from 'vitest'
import { adding, conversation, message, reply, store } from '../material.ts'

it('unclear messages are counted by the time when they became unclear, of one connection', async () => {
  const db = await store()
  await db.commit([
    { type: 'conversation.add', conversation: conversation({ id: 9 }) },
    adding(reply({ id: 1, conversationId: 9, receivedAt: 1000, state: 'queued' })),
    adding(reply({ id: 2, conversationId: 9, receivedAt: 1000, state: 'queued' })),
    adding(reply({ id: 3, conversationId: 9, connectionId: 'other', receivedAt: 1000, state: 'queued' })),
  ])
  await db.commit(
    [1, 2, 3].map(
      (id) => ({ type: 'message.patch', id, at: 1000 * id, patch: { state: 'uncertain' } }) as const,
    ),
  )
  expect(await db.settling('shop', 500)).toBe(2)
  expect(await db.settling('shop', 1500)).toBe(1)
  expect(await db.settling('shop', 2000)).toBe(0)
  await db.commit([{ type: 'message.patch', id: 2, at: 2500, patch: { state: 'delivered' } }])
  expect(await db.settling('shop', 500)).toBe(1)
})

it('the beginning of the data is what was noted, or the first message or event of an earlier version', async () => {
  const db = await store()
  expect(await db.beganAt()).toBeNull()
  const event = { time: 700, connectionId: null, level: 'info', key: 'event.gap', params: {} } as const
  await db.commit([{ type: 'event.add', event }, adding(message({ id: 1, receivedAt: 900 }))])
  expect(await db.beganAt()).toBe(700)
  await db.commit([{ type: 'fact.set', connectionId: '', key: 'beganAt', value: 650 }])
  expect(await db.beganAt()).toBe(650)
})
