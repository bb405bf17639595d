import { describe, expect, it } from 'vitest'
import { errorCode, errorMessage, errorStack } from '../../../src/shared/node-errors.ts'

const withCode = (code: unknown) => Object.assign(new Error('no such file'), { code })

describe('what was thrown', () => {
  it('gives the code of an error of Node', () => {
    expect(errorCode(withCode('ENOENT'))).toBe('ENOENT')
  })

  it('has no code where none is text, or where it is no Error', () => {
    expect([new Error('x'), withCode(20), { code: 'ENOENT' }, null].map(errorCode)).toEqual(['', '', '', ''])
  })

  it('gives the message of an Error and the text of anything else', () => {
    expect([withCode('ENOENT'), 'a text', null].map(errorMessage)).toEqual(['no such file', 'a text', 'null'])
  })

  it('gives the stack of an Error alone', () => {
    expect(errorStack(new Error('here'))).toMatch(/^Error: here\n\s+at /)
    expect(errorStack('a text')).toBeUndefined()
  })
})
