/**
 * Kinds of expected failures of opening, reading or writing the store. A bug (a broken constraint, a misuse) is not one
 * of them and keeps its own error.
 */
export type StoreErrorKind =
  /**
   * The disk is full, read-only or missing, another process locks the file, or the database is away: no part of the commit
   * is stored (a database that lost the line may have stored all of it). The same store works again as soon as these do; a webhook that fails with it must not be answered with 200.
   */
  | 'unavailable'
  /** The program has shut down. The pending write on disk settles what was under way at the next start. */
  | 'closed'
  /** Another server runs on this folder. */
  | 'in-use'
  /** This folder contains no store yet. */
  | 'missing'
  /** A newer program wrote the file. */
  | 'newer'
  /** Only with `shared`: the file waits for the server to upgrade it. */
  | 'older'
  /** All data were moved to another store, or have not all come to this one yet. */
  | 'moved'
  /** Secrets in the database were sealed by a master key that is not given. */
  | 'sealed'

export type StorePlace = 'folder' | 'database'

/** A failure of the store. `message` is an English sentence for the technician. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind
  /** The database's or the system's own code, e.g. `SQLITE_FULL`; empty when there is none. */
  readonly code: string
  /** Where the data are kept. */
  readonly place: StorePlace

  constructor(
    kind: StoreErrorKind,
    message: string,
    extra: { code?: string; cause?: unknown; place?: StorePlace } = {},
  ) {
    super(message, { cause: extra.cause })
    this.kind = kind
    this.code = extra.code ?? ''
    this.place = extra.place ?? 'folder'
  }
}

/** True for a StoreError of one of these kinds; without kinds, of any kind. */
export const isStoreError = (error: unknown, ...kinds: readonly StoreErrorKind[]): error is StoreError =>
  error instanceof StoreError && (kinds.length === 0 || kinds.includes(error.kind))

/** The disk is missing or full, and the same operation may succeed later. */
export const isStoreUnavailable = (error: unknown): error is StoreError => isStoreError(error, 'unavailable')

/** Why it cannot be used, for a sentence that says already that it cannot. */
export const storeReason = ({ place, cause, code, message }: StoreError): string =>
  (place === 'database' && cause instanceof Error ? cause.message : '') || code || message
