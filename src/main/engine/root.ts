import type { Conversation } from '../../shared/domain.ts'
import type { Store } from './ports.ts'

/** The conversation itself, or the one it was merged into in the end; null when there is none. */
export async function rootOf(store: Store, id: number): Promise<Conversation | null> {
  const passed = new Set<number>()
  let conversation = await store.conversation(id)
  while (conversation && conversation.mergedInto !== null && !passed.has(conversation.id)) {
    passed.add(conversation.id)
    conversation = await store.conversation(conversation.mergedInto)
  }
  return conversation
}
