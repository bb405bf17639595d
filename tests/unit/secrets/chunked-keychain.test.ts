import { expect, test } from 'vitest'
import { chunked } from '../../../src/main/secrets/chunked-keychain.ts'
import { fakeKeychain } from '../../support/fake-keychain.ts'

const MOST = 100

test('a long secret is stored in several entries and read back completely', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  for (const secret of ['short', 'k'.repeat(84), 'k'.repeat(85), 'ключ-🔑'.repeat(60)]) {
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
  expect(entries.size).toBe(2)
  await pieces.delete('/SSH_KEY')
  expect(entries.size).toBe(0)
})

test('a secret with a missing part counts as none', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  await pieces.set('/SSH_KEY', 'k'.repeat(500))
  entries.delete('/SSH_KEY+2')
  expect(await pieces.get('/SSH_KEY')).toBeNull()
})
