/**
 * Expected failures of opening or writing the store. A bug (a broken constraint, a misuse) is not one of
 * them.
 */
import { errorCode } from '../../shared/node-errors.ts'

/**
 * The disk is full, read-only or missing, or another process locks the file: no part of the commit is stored.
 * The same store works again as soon as the disk does; a webhook that fails with it must not be answered with
 * 200.
 */
export class StoreUnavailableError extends Error {
  readonly storeUnavailable = true
  /** SQLite's own code, e.g. `SQLITE_FULL`. */
  readonly code: string
  constructor(code: string, cause?: unknown) {
    super(`the store cannot be used now (${code})`, { cause })
    this.name = 'StoreUnavailableError'
    this.code = code
  }
}

/**
 * The program has shut down, and a call under way still uses the store. The pending write on disk settles
 * that call's work at the next start.
 */
export class StoreClosedError extends Error {
  constructor() {
    super('the store is closed')
    this.name = 'StoreClosedError'
  }
}

/** Another server runs on this folder. */
export class StoreInUseError extends Error {
  constructor(dir: string) {
    super(`another bridge is already running on the data folder ${dir}`)
    this.name = 'StoreInUseError'
  }
}

/** Only with `shared`: this folder contains no store yet. */
export class StoreMissingError extends Error {
  constructor(dir: string) {
    super(`there is no bridge data in ${dir}: start the bridge once, or name its folder with --data-dir`)
    this.name = 'StoreMissingError'
  }
}

/** The file was written by a newer program (or, with `shared`, waits for the server to upgrade it). */
export class StoreVersionError extends Error {
  constructor(found: number, known: number) {
    super(
      found > known
        ? `the data were written by a newer version of the bridge (format ${found}, this one knows ${known}): update the bridge`
        : `the data are of an older version of the bridge (format ${found} of ${known}): start the bridge once to upgrade them`,
    )
    this.name = 'StoreVersionError'
  }
}

const UNAVAILABLE =
  /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|CORRUPT|NOTADB|PROTOCOL|NOMEM|PERM|AUTH|NOLFS)/
export const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(errorCode(error))
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(errorCode(error))
/**
 * The file handle itself may be invalid (a disk unplugged and back): reopen the file before the next try.
 */
export const wantsReopening = (error: unknown): boolean =>
  /^SQLITE_(IOERR|CANTOPEN|READONLY)/.test(errorCode(error))
export const isUnavailable = (error: unknown): boolean => UNAVAILABLE.test(errorCode(error))

/** The error as callers of the store see it. */
export const storeError = (error: unknown): unknown =>
  error instanceof StoreUnavailableError || !isUnavailable(error)
    ? error
    : new StoreUnavailableError(errorCode(error), error)
