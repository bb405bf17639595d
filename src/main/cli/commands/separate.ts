import { askToSeparate } from '../../engine/index.ts'
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
    const root = (await store.conversation(id))?.mergedInto
    const answer = await askToSeparate(store, id)
    if (answer !== 'asked') {
      complain(
        answer === 'not-joined'
          ? `Conversation ${id} is not joined with another one.\n`
          : `There is no conversation ${id}.\n`,
      )
      return 1
    }
    await print(`Conversation ${id} is separated from conversation ${root} as soon as the bridge runs.\n`)
    return 0
  } finally {
    await store.close()
  }
}
