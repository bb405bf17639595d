import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readChatraKeys } from '../../../../src/shared/setup/chatra-keys.ts'

const PUBLIC = 'kT3mQx8sLw2vRbN9a'
const SECRET = 'd41d8cd98f00b204e9800998ecf8427e'

describe('both keys are found in any pasted form, and which is which', () => {
  test.each([
    ['one below the other', `${PUBLIC}\n${SECRET}`],
    ['the secret one first', `${SECRET}\n${PUBLIC}`],
    ['beside each other', `${PUBLIC}  ${SECRET}`],
    ['as the header of a request', `Authorization: Chatra.Simple ${PUBLIC}:${SECRET}`],
    ['with English labels', `Public API key\n${PUBLIC}\nSecret API key\n${SECRET}`],
    ['with Russian labels', `Публичный ключ: ${PUBLIC}\nСекретный ключ: ${SECRET}`],
    ['as settings', `CHATRA_PUBLIC_KEY=${PUBLIC}\nCHATRA_SECRET_KEY="${SECRET}"`],
    ['as JSON', JSON.stringify({ secretKey: SECRET, publicKey: PUBLIC })],
    ['in quotes and with commas', `«${PUBLIC}», «${SECRET}».`],
    [
      'with the address of the page',
      `https://app.chatra.io/settings/preferences#apiKeys ${PUBLIC} ${SECRET}`,
    ],
    ['copied twice', `${PUBLIC} ${SECRET} ${PUBLIC} ${SECRET}`],
  ])('%s', (_form, text) => {
    expect(readChatraKeys(text)).toEqual({
      ok: true,
      publicKey: PUBLIC,
      secretKey: SECRET,
      isCertain: true,
    })
  })

  test('a label outweighs the form', () => {
    const text = `Secret: ${PUBLIC}\nPublic: ${SECRET}`
    expect(readChatraKeys(text)).toMatchObject({ publicKey: SECRET, secretKey: PUBLIC, isCertain: true })
  })

  test('two keys of the same form without labels count in their order, and that is uncertain', () => {
    const [a, b] = ['aaaaaaaa1aaaaaaaaaaa', 'bbbbbbbb1bbbbbbbbbbb']
    const read = { ok: true, publicKey: a, secretKey: b, isCertain: false }
    expect(readChatraKeys(`${a} ${b}`)).toEqual(read)
  })

  const [A, B] = ['aaaaaaaa1aaaaaaaaaaa', 'bbbbbbbb1bbbbbbbbbbb']
  test.each([
    ['both labels', `public ${A}\nsecret ${B}`, A],
    ['both labels, the secret one first', `secret: ${A}\npublic: ${B}`, B],
    ['the label of the secret key alone', `secret: ${A} ${B} .`, B],
    ['the label of the public key alone', `${A}\npublic: ${B}`, B],
    ['the nearer of two labels', `the secret one is below, the public one: ${A}\nsecret: ${B}`, A],
    [
      'the nearer of two labels, the other way round',
      `not the public but the secret one: ${A} public ${B}`,
      B,
    ],
    ['dots at the end of the sentence', `The public key is ${A}, the secret one ${B}...`, A],
  ])('of keys of the same form: %s', (_what, text, publicKey) => {
    const secretKey = publicKey === A ? B : A
    expect(readChatraKeys(text)).toEqual({ ok: true, publicKey, secretKey, isCertain: true })
  })

  test.each(['abcdefgh ijklmnop', ' abcdefgh;  ijklmnop\n', 'abcdefgh,ijklmnop'])(
    'two words alone are the keys, whatever their form: %j',
    (text) => {
      expect(readChatraKeys(text)).toEqual({
        ok: true,
        publicKey: 'abcdefgh',
        secretKey: 'ijklmnop',
        isCertain: false,
      })
    },
  )
  test.each([
    'abcdefgh short',
    'short ijklmnop',
    'abcdefgh ijklmnop qrstuvwx',
    '!abcdefgh ijklmnop',
    'abcdefgh! ijklmnop',
  ])('other words without digits are no keys: %j', (text) =>
    expect(readChatraKeys(text)).toMatchObject({ ok: false, problem: 'wizard.problem.keys-unreadable' }),
  )
  test.each([
    'publicApiKey',
    'secret-api-Key',
    'privateApi_Key',
    'chatra_ApiKey',
    'Public_ApiKey',
    'PRivate-_key',
    'ключaB1aaaaaaaaaa',
    'aB1aaaaaaaaaaключ',
  ])('the name of a key is none, nor is a word of another language: %s', (word) =>
    expect(readChatraKeys(`${word} ${A} ${B}`).ok).toBe(true),
  )
  test.each(['xpublicApiKey', 'publicApiKeys', 'ABcabcabcabcabc'])(
    'what only resembles a name may be a key: %s',
    (word) => {
      expect(readChatraKeys(`${word} ${A} ${B}`)).toEqual({ ok: false, problem: 'wizard.problem.keys-many' })
    },
  )
  test('a wrong public key and a wrong secret key are each named', () => {
    expect(readChatraKeys(`public: aaaa+aaa1aaaaaaa secret: ${B}`).ok).toBe(false)
    expect(readChatraKeys(`public: ${A} secret: ${B}`).ok).toBe(true)
  })

  test('a secret key with signs of base64 stays whole', () => {
    const secret = 'Zm9v/YmFy+MTIzNDU2Nzg5=='
    expect(readChatraKeys(`Public ${PUBLIC}\nSecret ${secret}`)).toMatchObject({ secretKey: secret })
  })
})

test.each([
  ['', 'wizard.problem.keys-empty'],
  ['  \n ', 'wizard.problem.keys-empty'],
  ['my keys', 'wizard.problem.keys-unreadable'],
  [PUBLIC, 'wizard.problem.keys-one'],
  [`Public key: ${PUBLIC}`, 'wizard.problem.keys-one'],
  [`${PUBLIC} ${PUBLIC}`, 'wizard.problem.keys-twice'],
  [`${PUBLIC} ${SECRET} ${SECRET}x1`, 'wizard.problem.keys-many'],
])('%j is refused with %s', (text, problem) => {
  expect(readChatraKeys(text)).toEqual({ ok: false, problem })
})

test('no text makes it throw, and what it returns passes for keys', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const read = readChatraKeys(text)
      if (!read.ok) return
      expect(read.publicKey).toMatch(/^[\w-]+$/)
      expect(read.secretKey).not.toBe(read.publicKey)
    }),
  )
})
