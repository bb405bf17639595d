import { describe, expect, test } from 'vitest'
import {
  addressHash,
  derive,
  desktopKeys,
  keyPair,
  makePairingCode,
  openEvent,
  pairingSeal,
  pairsOf,
  readPairingCode,
  relayKeyText,
  sealEvent,
  signGreeting,
} from '../../../src/main/relay-protocol/keys.ts'

const bytes = (value: number) => Buffer.alloc(32, value)

/** Computed by another implementation (Python's cryptography), from docs/relay.md, "Keys and messages". */
const KNOWN = {
  codeKey: 'd7816b87c75674e61153fc57f63ead0c6d00596404a8f273f7cdc1e69ab1123d',
  fromDesktop: 'w3vfqaYYkZvVv_-tX_MXjWpS4tJzy1c',
  fromRelay: 'l5DQcTg-D8yV59OhzIA_poapHsceOps',
  sign: 'B4uSYNBhg0tQdi660Acglg0X7r38EuwjbM5-Go8aqmU',
  seal: 'jpCJrpEVscvbs0mAXKdefcn7ALn5SdDGm99f-SOd5Fs',
  device: 'e85717ac5484',
  signature: 'wJUJDQ2Y8PHDLQa2lBlCh6rjDzTpRJsrfNT_hJWKchSGGTQbTH1CFI57gh1w2qD5Bzw0iAC41Yohpe7lxJRlBQ',
  event: {
    from: 'rAGyIJ6GNU-4UyN7XeD0-rE8f8v0M6YcAZNpYX_s8Qs',
    key: 'xUl8NiHQKwwIe3sJpgQAtQHnTNd0iYD38NbjTuJFHivnNHepdcspKzHoWLjskU7l',
    body: Buffer.from('cs+FIQzYGuQfktLEvFyOtQ7YZlkrRf9L6yfbb3onElr8sw==', 'base64'),
  },
  hook: '61d66d4f068e45b7f3cb9fa15881b03a798e5d4be06580b9d5430ab3a03044f7',
}
const HEADER = { seq: 1024, connectionId: 'shop', source: 'chatra', receivedAt: 1 } as const

describe('known answers', () => {
  test('public keys match RFC 7748, 6.1 and RFC 8032, 7.1', () => {
    const bob = Buffer.from('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb', 'hex')
    expect(Buffer.from(keyPair('x25519', bob).publicKey, 'base64url').toString('hex')).toBe(
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    )
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
    expect(Buffer.from(keyPair('ed25519', seed).publicKey, 'base64url').toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    )
  })

  test('the key of a code and the boxes of a pairing match known values', () => {
    const code = readPairingCode('0123-4567-89AB-CDEF-GHJK-MNPQ-RSNP')!
    expect(code.toString('hex')).toBe(KNOWN.codeKey)
    const [desktop, relay] = [keyPair('x25519', bytes(1)), keyPair('x25519', bytes(2))]
    expect(pairingSeal('desktop', desktop, relay.publicKey, code).shut({ a: 1 })).toBe(KNOWN.fromDesktop)
    expect(pairingSeal('relay', relay, desktop.publicKey, code).shut({ a: 1 })).toBe(KNOWN.fromRelay)
  })

  test("a desktop's keys, name, signature and address hash match known values", () => {
    const { sign, seal, device } = pairsOf(bytes(3))
    expect([sign.publicKey, seal.publicKey, device]).toEqual([KNOWN.sign, KNOWN.seal, KNOWN.device])
    const [relay, desktopNonce, relayNonce] = ['R', 'D', 'N'].map((letter) => letter.repeat(43)) as [
      string,
      string,
      string,
    ]
    const greeting = { relay, device, desktopNonce, relayNonce }
    expect(signGreeting('desktop', sign, greeting)).toBe(KNOWN.signature)
    expect(addressHash(bytes(6), 'shop', 'secret-0123456789').toString('hex')).toBe(KNOWN.hook)
  })

  test('a sealed event matches known values', () => {
    expect(openEvent(HEADER, KNOWN.event, pairsOf(bytes(3)).seal)).toBe('{"привет":1}')
  })
})

