import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  areSameParts,
  isSameFile,
  isSamePart,
  longestLine,
  type Part,
  partsOf,
} from '../../../../src/main/engine/intake/parts.ts'
import { createFileLinks } from '../../../../src/main/webhooks/file-links.ts'

const file = (id: number, name = `file-${id}.pdf`) => ({ id, name, size: 1 })
const lines = (name: string) => longestLine(name, true)

test('a text alone is one part, or numbered ones', () => {
  expect(partsOf({ text: ' Hello ', files: [] }, 5000, lines)).toEqual([{ text: 'Hello', files: [] }])
  const parts = partsOf({ text: 'word '.repeat(2000), files: [] }, 5000, lines)
  expect(parts.map(({ text }) => text.slice(-5))).toEqual(['(1/3)', '(2/3)', '(3/3)'])
})

test('files follow the end of the text in order, and continue in further messages', () => {
  const files = Array.from({ length: 18 }, (_, n) => file(n + 1, `${'прайс'.repeat(50)}-${n + 1}.pdf`))
  const parts = partsOf({ text: 'Here they are', files }, 5000, lines)
  expect(parts[0]).toMatchObject({ text: 'Here they are' })
  expect(parts[0]?.files.length).toBeGreaterThan(0)
  expect(parts.slice(1).every(({ text }) => text === '')).toBe(true)
  expect(parts.flatMap((part) => part.files.map(({ planfixFileId }) => planfixFileId))).toEqual(
    files.map(({ id }) => id),
  )
})

test('a file that is listed twice appears once', () => {
  const [part, ...more] = partsOf({ text: 'Here', files: [file(1), file(2), file(1)] }, 5000, lines)
  expect(part?.files.map(({ planfixFileId }) => planfixFileId)).toEqual([1, 2])
  expect(more).toEqual([])
})

test('the line of a file is never longer than reserved', () => {
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

test('no part is longer than the chat accepts, with any files', () => {
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

test('pictures that no client can open have a line without a number', () => {
  expect(partsOf({ text: ' \u200b', files: [file(1)], lost: ['p.png'] }, 5000, lines)).toEqual([
    {
      text: '',
      files: [
        { name: 'file-1.pdf', url: null, planfixFileId: 1, size: 1 },
        { name: 'p.png', url: null, planfixFileId: null, size: null },
      ],
    },
  ])
})

test('parts are equal when they have the same text and files, in the same order', () => {
  const [one, two] = [1, 2].map((id) => ({ name: `f${id}`, url: null, planfixFileId: id, size: 1 }))
  const lost = (name: string) => ({ name, url: null, planfixFileId: null, size: null })
  expect(isSameFile(one!, { ...one!, name: 'renamed' })).toBe(true)
  expect(isSameFile(one!, two!)).toBe(false)
  expect(isSameFile(lost('a'), lost('a'))).toBe(true)
  expect(isSameFile(lost('a'), lost('b'))).toBe(false)
  const part = (text: string, ...files: Part['files']): Part => ({ text, files })
  expect(isSamePart(part('a', one!, two!), part('a', one!, two!))).toBe(true)
  expect(isSamePart(part('a', one!, two!), part('a', two!, one!))).toBe(false)
  expect(isSamePart(part('a', one!, two!), part('a', one!, one!))).toBe(false)
  expect(isSamePart(part('a', one!), part('a', one!, two!))).toBe(false)
  expect(isSamePart(part('a'), part('b'))).toBe(false)
  expect(areSameParts([part('a'), part('b')], [part('a'), part('b')])).toBe(true)
  expect(areSameParts([part('a'), part('b')], [part('a'), part('c')])).toBe(false)
  expect(areSameParts([part('a')], [part('a'), part('b')])).toBe(false)
  expect(areSameParts([], [])).toBe(true)
})

test("the reserved length depends on the name, for our links and Planfix's", () => {
  expect(longestLine('abcd', true)).toBe(4 + 2 + 200 + Math.ceil(((110 + 6) * 4) / 3))
  expect(longestLine('я'.repeat(300), true)).toBe(300 + 2 + 200 + Math.ceil(((110 + 242) * 4) / 3))
  expect(longestLine('abcd', false)).toBe(4 + 2 + 700 + 4)
  expect(longestLine('я', false)).toBe(1 + 2 + 700 + 6)
})
