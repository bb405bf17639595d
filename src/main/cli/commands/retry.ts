import { openAnyStore } from '../../runtime/any-store.ts'
import { complain, print } from '../output.ts'

/**
 * `retry ID`: 0 when the message is queued, 1 with the reason when it cannot be. A running server sends it
 * within a second.
 */
export async function retry(options: {
  id: number
  dataDir: string
  database?: string | null
}): Promise<number> {
  const { id } = options
  const store = await openAnyStore({ dir: options.dataDir, database: options.database, shared: true })
  try {
    const answer = await store.retryMessage(id)
    if (answer === 'queued') {
      await print(`Message ${id} is queued; it is sent as soon as the bridge runs.\n`)
      return 0
    }
    const message = answer === 'not-found' ? null : await store.message(id)
    complain(
      message === null
        ? `There is no message ${id}.\n`
        : `Message ${id} cannot be sent again: ${why(message)}.\n`,
    )
    return 1
  } finally {
    await store.close()
  }
}

function why(message: { kind: string; state: string; reason: string | null }): string {
  if (message.kind === 'event') return 'it only explains an event and is never sent'
  if (message.state === 'delivered') return 'it was delivered'
  if (message.state === 'skipped' && message.reason !== 'dismissed') {
    return `it is not meant to be sent (${message.reason ?? 'skipped'})`
  }
  if (['failed', 'uncertain', 'skipped'].includes(message.state)) return 'its text is not stored any more'
  return `it is ${message.state}, the bridge takes care of it`
}
