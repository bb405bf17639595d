import { errorCode, errorMessage } from '../../shared/node-errors.ts'
import { isStoreError, StoreError } from '../../shared/store-error.ts'
import { storeClosed } from '../store/errors.ts'

/** Another process was opened on the store since, and works now (tables/commit-function.ts). */
export const TAKEN_OVER = 'BR001'

/**
 * SQLSTATE classes that say that the database cannot do it now: connection, access, resources, operator, system,
 * read-only, rolled back; and what the system says about the line.
 */
const UNAVAILABLE = /^(08|25|28|3D|40|53|55|57|58|BR)|^E(?!RR_)[A-Z_]+$/
/** Node's words for a certificate that is not trusted. */
export const CERTIFICATE = /CERT|SIGNATURE|ERR_TLS/
/** The client's own words for a lost, late or refused connection; they have no code. */
const LINE = /Connection terminated|timeout|connection error|does not support SSL|^SASL/i
/** Of the pool. */
const ENDED = /Cannot use a pool after calling end/

/** The error as callers of the store see it. It never holds the address: the password is part of it. */
export function postgresError(error: unknown): unknown {
  if (isStoreError(error)) return error
  if (ENDED.test(errorMessage(error))) return storeClosed()
  const code = errorCode(error)
  const isAway =
    code === '' ? LINE.test(errorMessage(error)) : UNAVAILABLE.test(code) || CERTIFICATE.test(code)
  if (!isAway) return error
  const why = errorMessage(error) || code
  return new StoreError('unavailable', `the database cannot be used now (${why})`, {
    code,
    cause: error,
    place: 'database',
  })
}
