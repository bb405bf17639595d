import { locateCall } from '../planfix/channel/locate-call.ts'
import type { JobOutcome, JobState } from './job.ts'

/** The comment of a call of the Chat API whose number does not tell it (delivery/planfix/channel/locate-call.ts). */
export async function findComment(state: JobState<'find-comment'>): Promise<JobOutcome> {
  const { context, connection, conversation, job, mutex } = state
  const current = await context.store.conversation(conversation.id)
  // A message that is under way makes its task known.
  if (current?.attempt) return { waits: context.clock.now() + 5000 }
  const located = await locateCall(
    context,
    mutex,
    connection,
    { key: job.key, ...job.data },
    {
      rest: async (call) => {
        await state.slot()
        return call(connection.planfix)
      },
      chat: async (call) => {
        await connection.channel.rateLimiter.slot(1, 'calls')
        return call(connection.channel)
      },
    },
  )
  if (!located.ok) return { error: located.error }
  return { done: [], wake: { conversationId: conversation.id, queue: 'chatra' } }
}
