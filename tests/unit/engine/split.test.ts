import { describe, expect, test } from 'vitest'
import { joinParts, partsWithLines, splitText } from '../../../src/main/engine/split.ts'

/** Room for ten characters and a number such as `(1/2)`. */
const MAX = 20
const bare = (text: string, max = MAX) =>
  splitText(text, max).map((part) => part.replace(/ \(\d+\/\d+\)$/, ''))

describe('a text of several parts', () => {
  test('a text that fits has one part, up to the last character', () => {
    expect(splitText('aaaaaaaaaa bbbbbbbbb', MAX)).toEqual(['aaaaaaaaaa bbbbbbbbb'])
    expect(splitText('aaaaaaaaaa bbbbbbb cc', MAX)).toEqual(['aaaaaaaaaa (1/2)', 'bbbbbbb cc (2/2)'])
  })

  test('the parts of a text join to it again, without their numbers', () => {
    const text = Array.from({ length: 12 }, (_, n) => `word${n}`).join(' ')
    expect(splitText(text, MAX).length).toBeGreaterThan(9)
    expect(joinParts(splitText(text, MAX))).toBe(text)
    expect(joinParts(['aaaaaaaaaa (1/2)', 'bb (2/2)', ''])).toBe('aaaaaaaaaa bb')
  })
  test('a number that a person wrote stays', () => {
    expect(joinParts(['Page (1/1)'])).toBe('Page (1/1)')
    expect(joinParts(['Page (1/3)', 'Page (1/2)'])).toBe('Page (1/3) Page (1/2)')
    expect(joinParts([])).toBe('')
  })

  test('a thousand parts have room for their longer numbers', () => {
    const parts = splitText(Array.from({ length: 1000 }, () => 'abcdefghij').join(' '), MAX)
    expect(parts.length).toBeGreaterThan(1000)
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(MAX)
  })

  test.each([
    ['a cut is at a line end rather than at a later space', 'aaaaaaa\nb cccccccccccccc', 'aaaaaaa'],
    ['a cut may be directly after the room', 'aaaaaaaa b\nccccccccc ddd', 'aaaaaaaa b'],
    ['a cut is before a word that fits a part', 'ab cccccccccc ddddddddddd', 'ab'],
    ['a cut is inside a word that fits no part', `ab ${'c'.repeat(50)}`, 'ab ccccccc'],
  ])('%s', (_rule, text, first) => {
    expect(bare(text)[0]).toBe(first)
  })

  test('the last word of a text stays whole', () => {
    expect(bare('xxxxxxxxxx ab cccccccccc')).toEqual(['xxxxxxxxxx', 'ab', 'cccccccccc'])
  })

  test('white space alone is no part', () => {
    expect(splitText(`${' '.repeat(30)}word`, MAX)).toEqual(['word'])
  })
})

/** In a word that is longer than the room of 30. */
describe('an address in a word without spaces', () => {
  const han = (length: number) => '漢'.repeat(length)
  test.each<[string, string, number]>([
    ['an address is not cut', `${han(20)}https://shop.cn/a${han(30)}`, 20],
    ['an address may end at the cut', `${han(14)}https://shop.cn/${han(30)}`, 30],
    ['an address may be as long as the room', `${han(10)}https://${'a'.repeat(22)}${han(30)}`, 10],
    ['an address that fits no part is cut', `${han(10)}https://${'a'.repeat(60)}${han(30)}`, 30],
    ['a long scheme is not cut', `${han(29)}postgresql://a.cn/${han(30)}`, 29],
    ['a scheme has at most ten letters', `${'a'.repeat(25)}https://shop.example/b`, 20],
    ['an address without a scheme is not cut', `${'a'.repeat(20)}www.shop.example/${han(30)}`, 20],
    ['an address after the cut moves no cut', `${'п'.repeat(33)}https://a.example/d${han(30)}`, 30],
    ['an e-mail address is not cut', `${';'.repeat(25)}anna@shop.example${';'.repeat(30)}`, 25],
    ['an e-mail address may end at the cut', `${';'.repeat(24)}a@b.cn${';'.repeat(30)}`, 30],
    ['an e-mail address before the cut moves no cut', `${';'.repeat(5)}a@b.cn${';'.repeat(40)}`, 30],
    ['an e-mail address after the cut moves no cut', `${';'.repeat(33)}anna@b.cn${';'.repeat(30)}`, 30],
  ])('%s', (_rule, text, length) => {
    expect(bare(text, 40)[0]).toHaveLength(length)
  })

  test('the longest name of an e-mail address is not cut', () => {
    const text = `${';'.repeat(109)}${'l'.repeat(64)}@a.cn${';'.repeat(60)}`
    expect(bare(text, 120)[0]).toHaveLength(109)
  })
})

describe('the lines below a text', () => {
  const lines = (...lengths: number[]) => lengths.map((length) => ({ length }))
  test('a line joins the last part up to the last character', () => {
    expect(partsWithLines('abc', lines(6), 10)).toEqual([{ text: 'abc', lines: [0] }])
    expect(partsWithLines('abc', lines(7), 10)).toEqual([
      { text: 'abc', lines: [] },
      { text: '', lines: [0] },
    ])
  })
  test('lines alone fill a part up to the last character', () => {
    expect(partsWithLines('', lines(5, 4), 10)).toEqual([{ text: '', lines: [0, 1] }])
    expect(partsWithLines('', lines(5, 5), 10)).toEqual([
      { text: '', lines: [0] },
      { text: '', lines: [1] },
    ])
  })
})
