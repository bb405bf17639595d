import { expect, test } from 'vitest'
import { isStoreError, isStoreUnavailable, StoreError } from '../../../src/shared/store-error.ts'

test('an error of the store is identified by its kind, not by name or message', () => {
  const inUse = new StoreError('in-use', 'another bridge is running')
  expect(isStoreError(inUse)).toBe(true)
  expect(isStoreError(inUse, 'missing', 'in-use')).toBe(true)
  expect(isStoreError(inUse, 'missing')).toBe(false)
  expect(isStoreUnavailable(inUse)).toBe(false)
  expect(isStoreUnavailable(new StoreError('unavailable', 'full', { code: 'SQLITE_FULL' }))).toBe(true)
})

test.each([
  ['another error that bears the name', Object.assign(new Error('full'), { name: 'StoreError' })],
  ['a plain object of the same shape', { name: 'StoreError', kind: 'unavailable', code: '', message: '' }],
  ['a text', 'unavailable'],
  ['nothing', null],
])('%s is no error of the store', (_what, other) => {
  expect(isStoreError(other)).toBe(false)
  expect(isStoreUnavailable(other)).toBe(false)
})

test('an error of the store keeps its message, code and cause', () => {
  const cause = new Error('SQLITE_FULL: database or disk is full')
  const error = new StoreError('unavailable', 'the store cannot be used now', { code: 'SQLITE_FULL', cause })
  expect(error).toMatchObject({ name: 'StoreError', code: 'SQLITE_FULL', cause })
  expect(String(error)).toBe('StoreError: the store cannot be used now')
  expect(new StoreError('closed', 'closed').code).toBe('')
})
