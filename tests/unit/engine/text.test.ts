import { describe, expect, test } from 'vitest'
import {
  comparable,
  fingerprint,
  firstLine,
  printOfText,
  sameText,
  wordPrint,
} from '../../../src/main/engine/text.ts'

test.each([
  ['white space', 'Hello   there\n', ' Hello\tthere'],
  ['no-break and zero-width spaces', 'Hello\u00a0\u200bthere', 'Hello there'],
  ['tags', '<b>Hello</b> there', 'Hello there'],
  ['marks of a quotation', '> Hello\n>> there', 'Hello there'],
  ['bullets', '• Hello\n  • there', 'Hello there'],
  ['the way a letter is put together', 'cafe\u0301', 'caf\u00e9'],
])('%s make no difference between texts', (_what, one, other) => {
  expect(sameText(one, other)).toBe(true)
  expect(printOfText(one)).toBe(printOfText(other))
})

test.each([
  ['other words', 'Hello there', 'Hello here'],
  ['a space within a word', 'Hello there', 'Hel lo there'],
  ['a sign that is no tag', '1 < 2', '1'],
  ['a sign within the line', 'a > b', 'a b'],
])('%s make a different text', (_what, one, other) => {
  expect(sameText(one, other)).toBe(false)
  expect(printOfText(one)).not.toBe(printOfText(other))
})

test('a compared text has single spaces inside and none around', () => {
  expect(comparable(' \n a   <i>b</i>\u00a0\u00a0c ')).toBe('a b c')
})

/** As it is stored: it may never change. */
test('a fingerprint is short and always the same', () => {
  expect(fingerprint('Hello')).toBe('GF-NsyJx_iX1Yab8k4suJk')
  expect(fingerprint('')).toHaveLength(22)
})

test('the first line represents a text, shortened when long', () => {
  expect(firstLine('\n Hello \nthere')).toBe('Hello ')
  expect(firstLine('Hello')).toBe('Hello')
  expect(firstLine(' ')).toBe('')
  expect(firstLine('x'.repeat(200))).toBe(`${'x'.repeat(119)}…`)
  expect(firstLine('abcdef', 4)).toBe('abc…')
})

describe('the fingerprint of words', () => {
  test('case, signs and spaces make no difference', () => {
    expect(wordPrint('“Hello”,\nWORLD!')).toBe(wordPrint('hello world'))
    expect(wordPrint('hello world')).not.toBe(wordPrint('hello word'))
  })
  test('a text without letters and digits is compared as it is, without the spaces around', () => {
    expect(wordPrint('👍')).not.toBe(wordPrint('🙂'))
    expect(wordPrint(' 👍\n')).toBe(wordPrint('👍'))
  })
  /** As it is stored: it may never change. */
  test('it is that of the small letters', () => {
    expect(wordPrint('Hello')).toBe(fingerprint('hello'))
  })
})
