import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PROGRAM } from '../../../src/main/secrets/environment.ts'
import { type Keyring, noKeyring, withKeyring } from '../../support/keyring.ts'
import { Desk } from './desk.ts'

const KEY = 'chatra-secret-key-0123456789'
const TOKEN = 'planfix-token-0123456789abcdef'
const HOOK = 'hook-secret-0123456789-abcdef'
const OTHER = 'another-secret-0123456789-abc'
const ALL = [KEY, TOKEN, HOOK, OTHER]

let dataDir = ''
let desks: Desk[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'desk-'))
  desks = []
})
afterEach(() => {
  for (const desk of desks) desk.kill()
  rmSync(dataDir, { recursive: true, force: true })
})

async function open(keyring: Keyring, limitMs?: number): Promise<Desk> {
  const desk = await Desk.open(keyring, dataDir, limitMs)
  desks.push(desk)
  return desk
}
async function give(desk: Desk, id: string): Promise<void> {
  await desk.set(id, 'CHATRA_SECRET_KEY', KEY)
  await desk.set(id, 'PLANFIX_TOKEN', TOKEN)
}

/** Everything in the data folder, and the log. */
function everythingWritten(): string {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  return [
    ...files.map((one) => readFileSync(join(one.parentPath, one.name), 'latin1')),
    ...desks.map(({ logged }) => logged),
  ].join('\n')
}
const expectNothingWritten = () => {
  const written = everythingWritten()
  expect(ALL.filter((secret) => written.includes(secret))).toEqual([])
}

/** As `npm run bridge -- doctor --json` runs it; its findings about the accounts, which do not exist, are ignored. */
const doctor = (keyring: Keyring) =>
  new Promise<{ stdout: string; stderr: string }>((resolve) => {
    const cli = join(import.meta.dirname, '../../../src/main/cli/index.ts')
    execFile(
      process.execPath,
      [cli, 'doctor', '--json', '--data-dir', dataDir],
      { env: keyring.env },
      (_error, stdout, stderr) => resolve({ stdout, stderr }),
    )
  })

