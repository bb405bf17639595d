import { describe, expect, it } from 'vitest'
import { fold, wordsOf } from '../../../../src/main/store/queries/fold.ts'

describe('the form in which texts are searched', () => {
  it.each([
    ['Ștefan ŢEPEŞ și Țară', 'stefan tepes si tara'],
    ['Bună Ziua, ÎNCĂ', 'buna ziua, inca'],
    ['CAFÉ Ünlü', 'cafe unlu'],
    ['ЁЛКА у Алёны', 'елка у алены'],
    ['ORDER 15', 'order 15'],
    ['e\u0301te\u0301', 'ete'],
  ])('the text %s is folded to %s', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  it('folding distinguishes й and и, in any encoding', () => {
    expect(fold('МОЙ')).toBe('мой')
    expect(fold('мои\u0306')).toBe('мой')
    expect(fold('ştiu: мой')).toBe('stiu: мой')
    expect(fold('мой').includes(fold('мои'))).toBe(false)
  })

  it('folding splits a search into words without duplicates', () => {
    expect(wordsOf('  Ștefan\t ORDER  order ')).toEqual(['stefan', 'order'])
    expect(wordsOf(' ')).toEqual([])
    expect(wordsOf(undefined)).toEqual([])
  })
})
