import { v5 as uuidv5 } from 'uuid'

/**
 * Source ids (docs/architecture.md, "Source ids"): the same input always gives the same id, on every machine,
 * so that a write that may have arrived is recognised in Planfix.
 */
const NAMESPACE = '7c0f1c2e-5b1a-5d0e-9a53-0c8f1f2b6a10'

const ofConnection = new Map<string, string>()

/**
 * A renamed connection keeps the ids of its first name, since objects in Planfix carry them. To be called
 * when it is opened, before any write.
 */
export function identifyAs(connectionId: string, firstId: string): void {
  ofConnection.set(connectionId, uuidv5(`connection:${firstId}`, NAMESPACE))
}

/** `sourceId` of everything this connection writes. */
export function connectionSourceId(connectionId: string): string {
  if (!ofConnection.has(connectionId)) identifyAs(connectionId, connectionId)
  return ofConnection.get(connectionId)!
}

const of = (connectionId: string, name: string): string => uuidv5(name, connectionSourceId(connectionId))

/** Joined messages have the id of the first of them; further parts of a long message are numbered from 2. */
export const messageSourceId = (connectionId: string, chatraMessageId: string, part = 1): string =>
  of(connectionId, `message:${chatraMessageId}${part > 1 ? `:${part}` : ''}`)
export const clientSourceId = (connectionId: string, clientId: string): string =>
  of(connectionId, `client:${clientId}`)
/** `n` counts from 1; `chatId` is that of the chat that began the task. */
export const taskSourceId = (connectionId: string, chatId: string, n: number): string =>
  of(connectionId, `task:${chatId}:${n}`)

/** Maximum number of a chat's tasks to compare with our mark. */
const MOST_TASKS = 200

/** The chat and ordinal of a task's mark, if it is one of ours for these chats; else null. */
export function ourTask(
  connectionId: string,
  chatIds: readonly string[],
  sourceObjectId: string | null,
): { chatId: string; n: number } | null {
  if (sourceObjectId === null) return null
  for (const chatId of chatIds) {
    for (let n = 1; n <= MOST_TASKS; n++) {
      if (taskSourceId(connectionId, chatId, n) === sourceObjectId) return { chatId, n }
    }
  }
  return null
}

export const visitSourceId = (connectionId: string, clientId: string, startedAt: number): string =>
  of(connectionId, `visit:${clientId}:${startedAt}`)
export const ownerReplySourceId = (connectionId: string, key: string): string =>
  of(connectionId, `reply:${key}`)
export const noteSourceId = (connectionId: string, messageId: number, what: string): string =>
  of(connectionId, `note:${messageId}:${what}`)
