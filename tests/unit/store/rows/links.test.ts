import { describe, expect, it } from 'vitest'
import type { Job } from '../../../../src/shared/domain.ts'
import {
  adding,
  client,
  conversation,
  inboxRow,
  job,
  message,
  reply,
  store,
  task,
  withEmail,
} from '../material.ts'

describe('conversations', () => {
  it('only the given fields of a conversation are changed', async () => {
    const db = await store()
    await db.commit([{ type: 'conversation.add', conversation: conversation({ taskId: 5 }) }])
    await db.commit([{ type: 'conversation.patch', id: 1, patch: { contactId: 92, taskId: undefined } }])
    expect(await db.conversation(1)).toEqual(conversation({ taskId: 5, contactId: 92 }))
  })

  it("conversations are found by contact, the merged one's target first", async () => {
    const db = await store()
    await db.commit([
      { type: 'conversation.add', conversation: conversation({ id: 1, contactId: 92, mergedInto: 2 }) },
      { type: 'conversation.add', conversation: conversation({ id: 2, contactId: 92 }) },
    ])
    expect(await db.conversationByContact('shop', 92)).toMatchObject({ id: 2 })
    expect(await db.conversationByContact('other', 92)).toBeNull()
  })

  it('a missing conversation cannot be changed', async () => {
    const db = await store()
    await expect(db.commit([{ type: 'conversation.patch', id: 9, patch: {} }])).rejects.toThrow(
      'no conversation 9',
    )
  })
})

describe('clients', () => {
  it('a client is saved again under the same id', async () => {
    const db = await store()
    await db.commit([{ type: 'client.save', client: client() }])
    const moved = client({ conversationId: 2, lastWroteAt: 7, lastVisitAt: 3 })
    await db.commit([{ type: 'client.save', client: moved }])
    expect(await db.client('shop', 'c1')).toEqual(moved)
    expect(await db.clientsOf(1)).toEqual([])
  })

  it('clients are found by e-mail in any case, the latest to write first', async () => {
    const db = await store()
    await db.commit([
      { type: 'client.save', client: withEmail('Ion@Shop.MD', { clientId: 'a', lastWroteAt: 5 }) },
      { type: 'client.save', client: withEmail('ion@shop.md', { clientId: 'b', lastWroteAt: 9 }) },
      {
        type: 'client.save',
        client: withEmail('ion@shop.md', { clientId: 'x', lastWroteAt: 99, connectionId: 'other' }),
      },
    ])
    expect(await db.clientByEmail('shop', 'ION@shop.md ')).toMatchObject({ clientId: 'b' })
  })
})

describe('tasks', () => {
  it('tasks are watched by activity, the latest first, unless deleted', async () => {
    const db = await store()
    await db.commit([
      { type: 'task.add', task: task({ taskId: 1, lastActivityAt: 10 }) },
      { type: 'task.add', task: task({ taskId: 2, lastActivityAt: 20 }) },
      { type: 'task.add', task: task({ taskId: 3, lastActivityAt: 30 }) },
      { type: 'task.add', task: task({ taskId: 4, lastActivityAt: 40, deleted: true }) },
      { type: 'task.patch', connectionId: 'shop', taskId: 2, patch: { lastActivityAt: 50, cursor: 8 } },
    ])
    expect((await db.tasksWatched('shop', 30)).map(({ taskId }) => taskId)).toEqual([2, 3])
    expect(await db.task('shop', 2)).toEqual(task({ taskId: 2, lastActivityAt: 50, cursor: 8 }))
  })

  it('a task that is changed is found by its new conversation and chat, and is no longer watched once deleted', async () => {
    const db = await store()
    await db.commit([{ type: 'task.add', task: task({ taskId: 1, lastActivityAt: 40 }) }])
    const patch = { conversationId: 2, chatId: 'chat2' }
    await db.commit([{ type: 'task.patch', connectionId: 'shop', taskId: 1, patch }])
    expect(await db.tasksOf(1)).toEqual([])
    expect((await db.tasksOf(2)).map(({ taskId }) => taskId)).toEqual([1])
    expect([await db.taskCount('shop', 'chat1'), await db.taskCount('shop', 'chat2')]).toEqual([0, 1])
    expect(await db.tasksWatched('shop', 0)).toHaveLength(1)
    await db.commit([{ type: 'task.patch', connectionId: 'shop', taskId: 1, patch: { deleted: true } }])
    expect(await db.tasksWatched('shop', 0)).toEqual([])
  })

  it('tasks are counted by the chat that began them', async () => {
    const db = await store()
    await db.commit([
      { type: 'task.add', task: task({ taskId: 1 }) },
      { type: 'task.add', task: task({ taskId: 2, deleted: true }) },
      { type: 'task.add', task: task({ taskId: 3, chatId: 'chat2' }) },
    ])
    expect(await db.taskCount('shop', 'chat1')).toBe(2)
    expect((await db.tasksOf(1)).map(({ taskId }) => taskId)).toEqual([1, 2, 3])
  })
})

