import type { ApplicationStore } from '../../src/main/store/index.ts'
import type { Conversation } from '../../src/shared/domain.ts'

/** Every conversation of a connection as the store has it, the oldest first. */
export async function conversationsOf(
  store: ApplicationStore,
  connectionId: string,
): Promise<Conversation[]> {
  const found = await store.findConversations({ text: '', connectionId, limit: 1000 })
  const all = await Promise.all(found.map(({ id }) => store.conversation(id)))
  return all.filter((one) => one !== null).sort((one, other) => one.id - other.id)
}
