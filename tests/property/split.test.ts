import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileLine, partsWithLines, splitText } from '../../src/main/engine/text.ts'

const bare = (parts: string[]) =>
  parts.length === 1 ? parts : parts.map((part) => part.replace(/ \(\d+\/\d+\)$/, ''))
const together = (parts: string[]) => bare(parts).join('').replace(/\s/g, '')
const graphemes = (text: string) =>
  [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment)

const characters = ['a', 'ж', '漢', 'e\u0301', '🙂', '👨‍👩‍👧‍👦', '👍🏽', '🇷🇴', '1️⃣', 'क्षि', '각', '\r\n']

describe('a cut', () => {
  test('a cut never splits a visible character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...characters), { minLength: 20, maxLength: 300 }),
        fc.integer({ min: 40, max: 120 }),
        (all, max) => {
          const text = all.join('')
          const parts = bare(splitText(text, max))
          const cut = parts.flatMap(graphemes).filter((one) => !/^\s+$/.test(one))
          expect(cut).toEqual(graphemes(text).filter((one) => !/^\s+$/.test(one)))
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each(characters)('a cut never splits %j in a row of them', (character) => {
    const text = character.repeat(700)
    for (let max = 40; max < 60; max++) {
      const parts = bare(splitText(text, max))
      expect(parts.flatMap(graphemes).filter((one) => one !== '\r\n')).toEqual(
        graphemes(text).filter((one) => one !== '\r\n'),
      )
    }
  })

  test('a cut never splits an address that fits one part', () => {
    const word = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }).filter((url) => url.length < 150),
      fc.emailAddress().filter((mail) => mail.length < 150),
      fc.constantFrom('shop.example/catalogue/123?size=4', 'https://ru.example/Россия', 'word', 'слово'),
    )
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 5, maxLength: 60 }),
        fc.constantFrom(' ', '\n', '\u00a0'),
        fc.integer({ min: 170, max: 300 }),
        (words, space, max) => {
          const parts = bare(splitText(words.join(space), max))
          expect(parts.flatMap((part) => part.split(/\s+/))).toEqual(words)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a cut never splits an address inside writing without spaces', () => {
    const address = fc.oneof(
      fc.constantFrom('https://shop.example/a/b?c=d', 'ana.rusu@shop.example', 'www.shop.example/x'),
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(address, fc.constantFrom('漢字', '我们的商店', '請看')), {
          minLength: 40,
          maxLength: 120,
        }),
        (words) => {
          const text = words.join('，')
          const parts = bare(splitText(text, 100))
          const found = (one: string) => one.match(/https:\/\/[\w./?=]+|[\w.]+@[\w.]+|www\.[\w./]+/g) ?? []
          expect(parts.flatMap(found)).toEqual(found(text))
        },
      ),
    )
  })

  test('a cut splits an address only where it cannot fit, without loss', () => {
    const text = `see https://shop.example/${'a/'.repeat(400)} there`
    const parts = splitText(text, 300)
    expect(together(parts)).toBe(text.replace(/\s/g, ''))
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(300)
  })

  test('a cut keeps runs of marks within the limit', () => {
    const text = `a${'\u0301'.repeat(3000)}`
    const parts = splitText(text, 200)
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(200)
    expect(together(parts)).toBe(text)
  })
})

describe('parts', () => {
  test('parts are numbered, also a thousand of them, and none is too long', () => {
    const parts = splitText('ab '.repeat(20_000), 40)
    expect(parts.length).toBeGreaterThan(1000)
    expect(parts[1100]).toMatch(new RegExp(` \\(1101/${parts.length}\\)$`))
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(40)
  })

  test('no parts consist of white space', () => {
    expect(splitText(' '.repeat(500), 100)).toEqual([''])
    expect(splitText(`a${' '.repeat(500)}`, 100)).toEqual(['a'])
    expect(splitText(`a${' '.repeat(500)}b`, 100)).toEqual(['a (1/2)', 'b (2/2)'])
  })
})

describe('a text with a line for each file', () => {
  const said = (text: string, lines: readonly string[], max: number) =>
    partsWithLines(text, lines, max).map((part) =>
      [...(part.text === '' ? [] : [part.text]), ...part.lines.map((n) => lines[n])].join('\n'),
    )

  test('text and file lines are divided into short parts, each line once and in order', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 700 }),
        fc.array(fc.string({ minLength: 1, maxLength: 120 }), { maxLength: 30 }),
        fc.integer({ min: 130, max: 400 }),
        (text, lines, max) => {
          const parts = partsWithLines(text, lines, max)
          for (const part of said(text, lines, max)) expect(part.length).toBeLessThanOrEqual(max)
          expect(parts.flatMap((part) => part.lines)).toEqual(lines.map((_, n) => n))
          const words = parts.flatMap((part) => (part.text === '' ? [] : [part.text]))
          expect(words).toEqual(text === '' ? [] : splitText(text, max).filter((one) => one !== ''))
          expect(parts.every((part) => part.text !== '' || part.lines.length > 0 || text.trim() === '')).toBe(
            true,
          )
        },
      ),
    )
  })

  test('60 files with long Cyrillic names stay below 5,000 characters a part', () => {
    const link = `https://bridge.shop.example/files/${'x'.repeat(520)}`
    const lines = Array.from({ length: 60 }, (_, n) =>
      fileLine(`${'Договор поставки '.repeat(20)}${n}.pdf`, link),
    )
    const parts = said('Высылаю документы', lines, 5000)
    expect(parts.length).toBeGreaterThan(5)
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(5000)
    expect(parts.join('\n').split(link)).toHaveLength(61)
    expect(parts[0]).toMatch(/^Высылаю документы\nДоговор/)
  })

  test('an empty text makes no empty first part', () => {
    expect(partsWithLines('', ['a', 'b'], 100)).toEqual([{ text: '', lines: [0, 1] }])
    expect(partsWithLines('', [], 100)).toEqual([])
    expect(partsWithLines('x', [], 100)).toEqual([{ text: 'x', lines: [] }])
  })

  test('a line that is too long gets a part of its own', () => {
    expect(partsWithLines('x', ['a', 'b'.repeat(200), 'c'], 100)).toEqual([
      { text: 'x', lines: [0] },
      { text: '', lines: [1] },
      { text: '', lines: [2] },
    ])
  })
})
