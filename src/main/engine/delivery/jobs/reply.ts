import type { JobData } from '../../../../shared/messages/job.ts'
import { newPendingWrite } from '../../../../shared/messages/pending-write.ts'
import { ownerReplySourceId } from '../../identity.ts'
import type { Change } from '../../ports.ts'
import { addJob } from '../patches.ts'
import { type JobOutcome, type JobState, SLOW_LOOK_MS, writeOnce } from './job.ts'

/**
 * Writes the owner's reply into the task, as a comment of the chosen employee that the client is notified of. From then on
 * it is a comment like any other: it is read, decided on and sent by the same rules. A write whose result stays unknown is
 * never repeated, since the client could get both: the owner is told instead.
 */
export async function reply(state: JobState<'reply'>): Promise<JobOutcome> {
  const { connection, conversation, job, now } = state
  const { text, employeeId, taskId } = job.data
  if (taskId === undefined) {
    if (conversation.taskId === null) return { waits: now + SLOW_LOOK_MS }
    return { later: now, data: { ...job.data, taskId: conversation.taskId } }
  }
  const sourceObjectId = ownerReplySourceId(connection.settings.id, job.key)
  const written = await writeOnce(
    state,
    newPendingWrite({ kind: 'reply', sourceObjectId, startedAt: now, text, ownerUserId: employeeId }),
    (before) => state.reconciler.comment(before, connection, taskId, conversation.contactId),
    async () => {
      const made = await connection.planfix.addComment(taskId, {
        text: { paragraphs: [{ label: null, text }] },
        owner: `user:${employeeId}`,
        recipients: {
          roles: ['assignee'],
          users: conversation.contactId === null ? [] : [`contact:${conversation.contactId}`],
        },
        fileIds: [],
        writtenAt: null,
        sourceObjectId,
      })
      return made.ok ? { ok: true, value: made.value.id } : made
    },
    'never-twice',
  )
  if ('written' in written) return { done: [readNow(state, taskId, written.written)] }
  if ('missing' in written) return { done: [notWritten(state, job.data, '')] }
  if ('error' in written && written.wrote && written.error.retry.when === 'never')
    return { done: [notWritten(state, job.data, written.error.detail)] }
  return written
}

/** The comment is decided on at once, and not only when the task is read. */
const readNow = ({ context, job, now }: JobState, taskId: number, commentId: number): Change =>
  addJob({
    id: context.store.newId(),
    connectionId: job.connectionId,
    conversationId: job.conversationId,
    kind: 'reread',
    key: `comment:${commentId}`,
    data: { taskId, commentId },
    notBefore: now,
  })

const notWritten = ({ job, now }: JobState, { text }: JobData<'reply'>, detail: string): Change => ({
  type: 'event.add',
  event: {
    time: now,
    connectionId: job.connectionId,
    level: 'error',
    key: 'event.reply-not-written',
    params: { conversation: job.conversationId, text, detail },
  },
})
