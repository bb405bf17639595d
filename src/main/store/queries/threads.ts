import type { ClientLink, Conversation } from '../../../shared/domain.ts'
import { type ClientRow, clientFrom, conversationFrom, type DataRow } from '../rows/links.ts'
import type { SqlReader } from '../sql-reader.ts'
import { LOOKUPS } from './lookups.ts'

/** One client's conversation with all conversations merged into it: one chat from the owner's view. */
export interface Thread {
  /** The conversation that the others were merged into. */
  conversation: Conversation
  /** Ids of all of them; the common conversation first. */
  ids: number[]
}

/** `id` may be that of any conversation of the thread; null when there is none. */
export async function threadOf(sql: SqlReader, id: number): Promise<Thread | null> {
  const conversation = await commonConversation(sql, id)
  if (!conversation) return null
  const ids = [conversation.id]
  // Grows during the loop: a merged conversation may itself have merged ones.
  for (const into of ids) {
    for (const merged of await sql.column<number>(LOOKUPS.mergedInto, into)) {
      if (!ids.includes(merged)) ids.push(merged)
    }
  }
  return { conversation, ids }
}

/** The conversation itself, or the one it was finally merged into. */
export async function commonConversation(sql: SqlReader, id: number): Promise<Conversation | null> {
  const passed = new Set<number>()
  let found = conversationFrom(await sql.get<DataRow>(LOOKUPS.conversation, id))
  while (found && found.mergedInto !== null && !passed.has(found.id)) {
    passed.add(found.id)
    const next = conversationFrom(await sql.get<DataRow>(LOOKUPS.conversation, found.mergedInto))
    if (!next) break
    found = next
  }
  return found
}

/** The client who wrote the message or receives it: the device it names, else the device that wrote last. */
export async function clientOf(
  sql: SqlReader,
  of: { connectionId: string; chatraClientId: string | null; conversationId: number | null },
): Promise<ClientLink | null> {
  const named =
    of.chatraClientId === null
      ? null
      : await sql.get<ClientRow>(LOOKUPS.client, of.connectionId, of.chatraClientId)
  if (named) return clientFrom(named)
  if (of.conversationId === null) return null
  const own = await sql.get<ClientRow>(LOOKUPS.clientsOf, of.conversationId)
  if (own) return clientFrom(own)
  // After a merge the devices belong to the common conversation.
  const common = await commonConversation(sql, of.conversationId)
  const moved = common && (await sql.get<ClientRow>(LOOKUPS.clientsOf, common.id))
  return moved ? clientFrom(moved) : null
}
