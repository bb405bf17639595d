/** What the rest of the house uses of the store. */
export type { DismissAnswer, RetryAnswer } from './by-hand.ts'
export { StoreInUseError, StoreMissingError, StoreUnavailableError, StoreVersionError } from './errors.ts'
export type { Counts, LogQuery, StoredEvent } from './log.ts'
export { openStore, type StoreOptions } from './open.ts'
export type { Dropped } from './retention.ts'
export type { SqliteStore } from './sqlite-store.ts'
