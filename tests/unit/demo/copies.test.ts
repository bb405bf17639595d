import { describe, expect, it } from 'vitest'
import { copiesOf } from '../../../src/main/demo/stage/copies.ts'

describe('how often a text is on the other side', () => {
  it.each([
    ['it is missing', ['Hello'], ['Good day'], [0]],
    ['it is there once', ['Hello'], ['Hello'], [1]],
    ['it is there twice', ['Hello'], ['Hello', 'Hello'], [2]],
    [
      'it is a line among others',
      ['Hello', 'Are you there?'],
      ['Hello\nAre you there?\nOS: Windows'],
      [1, 1],
    ],
    ['it is only a part of a line', ['ok'], ['look'], [0]],
    ['it has several lines', ['a\nb'], ['x\na\nb\ny'], [1]],
    ['its lines are apart', ['a\nb'], ['a\nx\nb'], [0]],
    ['its lines begin at the end of the other', ['a\nb'], ['x\na'], [0]],
    ['only spaces and empty lines differ', ['a  b\n\n c '], ['a b\nc'], [1]],
    ['it was written twice and arrived once', ['ok', 'ok'], ['ok'], [1, 0]],
    ['it was written twice and arrived twice', ['ok', 'ok'], ['ok\nok'], [1, 1]],
    ['it was written twice and arrived three times', ['ok', 'ok'], ['ok', 'ok\nok'], [1, 2]],
    ['equal lines in a row count once for two lines', ['a\na'], ['a\na\na'], [1]],
    ['nothing was written', [], ['ok'], []],
    ['it has no words', ['  '], ['ok', ''], [0]],
  ])('%s', (_, written, shown, expected) => {
    expect(copiesOf(written, shown)).toEqual(expected)
  })
})
