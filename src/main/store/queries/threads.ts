import type { ClientLink, Conversation } from '../../../shared/domain.ts'
import { type ClientRow, clientFrom, conversationFrom, type DataRow } from '../rows/links.ts'
import type { Sql } from '../sql.ts'
import { LOOKUPS } from './lookups.ts'

/** One client's conversation with all conversations merged into it: one chat from the owner's view. */
export interface Thread {
  /** The conversation that the others were merged into. */
  conversation: Conversation
  /** Ids of all of them; the common conversation first. */
  ids: number[]
}

/** `id` may be that of any conversation of the thread; null when there is none. */
export function threadOf(sql: Sql, id: number): Thread | null {
  const conversation = commonConversation(sql, id)
  if (!conversation) return null
  const ids = [conversation.id]
  // Grows during the loop: a merged conversation may itself have merged ones.
  for (const into of ids) {
    for (const { id: merged } of sql.all<{ id: number }>(LOOKUPS.mergedInto, into)) {
      if (!ids.includes(merged)) ids.push(merged)
    }
  }
  return { conversation, ids }
}

/** The conversation itself, or the one it was finally merged into. */
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

/** The client who wrote the message or receives it: the device it names, else the device that wrote last. */
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
