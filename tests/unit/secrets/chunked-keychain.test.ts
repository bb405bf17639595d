import { expect, test } from 'vitest'
import { chunked, IncompleteEntry } from '../../../src/main/secrets/chunked-keychain.ts'
import type { Keychain } from '../../../src/main/secrets/keytar.ts'
import { cutOff, fakeKeychain } from '../../support/fake-keychain.ts'

const MOST = 100

test('a long secret is stored in several entries and read back completely', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  for (const secret of ['short', 'k'.repeat(76), 'k'.repeat(77), 'ключ-🔑'.repeat(60)]) {
    await pieces.set('/SSH_KEY', secret)
    expect(await pieces.get('/SSH_KEY')).toBe(secret)
    for (const entry of entries.values()) expect(Buffer.byteLength(entry)).toBeLessThanOrEqual(MOST)
  }
})

test('a shorter secret, or its removal, leaves no part of the longer one behind', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  await pieces.set('/SSH_KEY', 'k'.repeat(500))
  await pieces.set('/SSH_KEY', 'k'.repeat(120))
  expect([...entries.keys()]).toEqual(['/SSH_KEY', '/SSH_KEY+2.1'])
  await pieces.delete('/SSH_KEY')
  expect(entries.size).toBe(0)
})

test('a secret with a missing part is an error, not another secret', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  await pieces.set('/SSH_KEY', 'k'.repeat(500))
  entries.delete('/SSH_KEY+1.2')
  await expect(pieces.get('/SSH_KEY')).rejects.toThrow(IncompleteEntry)
})

test('a secret that an earlier version cut is read, and replaced completely', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  const old: [string, string][] = [
    ['/SSH_KEY', '\u00013:first '],
    ['/SSH_KEY+1', 'second '],
    ['/SSH_KEY+2', 'third'],
  ]
  for (const [account, part] of old) entries.set(account, part)
  expect(await pieces.get('/SSH_KEY')).toBe('first second third')
  await pieces.set('/SSH_KEY', 'k'.repeat(100))
  expect([...entries.keys()]).toEqual(['/SSH_KEY', '/SSH_KEY+1.1'])
  expect(await pieces.get('/SSH_KEY')).toBe('k'.repeat(100))
})

test.each([[300], [90], [10]])(
  'a write of %i bytes that is cut off leaves the old secret or the new one',
  async (length) => {
    const [before, after] = ['b'.repeat(290), 'a'.repeat(length)]
    for (let calls = 0; ; calls++) {
      const { keychain, entries } = fakeKeychain()
      await chunked(keychain, MOST).set('/SSH_KEY', before)
      const ended = await chunked(cutOff(keychain, calls), MOST)
        .set('/SSH_KEY', after)
        .then(() => true)
        .catch(() => false)
      const pieces = chunked(keychain, MOST)
      expect([before, after]).toContain(await pieces.get('/SSH_KEY'))
      await pieces.set('/SSH_KEY', 'in the end')
      await pieces.set('/SSH_KEY', after)
      expect(await pieces.get('/SSH_KEY')).toBe(after)
      if (!ended) continue
      expect(entries.size).toBe(Math.ceil(length / (MOST - 24)))
      return
    }
  },
)

test('a secret that is replaced while it is read is read again', async () => {
  const { keychain } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  await pieces.set('/SSH_KEY', 'b'.repeat(290))
  let first = true
  const watched: Keychain = {
    ...keychain,
    async get(account) {
      const found = await keychain.get(account)
      if (first) await pieces.set('/SSH_KEY', 'a'.repeat(290))
      first = false
      return found
    },
  }
  expect(await chunked(watched, MOST).get('/SSH_KEY')).toBe('a'.repeat(290))
})