describe('jobs', () => {
  it('jobs of a conversation are listed in the order in which they run', async () => {
    const db = await store()
    const kinds = ['visit', 'note', 'reread', 'separate'] as const
    const stored = kinds.map((kind, index) => job({ id: 20 + index, kind, key: kind } as Partial<Job>))
    await db.commit([...stored, job({ id: 30, key: 'later' })].map((one) => ({ type: 'job.add', job: one })))
    const listed = await db.jobs(1)
    expect(listed.map(({ id, kind }) => [kind, id])).toEqual([
      ['separate', 23],
      ['reread', 22],
      ['note', 21],
      ['note', 30],
      ['visit', 20],
    ])
  })

  it('a job replaces an open one of the same kind and key', async () => {
    const db = await store()
    await db.commit([{ type: 'job.add', job: job({ id: 20 }) }])
    await db.commit([{ type: 'job.add', job: job({ id: 21, notBefore: 5 }) }])
    expect(await db.jobs(1)).toEqual([job({ id: 21, notBefore: 5 })])
  })

  it('jobs are returned in order of priority', async () => {
    const db = await store()
    await db.commit([
      { type: 'job.add', job: job({ id: 20, kind: 'visit' }) },
      { type: 'job.add', job: job({ id: 21, kind: 'complete' }) },
      { type: 'job.add', job: job({ id: 22, kind: 'note' }) },
    ])
    expect((await db.jobs(1)).map(({ kind }) => kind)).toEqual(['note', 'complete', 'visit'])
  })

  it('jobs can be changed, dropped and cancelled; missing ones are ignored', async () => {
    const db = await store()
    await db.commit([
      { type: 'job.add', job: job({ id: 20, key: 'a' }) },
      { type: 'job.add', job: job({ id: 21, key: 'b' }) },
      { type: 'job.add', job: job({ id: 22, kind: 'leave-check' }) },
      { type: 'job.drop', id: 21 },
      { type: 'job.patch', id: 21, patch: { failures: 3 } },
      { type: 'job.patch', id: 20, patch: { failures: 3 } },
      { type: 'job.cancel', conversationId: 1, kind: 'leave-check' },
    ])
    expect(await db.jobs(1)).toEqual([job({ id: 20, key: 'a', failures: 3 })])
  })
})

