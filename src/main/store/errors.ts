/** What opening or writing the store can fail with. A bug (a broken constraint, a misuse) is none of these. */
import { errorCode } from '../../shared/node-errors.ts'

/**
 * The disk is full, read-only or gone, or another process keeps the file: nothing of the commit is stored.
 * The same store works again as soon as the disk does; a webhook that met it must not be answered with 200.
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
 * The program has ended, and what was still under way asks the store in vain: what it would have settled is settled by
 * the attempt on disk at the next start.
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

/** Only `shared`: there is no store in this folder yet. */
export class StoreMissingError extends Error {
  constructor(dir: string) {
    super(`there is no bridge data in ${dir}: start the bridge once, or name its folder with --data-dir`)
    this.name = 'StoreMissingError'
  }
}

/** The file was written by a newer program (or, for `shared`, waits for the server to upgrade it). */
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
/** The file handle itself may be dead (a disk unplugged and back): open the file anew before the next try. */
export const wantsReopening = (error: unknown): boolean =>
  /^SQLITE_(IOERR|CANTOPEN|READONLY)/.test(errorCode(error))
export const isUnavailable = (error: unknown): boolean => UNAVAILABLE.test(errorCode(error))

/** The error as callers of the store see it. */
export const storeError = (error: unknown): unknown =>
  error instanceof StoreUnavailableError || !isUnavailable(error)
    ? error
    : new StoreUnavailableError(errorCode(error), error)
