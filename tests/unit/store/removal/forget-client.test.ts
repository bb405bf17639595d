import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Change } from '../../../../src/main/engine/ports.ts'
import type { ApplicationStore } from '../../../../src/main/store/index.ts'
import {
  adding,
  client,
  conversation,
  folder,
  job,
  message,
  onSqlite,
  reply,
  sqliteStore,
  store,
  task,
  withEmail,
} from '../material.ts'

const held = (dir: string): string =>
  readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'latin1'))
    .join('\n')
const hook = (id: string, text: string): Change => ({
  type: 'inbox.add',
  row: {
    connectionId: 'shop',
    source: 'chatra',
    receivedAt: 1,
    body: JSON.stringify({ client: { id }, text }),
  },
})
const read = (taskId: number, text: string): Change => ({
  type: 'inbox.add',
  row: {
    connectionId: 'shop',
    source: 'planfix',
    receivedAt: 1,
    body: JSON.stringify({ watcher: true, taskId, comment: { text } }),
  },
})
const named = (conversationId: number, id: string, email: string) => {
  const link = withEmail(email, { clientId: id, conversationId })
  return { ...link, profile: { ...link.profile, name: `Name of ${id}`, ip: `10.0.0.${conversationId}` } }
}

/** Anna with two devices and Boris, each with texts in every table. */
async function people<S extends ApplicationStore>(db: S): Promise<S> {
  await db.commit([
    { type: 'conversation.add', conversation: conversation({ id: 1, mergedInto: 2, contactId: 91 }) },
    {
      type: 'conversation.add',
      conversation: conversation({ id: 2, contactId: 91, emailSearched: 'anna@mail.example' }),
    },
    { type: 'conversation.add', conversation: conversation({ id: 3, contactId: 93 }) },
    { type: 'client.save', client: named(2, 'anna1', 'anna@mail.example') },
    { type: 'client.save', client: named(2, 'anna2', 'anna@mail.example') },
    { type: 'client.save', client: named(3, 'boris', 'boris@mail.example') },
    { type: 'task.add', task: task({ taskId: 500, conversationId: 1, descriptionText: 'anna-secret' }) },
    {
      type: 'job.add',
      job: job({
        conversationId: 2,
        kind: 'visit',
        data: { clientId: 'anna1', startedAt: 0, ip: '10.0.0.2' },
      }),
    },
    {
      type: 'job.add',
      job: job({ id: 99, conversationId: 2, kind: 'reply', data: { text: 'anna-secret', employeeId: 5 } }),
    },
    {
      type: 'event.add',
      event: {
        time: 1,
        connectionId: 'shop',
        level: 'error',
        key: 'event.reply-not-written',
        params: { conversation: 2, text: 'anna-secret', detail: '' },
      },
    },
    ...[10, 11].map((id) =>
      adding(
        message({
          id,
          conversationId: id - 9,
          state: 'delivered',
          text: 'anna-secret',
          chatraClientId: 'anna1',
          author: { kind: 'client', id: 'anna1', name: 'Name of anna1' },
        }),
      ),
    ),
    adding(reply({ id: 12, conversationId: 2, state: 'queued', text: 'anna-secret', chatraClientId: null })),
    adding(
      reply({
        id: 13,
        conversationId: null,
        state: 'delivered',
        text: 'anna-secret',
        chatraClientId: 'anna2',
      }),
    ),
    adding(
      message({ id: 20, conversationId: 3, state: 'queued', text: 'boris-words', chatraClientId: 'boris' }),
    ),
    hook('anna1', 'anna-secret'),
    hook('anna2', 'anna-secret'),
    hook('boris', 'boris-words'),
    read(500, 'anna-secret'),
  ])
  return db
}

onSqlite.each(['anna1', 'anna@mail.example', ' ANNA@mail.example '])(
  'all data of a client is removed by %j, in store, journal and backups',
  async (wanted) => {
    const dir = folder()
    const db = await people(await sqliteStore({ dir }))
    await db.backup()
    await db.commit([hook('anna2', 'anna-secret'), hook('boris', 'boris-words')])
    writeFileSync(join(dir, 'bridge.corrupt-2026-01-01T00-00-00-000Z.sqlite'), 'anna-secret')
    const forgotten = await db.forgetClient({ client: wanted, connectionId: null })
    expect(forgotten).toEqual({
      clients: 2,
      conversations: 2,
      messages: 4,
      notDelivered: 1,
      events: 4,
      jobs: 2,
      journal: 4,
      putAside: 1,
    })
    await db.compact()
    const text = held(dir)
    for (const secret of ['anna-secret', 'Name of anna', 'anna@mail.example', '10.0.0.2'])
      expect(text.includes(secret), secret).toBe(false)
    expect(text).toContain('boris-words')
    expect(existsSync(join(dir, 'bridge.backup.sqlite'))).toBe(true)
  },
)

it('what is left of a forgotten client are ids and states, so that nothing old counts as new', async () => {
  const db = await people(await store())
  expect(await db.forgetClient({ client: ' ANNA@mail.example ', connectionId: null })).toMatchObject({
    ...{ clients: 2, conversations: 2, messages: 4, notDelivered: 1, events: 3, jobs: 2 },
  })
  await db.compact()
  expect(await db.message(10)).toMatchObject({ state: 'delivered', text: '', originKey: 'm:10' })
  expect(await db.message(12)).toMatchObject({ state: 'skipped', reason: 'forgotten', text: '' })
  expect(await db.client('shop', 'anna1')).toMatchObject({ conversationId: 2, profile: { name: null } })
  expect(await db.message(20)).toMatchObject({ state: 'queued', text: 'boris-words' })
  expect(await db.retryMessage(12)).toBe('not-retryable')
  expect(await db.conversation(2)).toMatchObject({ contactId: 91, emailSearched: null })
  expect((await db.task('shop', 500))?.descriptionText).toBeUndefined()
  expect(await db.jobs(2)).toEqual([])
  expect(await db.events(0, 9)).toEqual([])
  expect((await db.inboxPending(9)).map(({ body }) => body)).toEqual([
    JSON.stringify({ client: { id: 'boris' }, text: 'boris-words' }),
  ])
})

it('no client matches another connection, an unknown id, or part of an address', async () => {
  const db = await people(await store())
  for (const wanted of [
    { client: 'anna1', connectionId: 'other' },
    { client: 'nobody', connectionId: null },
    { client: 'mail.example', connectionId: null },
  ])
    expect(await db.forgetClient(wanted)).toBeNull()
  expect(await db.client('shop', 'anna1')).toMatchObject({ profile: { email: 'anna@mail.example' } })
})

it('a client known only by an id is forgotten too, and may be forgotten twice', async () => {
  const db = await store()
  await db.commit([
    { type: 'conversation.add', conversation: conversation() },
    { type: 'client.save', client: client() },
  ])
  for (let time = 0; time < 2; time += 1)
    expect(await db.forgetClient({ client: 'c1', connectionId: 'shop' })).toMatchObject({ clients: 1 })
})