describe('the inbox', () => {
  it('the inbox returns unsettled rows, oldest first', async () => {
    const db = await store()
    await db.commit([inboxRow('{"n":1}'), inboxRow('{"n":2}'), inboxRow('{"n":3}')])
    await db.commit([{ type: 'inbox.settle', seq: 2, outcome: 'done', reason: null }])
    const row = (seq: number) => ({
      seq,
      connectionId: 'shop',
      source: 'chatra',
      receivedAt: 100,
      body: `{"n":${seq}}`,
    })
    expect(await db.inboxPending(10)).toEqual([row(1), row(3)])
    expect(await db.inboxPending(1)).toEqual([row(1)])
  })

  it('a reader of the inbox hands out each unsettled row once, and again on request', async () => {
    const db = await store()
    const reader = db.inboxReader('shop')
    const next = async (limit: number) => (await reader.next(limit)).map(({ seq }) => seq)
    await db.commit([1, 2, 3, 4].map((n) => inboxRow(`{"n":${n}}`)))
    await db.commit([{ type: 'inbox.settle', seq: 2, outcome: 'done', reason: null }])
    expect(await next(2)).toEqual([1, 3])
    expect(await next(9)).toEqual([4])
    expect(await next(9)).toEqual([])
    await db.commit([inboxRow('{"n":5}')])
    reader.back(3)
    expect(await next(9)).toEqual([3, 4, 5])
    expect(await next(9)).toEqual([])
    expect((await db.inboxReader('shop').next(1)).map(({ seq }) => seq)).toEqual([1])
  })

  it('the inbox of one connection is read without that of others', async () => {
    const db = await store()
    const rows = ['shop', 'other', 'shop', 'other'].map((connectionId, n) => ({ connectionId, n }))
    await db.commit(
      rows.map(({ connectionId, n }) => {
        const row = { connectionId, source: 'chatra', receivedAt: 100, body: `{"n":${n + 1}}` } as const
        return { type: 'inbox.add', row } as const
      }),
    )
    const seqs = (found: { seq: number }[]) => found.map(({ seq }) => seq)
    expect(seqs(await db.inboxPending(9))).toEqual([1, 2, 3, 4])
    expect(seqs(await db.inboxPending(9, 'other'))).toEqual([2, 4])
    expect(seqs(await db.inboxPending(1, 'shop'))).toEqual([1])
    const reader = db.inboxReader('other')
    expect(seqs(await reader.next(1))).toEqual([2])
    expect(seqs(await reader.next(9))).toEqual([4])
    expect(seqs(await db.inboxReader('nobody').next(9))).toEqual([])
  })

  it('the inbox keeps the body that a message was made from', async () => {
    const db = await store()
    await db.commit([inboxRow('{"n":1}')])
    await db.commit([adding(message()), { type: 'inbox.settle', seq: 1, outcome: 'done', reason: null }])
    await db.commit([adding(message({ id: 11 }))])
    expect(await db.rawPayload(10)).toBe('{"n":1}')
    expect(await db.rawPayload(11)).toBeNull()
  })
})

describe('queues with work', () => {
  it('queues with work have open or uncertain messages or a job', async () => {
    const db = await store()
    const conversations = [1, 2, 3, 4].map((id) => conversation({ id }))
    await db.commit([
      ...conversations.map((one) => ({ type: 'conversation.add', conversation: one }) as const),
      adding(message({ id: 10, conversationId: 1 })),
      adding(message({ id: 11, conversationId: 1, state: 'retrying' })),
      adding(reply({ id: 12, conversationId: 2, state: 'uncertain' })),
      adding(reply({ id: 13, conversationId: 3, state: 'delivered' })),
      adding(reply({ id: 14, conversationId: null, state: 'queued' })),
      { type: 'job.add', job: job({ conversationId: 4 }) },
    ])
    expect(await db.queuesWithWork()).toEqual([
      { conversationId: 1, connectionId: 'shop', queue: 'planfix' },
      { conversationId: 2, connectionId: 'shop', queue: 'chatra' },
      { conversationId: 4, connectionId: 'shop', queue: 'jobs' },
    ])
    await db.commit([
      { type: 'conversation.add', conversation: conversation({ id: 5, connectionId: 'other' }) },
      adding(message({ id: 15, conversationId: 5, connectionId: 'other' })),
    ])
    const ids = async (...connections: string[]) =>
      (await db.queuesWithWork(connections)).map(({ conversationId }) => conversationId)
    expect(await ids('shop')).toEqual([1, 2, 4])
    expect(await ids('other')).toEqual([5])
    expect((await ids('other', 'shop')).toSorted()).toEqual([1, 2, 4, 5])
    expect(await ids()).toEqual([])
  })
})

describe('small facts', () => {
  it('facts are kept unchanged and deleted by null', async () => {
    const db = await store()
    await db.commit([{ type: 'fact.set', connectionId: 'shop', key: 'k', value: { a: [1, null] } }])
    expect(await db.fact('shop', 'k')).toEqual({ a: [1, null] })
    await db.commit([{ type: 'fact.set', connectionId: 'shop', key: 'k', value: null }])
    expect(await db.fact('shop', 'k')).toBeNull()
  })

  it('an agent keeps its name when a later webhook omits it', async () => {
    const db = await store()
    const seen = (id: string, name: string | null, at: number) =>
      ({ type: 'agent.seen', connectionId: 'shop', agent: { id, name, email: null }, at }) as const
    await db.commit([seen('a', 'Ana', 1), seen('b', 'Bob', 2), seen('a', null, 3)])
    expect((await db.agents('shop')).map(({ name }) => name)).toEqual(['Ana', 'Bob'])
  })
})
