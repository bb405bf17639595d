import type { ClientLink, Conversation } from '../../../shared/domain.ts'
import { type ClientRow, clientFrom, conversationFrom, type DataRow } from '../rows/links.ts'
import type { Sql } from '../sql.ts'
import { LOOKUPS } from './lookups.ts'

/** One client's conversation with everything that was merged into it: what an owner takes for one chat. */
export interface Thread {
  /** The one the others went into. */
  conversation: Conversation
  /** Ids of all of them, the common one first. */
  ids: number[]
}

/** `id` may be that of any conversation of the thread; null when there is none. */
export function threadOf(sql: Sql, id: number): Thread | null {
  const conversation = commonConversation(sql, id)
  if (!conversation) return null
  const ids = [conversation.id]
  // Grows while it is walked: what was merged may have taken in others before.
  for (const into of ids) {
    for (const { id: merged } of sql.all<{ id: number }>(LOOKUPS.mergedInto, into)) {
      if (!ids.includes(merged)) ids.push(merged)
    }
  }
  return { conversation, ids }
}

/** The conversation itself, or the one it was merged into in the end. */
export function commonConversation(sql: Sql, id: number): Conversation | null {
  const passed = new Set<number>()
  let found = conversationFrom(sql.get<DataRow>(LOOKUPS.conversation, id))
  while (found && found.mergedInto !== null && !passed.has(found.id)) {
    passed.add(found.id)
    const next = conversationFrom(sql.get<DataRow>(LOOKUPS.conversation, found.mergedInto))
    if (!next) break
    found = next
  }
  return found
}

/** Whose message it is, or goes to: the device it names, else the one that wrote last. */
export function clientOf(
  sql: Sql,
  of: { connectionId: string; chatraClientId: string | null; conversationId: number | null },
): ClientLink | null {
  const named =
    of.chatraClientId === null ? null : sql.get<ClientRow>(LOOKUPS.client, of.connectionId, of.chatraClientId)
  if (named) return clientFrom(named)
  if (of.conversationId === null) return null
  const own = sql.get<ClientRow>(LOOKUPS.clientsOf, of.conversationId)
  if (own) return clientFrom(own)
  // After a merge the devices belong to the common conversation.
  const common = commonConversation(sql, of.conversationId)
  const moved = common && sql.get<ClientRow>(LOOKUPS.clientsOf, common.id)
  return moved ? clientFrom(moved) : null
}
