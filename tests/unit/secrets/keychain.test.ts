import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PROGRAM } from '../../../src/main/secrets/environment.ts'
import { ITEM } from '../../../src/main/secrets/item.ts'
import { serviceIn } from '../../../src/main/secrets/keychain.ts'
import { fakeKeychain, secretsOn } from '../../support/fake-keychain.ts'

const KEY = 'chatra-secret-key-0123456789'
const TOKEN = 'planfix-token-0123456789abcdef'
const HOOK = 'hook-secret-0123456789-abcdef'

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keychain-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))
const notes = () => readFileSync(join(dataDir, 'secrets.json'), 'utf8')

describe('a keychain that works', () => {
  test('one entry of the keychain holds all secrets, and returns them at the next start', async () => {
    const fake = fakeKeychain()
    const secrets = await secretsOn(fake)
    expect(secrets).toMatchObject({ keptIn: 'keychain', trouble: null })
    await secrets.set('shop', 'CHATRA_SECRET_KEY', KEY)
    await secrets.set('shop', 'PLANFIX_TOKEN', TOKEN)
    await secrets.set(PROGRAM, 'NGROK_TOKEN', 'ngrok-token')
    expect([...fake.entries.keys()]).toEqual([ITEM])
    expect(fake.secrets()).toEqual({
      'shop/CHATRA_SECRET_KEY': KEY,
      'shop/PLANFIX_TOKEN': TOKEN,
      '/NGROK_TOKEN': 'ngrok-token',
    })

    const next = await secretsOn(fake)
    expect(await next.get('shop', 'CHATRA_SECRET_KEY')).toBe(KEY)
    expect(await next.get(PROGRAM, 'NGROK_TOKEN')).toBe('ngrok-token')
    expect(await next.get('other', 'PLANFIX_TOKEN')).toBeNull()
    expect(next.learnt).toEqual([KEY, 'ngrok-token'])
  })

  test('the Windows keychain gets short entries, and returns long secrets completely', async () => {
    const fake = fakeKeychain()
    const long = 'k'.repeat(6_000)
    const secrets = await secretsOn(fake, { platform: 'win32' })
    await secrets.set(PROGRAM, 'SSH_KEY', long)
    expect(Math.max(...[...fake.entries.values()].map((one) => Buffer.byteLength(one)))).toBeLessThan(2_560)
    const next = await secretsOn(fake, { platform: 'win32' })
    expect(await next.get(PROGRAM, 'SSH_KEY')).toBe(long)
  })

  test('the keychain is read once, at the start', async () => {
    const fake = fakeKeychain()
    const first = await secretsOn(fake)
    await first.set('shop', 'PLANFIX_TOKEN', TOKEN)
    await first.set(PROGRAM, 'RELAY_KEY', HOOK)
    fake.asked.length = 0
    const secrets = await secretsOn(fake)
    for (let n = 0; n < 3; n++) {
      expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
      expect(await secrets.get('shop', 'CHATRA_SECRET_KEY')).toBeNull()
      expect(await secrets.get(PROGRAM, 'RELAY_KEY')).toBe(HOOK)
    }
    expect(fake.asked).toEqual([`get ${ITEM}`])
  })

  test('two quick changes, also of two programs, lose nothing', async () => {
    const fake = fakeKeychain()
    const [one, other] = [await secretsOn(fake), await secretsOn(fake)]
    await Promise.all([
      one.set('shop', 'PLANFIX_TOKEN', TOKEN),
      one.set('shop', 'CHATRA_SECRET_KEY', KEY),
      one.set('shop', 'PLANFIX_TOKEN', 'a-rotated-token-0123456789'),
      one.set(PROGRAM, 'SSH_PASSWORD', 'password'),
      one.delete(PROGRAM, 'SSH_PASSWORD'),
    ])
    await other.set('outlet', 'PLANFIX_TOKEN', TOKEN)
    await one.set('shop', 'WEBHOOK_SECRET', HOOK)
    expect(fake.secrets()).toEqual({
      'shop/PLANFIX_TOKEN': 'a-rotated-token-0123456789',
      'shop/CHATRA_SECRET_KEY': KEY,
      'shop/WEBHOOK_SECRET': HOOK,
      'outlet/PLANFIX_TOKEN': TOKEN,
    })
  })

  test('a removed connection loses all its secrets, and no other does', async () => {
    const fake = fakeKeychain()
    const secrets = await secretsOn(fake)
    for (const id of ['shop', 'shop-2']) {
      await secrets.set(id, 'CHATRA_SECRET_KEY', KEY)
      await secrets.set(id, 'PLANFIX_TOKEN', TOKEN)
      await secrets.set(id, 'WEBHOOK_SECRET', HOOK)
    }
    await secrets.remove('shop')
    expect(Object.keys(fake.secrets())).toEqual([
      'shop-2/CHATRA_SECRET_KEY',
      'shop-2/PLANFIX_TOKEN',
      'shop-2/WEBHOOK_SECRET',
    ])
    expect(await secrets.get('shop', 'WEBHOOK_SECRET')).toBeNull()
  })
})

