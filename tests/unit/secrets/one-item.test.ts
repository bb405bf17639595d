import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PROGRAM } from '../../../src/main/secrets/environment.ts'
import { emptyItem, ITEM, itemFrom, PROOF, withMoved } from '../../../src/main/secrets/item.ts'
import { cutOff, type FakeKeychain, fakeKeychain, secretsOn } from '../../support/fake-keychain.ts'

/** What an earlier version stored: an entry a secret, and one that proved it. */
const SEPARATE: readonly (readonly [string, string])[] = [
  ['shop/CHATRA_SECRET_KEY', 'chatra-secret-key-0123456789'],
  ['shop/PLANFIX_TOKEN', 'planfix-token-0123456789abcdef'],
  ['shop/WEBHOOK_SECRET', 'hook-secret-0123456789-abcdef'],
  ['outlet/PLANFIX_TOKEN', 'planfix-token-of-the-outlet'],
  ['/NGROK_TOKEN', 'ngrok-token'],
  ['/SSH_KEY', 'ssh-key'],
]
const ALL = Object.fromEntries(SEPARATE)
function old(): FakeKeychain {
  const fake = fakeKeychain()
  for (const [account, secret] of [...SEPARATE, [PROOF, 'yes'] as const]) fake.entries.set(account, secret)
  return fake
}
type Secrets = Awaited<ReturnType<typeof secretsOn>>
/** As a start of the program asks. */
async function ask(secrets: Secrets): Promise<void> {
  for (const id of ['shop', 'outlet']) {
    for (const name of ['WEBHOOK_SECRET', 'CHATRA_SECRET_KEY', 'PLANFIX_TOKEN'] as const)
      await secrets.get(id, name)
  }
  await secrets.get(PROGRAM, 'NGROK_TOKEN')
}
/** What is in the keychain, in the item or in separate entries. */
function held(fake: FakeKeychain): Record<string, string> {
  const entries = new Map(fake.entries)
  const text = entries.get(ITEM)
  entries.delete(ITEM)
  entries.delete(PROOF)
  return { ...Object.fromEntries(entries), ...(text === undefined ? {} : itemFrom(text).secrets) }
}

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keychain-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

