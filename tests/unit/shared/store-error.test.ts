import { expect, test } from 'vitest'
import { isStoreError, isStoreUnavailable, StoreError, storeReason } from '../../../src/shared/store-error.ts'

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

test('why the store cannot be used is told without saying again that it cannot', () => {
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:5432')
  const of = (extra: ConstructorParameters<typeof StoreError>[2]) =>
    storeReason(new StoreError('unavailable', 'it cannot be used now', extra))
  expect(of({ place: 'database', code: 'ECONNREFUSED', cause: refused })).toBe(refused.message)
  expect(of({ place: 'database', code: '57P01' })).toBe('57P01')
  // What the system says of a file may hold its path.
  expect(of({ code: 'ENOSPC', cause: new Error('ENOSPC: no space left, write /home/x') })).toBe('ENOSPC')
  expect(of({})).toBe('it cannot be used now')
})