test('a second data folder can have entries of its own', () => {
  expect(serviceIn({})).toBe('chatra-planfix-bridge')
  expect(serviceIn({ BRIDGE_KEYCHAIN_SERVICE: '' })).toBe('chatra-planfix-bridge')
  expect(serviceIn({ BRIDGE_KEYCHAIN_SERVICE: 'second' })).toBe('second')
})

describe('without a keychain', () => {
  test.each(['no-service', 'no-library', 'empty', 'locked'] as const)(
    'with a keychain that is %s secrets live until the process exits, without errors',
    async (mood) => {
      const code = mood === 'empty' ? 'no-collection' : mood
      const secrets = await secretsOn(fakeKeychain(mood), { dataDir })
      expect(secrets).toMatchObject({ keptIn: 'memory', trouble: { code } })
      await secrets.set('shop', 'PLANFIX_TOKEN', TOKEN)
      expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
      await secrets.remove('shop')
      expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBeNull()
      expect(notes()).not.toContain(TOKEN)
      expect(secrets.logged.join('\n')).toContain(code)
    },
  )

  test('typed secrets are stored once the keychain works, and the bridge is notified', async () => {
    const fake = fakeKeychain('no-service')
    const secrets = await secretsOn(fake)
    const told = vi.fn()
    secrets.watch(told)
    await secrets.set('shop', 'PLANFIX_TOKEN', TOKEN)
    fake.is('works')
    expect(await secrets.tryAgain()).toBeNull()
    expect(told).toHaveBeenCalledOnce()
    expect(secrets.keptIn).toBe('keychain')
    expect(fake.secrets()['shop/PLANFIX_TOKEN']).toBe(TOKEN)
  })

  test('the keychain is retried while the desktop session starts', async () => {
    vi.useFakeTimers()
    try {
      const fake = fakeKeychain('no-service')
      fake.entries.set('shop/PLANFIX_TOKEN', TOKEN)
      const secrets = await secretsOn(fake, { retryMs: [2000, 5000] })
      await vi.advanceTimersByTimeAsync(2000)
      expect(secrets.keptIn).toBe('memory')
      fake.is('works')
      await vi.advanceTimersByTimeAsync(5000)
      expect(secrets.keptIn).toBe('keychain')
      expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a secret removed meanwhile is removed from the keychain later, also after a restart', async () => {
    const fake = fakeKeychain()
    const first = await secretsOn(fake, { dataDir })
    await first.set('shop', 'PLANFIX_TOKEN', TOKEN)
    fake.is('no-service')
    const second = await secretsOn(fake, { dataDir })
    await second.remove('shop')
    fake.is('works')
    await secretsOn(fake, { dataDir })
    expect(fake.secrets()).not.toHaveProperty('shop/PLANFIX_TOKEN')
  })

  test('typing a key of the connection opens its sealed webhook secret', async () => {
    const fake = fakeKeychain('no-service')
    const first = await secretsOn(fake, { dataDir })
    await first.set('shop', 'CHATRA_SECRET_KEY', KEY)
    await first.set('shop', 'PLANFIX_TOKEN', TOKEN)
    await first.set('shop', 'WEBHOOK_SECRET', HOOK)
    await first.set(PROGRAM, 'RELAY_KEY', 'relay-key-0123456789')
    for (const secret of [KEY, TOKEN, HOOK, 'relay-key-0123456789']) expect(notes()).not.toContain(secret)

    const second = await secretsOn(fake, { dataDir })
    expect(await second.get('shop', 'WEBHOOK_SECRET')).toBeNull()
    await second.set('shop', 'PLANFIX_TOKEN', 'some-other-token-0123456789')
    expect(await second.get('shop', 'WEBHOOK_SECRET')).toBeNull()
    await second.set('shop', 'CHATRA_SECRET_KEY', KEY)
    expect(await second.get('shop', 'WEBHOOK_SECRET')).toBe(HOOK)
    expect(await second.get(PROGRAM, 'RELAY_KEY')).toBe('relay-key-0123456789')
    expect(second.learnt).toContain(HOOK)
  })

  test("a secret made meanwhile takes precedence over the keychain's old one", async () => {
    const fake = fakeKeychain()
    const first = await secretsOn(fake, { dataDir })
    await first.set('shop', 'CHATRA_SECRET_KEY', KEY)
    await first.set('shop', 'WEBHOOK_SECRET', HOOK)
    fake.is('no-service')
    const second = await secretsOn(fake, { dataDir })
    await second.set('shop', 'CHATRA_SECRET_KEY', KEY)
    await second.set('shop', 'WEBHOOK_SECRET', 'a-newer-hook-secret-0123456')
    fake.is('works')
    const third = await secretsOn(fake, { dataDir })
    expect(await third.get('shop', 'WEBHOOK_SECRET')).toBe('a-newer-hook-secret-0123456')
    expect(fake.secrets()['shop/WEBHOOK_SECRET']).toBe('a-newer-hook-secret-0123456')
    expect(notes()).toContain('"sealed": {}')
  })
})

describe('a keychain that fails in the middle', () => {
  test('after a failure the bridge continues with its secrets and keeps new ones', async () => {
    const fake = fakeKeychain()
    const secrets = await secretsOn(fake, { dataDir })
    await secrets.set('shop', 'CHATRA_SECRET_KEY', KEY)
    fake.is('no-service')
    expect(await secrets.get('shop', 'CHATRA_SECRET_KEY')).toBe(KEY)
    await secrets.set('shop', 'CHATRA_SECRET_KEY', 'a-rotated-key-0123456789')
    expect(secrets).toMatchObject({ keptIn: 'memory', trouble: { code: 'no-service' } })
    expect(await secrets.get('shop', 'CHATRA_SECRET_KEY')).toBe('a-rotated-key-0123456789')
    fake.is('works')
    await secrets.tryAgain()
    expect(fake.secrets()['shop/CHATRA_SECRET_KEY']).toBe('a-rotated-key-0123456789')
  })

  test('a secret removed while the keychain is locked is removed once it is open', async () => {
    const fake = fakeKeychain()
    const secrets = await secretsOn(fake)
    await secrets.set('shop', 'PLANFIX_TOKEN', TOKEN)
    fake.is('locked')
    await secrets.remove('shop')
    expect(secrets.trouble).toMatchObject({ code: 'locked' })
    fake.is('works')
    await secrets.tryAgain()
    expect(fake.secrets()).not.toHaveProperty('shop/PLANFIX_TOKEN')
  })

  test('a keychain that was locked since does not count as empty', async () => {
    const fake = fakeKeychain()
    const first = await secretsOn(fake)
    await first.set('shop', 'PLANFIX_TOKEN', TOKEN)
    const secrets = await secretsOn(fake)
    fake.is('locked')
    expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
    await secrets.set('shop', 'CHATRA_SECRET_KEY', KEY)
    expect(secrets.trouble).toMatchObject({ code: 'locked' })
    fake.is('works')
    await secrets.tryAgain()
    expect(fake.secrets()).toEqual({ 'shop/PLANFIX_TOKEN': TOKEN, 'shop/CHATRA_SECRET_KEY': KEY })
  })

  test('on macOS a refused prompt is not repeated before the owner requests it', async () => {
    vi.useFakeTimers()
    try {
      const fake = fakeKeychain()
      await (await secretsOn(fake)).set('shop', 'PLANFIX_TOKEN', TOKEN)
      fake.denied.add(ITEM)
      const secrets = await secretsOn(fake, { platform: 'darwin', retryMs: [1000], dataDir })
      expect(secrets.trouble).toMatchObject({ code: 'locked' })
      // In another language.
      fake.is('failing')
      expect(await secrets.tryAgain()).toMatchObject({ code: 'failing' })
      const { length } = fake.asked
      await vi.advanceTimersByTimeAsync(60_000)
      expect(fake.asked).toHaveLength(length)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a prompt that nobody answers', () => {
  test('an unanswered prompt delays the start only for the time limit, in one call', async () => {
    const fake = fakeKeychain('hangs')
    const secrets = await secretsOn(fake)
    expect(secrets).toMatchObject({ keptIn: 'memory', trouble: { code: 'waiting' } })
    await Promise.all([
      secrets.get('shop', 'PLANFIX_TOKEN'),
      secrets.set('shop', 'CHATRA_SECRET_KEY', KEY),
      secrets.tryAgain(),
    ])
    expect(fake.asked).toHaveLength(1)
    fake.is('works')
    await vi.waitFor(() => expect(secrets.keptIn).toBe('keychain'))
    expect(fake.secrets()['shop/CHATRA_SECRET_KEY']).toBe(KEY)
  })

  test('a dismissed prompt is not shown again before the owner requests it', async () => {
    const fake = fakeKeychain()
    await (await secretsOn(fake, { dataDir })).set('shop', 'PLANFIX_TOKEN', TOKEN)
    fake.is('hangs')
    const secrets = await secretsOn(fake, { dataDir })
    const before = fake.asked.length
    fake.is('locked')
    await vi.waitFor(() => expect(secrets.trouble?.code).toBe('locked'))
    await secrets.get('shop', 'PLANFIX_TOKEN')
    expect(fake.asked).toHaveLength(before)
    fake.is('works')
    await secrets.tryAgain()
    expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
  })

  test('a secret set during a prompt stays in memory and is stored later', async () => {
    const fake = fakeKeychain()
    const secrets = await secretsOn(fake)
    fake.is('hangs')
    await secrets.set('shop', 'PLANFIX_TOKEN', TOKEN)
    expect(secrets.trouble).toMatchObject({ code: 'waiting' })
    fake.is('works')
    await vi.waitFor(() => expect(secrets.trouble).toBeNull())
    expect(fake.secrets()['shop/PLANFIX_TOKEN']).toBe(TOKEN)
  })
})