describe('separate entries of an earlier version', () => {
  test.each(['linux', 'darwin', 'win32'] as const)('on %s all move into one item', async (platform) => {
    const fake = old()
    const secrets = await secretsOn(fake, { platform, dataDir })
    await ask(secrets)
    expect(await secrets.get('shop', 'WEBHOOK_SECRET')).toBe(ALL['shop/WEBHOOK_SECRET'])
    expect([...fake.entries.keys()]).toEqual([ITEM])
    expect(fake.secrets()).toEqual(ALL)
    expect(itemFrom(fake.entries.get(ITEM) ?? '')).toMatchObject({
      moved: ['shop', 'outlet', PROGRAM],
      leftover: [],
    })

    fake.asked.length = 0
    const next = await secretsOn(fake, { platform, dataDir })
    await ask(next)
    expect(await next.get('outlet', 'PLANFIX_TOKEN')).toBe(ALL['outlet/PLANFIX_TOKEN'])
    expect(fake.asked).toEqual([`get ${ITEM}`])
  })

  test.each(['linux', 'win32'] as const)(
    'on %s a start that is cut off at any step loses nothing, and the next one finishes it',
    async (platform) => {
      for (let calls = 0; ; calls++) {
        const fake = old()
        const begun = await secretsOn(fake, { platform, keychain: async () => cutOff(fake.keychain, calls) })
        await ask(begun)
        const ended = begun.trouble === null
        expect(held(fake)).toEqual(ALL)
        const next = await secretsOn(fake, { platform })
        await ask(next)
        expect(fake.secrets()).toEqual(ALL)
        // Each step deletes what is left, at the latest the next start.
        await secretsOn(fake, { platform })
        expect([...fake.entries.keys()]).toEqual([ITEM])
        if (ended) return
      }
    },
  )

  test('when the owner denies a prompt nothing is lost, and it moves once he allows it', async () => {
    const fake = old()
    fake.denied.add('shop/PLANFIX_TOKEN')
    const secrets = await secretsOn(fake, { platform: 'darwin', dataDir })
    expect(await secrets.get('shop', 'WEBHOOK_SECRET')).toBeNull()
    expect(secrets.trouble).toMatchObject({ code: 'locked' })
    expect(held(fake)).toEqual(ALL)
    const { length } = fake.asked
    await ask(secrets)
    expect(fake.asked).toHaveLength(length)

    fake.denied.clear()
    expect(await secrets.tryAgain()).toBeNull()
    await ask(secrets)
    expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe(ALL['shop/PLANFIX_TOKEN'])
    expect(fake.secrets()).toEqual(ALL)
  })

  test('a secret that is typed before they move is the one that stays', async () => {
    const fake = old()
    const secrets = await secretsOn(fake)
    await secrets.set('shop', 'PLANFIX_TOKEN', 'a-newer-token-0123456789')
    expect(fake.secrets()['shop/PLANFIX_TOKEN']).toBe('a-newer-token-0123456789')
    expect(fake.entries.has('shop/PLANFIX_TOKEN')).toBe(false)
    expect(fake.secrets()['shop/WEBHOOK_SECRET']).toBe(ALL['shop/WEBHOOK_SECRET'])
  })

  test('a connection that is removed before they move leaves nothing behind', async () => {
    const fake = old()
    const secrets = await secretsOn(fake)
    await secrets.remove('shop')
    expect(Object.keys(held(fake)).filter((account) => account.startsWith('shop/'))).toEqual([])
    expect(await (await secretsOn(fake)).get('shop', 'PLANFIX_TOKEN')).toBeNull()
  })

  test('a secret of the item is newer than a separate one', () => {
    const item = { ...emptyItem(), secrets: { 'shop/PLANFIX_TOKEN': 'newer' } }
    const found = new Map([
      ['shop/PLANFIX_TOKEN', 'older'],
      ['shop/WEBHOOK_SECRET', 'hook'],
    ])
    expect(withMoved(item, 'shop', found)).toEqual({
      version: 1,
      secrets: { 'shop/PLANFIX_TOKEN': 'newer', 'shop/WEBHOOK_SECRET': 'hook' },
      moved: ['shop'],
      leftover: ['shop/PLANFIX_TOKEN', 'shop/WEBHOOK_SECRET'],
    })
  })

  test('a start after an update needs no prompt, and no word of the owner', async () => {
    // What the earlier version left.
    writeFileSync(
      join(dataDir, 'secrets.json'),
      JSON.stringify({ service: 'test', kept: 'keychain', forget: ['shop/PLANFIX_TOKEN'], sealed: {} }),
    )
    const fake = old()
    const secrets = await secretsOn(fake, { dataDir })
    expect(secrets.trouble).toBeNull()
    expect(await secrets.get('shop', 'WEBHOOK_SECRET')).toBe(ALL['shop/WEBHOOK_SECRET'])
    // It was to be removed.
    expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBeNull()
    expect(held(fake)).not.toHaveProperty('shop/PLANFIX_TOKEN')
  })

  test('an entry that cannot be deleted yet is deleted later, and does not come back', async () => {
    const fake = old()
    const stubborn = { ...fake.keychain, delete: () => Promise.reject(new Error('not now')) }
    const first = await secretsOn(fake, { keychain: async () => stubborn })
    await ask(first)
    await first.set('shop', 'PLANFIX_TOKEN', 'a-newer-token-0123456789')
    expect(first.trouble).toBeNull()
    expect(fake.entries.has('shop/PLANFIX_TOKEN')).toBe(true)
    const next = await secretsOn(fake)
    expect(await next.get('shop', 'PLANFIX_TOKEN')).toBe('a-newer-token-0123456789')
    expect([...fake.entries.keys()]).toEqual([ITEM])
  })

  test('the command line reads them where they are, and changes nothing', async () => {
    const fake = old()
    const before = [...fake.entries]
    const here = await secretsOn(fake, { readsOnly: true })
    expect(here.trouble).toBeNull()
    expect(await here.get('shop', 'PLANFIX_TOKEN')).toBe(ALL['shop/PLANFIX_TOKEN'])
    expect(await here.get('shop', 'PLANFIX_CHAT_TOKEN')).toBeNull()
    expect([...fake.entries]).toEqual(before)
    // Meanwhile the program moves them.
    await ask(await secretsOn(fake))
    expect(await here.get('shop', 'WEBHOOK_SECRET')).toBe(ALL['shop/WEBHOOK_SECRET'])
    const after = await secretsOn(fake, { readsOnly: true })
    expect(await after.get(PROGRAM, 'NGROK_TOKEN')).toBe('ngrok-token')
    expect(fake.secrets()).toEqual(ALL)
    expect([...fake.entries.keys()]).toEqual([ITEM])
  })

  test('the command line makes no item where none works', async () => {
    const fake = fakeKeychain()
    expect(await secretsOn(fake, { readsOnly: true })).toMatchObject({ trouble: { code: 'locked' } })
    expect(fake.entries.size).toBe(0)
  })

  test('a locked keyring is asked once, after the item was made', async () => {
    const fake = fakeKeychain()
    await secretsOn(fake, { dataDir })
    expect(JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))).toMatchObject({ format: 1 })
    fake.is('locked')
    fake.asked.length = 0
    expect(await secretsOn(fake, { dataDir })).toMatchObject({ trouble: { code: 'locked' } })
    expect(fake.asked).toEqual([`get ${ITEM}`])
  })

  test('a prompt that waits during the move is asked once, and its answer is used', async () => {
    const fake = old()
    const secrets = await secretsOn(fake, { dataDir })
    fake.asked.length = 0
    fake.is('hangs')
    await Promise.all([secrets.get('shop', 'PLANFIX_TOKEN'), secrets.get('outlet', 'PLANFIX_TOKEN')])
    expect(secrets.trouble).toMatchObject({ code: 'waiting' })
    expect(fake.asked).toHaveLength(1)
    fake.is('works')
    await vi.waitFor(() => expect(secrets.trouble).toBeNull())
    expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe(ALL['shop/PLANFIX_TOKEN'])
  })
})

