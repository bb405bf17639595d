import { sameText } from '../../text.ts'
import type { ChoreOutcome, ChoreState } from './chore.ts'

/**
 * A timed-out write can be carried out after it was looked for in vain and repeated (contracts/planfix.md, switch
 * planfix-write-outcome). A minute later the feed is looked at once more, and a second copy of ours is removed.
 */
export async function verify(state: ChoreState): Promise<ChoreOutcome> {
  const { connection, chore, conversation, context } = state
  const { planfix, settings } = connection
  const taskId = Number(chore.data.taskId)
  await state.turn()
  const page = await planfix.comments(taskId, 0)
  if (!page.ok) return page.error.code === 'object-gone' ? { done: [] } : { error: page.error }
  // A write under way is not linked yet and would be taken for a second copy.
  const current = await context.store.conversation(conversation.id)
  if (current?.attempt) return { later: context.clock.now() + 5000 }
  const linked = new Set(
    (await context.store.messagesOfTask(settings.id, taskId, 0)).map((message) => message.planfixCommentId),
  )
  const mine = page.value.comments.filter(
    (comment) =>
      !comment.isDeleted &&
      (comment.sourceObjectId === chore.data.sourceObjectId ||
        (comment.sourceObjectId === null &&
          comment.owner === `contact:${conversation.contactId}` &&
          sameText(comment.text, String(chore.data.text)))),
  )
  const kept = mine.find((comment) => linked.has(comment.id))
  if (!kept) return { done: [] }
  const extra = mine.filter((comment) => !linked.has(comment.id) && near(comment.at, kept.at))
  for (const comment of extra) {
    await state.turn()
    const removed = await planfix.deleteComment(comment.id)
    if (!removed.ok && removed.error.code !== 'object-gone') return { error: removed.error }
  }
  return { done: [] }
}

const near = (a: number | null, b: number | null) => a === null || b === null || Math.abs(a - b) < 5 * 60_000
