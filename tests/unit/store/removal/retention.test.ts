import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MessageState } from '../../../../src/shared/domain.ts'
import {
  adding,
  client,
  conversation,
  folder,
  inboxRow,
  message,
  onSqlite,
  sqliteStore,
  store,
  task,
} from '../material.ts'

const DAY = 86_400_000
const NOW = 100 * DAY
const OLD = NOW - 31 * DAY
const YOUNG = NOW - 29 * DAY
const clock = { now: () => NOW }
const file = { name: 'a', url: null, planfixFileId: 1, size: null }

const dated = (id: number, receivedAt: number, state: MessageState = 'delivered') =>
  adding(message({ id, receivedAt, state, files: [file] }))

describe('retention', () => {
  it('retention removes texts, files and log lines of old messages and keeps ids', async () => {
    const db = await store({ clock })
    await db.commit([dated(11, OLD), dated(12, YOUNG)])
    await db.dropOlderThan(30)
    expect(await db.message(11)).toEqual(
      message({ id: 11, receivedAt: OLD, state: 'delivered', text: '', files: [] }),
    )
    expect(await db.message(12)).toMatchObject({ text: 'Bună', files: [file] })
    expect((await db.logPage({ limit: 9 })).map(({ id }) => id)).toEqual(['12'])
  })

  it('retention keeps an old message recognisable', async () => {
    const db = await store({ clock })
    await db.commit([dated(11, OLD)])
    await db.dropOlderThan(30)
    await db.commit([adding(message({ id: 50, originKey: 'm:11' }))])
    expect(await db.message(50)).toBeNull()
    expect(await db.messageByOrigin('shop', 'm:11')).toMatchObject({ id: 11 })
  })

  it.each(['received', 'queued', 'sending', 'retrying', 'uncertain'] as const)(
    'retention keeps an old %s message, and removes it once settled',
    async (state) => {
      const db = await store({ clock })
      await db.commit([dated(11, OLD, state), dated(12, OLD)])
      await db.dropOlderThan(30)
      expect(await db.message(11)).toMatchObject({ text: 'Bună', files: [file] })
      expect((await db.logPage({ limit: 9 })).map(({ id }) => id)).toEqual(['11'])
      await db.commit([{ type: 'message.patch', id: 11, at: NOW, patch: { state: 'delivered' } }])
      await db.dropOlderThan(30)
      expect(await db.message(11)).toMatchObject({ text: '', files: [] })
    },
  )

  it('a message whose text was removed cannot be retried', async () => {
    const db = await store({ clock })
    await db.commit([{ type: 'conversation.add', conversation: conversation() }, dated(11, OLD, 'failed')])
    await db.dropOlderThan(30)
    expect(await db.retryMessage(11)).toBe('not-retryable')
  })

  it('retention removes settled inbox rows and events, and keeps others', async () => {
    const db = await store({ clock })
    const event = (time: number) =>
      ({ time, connectionId: null, level: 'info', key: 'event.gap', params: {} }) as const
    await db.commit([
      inboxRow('{"n":1}', OLD),
      inboxRow('{"n":2}', OLD),
      inboxRow('{"n":3}', YOUNG),
      { type: 'event.add', event: event(OLD) },
      { type: 'event.add', event: event(YOUNG) },
    ])
    await db.commit([1, 3].map((seq) => ({ type: 'inbox.settle', seq, outcome: 'done', reason: null })))
    expect(await db.dropOlderThan(30)).toEqual({ entries: 0, inbox: 1, texts: 0, events: 1 })
    expect((await db.inboxPending(9)).map(({ seq }) => seq)).toEqual([2])
    expect((await db.events(0, 9)).map(({ time }) => time)).toEqual([YOUNG])
  })

  it('retention keeps conversations, clients and tasks', async () => {
    const db = await store({ clock })
    await db.commit([
      { type: 'conversation.add', conversation: conversation() },
      { type: 'client.save', client: client() },
      { type: 'task.add', task: task() },
    ])
    await db.dropOlderThan(0)
    expect([await db.conversation(1), await db.client('shop', 'c1'), await db.task('shop', 500)]).toEqual([
      conversation(),
      client(),
      task(),
    ])
  })

  it('retention works in steps, between which other commits succeed', async () => {
    const db = await store({ clock })
    for (let batch = 0; batch < 10; batch += 1) {
      await db.commit(Array.from({ length: 200 }, (_, index) => dated(100 + batch * 200 + index, OLD)))
    }
    const order: string[] = []
    const dropping = db.dropOlderThan(30).then((dropped) => {
      order.push('dropped')
      return dropped
    })
    await db.commit([dated(50, YOUNG)])
    order.push('committed')
    expect(await dropping).toEqual({ entries: 2000, inbox: 0, texts: 2000, events: 0 })
    expect(order).toEqual(['committed', 'dropped'])
    expect(await db.dropOlderThan(30)).toEqual({ entries: 0, inbox: 0, texts: 0, events: 0 })
  })

  onSqlite('retention returns the disk space', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir, clock })
    const body = 'x'.repeat(20_000)
    for (let seq = 1; seq <= 400; seq += 1) {
      await db.commit([inboxRow(body, OLD)])
      await db.commit([{ type: 'inbox.settle', seq, outcome: 'done', reason: null }])
    }
    await db.dropOlderThan(30)
    await db.close()
    expect(statSync(join(dir, 'bridge.sqlite')).size).toBeLessThan(2_000_000)
  })
})
