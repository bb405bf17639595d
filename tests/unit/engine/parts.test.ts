import fc from 'fast-check'
import { expect, test } from 'vitest'
import { longestLine, partsOf } from '../../../src/main/engine/intake/parts.ts'
import { createFileLinks } from '../../../src/main/webhooks/file-links.ts'

const file = (id: number, name = `file-${id}.pdf`) => ({ id, name, size: 1 })
const lines = (name: string) => longestLine(name, true)

test('a text alone is one part, or numbered ones', () => {
  expect(partsOf({ text: ' Hello ', files: [] }, 5000, lines)).toEqual([{ text: 'Hello', files: [] }])
  const parts = partsOf({ text: 'word '.repeat(2000), files: [] }, 5000, lines)
  expect(parts.map(({ text }) => text.slice(-5))).toEqual(['(1/3)', '(2/3)', '(3/3)'])
})

test('files stand below the end of the text, in order, and go on in messages of their own', () => {
  const files = Array.from({ length: 18 }, (_, n) => file(n + 1, `${'прайс'.repeat(50)}-${n + 1}.pdf`))
  const parts = partsOf({ text: 'Here they are', files }, 5000, lines)
  expect(parts[0]).toMatchObject({ text: 'Here they are' })
  expect(parts[0]?.files.length).toBeGreaterThan(0)
  expect(parts.slice(1).every(({ text }) => text === '')).toBe(true)
  expect(parts.flatMap((part) => part.files.map(({ planfixFileId }) => planfixFileId))).toEqual(
    files.map(({ id }) => id),
  )
})

test('a file that is listed twice stands there once', () => {
  const [part, ...more] = partsOf({ text: 'Here', files: [file(1), file(2), file(1)] }, 5000, lines)
  expect(part?.files.map(({ planfixFileId }) => planfixFileId)).toEqual([1, 2])
  expect(more).toEqual([])
})

test('the line of a file is never longer than what was reckoned with', () => {
  const links = createFileLinks({
    key: Buffer.alloc(32, 7),
    publicUrl: () => 'https://a-long-name-of-a-computer.somewhere.behind.a-relay.example:8443/bridge',
    clock: { now: () => Date.UTC(2026, 10, 28) },
  })
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 255 }),
    fc.string({ unit: fc.constantFrom('я', '漢', '😀', '"', '\\', '\u0001'), maxLength: 255 }),
  )
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 2 ** 40 }), (name, id) => {
      const link = links.link('a-connection-with-the-longest-name-of-all', id, name)
      expect(`${name}: ${link}`.length).toBeLessThanOrEqual(longestLine(name, true))
    }),
  )
})

test('no part is longer than the chat takes, with whatever files', () => {
  const name = fc.string({ unit: fc.constantFrom('я', 'a', '漢'), minLength: 1, maxLength: 255 })
  fc.assert(
    fc.property(fc.array(name, { maxLength: 40 }), fc.nat({ max: 12_000 }), (list, length) => {
      const files = list.map((one, n) => file(n, one))
      const parts = partsOf({ text: 'x'.repeat(length), files }, 5000, lines)
      for (const part of parts) {
        const all = [part.text, ...part.files.map((one) => '-'.repeat(lines(one.name)))].filter(Boolean)
        expect(all.join('\n').length).toBeLessThanOrEqual(5000)
      }
      expect(parts.flatMap((part) => part.files)).toHaveLength(files.length)
    }),
    { numRuns: 50 },
  )
})
