import { openAnyStore } from '../../runtime/any-store.ts'
import { complain, print } from '../output.ts'

/**
 * `separate ID`: requests that the bridge separates a conversation from the one it was joined with. 0 when
 * requested, 1 with the reason when there is nothing to separate. A running server does it within a second,
 * else the next start.
 */
export async function separate(options: {
  id: number
  dataDir: string
  database?: string | null
}): Promise<number> {
  const { id } = options
  const store = await openAnyStore({ dir: options.dataDir, database: options.database, shared: true })
  try {
    const conversation = await store.conversation(id)
    if (conversation?.mergedInto == null || !conversation.joined) {
      complain(
        conversation
          ? `Conversation ${id} is not joined with another one.\n`
          : `There is no conversation ${id}.\n`,
      )
      return 1
    }
    const { connectionId, mergedInto } = conversation
    await store.commit([
      {
        type: 'job.add',
        job: {
          id: store.newId(),
          connectionId,
          conversationId: id,
          kind: 'separate',
          key: 'by-hand',
          data: {},
          notBefore: 0,
          failures: 0,
          attempt: null,
        },
      },
    ])
    await print(
      `Conversation ${id} is separated from conversation ${mergedInto} as soon as the bridge runs.\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}
