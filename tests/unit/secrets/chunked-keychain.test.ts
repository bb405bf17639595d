import { expect, test } from 'vitest'
import { chunked } from '../../../src/main/secrets/chunked-keychain.ts'
import { fakeKeychain } from '../../support/fake-keychain.ts'

const MOST = 100

test('a secret longer than an entry holds is kept in several, none too long, and comes out whole', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  for (const secret of ['short', 'k'.repeat(84), 'k'.repeat(85), 'ключ-🔑'.repeat(60)]) {
    await pieces.set('/SSH_KEY', secret)
    expect(await pieces.get('/SSH_KEY')).toBe(secret)
    for (const entry of entries.values()) expect(Buffer.byteLength(entry)).toBeLessThanOrEqual(MOST)
  }
})

test('a shorter one leaves nothing of the longer one behind, and neither does removing it', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  await pieces.set('/SSH_KEY', 'k'.repeat(500))
  await pieces.set('/SSH_KEY', 'k'.repeat(120))
  expect(entries.size).toBe(2)
  await pieces.delete('/SSH_KEY')
  expect(entries.size).toBe(0)
})

test('one with a piece missing is none', async () => {
  const { keychain, entries } = fakeKeychain()
  const pieces = chunked(keychain, MOST)
  await pieces.set('/SSH_KEY', 'k'.repeat(500))
  entries.delete('/SSH_KEY+2')
  expect(await pieces.get('/SSH_KEY')).toBeNull()
})
