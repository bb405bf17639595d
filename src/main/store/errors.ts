import { errorCode } from '../../shared/node-errors.ts'
import { isStoreUnavailable, StoreError } from '../../shared/store-error.ts'

/** `code`: SQLite's own, or the write that failed. */
export const storeUnavailable = (code: string, cause?: unknown): StoreError =>
  new StoreError('unavailable', `the store cannot be used now (${code})`, { code, cause })

export const storeClosed = (): StoreError => new StoreError('closed', 'the store is closed')

export const storeInUse = (dir: string): StoreError =>
  new StoreError('in-use', `another bridge is already running on the data folder ${dir}`)

export const storeMissing = (dir: string): StoreError =>
  new StoreError(
    'missing',
    `there is no bridge data in ${dir}: start the bridge once, or name its folder with --data-dir`,
  )

/** The file has format `found`; this program knows formats up to `known`. */
export const storeOfOtherVersion = (found: number, known: number): StoreError =>
  found > known
    ? new StoreError(
        'newer',
        `the data were written by a newer version of the bridge (format ${found}, this one knows ${known}): update the bridge`,
      )
    : new StoreError(
        'older',
        `the data are of an older version of the bridge (format ${found} of ${known}): start the bridge once to upgrade them`,
      )

const UNAVAILABLE =
  /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|CORRUPT|NOTADB|PROTOCOL|NOMEM|PERM|AUTH|NOLFS)/
export const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(errorCode(error))
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(errorCode(error))
/**
 * The file handle itself may be invalid (a disk unplugged and back): reopen the file before the next try.
 */
export const wantsReopening = (error: unknown): boolean =>
  /^SQLITE_(IOERR|CANTOPEN|READONLY)/.test(errorCode(error))
const isUnavailable = (error: unknown): boolean => UNAVAILABLE.test(errorCode(error))

/** The error as callers of the store see it. */
export const storeError = (error: unknown): unknown =>
  isStoreUnavailable(error) || !isUnavailable(error) ? error : storeUnavailable(errorCode(error), error)