describe.skipIf(noKeyring !== null)(`a real keyring${noKeyring ? ` (skipped: ${noKeyring})` : ''}`, () => {
  test('the keyring keeps keys and webhook secrets over a restart, and no file or log has them', () =>
    withKeyring(async (keyring) => {
      const first = await open(keyring)
      expect(await first.state()).toMatchObject({ keeps: 'keychain', trouble: null })
      await first.connect('shop', HOOK)
      await give(first, 'shop')
      await first.set(PROGRAM, 'RELAY_KEY', OTHER)
      await first.end()

      const second = await open(keyring)
      expect(await second.get('shop', 'CHATRA_SECRET_KEY')).toBe(KEY)
      expect(await second.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
      expect(await second.get(PROGRAM, 'RELAY_KEY')).toBe(OTHER)
      expect(await second.webhookSecrets()).toEqual({ shop: HOOK })
      expectNothingWritten()
      for (const name of readdirSync(dataDir)) expect(statSync(join(dataDir, name)).mode & 0o77).toBe(0)
    }))

  test('a rotated secret replaces the old one in the keyring', () =>
    withKeyring(async (keyring) => {
      const first = await open(keyring)
      await first.connect('shop', HOOK)
      await give(first, 'shop')
      await first.set('shop', 'PLANFIX_TOKEN', OTHER)
      await first.connect('shop', 'a-rotated-hook-0123456789')
      await first.end()
      const second = await open(keyring)
      expect(await second.get('shop', 'PLANFIX_TOKEN')).toBe(OTHER)
      expect(await second.webhookSecrets()).toEqual({ shop: 'a-rotated-hook-0123456789' })
      expectNothingWritten()
    }))

  test('a removed connection removes all its secrets, and no others', () =>
    withKeyring(async (keyring) => {
      const first = await open(keyring)
      for (const id of ['shop', 'shop-2']) {
        await first.connect(id, HOOK)
        await give(first, id)
      }
      await first.disconnect('shop')
      await first.end()
      const second = await open(keyring)
      for (const name of ['CHATRA_SECRET_KEY', 'PLANFIX_TOKEN', 'WEBHOOK_SECRET'] as const) {
        expect(await second.get('shop', name)).toBeNull()
        expect(await second.get('shop-2', name)).not.toBeNull()
      }
    }))

  test('the webhook secret of a file from a server moves to the keyring', () =>
    withKeyring(async (keyring) => {
      const connection = {
        id: 'shop',
        chatra: { publicKey: 'abc' },
        planfix: { baseUrl: 'https://a.planfix.com/rest' },
      }
      writeFileSync(
        join(dataDir, 'config.json'),
        JSON.stringify({ connections: [{ ...connection, webhookSecret: HOOK }] }),
      )
      const desk = await open(keyring)
      expect(await desk.webhookSecrets()).toEqual({ shop: HOOK })
      expectNothingWritten()
    }))

  test('doctor reads the keys from the keyring and changes nothing', () =>
    withKeyring(async (keyring) => {
      const desk = await open(keyring)
      await desk.connect('shop', HOOK)
      await give(desk, 'shop')
      await desk.end()
      const before = readFileSync(join(dataDir, 'secrets.json'), 'utf8')
      const { stdout, stderr } = await doctor(keyring)
      const found = JSON.parse(stdout) as { id: number; result: string }[]
      const result = (id: number) => found.find((one) => one.id === id)?.result
      // The keys, the secret part of the addresses, the keychain.
      expect([result(3), result(30), result(36)]).toEqual(['ok', 'ok', 'ok'])
      expect(ALL.filter((secret) => (stdout + stderr).includes(secret))).toEqual([])
      expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toBe(before)
    }))

  test('separate entries of an earlier version move into one; doctor reads them before and after', () =>
    withKeyring(async (keyring) => {
      const desk = await open(keyring)
      await desk.connect('shop', HOOK)
      await desk.end()
      const old = [
        ['shop/CHATRA_SECRET_KEY', KEY],
        ['shop/PLANFIX_TOKEN', TOKEN],
        ['shop/WEBHOOK_SECRET', HOOK],
        ['works', 'yes'],
      ] as const
      const before = await open(keyring)
      await before.deleteEntry('secrets')
      for (const [account, secret] of old) await before.setEntry(account, secret)
      // As the earlier version left it.
      const notes = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))
      writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify({ ...notes, format: undefined }))
      await before.end()
      const results = async () => {
        const { stdout } = await doctor(keyring)
        const found = JSON.parse(stdout) as { id: number; result: string }[]
        return [3, 30, 36].map((id) => found.find((one) => one.id === id)?.result)
      }
      expect(await results()).toEqual(['ok', 'ok', 'ok'])

      const after = await open(keyring)
      expect(await after.state()).toMatchObject({ keeps: 'keychain', trouble: null })
      expect(await after.webhookSecrets()).toEqual({ shop: HOOK })
      expect(await after.get('shop', 'CHATRA_SECRET_KEY')).toBe(KEY)
      for (const [account] of old) expect(await after.entry(account)).toBeNull()
      expect(await after.entry('secrets')).toContain(TOKEN)
      expect(await results()).toEqual(['ok', 'ok', 'ok'])
    }))

  test('a damaged entry is reported and stays as it is, until the owner deletes it', () =>
    withKeyring(async (keyring) => {
      const first = await open(keyring)
      await first.setEntry('secrets', 'changed by hand')
      await first.end()
      const desk = await open(keyring)
      expect(await desk.state()).toMatchObject({ keeps: 'memory', trouble: { code: 'damaged' } })
      await give(desk, 'shop')
      expect((await desk.tryAgain()).trouble?.code).toBe('damaged')
      expect(await desk.entry('secrets')).toBe('changed by hand')
      await desk.deleteEntry('secrets')
      expect((await desk.tryAgain()).trouble).toBeNull()
      expect(await desk.entry('secrets')).toContain(TOKEN)
    }))

  test('a keyring that was never unlocked is reported as locked, not as empty', () =>
    withKeyring(
      async (keyring) => {
        const desk = await open(keyring)
        expect(await desk.state()).toMatchObject({ keeps: 'memory', trouble: { code: 'locked' } })
      },
      { state: 'locked' },
    ))

  test('a keyring locked since the last start is reported, and works again when unlocked', () =>
    withKeyring(async (keyring) => {
      const first = await open(keyring)
      await first.connect('shop', HOOK)
      await give(first, 'shop')
      await first.end()
      keyring.lock()
      const second = await open(keyring)
      expect(await second.state()).toMatchObject({ trouble: { code: 'locked' } })
      expect(await second.get('shop', 'PLANFIX_TOKEN')).toBeNull()
      expect((await second.tryAgain()).trouble).toMatchObject({ code: 'locked' })
      await second.end()
      await keyring.restartUnlocked()
      const third = await open(keyring)
      expect(await third.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
      expect(await third.webhookSecrets()).toEqual({ shop: HOOK })
    }))

  test('a keyring locked while the bridge runs loses nothing; new secrets stay in memory', () =>
    withKeyring(async (keyring) => {
      const desk = await open(keyring)
      await give(desk, 'shop')
      keyring.lock()
      expect(await desk.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
      expect(await desk.set('shop', 'PLANFIX_TOKEN', OTHER)).toMatchObject({
        keeps: 'memory',
        trouble: { code: 'locked' },
      })
      expect(await desk.get('shop', 'PLANFIX_TOKEN')).toBe(OTHER)
      expectNothingWritten()
    }))

  test('a connection removed while the keyring is locked is removed from it at the next start', () =>
    withKeyring(async (keyring) => {
      const first = await open(keyring)
      await first.connect('shop', HOOK)
      await give(first, 'shop')
      keyring.lock()
      await first.disconnect('shop')
      await first.end()
      await keyring.restartUnlocked()
      await (await open(keyring)).end()
      // Without the cache: this one reads the keyring itself.
      rmSync(join(dataDir, 'secrets.json'))
      const last = await open(keyring)
      expect(await last.get('shop', 'PLANFIX_TOKEN')).toBeNull()
      expect(await last.get('shop', 'WEBHOOK_SECRET')).toBeNull()
    }))

  test('a daemon that dies is reported and the bridge continues; a new daemon has lost nothing', () =>
    withKeyring(async (keyring) => {
      const desk = await open(keyring)
      await give(desk, 'shop')
      await keyring.killDaemon()
      expect(await desk.get('shop', 'CHATRA_SECRET_KEY')).toBe(KEY)
      expect(await desk.connect('shop', HOOK)).toMatchObject({ keeps: 'memory', trouble: {} })
      expect(await desk.webhookSecrets()).toEqual({ shop: HOOK })
      await keyring.startDaemon()
      expect((await desk.tryAgain()).trouble?.code).toBe('lost')
      await desk.end()
      const next = await open(keyring)
      expect(await next.state()).toMatchObject({ keeps: 'keychain', trouble: null })
      expect(await next.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
      expect(await next.webhookSecrets()).toEqual({ shop: HOOK })
      expectNothingWritten()
    }))

  test('a silent keyring delays neither start nor shutdown, and is used once it answers', () =>
    withKeyring(async (keyring) => {
      const first = await open(keyring)
      await give(first, 'shop')
      await first.end()
      keyring.freeze()
      const began = Date.now()
      const second = await open(keyring, 500)
      expect(await second.state()).toMatchObject({ keeps: 'memory', trouble: { code: 'waiting' } })
      expect(Date.now() - began).toBeLessThan(5000)
      const third = await open(keyring, 500)
      expect(await third.end()).toBeLessThan(2000)
      keyring.thaw()
      await vi.waitFor(async () => expect((await second.state()).keeps).toBe('keychain'), 10_000)
      expect(await second.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
    }))
})

describe.skipIf(noKeyring !== null)('no keyring', () => {
  test.each([
    ['no Secret Service', 'none', 'no-service'],
    ['no session bus', 'no-bus', 'no-bus'],
    ['no collection', 'empty', 'no-collection'],
  ] as const)('%s: keys are kept in memory, and requested at the next start', (_name, state, code) =>
    withKeyring(
      async (keyring) => {
        const first = await open(keyring)
        expect(await first.state()).toMatchObject({ keeps: 'memory', trouble: { code } })
        await give(first, 'shop')
        await first.connect('shop', HOOK)
        expect(await first.get('shop', 'PLANFIX_TOKEN')).toBe(TOKEN)
        await first.end()

        const second = await open(keyring)
        expect(await second.get('shop', 'PLANFIX_TOKEN')).toBeNull()
        expect(await second.webhookSecrets()).toEqual({ shop: null })
        await give(second, 'shop')
        // The address that was pasted into Chatra still works.
        expect(await second.webhookSecrets()).toEqual({ shop: HOOK })
        expectNothingWritten()
      },
      { state },
    ),
  )
})
