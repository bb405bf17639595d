import { describe, expect, it } from 'vitest'
import { errorCode, errorMessage, errorStack } from '../../../src/shared/node-errors.ts'

const withCode = (code: unknown) => Object.assign(new Error('no such file'), { code })

describe('a thrown value', () => {
  it('an error of Node returns its code', () => {
    expect(errorCode(withCode('ENOENT'))).toBe('ENOENT')
  })

  it('a value without a text code, or that is no Error, has no code', () => {
    expect([new Error('x'), withCode(20), { code: 'ENOENT' }, null].map(errorCode)).toEqual(['', '', '', ''])
  })

  it('an Error returns its message, any other value its text', () => {
    expect([withCode('ENOENT'), 'a text', null].map(errorMessage)).toEqual(['no such file', 'a text', 'null'])
  })

  it('only an Error returns a stack', () => {
    expect(errorStack(new Error('here'))).toMatch(/^Error: here\n\s+at /)
    expect(errorStack('a text')).toBeUndefined()
  })
})
