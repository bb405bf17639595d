import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Conf from 'conf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDesktopSettings, type SettingsTrouble } from '../../../src/main/desktop/settings.ts'
import { createRedactor } from '../../../src/main/settings/redact.ts'
import { type FakeKeychain, fakeKeychain, secretsOn } from '../../support/fake-keychain.ts'

const HOOK = 'hook-secret-0123456789-abcdef'
const NEWER = 'newer-secret-0123456789-abcde'
const shop = (more: object = {}) => ({
  id: 'shop',
  chatra: { publicKey: 'abc' },
  planfix: { baseUrl: 'https://shop.planfix.com/rest' },
  ...more,
})

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'desktop-settings-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const file = () => join(dataDir, 'config.json')
const text = () => readFileSync(file(), 'utf8')
async function open(fake: FakeKeychain) {
  const secrets = await secretsOn(fake, { dataDir })
  const troubles: SettingsTrouble[] = []
  const settings = await openDesktopSettings({
    dataDir,
    secrets,
    redact: createRedactor(),
    onProblem: (trouble) => void troubles.push(trouble),
    writer: async () => Conf,
  })
  const connect = (more: object) => settings.change((content) => ({ ...content, connections: [shop(more)] }))
  const hook = () => settings.read().connections[0]?.webhookSecret
  return { secrets, settings, troubles, connect, hook }
}

describe('a webhook secret', () => {
  test('a webhook secret is in the keychain and never in the file, also after a restart', async () => {
    const fake = fakeKeychain()
    const first = await open(fake)
    expect(await first.connect({ webhookSecret: HOOK })).toMatchObject({ ok: true })
    expect(first.hook()).toBe(HOOK)
    expect(fake.secrets()['shop/WEBHOOK_SECRET']).toBe(HOOK)
    expect(text()).not.toContain('webhookSecret')
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect((await open(fake)).hook()).toBe(HOOK)
  })

  test('a change gets the webhook secret, and its new value is stored', async () => {
    const fake = fakeKeychain()
    const { settings, connect, hook } = await open(fake)
    await connect({ webhookSecret: HOOK })
    await settings.change((content) => ({
      ...content,
      connections:
        content.connections?.map((one) => {
          expect(one.webhookSecret).toBe(HOOK)
          return { ...one, webhookSecret: NEWER }
        }) ?? [],
    }))
    expect(hook()).toBe(NEWER)
    expect(fake.secrets()['shop/WEBHOOK_SECRET']).toBe(NEWER)
  })

  test('a webhook secret stays the old one when the file cannot be written', async () => {
    const fake = fakeKeychain()
    const { settings, connect, hook } = await open(fake)
    await connect({ webhookSecret: HOOK })
    const full = await openDesktopSettings({
      dataDir,
      secrets: await secretsOn(fake),
      redact: createRedactor(),
      onProblem: () => undefined,
      writer: async () =>
        class {
          set store(_content: Record<string, unknown>) {
            throw Object.assign(new Error('full'), { code: 'ENOSPC' })
          }
          get store() {
            return {}
          }
        },
    })
    const answer = await full.change((content) => ({
      ...content,
      connections: [shop({ webhookSecret: NEWER })],
    }))
    expect(answer).toEqual({ ok: false, why: 'disk', code: 'ENOSPC' })
    expect(fake.secrets()['shop/WEBHOOK_SECRET']).toBe(HOOK)
    expect([hook(), settings.read().connections.length]).toEqual([HOOK, 1])
  })

  test("a webhook secret in a server's file leaves it at once with a keychain", async () => {
    writeFileSync(file(), JSON.stringify({ language: 'ro', connections: [shop({ webhookSecret: HOOK })] }))
    const fake = fakeKeychain()
    const { settings, hook } = await open(fake)
    expect(hook()).toBe(HOOK)
    expect(settings.read().language).toBe('ro')
    expect(text()).not.toContain(HOOK)
  })

  test("a webhook secret stays in a server's file while no keychain works", async () => {
    writeFileSync(file(), JSON.stringify({ connections: [shop({ webhookSecret: HOOK })] }))
    const fake = fakeKeychain('no-service')
    const { settings, secrets, hook } = await open(fake)
    await settings.change((content) => ({ ...content, language: 'ru' }))
    expect(hook()).toBe(HOOK)
    expect(text()).toContain(HOOK)
    fake.is('works')
    await secrets.tryAgain()
    await settings.refresh?.()
    expect(text()).not.toContain(HOOK)
    expect(hook()).toBe(HOOK)
  })

  test('a webhook secret made without a keychain returns with a key of its connection', async () => {
    const fake = fakeKeychain('no-service')
    const first = await open(fake)
    await first.secrets.set('shop', 'CHATRA_SECRET_KEY', 'chatra-secret-key-0123456789')
    await first.connect({ webhookSecret: HOOK })
    expect(
      readdirSync(dataDir)
        .map((name) => readFileSync(join(dataDir, name), 'utf8'))
        .join(),
    ).not.toContain(HOOK)
    const second = await open(fake)
    expect(second.hook()).toBeUndefined()
    await second.secrets.set('shop', 'CHATRA_SECRET_KEY', 'chatra-secret-key-0123456789')
    await second.settings.refresh?.()
    expect(second.hook()).toBe(HOOK)
  })
})

describe('a broken file', () => {
  test.each([
    ['is no JSON', '{ "connections": [ }', /line 1, column/],
    ['has an unknown key', '{ "conections": [] }', /conections: unknown key/],
  ])('a file that %s is reported, kept unchanged, and copied', async (_name, broken, said) => {
    writeFileSync(file(), broken)
    const { settings, troubles } = await open(fakeKeychain())
    expect(troubles[0]?.problems.join()).toMatch(said)
    expect(settings.problem).toMatchObject({
      key: 'desktop.settings-broken-copied',
      params: { path: file() },
    })
    expect(settings.read().connections).toEqual([])
    expect(await settings.change((content) => content)).toMatchObject({ ok: false, why: 'edited' })
    expect(text()).toBe(broken)
    const copy = troubles[0]?.copy ?? ''
    expect(existsSync(copy)).toBe(true)
    expect(readFileSync(copy, 'utf8')).toBe(broken)
  })

  test('an invalid file is copied once, and no problem any more once it is fixed', async () => {
    writeFileSync(file(), '{')
    await open(fakeKeychain())
    const { settings } = await open(fakeKeychain())
    expect(readdirSync(dataDir).filter((name) => name.includes('broken'))).toHaveLength(1)
    writeFileSync(file(), '{}')
    expect(await settings.change((content) => ({ ...content, language: 'ro' }))).toMatchObject({ ok: true })
    expect(settings.problem).toBeNull()
  })
})
