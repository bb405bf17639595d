import { expect, test } from 'vitest'
import { postgresError } from '../../../src/main/store-postgres/errors.ts'
import { isStoreError } from '../../../src/shared/store-error.ts'

const failure = (message: string, code?: string) => Object.assign(new Error(message), code && { code })

test.each([
  ['57P01', 'terminating connection'],
  ['53100', 'disk full'],
  ['25006', 'read-only transaction'],
  ['40P01', 'deadlock detected'],
  ['ECONNRESET', 'read ECONNRESET'],
  ['EAI_AGAIN', 'getaddrinfo'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate'],
  [undefined, 'Connection terminated unexpectedly'],
  [undefined, 'timeout exceeded when trying to connect'],
])('%s "%s" is a database that cannot be used now', (code, message) => {
  const error = postgresError(failure(message, code))
  expect(error).toMatchObject({ kind: 'unavailable', code: code ?? '', place: 'database' })
  expect(String(error)).toContain(message)
})

test.each([
  ['23505', 'duplicate key'],
  ['42P01', 'relation does not exist'],
  ['ERR_INVALID_ARG_TYPE', 'a bug'],
  [undefined, 'a bug'],
])('%s "%s" is a bug, and stays as it is', (code, message) => {
  const error = failure(message, code)
  expect(postgresError(error)).toBe(error)
})

test('after the end the store is closed', () => {
  const error = postgresError(failure('Cannot use a pool after calling end on the pool'))
  expect(isStoreError(error, 'closed')).toBe(true)
})
