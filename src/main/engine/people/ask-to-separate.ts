import type { Store } from '../ports.ts'

/**
 * Stores the wish to separate a conversation from the one it was joined with, as a job: whoever carries the conversation
 * does it within a second or two, or the next start.
 */
export async function askToSeparate(
  store: Pick<Store, 'conversation' | 'commit' | 'newId'>,
  id: number,
): Promise<'asked' | 'not-found' | 'not-joined'> {
  const conversation = await store.conversation(id)
  if (!conversation) return 'not-found'
  if (conversation.mergedInto === null || !conversation.joined) return 'not-joined'
  const { connectionId } = conversation
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
  return 'asked'
}
