import { describe, expect, it } from 'vitest'
import { partsOf, soughtWords } from '../../../../../src/renderer/features/messages/highlight.tsx'

const marked = (text: string, search: string) =>
  partsOf(text, soughtWords(search))
    .map(({ text: part, hit }) => (hit ? `[${part}]` : part))
    .join('')

describe('hits of a search', () => {
  it.each([
    ['Livrați la Bălți?', 'balti', 'Livrați la [Bălți]?'],
    ['Ещё раз, ещё!', 'еще', '[Ещё] раз, [ещё]!'],
    ['мой мои', 'мой', '[мой] мои'],
    ['Red shoes, red bag', 'RED bag', '[Red] shoes, [red] [bag]'],
    ['abcdef', 'abc cde', '[abcde]f'],
    ['👍 yes', 'yes', '👍 [yes]'],
    ['nothing', 'other', 'nothing'],
    ['nothing', '', 'nothing'],
  ])('in "%s" the words of "%s" are marked', (text, search, expected) => {
    expect(marked(text, search)).toBe(expected)
  })
})
