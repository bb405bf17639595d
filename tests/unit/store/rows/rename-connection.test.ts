import { expect, it } from 'vitest'
import type { Change } from '../../../../src/main/engine/ports.ts'
import { SOURCE_CONNECTION } from '../../../../src/main/store/index.ts'
import { adding, client, conversation, inboxRow, job, message, store, task } from '../material.ts'

const everything: Change[] = [
  { type: 'conversation.add', conversation: conversation({ contactId: 92 }) },
  { type: 'client.save', client: client() },
  { type: 'task.add', task: task() },
  { type: 'job.add', job: job() },
  adding(message({ id: 10, state: 'queued' })),
  inboxRow('{}'),
  { type: 'agent.seen', connectionId: 'shop', agent: { id: 'a', name: 'Julia', email: null }, at: 1 },
  { type: 'fact.set', connectionId: 'shop', key: 'echoSeen', value: true },
]

it('all data moves to the new connection, and its source ids stay', async () => {
  const db = await store()
  await db.commit(everything)
  expect(await db.renameConnection('shop', 'store')).toEqual({
    answer: 'renamed',
    conversations: 1,
    messages: 1,
  })
  expect(await db.conversation(1)).toEqual(conversation({ contactId: 92, connectionId: 'store' }))
  expect(await db.client('store', 'c1')).toEqual(client({ connectionId: 'store' }))
  expect(await db.task('store', 500)).toEqual(task({ connectionId: 'store' }))
  expect(await db.jobs(1)).toEqual([job({ connectionId: 'store' })])
  expect(await db.message(10)).toMatchObject({ connectionId: 'store' })
  expect(await db.inboxPending(9)).toMatchObject([{ connectionId: 'store' }])
  expect(await db.agents('store')).toHaveLength(1)
  expect(await db.fact('store', 'echoSeen')).toBe(true)
  expect(await db.fact('store', SOURCE_CONNECTION)).toBe('shop')
  expect((await db.counts('store')).states['to-planfix'].queued).toBe(1)
  expect(await db.connectionIds()).toEqual(['store'])
  expect(await db.queuesWithWork()).toEqual(
    expect.arrayContaining([{ conversationId: 1, connectionId: 'store', queue: 'planfix' }]),
  )
  // Repeated: the first name counts.
  await db.renameConnection('store', 'market')
  expect(await db.fact('market', SOURCE_CONNECTION)).toBe('shop')
})

it('a rename is refused without a change where records would collide', async () => {
  const db = await store()
  await db.commit(everything)
  await db.commit([
    { type: 'conversation.add', conversation: conversation({ id: 2, connectionId: 'store' }) },
    { type: 'client.save', client: client({ connectionId: 'store', conversationId: 2 }) },
  ])
  expect(await db.renameConnection('shop', 'store')).toEqual({ answer: 'collides', what: 'client c1' })
  expect(await db.conversation(1)).toMatchObject({ connectionId: 'shop' })
  expect(await db.renameConnection('nothing', 'store')).toEqual({ answer: 'not-found' })
})

it('a rename joins what does not collide, and adds up counts', async () => {
  const db = await store()
  await db.commit(everything)
  await db.commit([
    { type: 'conversation.add', conversation: conversation({ id: 2, connectionId: 'store' }) },
    adding(message({ id: 11, connectionId: 'store', conversationId: 2, state: 'queued' })),
  ])
  expect(await db.renameConnection('shop', 'store')).toMatchObject({ answer: 'renamed' })
  expect((await db.counts('store')).states['to-planfix'].queued).toBe(2)
  // It has written under its own name already.
  expect(await db.fact('store', SOURCE_CONNECTION)).toBeNull()
})

it('a rename reports the data left of unknown connections', async () => {
  const db = await store()
  await db.commit(everything)
  expect(await db.leftBehind(['shop'], 0)).toEqual([])
  expect(await db.leftBehind(['other'], 0)).toEqual([{ connectionId: 'shop', waiting: 2, tasks: 1 }])
  await db.commit([
    { type: 'inbox.settle', seq: 1, outcome: 'done', reason: null },
    { type: 'message.patch', id: 10, at: 1, patch: { state: 'delivered' } },
  ])
  expect(await db.leftBehind(['other'], 0)).toEqual([{ connectionId: 'shop', waiting: 0, tasks: 1 }])
  expect(await db.leftBehind(['other'], 1e15)).toEqual([])
})
