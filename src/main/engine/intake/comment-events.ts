import { stage } from '../context.ts'
import { type Change, type InboxRow, isRestore } from '../ports.ts'
import { type CommentDecision, NUMBERS_ARE_COMMENTS, OWN_BY_TEXT } from './comment/comment.ts'
import type { CommentEvent } from './comment/comment-input.ts'
import { applyComment } from './comment/comment-state.ts'
import { isRecord, reportAdded, settled } from './inbox-outcome.ts'
import type { IntakeOptions } from './options.ts'
import { skippedEvent } from './skipped.ts'

/**
 * Decides what comments of Planfix mean, and commits that together with the outcome of their inbox rows;
 * forwards hints.
 */
export class CommentEvents {
  private readonly options: IntakeOptions

  constructor(options: IntakeOptions) {
    this.options = options
  }

  async decide(row: InboxRow, body: unknown): Promise<void> {
    const { context, wake, hint, serial } = this.options
    const { store } = context
    const connection = context.connections.get(row.connectionId)
    if (!connection) return
    if (!isCommentEvent(body)) {
      const taskId = taskOfHint(body)
      const task = taskId === null ? null : await store.task(row.connectionId, taskId)
      await stage(context, [
        { type: 'inbox.settle', seq: row.seq, outcome: 'done', reason: task ? 'hint' : 'no-known-task' },
      ])
      if (task) hint(row.connectionId, task.taskId)
      return
    }
    const takeover = context.takeover?.() ?? null
    // Comments that the watcher had read before the backup may have been decided on, and delivered, since.
    const event = isRestore(takeover) && row.receivedAt < takeover.at ? { ...body, first: true } : body
    const { taskId: planfixTaskId } = body
    const { id: planfixCommentId, text } = body.comment
    const settle = (decision: CommentDecision): Change[] => [
      ...(decision.skipped === OWN_BY_TEXT
        ? [skippedEvent(row, OWN_BY_TEXT, store.newId(), { text, planfixTaskId, planfixCommentId })]
        : []),
      settled(row, decision),
    ]
    const applied = await applyComment(context, serial, connection, event, settle)
    if (!applied) return stage(context, [settled(row, { skipped: 'no-known-task' })])
    await reportAdded(applied.decision.changes, this.options.added)
    // Comments that are known by their numbers from now on may have been deleted before.
    const hasLearnt = applied.decision.changes.some(
      (change) => change.type === 'fact.set' && change.key === NUMBERS_ARE_COMMENTS && change.value === true,
    )
    if (hasLearnt) hint(row.connectionId, body.taskId)
    wake(applied.conversation.id, 'chatra')
  }
}

/** Written by our own watcher, so its format is known once the marker is there. */
function isCommentEvent(body: unknown): body is CommentEvent {
  return isRecord(body) && body.watcher === true && isRecord(body.comment) && typeof body.taskId === 'number'
}

/** `{"task": 123}`, as a number or its text (docs/architecture.md, "Webhook addresses"). */
function taskOfHint(body: unknown): number | null {
  if (!isRecord(body)) return null
  const task = Number(body.task)
  return Number.isSafeInteger(task) && task > 0 ? task : null
}
