import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readWindowState } from '../../../src/main/desktop/window/window-state.ts'
import { readSecretsFile } from '../../../src/main/secrets/secrets-file.ts'
import { loadConfiguration } from '../../../src/main/settings/config-file.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { pass } from '../../support/planfix-scenes.ts'
import type { World } from '../../support/world.ts'
import { playStage } from './stage.ts'

/** Names on disk stay the same when names in the code change (tests/fixtures/README.md). */

const FOLDER = new URL('../../fixtures/data-folder', import.meta.url).pathname
const NOW = 1_772_442_042_000

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

function copied(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-'))
  ended.push(() => rmSync(dir, { recursive: true, force: true }))
  cpSync(FOLDER, dir, { recursive: true })
  return dir
}

async function opened() {
  const clock = { now: () => NOW, after: () => () => undefined }
  const store = await openStore({ dir: copied(), clock })
  ended.unshift(() => store.close())
  return store
}

test('messages, figures and jobs of the old data folder are read', async () => {
  const store = await opened()
  const ids = (await store.pageFrom({}, null, 50)).toReversed()
  const messages = await Promise.all(ids.map((id) => store.message(id)))
  expect(messages.map((one) => [one?.direction, one?.text, one?.state, one?.reason])).toEqual([
    ['to-planfix', 'Hello, this is Anna', 'delivered', null],
    ['to-chatra', 'Good day, Anna', 'delivered', null],
    ['to-chatra', 'For colleagues alone', 'skipped', 'internal-client-not-notified'],
    ['to-planfix', 'Hello, this is Boris', 'delivered', null],
    ['to-planfix', 'Hello, this is Dana', 'delivered', null],
    ['to-chatra', 'Sent without an answer', 'delivered', 'echo-seen'],
    ['to-planfix', 'Written without an answer', 'sending', null],
    ['to-planfix', 'Waits behind it', 'retrying', 'planfix: failing (503)'],
    ['to-planfix', 'Waits in the queue', 'queued', null],
  ])
  const [anna, boris, phone] = await Promise.all(
    ['anna', 'boris', 'phone'].map(async (id) => (await store.client('shop', id))?.conversationId ?? 0),
  )
  expect((await store.jobs(anna ?? 0)).map((one) => `${one.kind} ${one.key}`)).toEqual([
    'reread comment:50233',
    'note loop',
    'note kept-inside:50233',
    'assigner connection',
    'introduce anna',
    'complete named',
    'leave-check task',
    'leave-check anna',
    'verify x',
    'visit anna:1',
  ])
  expect((await store.jobs(phone ?? 0)).map(({ kind }) => kind)).toEqual(['separate', 'leave-check'])
  expect(await store.conversation(boris ?? 0)).toMatchObject({
    attempt: { kind: 'comment', text: 'Written without an answer', ownerContactId: 93 },
  })
  expect(await store.inboxPending(10)).toHaveLength(1)
  expect(await store.fact('shop', 'assigner')).toBe('contact')
  expect(await store.agents('shop')).toContainEqual({
    id: 'julia',
    name: 'Julia',
    email: 'julia@shop.example',
  })
})

test('settings of the old data folder are read completely', () => {
  const loaded = loadConfiguration(undefined, FOLDER)
  expect(loaded).toMatchObject({ ok: true })
  const text = JSON.stringify(inFolder('config.json')).replace('"user:5"', '5')
  // Settings that are newer than the folder have their defaults.
  if (loaded.ok) expect(loaded.value).toMatchObject(JSON.parse(text))
  expect(readSecretsFile(join(FOLDER, 'secrets.json'))).toEqual(
    Object.assign({ format: 0 }, inFolder('secrets.json')),
  )
  expect(readWindowState(join(FOLDER, 'window.json'))).toEqual(inFolder('window.json'))
})

const inFolder = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))

test('the bridge continues the old data folder: messages arrive once, and every job runs', async () => {
  const { world, boris, anna, tasks } = await playStage()
  ended.push(() => world.stop())
  await world.restart(() => {
    rmSync(world.dataDir, { recursive: true })
    cpSync(FOLDER, world.dataDir, { recursive: true })
  })
  await pass(world, 180_000)
  await world.quiet()
  const said = (task: number | undefined) => textsOf(world, task ?? 0)
  expect(count(said(tasks[1]), 'Written without an answer')).toBe(1)
  expect(count(said(tasks[1]), 'Waits behind it')).toBe(1)
  expect(count(said(tasks[2]), 'Waits in the queue')).toBe(1)
  expect(count(said(tasks[2]), 'Waits in the inbox')).toBe(1)
  expect(anna.sees()).toEqual(['Good day, Anna', 'Sent without an answer'])
  expect(boris.sees()).toEqual([])
  // The jobs: two notes, the visit on the contact, the end of the third task; the others have nothing to do.
  expect(count(said(tasks[0]), 'two bots')).toBe(1)
  expect(count(said(tasks[0]), 'Good day, Anna')).toBe(2)
  expect(count(cardOf(world), 'Firefox')).toBe(1)
  expect(world.planfix.task(tasks[2] ?? 0)?.statusKey).toBe('completed')
  const work = await world.app.store.queuesWithWork()
  const left = await Promise.all(work.map((one) => world.app.store.jobs(one.conversationId)))
  expect(left.flat().filter(({ kind }) => kind !== 'leave-check')).toEqual([])
  expect(world.complaints).toEqual([])
})

const cardOf = ({ planfix }: World) =>
  planfix.contacts.find(({ id }) => id === 92)?.feed.map(({ description }) => description) ?? []
const textsOf = (world: World, task: number) => world.feed(task).map(({ text }) => text)
const count = (texts: readonly string[], part: string) => texts.filter((text) => text.includes(part)).length
