import { goneComment } from '../../intake/comment/comment-input.ts'
import { applyComment } from '../../intake/comment/comment-state.ts'
import type { JobOutcome, JobState } from './job.ts'

/** Reads a comment again and decides on it again: a reply that was given up has appeared in the chat. */
export async function reread(state: JobState<'reread'>): Promise<JobOutcome> {
  const { context, connection, job, mutex: serial } = state
  const { taskId, commentId } = job.data
  await state.slot()
  const read = await connection.planfix.comment(commentId)
  if (!read.ok && read.error.code !== 'object-gone') return { error: read.error }
  const comment = read.ok ? read.value : goneComment(commentId)
  const applied = await applyComment(context, serial, connection, {
    taskId,
    comment,
    gone: !read.ok,
    again: true,
  })
  if (!applied) return { done: [] }
  return { done: [], wake: { conversationId: applied.conversation.id, queue: 'chatra' } }
}
