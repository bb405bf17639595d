import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Conversation, PendingWrite } from '../../../../src/shared/domain.ts'
import { damageStore } from '../../../support/damage.ts'
import {
  adding,
  client,
  conversation,
  folder,
  inboxRow,
  job,
  message,
  onSqlite,
  sqliteStore,
  store,
  task,
} from '../material.ts'

const DAY = 86_400_000
const START = 1000 * DAY
const SECRETS = [
  'Passport 123',
  '10.1.2.3',
  'anna@mail.example',
  '+373600',
  'https://shop.example/secret',
  'Anna Pop',
]

const attempt = (text: string): PendingWrite => ({
  kind: 'comment',
  sourceObjectId: 'x',
  messageIds: [10],
  startedAt: START,
  unclearAt: START,
  answered: false,
  text,
  ownerUserId: null,
})
const anna = () => {
  const link = client({ lastWroteAt: START })
  return {
    ...link,
    profile: {
      ...link.profile,
      name: 'Anna Pop',
      displayedName: 'Anna Pop',
      email: 'anna@mail.example',
      phone: '+373600',
      ip: '10.1.2.3',
      extra: { note: 'Passport 123' },
      startPage: { link: 'https://shop.example/secret', title: null },
    },
  }
}
const hers: Conversation = conversation({
  lastActivityAt: START,
  lastClientAt: START,
  contactId: 92,
  emailSearched: 'anna@mail.example',
  contactWritten: { card: 92, name: 'Anna Pop', email: 'anna@mail.example', phone: '+373600' },
  attempt: attempt('Passport 123'),
})

/** Everything in the folder, as bytes. */
const held = (dir: string): string =>
  readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'latin1'))
    .join('\n')

/** A store in which a client of long ago left texts and addresses in every possible place. */
async function longAgo(dir: string, clock: { now(): number }) {
  const db = await sqliteStore({ dir, clock })
  await db.commit([
    { type: 'conversation.add', conversation: hers },
    { type: 'client.save', client: anna() },
    { type: 'task.add', task: task({ descriptionText: 'Passport 123', lastActivityAt: START }) },
    adding(
      message({ id: 10, state: 'delivered', text: 'Passport 123', receivedAt: START, writtenAt: START }),
    ),
    {
      type: 'job.add',
      job: job({
        kind: 'visit',
        data: { clientId: 'anna1', startedAt: 0, ip: '10.1.2.3' },
        notBefore: START,
      }),
    },
    inboxRow(JSON.stringify({ text: SECRETS.join(' ') }), START),
  ])
  const [row] = await db.inboxPending(1)
  await db.commit([{ type: 'inbox.settle', seq: row!.seq, outcome: 'done', reason: null }])
  return db
}

onSqlite('after the retention period no text and no address is left in any file', async () => {
  const dir = folder()
  let now = START
  const clock = { now: () => now }
  const db = await longAgo(dir, clock)
  await db.backup()
  await db.commit([inboxRow(JSON.stringify({ text: 'Passport 123' }), START)])
  const [row] = await db.inboxPending(1)
  await db.commit([{ type: 'inbox.settle', seq: row!.seq, outcome: 'done', reason: null }])
  await db.backup()
  writeFileSync(
    join(dir, `bridge.corrupt-${new Date(START).toISOString().replace(/[:.]/g, '-')}.sqlite`),
    'Passport 123',
  )
  for (const secret of SECRETS) expect(held(dir)).toContain(secret)
  now = START + 400 * DAY
  await db.dropOlderThan(90)
  expect(db.isChangedSinceBackup).toBe(true)
  await db.backup()
  await db.dropOlderThan(90)
  const text = held(dir)
  for (const secret of SECRETS) expect(text.includes(secret), secret).toBe(false)
  // The author, and what was delivered, are still known.
  expect(await db.client('shop', 'c1')).toMatchObject({
    conversationId: 1,
    profile: { id: 'c1', name: null },
  })
  expect(await db.conversation(1)).toMatchObject({
    contactId: 92,
    attempt: { sourceObjectId: 'x', text: '' },
  })
  expect(await db.message(10)).toMatchObject({ state: 'delivered', text: '' })
  expect(await db.messageByOrigin('shop', 'm:10')).not.toBeNull()
})

it('recent and open messages are kept', async () => {
  let now = START
  const db = await store({ clock: { now: () => now } })
  await db.commit([
    { type: 'conversation.add', conversation: hers },
    { type: 'client.save', client: anna() },
    adding(message({ id: 10, state: 'queued', text: 'Passport 123', receivedAt: START })),
  ])
  now = START + 10 * DAY
  await db.dropOlderThan(90)
  expect(await db.client('shop', 'c1')).toEqual(anna())
  now = START + 400 * DAY
  await db.dropOlderThan(90)
  expect(await db.client('shop', 'c1')).toEqual(anna())
  expect(await db.conversation(1)).toEqual(hers)
})

onSqlite("the stored text of an older version's task becomes a fingerprint at once", async () => {
  const db = await store({ clock: { now: () => START } })
  await db.commit([{ type: 'task.add', task: task({ descriptionText: 'First words' }) }])
  await db.dropOlderThan(90)
  const kept = await db.task('shop', 500)
  expect(kept?.descriptionText).toBeUndefined()
  expect(kept?.descriptionPrint).toMatch(/^[\w-]{22}$/)
})

onSqlite('a recently set aside damaged store is kept', async () => {
  const dir = folder()
  const clock = { now: () => START }
  const db = await longAgo(dir, clock)
  await db.backup()
  await db.close()
  damageStore(dir)
  const again = await sqliteStore({ dir, clock })
  await again.dropOlderThan(90)
  const aside = readdirSync(dir).filter((name) => name.startsWith('bridge.corrupt'))
  expect(aside.length).toBeGreaterThan(0)
  expect(existsSync(join(dir, 'bridge.backup.sqlite'))).toBe(true)
})
