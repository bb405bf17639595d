/** What the rest of the house uses of the store. */
export type { Outline } from './browse.ts'
export type { DismissAnswer, RetryAnswer } from './by-hand.ts'
export type { FoundConversation, StoredConversation } from './conversations.ts'
export {
  StoreClosedError,
  StoreInUseError,
  StoreMissingError,
  StoreUnavailableError,
  StoreVersionError,
} from './errors.ts'
export type { DayFigures } from './figures.ts'
export type { Forgotten } from './forget-client.ts'
export type { LeftBehind } from './left-behind.ts'
export type { Counts, LogQuery, StoredEvent } from './log.ts'
export { openStore, type StoreOptions } from './open.ts'
export { type RenameAnswer, SOURCE_CONNECTION } from './rename.ts'
export type { Dropped } from './retention.ts'
export type { LifeStep, ShownMessage } from './shown.ts'
export type { SqliteStore } from './sqlite-store.ts'