describe('an item that somebody changed', () => {
  const KEPT = JSON.stringify({ version: 1, secrets: ALL, moved: ['shop', 'outlet', ''], leftover: [] })
  test.each([
    ['is no JSON', `${KEPT} `.slice(0, -3), 'damaged'],
    ['is empty', '', 'damaged'],
    ['lacks a field', '{"version":1,"secrets":{}}', 'damaged'],
    ['has an unknown field', KEPT.replace('{', '{"more":1,'), 'damaged'],
    ['has a number as a secret', KEPT.replace('"ngrok-token"', '7'), 'damaged'],
    ['has no version', KEPT.replace('"version":1', '"version":"1"'), 'damaged'],
    ['has an impossible version', KEPT.replace('"version":1', '"version":0'), 'damaged'],
    ['is of a newer version', KEPT.replace('"version":1', '"version":2'), 'newer'],
  ])('that %s is reported and stays as it is', async (_what, text, code) => {
    const fake = fakeKeychain()
    fake.entries.set(ITEM, text)
    const secrets = await secretsOn(fake, { dataDir })
    expect(secrets).toMatchObject({ keptIn: 'memory', trouble: { code } })
    await secrets.set('shop', 'PLANFIX_TOKEN', 'typed-again-0123456789')
    await secrets.remove('outlet')
    expect(await secrets.tryAgain()).toMatchObject({ code })
    expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe('typed-again-0123456789')
    expect([...fake.entries]).toEqual([[ITEM, text]])
    expect(secrets.logged.join('\n')).not.toContain('ngrok-token')
  })

  test('after the owner has deleted it, a new one holds what was typed', async () => {
    const fake = fakeKeychain()
    fake.entries.set(ITEM, 'changed')
    const secrets = await secretsOn(fake, { dataDir })
    await secrets.set('shop', 'PLANFIX_TOKEN', 'typed-again-0123456789')
    fake.entries.clear()
    expect(await secrets.tryAgain()).toBeNull()
    expect(fake.secrets()).toEqual({ 'shop/PLANFIX_TOKEN': 'typed-again-0123456789' })
  })

  test('while the program runs, a new one also holds what the program knows', async () => {
    const fake = fakeKeychain()
    fake.entries.set(ITEM, KEPT)
    const secrets = await secretsOn(fake, { dataDir })
    fake.entries.set(ITEM, 'changed')
    await secrets.set('shop', 'PLANFIX_TOKEN', 'typed-again-0123456789')
    expect(secrets.trouble).toMatchObject({ code: 'damaged' })
    expect(fake.entries.get(ITEM)).toBe('changed')
    fake.entries.clear()
    await secrets.tryAgain()
    expect(fake.secrets()).toEqual({ ...ALL, 'shop/PLANFIX_TOKEN': 'typed-again-0123456789' })
  })

  test('deleted while the program runs it is not made anew before the owner asks, and then completely', async () => {
    const fake = fakeKeychain()
    fake.entries.set(ITEM, KEPT)
    const secrets = await secretsOn(fake, { dataDir })
    fake.entries.clear()
    await secrets.set('shop', 'PLANFIX_TOKEN', 'typed-again-0123456789')
    expect(secrets.trouble).toMatchObject({ code: 'locked' })
    expect(fake.entries.size).toBe(0)
    await secrets.remove('outlet')
    expect(await secrets.get('outlet', 'PLANFIX_TOKEN')).toBeNull()
    await secrets.tryAgain()
    const { 'outlet/PLANFIX_TOKEN': _removed, ...rest } = ALL
    expect(fake.secrets()).toEqual({ ...rest, 'shop/PLANFIX_TOKEN': 'typed-again-0123456789' })
  })

  test('a missing part of a long one, on Windows, is damage', async () => {
    const fake = fakeKeychain()
    const first = await secretsOn(fake, { platform: 'win32' })
    await first.set(PROGRAM, 'SSH_KEY', 'k'.repeat(6000))
    const [part = ''] = [...fake.entries.keys()].filter((account) => account.includes('+'))
    fake.entries.delete(part)
    const before = [...fake.entries]
    const next = await secretsOn(fake, { platform: 'win32' })
    expect(next.trouble).toMatchObject({ code: 'damaged' })
    await next.set('shop', 'PLANFIX_TOKEN', 'typed-again-0123456789')
    expect([...fake.entries]).toEqual(before)
  })

  test('a keychain that stores something else than it was given is trouble', async () => {
    const fake = fakeKeychain()
    const secrets = await secretsOn(fake)
    fake.keychain.set = async () => undefined
    const forgetful = await secretsOn(fake, { keychain: async () => fake.keychain })
    await forgetful.set('shop', 'PLANFIX_TOKEN', 'typed-again-0123456789')
    expect(forgetful).toMatchObject({ keptIn: 'memory', trouble: { code: 'failing' } })
    expect(secrets.trouble).toBeNull()
  })
})
