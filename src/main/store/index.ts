/** The public part of the store. */

export { openStore, type StoreOptions } from './open.ts'
export type { FoundConversation, StoredConversation } from './queries/conversations.ts'
export type { Counts, LogQuery, StoredEvent } from './queries/log.ts'
export type { Outline } from './queries/log-query.ts'
export type { LifeStep, MessageView } from './queries/message-view.ts'
export type { OrphanedConnection } from './queries/orphaned-connections.ts'
export type { DayFigures } from './queries/statistics.ts'
export type { Forgotten } from './removal/forget-client.ts'
export type { Dropped } from './removal/retention.ts'
export type { DismissAnswer, RetryAnswer } from './rows/manual-actions.ts'
export { type RenameAnswer, SOURCE_CONNECTION } from './rows/rename-connection.ts'
export type { SqliteStore } from './sqlite-store.ts'
