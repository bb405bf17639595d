import { describe, expect, test } from 'vitest'
import {
  hasNothingToSee,
  isEmailAddress,
  normalForm,
  plainField,
  shortened,
  wholeUpTo,
  withoutTail,
} from '../../../src/shared/plain.ts'

const FAMILY = '👩‍👩‍👧‍👦'
const FLAG = '🇲🇩'

test('the end of a text is removed character by character', () => {
  expect(withoutTail('a/b//', '/')).toBe('a/b')
  expect(withoutTail('a.,.', '.,')).toBe('a')
  expect(withoutTail('a', '/')).toBe('a')
  expect(withoutTail('//', '/')).toBe('')
  expect(withoutTail('', '/')).toBe('')
})

test.each([
  '',
  ' \n\t',
  '\u200b',
  '\u200d',
  '\u2800',
  '\u200e\u200f\u061c',
  '\u202a\u202e',
  '\u2066\u2069',
  '\ufff9\ufffb',
  '\u0000',
  '\u{1d159}',
  '\ufeff',
])('the text %j has no visible character', (text) => {
  expect(hasNothingToSee(text)).toBe(true)
  expect(hasNothingToSee(`${text}a`)).toBe(false)
  expect(hasNothingToSee(`a${text}`)).toBe(false)
})

describe('a cut', () => {
  test('a cut is at the position itself between plain characters', () => {
    expect(wholeUpTo('abcdef', 3)).toBe(3)
    expect(wholeUpTo('abc', 3)).toBe(3)
    expect(wholeUpTo('abc', 9)).toBe(3)
    expect(wholeUpTo('abc', 0)).toBe(0)
    expect(wholeUpTo('abcdef', 2, 4)).toBe(4)
    expect(wholeUpTo('abcdef', 4, 4)).toBe(4)
  })
  test('a cut is before a visible character of several parts', () => {
    expect(wholeUpTo(`ab${FAMILY}`, 5)).toBe(2)
    expect(wholeUpTo('ae\u0301b', 2)).toBe(1)
    expect(wholeUpTo(`a${FLAG}${FLAG}`, 3)).toBe(1)
    expect(wholeUpTo(`a${FLAG}${FLAG}`, 5)).toBe(5)
    expect(wholeUpTo(`a${FLAG}${FLAG}`, 7)).toBe(5)
    expect(wholeUpTo('a\r\nb', 2)).toBe(1)
  })
  test('a cut separates flags in a row of any length', () => {
    const row = FLAG.repeat(300)
    for (const most of [801, 802, 803, 804]) expect(wholeUpTo(row, most)).toBe(Math.floor(most / 4) * 4)
    const behind = `x${row}`
    for (const most of [801, 802, 803, 804])
      expect(wholeUpTo(behind, most)).toBe(Math.floor((most - 1) / 4) * 4 + 1)
    expect(wholeUpTo(behind, 803, 1)).toBe(801)
    expect(wholeUpTo(behind, 803, 5)).toBe(801)
  })
  test('a cut separates flags of the first and the last letter', () => {
    const row = '🇦🇿'.repeat(300)
    for (const most of [801, 802, 803, 804]) expect(wholeUpTo(row, most)).toBe(Math.floor(most / 4) * 4)
  })
  test('a character of a hundred units stays whole, a longer one is cut', () => {
    const heap = `xa${'\u0301'.repeat(150)}`
    expect(wholeUpTo(heap, 101)).toBe(1)
    expect(wholeUpTo(heap, 102)).toBe(102)
  })
  test('a cut in a text that begins with half a code point is before a whole character', () => {
    expect(wholeUpTo('\udc00ae\u0301b', 3)).toBe(2)
  })
  test('a cut in a run of marks is between code points, never in one', () => {
    const mixed = `a${'\u0301'.repeat(398)}\u{1d167}${'\u0301'.repeat(100)}`
    expect(wholeUpTo(mixed, 400)).toBe(399)
    expect(wholeUpTo(`a${'\u{11000}'.repeat(300)}`, 400)).toBe(399)
    expect(wholeUpTo(`a${'\ufe0f'.repeat(500)}`, 400)).toBe(400)
    const heap = `a${'\u0301'.repeat(500)}`
    expect(wholeUpTo(heap, 400)).toBe(400)
    const high = `a${'\u{1d167}'.repeat(300)}`
    expect(wholeUpTo(high, 400)).toBe(399)
    expect(wholeUpTo(high, 401)).toBe(401)
    expect(wholeUpTo('😀', 1)).toBe(1)
  })
})

test('a text that is too long ends in an ellipsis, without a space before it', () => {
  expect(shortened('abcdef', 6)).toBe('abcdef')
  expect(shortened('abcdef', 5)).toBe('abcd…')
  expect(shortened('abc def', 5)).toBe('abc…')
  expect(shortened(`ab${FAMILY}`, 6)).toBe('ab…')
})

test.each([
  ['anna@mail.example', true],
  [' anna@mail.example ', true],
  ['anna@mail', false],
  ['anna@@mail.example', false],
  ['anna@mail.', false],
  ['@mail.example', false],
  ['anna @mail.example', false],
  ['<anna@mail.example>', false],
  ['"anna"@mail.example', false],
  ['anna@mail example', false],
  ['anna@ma il.example', false],
  ['anna@mail.exa mple', false],
  ['x anna@mail.example', false],
  ['anna@mail.example x', false],
])('the text %j is an e-mail address: %s', (text, isOne) => {
  expect(isEmailAddress(text)).toBe(isOne)
})

describe('a plain-text field', () => {
  test('a plain-text field has no control characters and tags; line ends become a space', () => {
    expect(plainField(' Anna\r\n\tPopa ', '?')).toBe('Anna Popa')
    expect(plainField('An\u0007na', '?')).toBe('Anna')
    expect(plainField('<b>Anna & Co</b>', '?')).toBe('‹b›Anna & Co‹/b›')
    expect(plainField('a\u0085b\u2028c\u2029d\ve\ff', '?')).toBe('a b c d e f')
    expect(plainField('a\ud800b', '?')).toBe('a\ufffdb')
  })
  test('a plain-text field is never invisible, nor longer than 255', () => {
    expect(plainField('\u200b \n', 'Client')).toBe('Client')
    expect(plainField('', 'Client')).toBe('Client')
    expect(plainField('x'.repeat(255), '?')).toBe('x'.repeat(255))
    expect(plainField('x'.repeat(256), '?')).toBe(`${'x'.repeat(254)}…`)
  })
})

test('a long run of marks is cut by a joiner before sorting, a short one is not', () => {
  expect(normalForm('e\u0301', 'NFC')).toBe('é')
  expect(normalForm('é', 'NFD')).toBe('e\u0301')
  expect(normalForm('ﬁ', 'NFKD')).toBe('fi')
  const row = (length: number) => `q${'\u0301'.repeat(length)}`
  expect(normalForm(row(30), 'NFD')).toBe(row(30))
  expect(normalForm(row(31), 'NFD')).toBe(`${row(30)}\u034f\u0301`)
  expect(normalForm(row(60), 'NFD')).toBe(`${row(30)}\u034f${'\u0301'.repeat(30)}\u034f`)
})
