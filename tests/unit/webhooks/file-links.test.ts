import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFileLinks } from '../../../src/main/webhooks/file-links.ts'

const DAY = 24 * 3_600_000
const time = { now: 1_760_000_000_000 }
const links = (key = randomBytes(32), publicUrl: string | null = 'https://bridge.example/') =>
  createFileLinks({ key, publicUrl: () => publicUrl, clock: { now: () => time.now }, validForMs: 7 * DAY })
const tokenOf = (link: string | null) => new URL(link ?? '').pathname.split('/').at(-1) ?? ''

test('a link opens the file it was made for', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.nat(),
      fc.string({ maxLength: 100, unit: 'grapheme' }),
      (connectionId, fileId, name) => {
        fc.pre(connectionId.isWellFormed() && name.isWellFormed() && name.length <= 120)
        const some = links()
        expect(some.open(tokenOf(some.link(connectionId, fileId, name)))).toEqual({
          connectionId,
          fileId,
          name,
        })
      },
    ),
  )
})

test('a link is below the public address', () => {
  expect(links().link('shop', 5, 'a.pdf')).toMatch(/^https:\/\/bridge\.example\/files\/[\w-]+$/)
})

test('without a public address there is no link', () => {
  expect(links(randomBytes(32), null).link('shop', 5, 'a.pdf')).toBeNull()
})

test('a long name keeps its extension', () => {
  const some = links()
  const name = some.open(tokenOf(some.link('shop', 5, `${'я'.repeat(300)}.docx`)))?.name
  expect(name).toHaveLength(120)
  expect(name).toMatch(/\.docx$/)
})

describe('a token', () => {
  test('a token is valid for seven days, minus at most an hour', () => {
    const some = links()
    const token = tokenOf(some.link('shop', 5, 'a.pdf'))
    const madeAt = time.now
    time.now = madeAt + 7 * DAY - 3_600_000 - 1
    expect(some.open(token)).not.toBeNull()
    time.now = madeAt + 7 * DAY
    expect(some.open(token)).toBeNull()
    time.now = madeAt
  })

  test('a token is the same for the same file within the hour', () => {
    const some = links()
    const hour = Math.floor(time.now / 3_600_000) * 3_600_000
    time.now = hour + 1
    const first = some.link('shop', 5, 'a.pdf')
    time.now = hour + 3_599_000
    expect(some.link('shop', 5, 'a.pdf')).toBe(first)
    expect(some.link('shop', 6, 'a.pdf')).not.toBe(first)
  })

  test('a token of another key opens nothing', () => {
    expect(links().open(tokenOf(links().link('shop', 5, 'a.pdf')))).toBeNull()
  })

  test('a token with any character changed, added or removed opens nothing', () => {
    const some = links()
    const token = tokenOf(some.link('shop', 5, 'a.pdf'))
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABab01-_'), (at, character) => {
        fc.pre(token[at] !== character)
        expect(some.open(token.slice(0, at) + character + token.slice(at + 1))).toBeNull()
        expect(some.open(token.slice(0, at) + token.slice(at + 1))).toBeNull()
        expect(some.open(token + character)).toBeNull()
      }),
    )
  })

  test('a text that is no token opens nothing', () => {
    const some = links()
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (token) => some.open(token) === null))
    expect(some.open('A'.repeat(1_000_000))).toBeNull()
  })

  test('a token reveals nothing of its content', () => {
    const token = tokenOf(links().link('shop', 5, 'secret-name.pdf'))
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('secret-name')
  })
})
