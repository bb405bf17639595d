import { commit, type EngineContext } from './context.ts'
import { addJob } from './delivery/patches.ts'
import type { KeyedMutex } from './keyed-mutex.ts'
import { rootOf } from './people/roots.ts'

/** A reply that the owner writes outside Planfix, into a notification. */
export interface OwnerReply {
  /** Plain text, not empty. */
  text: string
  /** Number of the Planfix employee who becomes the comment's author. */
  employeeId: number
  /** Names this reply: a second request with it is the same reply. */
  key: string
}
export type OwnerReplyAnswer = 'stored' | 'not-found'

/** Fact of a connection: the keys of the latest replies. A system may report one reply twice, at once or after a restart. */
const KEYS = 'ownerReplies'
const KEYS_KEPT = 100

/** Stores the reply, so that nothing can lose it; the job `reply` writes it into Planfix. */
export function storeOwnerReply(
  context: EngineContext,
  serial: KeyedMutex,
  conversationId: number,
  { text, employeeId, key }: OwnerReply,
): Promise<OwnerReplyAnswer> {
  return serial.run(KEYS, async () => {
    const { store, clock } = context
    const conversation = await rootOf(store, conversationId)
    if (!conversation) return 'not-found'
    const { id, connectionId } = conversation
    const keys = (await store.fact<string[]>(connectionId, KEYS)) ?? []
    if (keys.includes(key)) return 'stored'
    await commit(context, [
      { type: 'fact.set', connectionId, key: KEYS, value: [...keys, key].slice(-KEYS_KEPT) },
      addJob({
        id: store.newId(),
        connectionId,
        conversationId: id,
        kind: 'reply',
        key,
        data: { text, employeeId },
        notBefore: clock.now(),
      }),
    ])
    return 'stored'
  })
}
