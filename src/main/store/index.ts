/** The public part of the store. */

export { openStore, type StoreOptions } from './open.ts'
export type { ConversationSummary } from './queries/conversation-list.ts'
export type { StoredConversation } from './queries/conversations.ts'
export type { StoredEvent } from './queries/log.ts'
export type { MessageView } from './queries/message-view.ts'
export type { OrphanedConnection } from './queries/orphaned-connections.ts'
export type { UnansweredMessage } from './queries/unanswered.ts'
export type { Forgotten } from './removal/forget-client.ts'
export type { RetryAnswer } from './rows/manual-actions.ts'
export { SOURCE_CONNECTION } from './rows/rename-connection.ts'
export { opensSlowly } from './slow-opening.ts'
export type { SqliteStore } from './sqlite-store.ts'
