import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCodec } from '../../desktop/fake-electron/codec.ts'
import { ownSchemes, policyInside, toInside, toOutside } from '../../desktop/fake-electron/own-address.ts'
import { strict } from '../../desktop/fake-electron/strict.ts'

const { encode, decode } = makeCodec()
const carried = (value: unknown) => decode(encode(value))

describe("messages between the stand-in's main process and its windows", () => {
  const leaf = fc.oneof(
    ...[fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
    ...[fc.bigInt(), fc.date(), fc.uint8Array()],
  )
  const anything = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
    ),
  })).tree

  it('values arrive as structured clone would deliver them', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(carried(value)).toEqual(structuredClone(value))
      }),
      { examples: [[JSON.parse('{"__proto__":[]}')], [new Date(Number.NaN)]] },
    )
  })
  it('maps, sets, errors, shared and circular references are kept', () => {
    const shared = { n: 1 }
    const ring: Record<string, unknown> = {
      map: new Map([[shared, new Set([shared])]]),
      error: new TypeError('no'),
    }
    ring.self = ring
    const got = carried(ring) as typeof ring
    expect(got.self).toBe(got)
    const [[key, set]] = [...(got.map as Map<object, Set<object>>)] as [[object, Set<object>]]
    expect([...set][0]).toBe(key)
    expect(got.error).toMatchObject({ name: 'TypeError', message: 'no' })
  })
  it('functions, symbols and promises are refused', () => {
    for (const value of [() => 1, Symbol('x'), Promise.resolve()])
      expect(() => encode({ value })).toThrow('could not be cloned')
  })
})

describe('a custom scheme inside Chromium', () => {
  it('a custom scheme is rewritten back, and nothing else is touched', () => {
    ownSchemes.add('bridge')
    for (const url of [
      'bridge://app/',
      'bridge://app/a/b?c=1#/d',
      'https://example.com/',
      'data:text/html,x',
    ])
      expect(toOutside(toInside(url))).toBe(url)
    expect(toInside('https://example.com/')).toBe('https://example.com/')
    expect(policyInside("default-src 'self' bridge: bridge://app; img-src data:")).not.toContain('bridge:/')
  })
})

describe('an object of the stand-in', () => {
  it('a substitute object throws on unknown members, and equals itself', () => {
    const known = strict('thing', { get: () => 5 })
    expect(known.get()).toBe(5)
    expect(() => (known as unknown as { other: unknown }).other).toThrow('thing.other')
    expect(() => Object.assign(known, { other: 1 })).toThrow('thing.other')
  })
})
