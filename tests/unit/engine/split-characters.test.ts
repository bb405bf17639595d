import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitText } from '../../../src/main/engine/split.ts'

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })
const charactersOf = (text: string) => [...segments.segment(text)].map(({ segment }) => segment)
const characters = fc.constantFrom(
  ...[
    '👩‍👩‍👧‍👦',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '🇲🇩',
    '👍🏽',
    '1️⃣',
    '❤️‍🔥',
    '👩🏽‍❤️‍💋‍👨🏿',
    '🧑🏾‍🤝‍🧑🏻',
    'क्षि',
    'שָׁ',
    'می‌خواهم',
    'y̆',
    'é',
    'a',
    'ж',
    ' ',
  ],
)

test('no character is split between two parts, and none is lost', () => {
  fc.assert(
    fc.property(
      fc.array(characters, { minLength: 5, maxLength: 120 }),
      fc.integer({ min: 60, max: 120 }),
      (pieces, max) => {
        const text = pieces.join('').trim()
        const parts = splitText(text, max)
        const words = parts.length > 1 ? parts.map((part) => part.replace(/ \(\d+\/\d+\)$/, '')) : parts
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(max)
        expect(words.flatMap(charactersOf).filter((one) => one !== ' ')).toEqual(
          charactersOf(text).filter((one) => one !== ' '),
        )
      },
    ),
    { numRuns: 500 },
  )
})
