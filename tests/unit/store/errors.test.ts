import { describe, expect, it, test } from 'vitest'
import {
  isDamage,
  storeError,
  storeOfOtherVersion,
  storeUnavailable,
} from '../../../src/main/store/errors.ts'

const ofSqlite = (code: string) => Object.assign(new Error(code), { code })

describe('an error of SQLite', () => {
  it.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_BUSY', 'SQLITE_READONLY', 'SQLITE_CORRUPT'])(
    'the SQLite code %s means an unavailable store, and is kept',
    (code) => {
      const cause = ofSqlite(code)
      expect(storeError(cause)).toMatchObject({ kind: 'unavailable', code, cause })
      expect(isDamage(storeError(cause))).toBe(isDamage(cause))
    },
  )

  it('an SQLite error of a bug stays what it is', () => {
    const bug = ofSqlite('SQLITE_CONSTRAINT_UNIQUE')
    expect(storeError(bug)).toBe(bug)
  })

  it('an SQLite error is wrapped once', () => {
    const error = storeUnavailable('SQLITE_FULL')
    expect(storeError(error)).toBe(error)
  })
})

test('a file of another version says which of the two programs is too old', () => {
  expect(storeOfOtherVersion(9, 7)).toMatchObject({
    kind: 'newer',
    message: expect.stringMatching(/update the bridge$/),
  })
  expect(storeOfOtherVersion(5, 7)).toMatchObject({
    kind: 'older',
    message: expect.stringMatching(/start the bridge once/),
  })
})