describe('a sealed event', () => {
  const one = pairsOf(bytes(7))
  const other = pairsOf(bytes(8))
  const to = [one, other].map(({ device, seal }) => ({ device, sealKey: seal.publicKey }))
  const sealed = sealEvent(HEADER, '{"text":"Bună"}', to)
  const of = (device: string) => ({ from: sealed.from, body: sealed.body, key: sealed.keys[device] ?? '' })

  test('a sealed event is opened by each of its desktops, and by no other', () => {
    expect(openEvent(HEADER, of(one.device), one.seal)).toBe('{"text":"Bună"}')
    expect(openEvent(HEADER, of(other.device), other.seal)).toBe('{"text":"Bună"}')
    expect(() => openEvent(HEADER, of(one.device), other.seal)).toThrow()
    expect(() => openEvent(HEADER, of(one.device), pairsOf(bytes(9)).seal)).toThrow()
  })

  test.each([
    ['number', { ...HEADER, seq: 1025 }],
    ['connection', { ...HEADER, connectionId: 'club' }],
    ['source', { ...HEADER, source: 'planfix' as const }],
    ['time', { ...HEADER, receivedAt: 2 }],
  ])('a sealed event cannot be given another %s', (_what, header) => {
    expect(() => openEvent(header, of(one.device), one.seal)).toThrow()
  })

  test('a sealed event cannot be changed in any byte', () => {
    for (let n = 0; n < sealed.body.length; n++) {
      const body = Buffer.from(sealed.body)
      body[n]! ^= 1
      expect(() => openEvent(HEADER, { ...of(one.device), body }, one.seal)).toThrow()
    }
  })

  test('an event is never sealed twice alike', () => {
    const again = sealEvent(HEADER, '{"text":"Bună"}', to)
    expect(again.body.equals(sealed.body)).toBe(false)
    expect(again.from).not.toBe(sealed.from)
  })
})

describe('a pairing code', () => {
  test('a pairing code has 130 random bits, without letters that look alike', () => {
    const codes = Array.from({ length: 500 }, makePairingCode)
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(new Set(codes).size).toBe(500)
  })

  test('a pairing code is accepted with small letters, spaces, O for 0 and l for 1', () => {
    const code = '0123-4567-89AB-CDEF-GHJK-MNPQ-RSNP'
    const key = readPairingCode(code)
    expect(key).not.toBeNull()
    expect(readPairingCode('o l 2 3 4567 89ab cdef ghjk mnpq rsnp')).toEqual(key)
    expect(readPairingCode(` ${code.toLowerCase()}\n`)).toEqual(key)
  })

  test('a mistyped letter is nearly always noticed before it costs a try', () => {
    const code = makePairingCode()
    let passed = 0
    for (let n = 0; n < code.length; n++) {
      if (code[n] === '-') continue
      const wrong = code.slice(0, n) + (code[n] === 'A' ? 'B' : 'A') + code.slice(n + 1)
      if (readPairingCode(wrong) !== null) passed++
    }
    expect(passed).toBeLessThanOrEqual(2)
    for (const text of ['', 'x', `${code}A`, code.slice(1)]) expect(readPairingCode(text)).toBeNull()
  })
})

test('a RELAY_KEY is read back, and any other text is refused', () => {
  const relay = keyPair('ed25519').publicKey
  const keys = desktopKeys(` ${relayKeyText(bytes(3), relay)}\n`)
  expect(keys).toMatchObject({ relay, device: KNOWN.device })
  for (const text of ['', 'r1..', `r2.${relay}.${relay}`, `r1.${relay}`]) expect(desktopKeys(text)).toBeNull()
})

test('keys for different purposes differ', () => {
  expect(derive(bytes(1), '', 'sign').equals(derive(bytes(1), '', 'seal'))).toBe(false)
})
