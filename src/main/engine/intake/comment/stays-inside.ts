import { hasNothingToSee } from '../../../../shared/plain.ts'
import { addJob } from '../../delivery/patches.ts'
import type { Change, PlanfixComment } from '../../ports.ts'
import type { CommentState } from './comment-input.ts'
import type { StayReason } from './may-go-out.ts'

/** Nobody remembers what was special about an older comment. Milliseconds. */
const RECENT_MS = 24 * 3_600_000

/**
 * The first time in a conversation that a comment of an employee stays inside because it does not notify the client, the
 * employee is told in a note how to write to the client, and that is recorded in the same commit. A hidden comment is
 * internal on purpose. `messageId`: the message that mirrors the comment.
 */
export function explainOnce(
  comment: PlanfixComment,
  reason: StayReason,
  messageId: number,
  state: CommentState,
): Change[] {
  const { settings, conversation, task, now } = state
  if (reason !== 'internal-client-not-notified' || !settings.options.explainInternal || !task.ours) return []
  const told = conversation.insideTold ?? []
  // `user:5`: with this reason the author is somebody who may reply.
  const employee = Number(comment.owner!.slice('user:'.length))
  // What another program writes with our token is no employee's.
  if (employee === state.tokenUserId || told.includes(employee)) return []
  const isReply = comment.type === 'Comment' && !(hasNothingToSee(comment.text) && comment.files.length === 0)
  if (!isReply || (comment.at !== null && now - comment.at > RECENT_MS)) return []
  return [
    { type: 'conversation.patch', id: conversation.id, patch: { insideTold: [...told, employee] } },
    addJob({
      id: state.newId(),
      connectionId: settings.id,
      conversationId: conversation.id,
      kind: 'note',
      key: `stays-inside:${comment.id}`,
      data: { what: 'stays-inside', messageId, taskId: task.taskId },
      notBefore: now,
    }),
  ]
}
