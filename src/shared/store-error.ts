/**
 * Kinds of expected failures of opening, reading or writing the store. A bug (a broken constraint, a misuse) is not one
 * of them and keeps its own error.
 */
export type StoreErrorKind =
  /**
   * The disk is full, read-only or missing, or another process locks the file: no part of the commit is stored. The same
   * store works again as soon as the disk does; a webhook that fails with it must not be answered with 200.
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

/** A failure of the store. `message` is an English sentence for the technician. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind
  /** SQLite's or the system's own code, e.g. `SQLITE_FULL`; empty when there is none. */
  readonly code: string

  constructor(kind: StoreErrorKind, message: string, extra: { code?: string; cause?: unknown } = {}) {
    super(message, { cause: extra.cause })
    this.kind = kind
    this.code = extra.code ?? ''
  }
}

/** True for a StoreError of one of these kinds; without kinds, of any kind. */
export const isStoreError = (error: unknown, ...kinds: readonly StoreErrorKind[]): error is StoreError =>
  error instanceof StoreError && (kinds.length === 0 || kinds.includes(error.kind))

/** The disk is missing or full, and the same operation may succeed later. */
export const isStoreUnavailable = (error: unknown): error is StoreError => isStoreError(error, 'unavailable')
