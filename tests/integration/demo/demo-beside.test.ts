import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startDemo } from '../../../src/main/demo/beside.ts'
import type { Language } from '../../../src/shared/languages.ts'
import { boot, noting } from '../../support/boot.ts'
import { Bridge } from '../../support/bridge.ts'
import { fakeKeychain, secretsOn } from '../../support/fake-keychain.ts'

let bridge: Bridge
const { log, logged } = noting(['warn', 'error'])
const demo = { start: (language: () => Language) => startDemo(log, language) }
const start = async (file: Parameters<typeof Bridge.start>[0] = null) => {
  bridge = await Bridge.start(file, { demo, speed: 1 })
}
afterEach(() => bridge?.stop())

/** Folders of other programs do not count. */
let folder = ''
let usual: string | undefined
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-beside-'))
  usual = process.env.TMPDIR
  process.env.TMPDIR = folder
})
afterAll(() => {
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  rmSync(folder, { recursive: true, force: true })
})
const sandboxes = () => readdirSync(folder).filter((name) => name.startsWith('chatra-planfix-demo-'))

test('a demo runs beside real connections: they, their log, figures and settings stay as they were', async () => {
  await start((one) => ({ connections: [one.shop()] }))
  const live = bridge.app.connections.get('shop')
  const before = readFileSync(bridge.file)
  const written = statSync(bridge.file).mtimeMs
  const pages = await bridge.get('demo.start', {})
  expect(await bridge.get('demo.start', {})).toEqual(pages)
  await bridge.get('demo.next', { story: 'answer', language: 'en' })
  await bridge.until(
    'the first step',
    async () => (await bridge.get('demo.scene', { story: 'answer' })).isOver,
  )
  const state = await bridge.get('state.get', {})
  expect(state).toMatchObject({
    demo: pages,
    connections: [{ id: 'shop', demo: false }],
    waiting: { count: 0 },
  })
  expect(state.connections[0]?.counts['to-planfix'].delivered).toBe(0)
  expect((await bridge.get('log.outline', { filter: {} })).total).toBe(0)
  expect((await bridge.get('conversations.find', { text: '', limit: 10 })).conversations).toEqual([])
  expect(bridge.planfix.tasks).toEqual([])
  await bridge.get('demo.stop', {})
  expect((await bridge.get('state.get', {})).demo).toBeNull()
  expect(bridge.app.connections.get('shop')).toBe(live)
  expect(readFileSync(bridge.file).equals(before)).toBe(true)
  expect(statSync(bridge.file).mtimeMs).toBe(written)
  expect((await bridge.get('log.outline', { filter: {} })).total).toBe(0)
  for (const page of Object.values(pages)) await expect(fetch(page)).rejects.toThrow()
})

test('the keychain, its notes and the configuration are the same to the byte after a demo', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-keychain-'))
  const fake = fakeKeychain()
  const secrets = await secretsOn(fake, { dataDir: dir })
  await secrets.set('shop', 'PLANFIX_TOKEN', 'a-real-token-0123456789')
  const booted = await boot({ dir, log, speed: 1, secrets, demo })
  const files = () =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name, readFileSync(join(dir, name), 'utf8')])
  try {
    const before = { files: files(), entries: [...fake.entries] }
    fake.asked.length = 0
    await booted.call('demo.start', {})
    expect(await booted.call('demo.next', { story: 'answer', language: 'ru' })).toMatchObject({ ok: true })
    await booted.call('demo.stop', {})
    expect({ files: files(), entries: [...fake.entries] }).toEqual(before)
    expect(fake.secrets()).toEqual({ 'shop/PLANFIX_TOKEN': 'a-real-token-0123456789' })
    expect(fake.asked).toEqual([])
  } finally {
    await booted.stop()
    rmSync(dir, { recursive: true, force: true })
  }
})

test('its data folder is one of its own, and is gone when it stops', async () => {
  await start()
  const before = sandboxes()
  await bridge.get('demo.start', {})
  const [own, ...others] = sandboxes().filter((name) => !before.includes(name))
  expect(others).toEqual([])
  expect(readdirSync(join(folder, own ?? ''))).toContain('config.json')
  await bridge.get('demo.stop', {})
  expect(sandboxes()).not.toContain(own)
  expect(() => bridge.read()).toThrow('ENOENT')
})

test('a second demo begins from the start', async () => {
  await start()
  const first = await bridge.get('demo.start', {})
  await bridge.get('demo.next', { story: 'answer', language: 'en' })
  await bridge.get('demo.stop', {})
  expect(await bridge.get('demo.start', {})).not.toEqual(first)
  expect(await bridge.get('demo.scene', { story: 'answer' })).toMatchObject({ step: 0, chat: [], task: null })
})

test("the demo's pages follow the language of the program", async () => {
  await start((one) => ({ language: 'en', connections: [one.shop()] }))
  const { visitorUrl, planfixUrl } = await bridge.get('demo.start', {})
  const languages = async () =>
    Promise.all(
      [visitorUrl, planfixUrl].map(
        async (url) => /<html lang="(\w+)">/.exec(await (await fetch(url)).text())?.[1],
      ),
    )
  expect(await languages()).toEqual(['en', 'en'])
  await bridge.get('settings.save', { settings: { language: 'ru' } })
  expect(await languages()).toEqual(['ru', 'ru'])
})

test('two demo requests at the same moment start one demo', async () => {
  await start()
  const [one, other] = await Promise.all([bridge.get('demo.start', {}), bridge.get('demo.start', {})])
  expect(one).toEqual(other)
})

test('a host without simulators refuses a demo', async () => {
  bridge = await Bridge.start(null)
  expect(await bridge.refusal('demo.start', {})).toMatchObject({ code: 'unavailable' })
  expect(await bridge.get('demo.stop', {})).toEqual({})
})

test('without a demo there are no conversations of a demo', async () => {
  await start()
  const [story, language] = ['answer', 'en'] as const
  const refusals = [
    await bridge.refusal('demo.scene', { story }),
    await bridge.refusal('demo.next', { story, language }),
    await bridge.refusal('demo.again', { story, language }),
    await bridge.refusal('demo.write', { story, as: 'client', text: 'Hello', internal: false, language }),
    await bridge.refusal('demo.tryNow', {}),
  ]
  expect(refusals.map(({ code }) => code)).toEqual(refusals.map(() => 'not-found'))
})

test('the demo ends with the program', async () => {
  await start()
  const { visitorUrl } = await bridge.get('demo.start', {})
  const running = sandboxes().length
  await bridge.restart()
  await expect(fetch(visitorUrl)).rejects.toThrow()
  expect(sandboxes().length).toBe(running - 1)
  expect((await bridge.get('state.get', {})).demo).toBeNull()
  expect(logged).toEqual([])
})
