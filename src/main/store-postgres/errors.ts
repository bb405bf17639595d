import { errorCode, errorMessage } from '../../shared/node-errors.ts'
import { isStoreError, StoreError } from '../../shared/store-error.ts'
import { storeClosed } from '../store/errors.ts'

/** Another host was given the unit of the commit (tables/commit-function.ts). */
const GIVEN_AWAY = 'BR001'

/**
 * SQLSTATE classes that say that the database cannot do it now: connection, access, resources, operator, system,
 * read-only, rolled back; and what the system says about the line.
 */
const UNAVAILABLE = /^(08|25|28|3D|40|53|55|57|58)|^E(?!RR_)[A-Z_]+$/
/** Node's words for a certificate that is not trusted. */
export const CERTIFICATE = /CERT|SIGNATURE|ERR_TLS/
/** The client's own words for a lost, late or refused connection; they have no code. */
const LINE = /Connection terminated|timeout|connection error|not queryable|does not support SSL|^SASL/i
/** Of the pool. */
const ENDED = /Cannot use a pool after calling end/

/** The error as callers of the store see it. It never holds the address: the password is part of it. */
export function postgresError(error: unknown): unknown {
  if (isStoreError(error)) return error
  if (ENDED.test(errorMessage(error))) return storeClosed()
  const code = errorCode(error)
  if (code === GIVEN_AWAY) return leaseLost(errorMessage(error))
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

/** This host has ended its work for the unit, whether it knows that already or not. */
const leaseLost = (unit: string): StoreError =>
  new StoreError('closed', `another host carries ${unit} now`, { code: GIVEN_AWAY, place: 'database' })

export const isLeaseLost = (error: unknown): boolean =>
  isStoreError(error, 'closed') && error.code === GIVEN_AWAY
