import type { Conversation } from '../../../../../shared/domain.ts'
import { rootOf } from '../../../people/roots.ts'
import type { Store } from '../../../ports.ts'

/**
 * Number of a conversation's chat in Planfix's Chat API, which is also that of its contact: the first device's number in
 * Chatra, so that it is the same after a restore and on another computer. A conversation separated from one that uses the
 * number already has its own id behind it.
 */
export async function chatNumberOf(
  store: Store,
  conversation: Conversation,
  clientId: string,
): Promise<string> {
  if (conversation.channel) return conversation.channel.chatId
  for (const id of conversation.keptApart ?? []) {
    const other = await store.conversation(id)
    if (other?.channel?.chatId === clientId) return `${clientId}-${conversation.id}`
  }
  return clientId
}

/** Number in Chatra of the client who began this chat. */
export const clientOfChat = (chatId: string): string => SEPARATED.exec(chatId)?.[1] ?? chatId
/** The client's number, and that of the conversation. */
const SEPARATED = /^(.+)-(\d+)$/

/** The conversation whose chat this is, or that it was merged into; null when there is none. */
export async function conversationOfChat(
  store: Store,
  connectionId: string,
  chatId: string,
): Promise<Conversation | null> {
  const [, clientId = chatId, id] = SEPARATED.exec(chatId) ?? []
  if (id !== undefined) {
    const named = await store.conversation(Number(id))
    if (named?.connectionId === connectionId && named.channel?.chatId === chatId)
      return rootOf(store, named.id)
  }
  const client =
    (await store.client(connectionId, chatId)) ??
    (id === undefined ? null : await store.client(connectionId, clientId))
  if (!client) return null
  const own = await store.conversation(client.conversationId)
  const root = await rootOf(store, client.conversationId)
  if (own?.channel?.chatId === chatId || root?.channel?.chatId === chatId) return root
  // The device was separated from the conversation that began the chat.
  for (const kept of [...(own?.keptApart ?? []), ...(root?.keptApart ?? [])]) {
    const other = await store.conversation(kept)
    if (other?.channel?.chatId === chatId) return rootOf(store, other.id)
  }
  return root
}
