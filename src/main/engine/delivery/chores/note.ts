import type { Message } from '../../../../shared/domain.ts'
import { type TextKey, translate } from '../../../../shared/i18n/index.ts'
import { noteSourceId } from '../../identity.ts'
import type { Change } from '../../ports.ts'
import { firstLine } from '../../text.ts'
import { type ChoreOutcome, type ChoreState, messageOf, writeOnce } from './chore.ts'

/** A note to the employee inside the task; it never goes to the client, because the client is not among its recipients. */
export async function note(state: ChoreState): Promise<ChoreOutcome> {
  const { connection, conversation, chore } = state
  const taskId = typeof chore.data.taskId === 'number' ? chore.data.taskId : conversation.taskId
  if (taskId === null) return { done: [] }
  const message = await messageOf(state)
  // It has turned up meanwhile.
  if (chore.data.what === 'not-delivered' && message?.state === 'delivered') return { done: [] }
  const text = await noteText(state, message)
  const employee = message?.author.kind === 'employee' ? [`user:${message.author.id}`] : []
  const sourceObjectId = noteSourceId(connection.settings.id, chore.id, chore.key)
  const attempt = {
    kind: 'chore' as const,
    sourceObjectId,
    messageIds: [],
    startedAt: state.now,
    unclearAt: null,
    timedOut: false,
    text,
    ownerUserId: null,
  }
  const written = await writeOnce(
    state,
    attempt,
    (before) => state.look.comment(before, connection, taskId, null),
    async () => {
      const made = await connection.planfix.addComment(taskId, {
        text: { paragraphs: [{ label: null, text }] },
        owner: null,
        recipients: { roles: employee.length > 0 ? [] : ['assignee'], users: employee },
        fileIds: [],
        writtenAt: null,
        sourceObjectId,
      })
      return made.ok ? { ok: true, value: made.value.id } : made
    },
  )
  if (!written.ok) return { error: written.error }
  return { done: [rememberNote(state, taskId, written.value, text)] }
}

async function noteText(state: ChoreState, message: Message | null): Promise<string> {
  const { context, chore, connection } = state
  const what = String(chore.data.what)
  if (what === 'merged') {
    const into = await context.store.conversation(Number(chore.data.intoConversation))
    return into?.taskId
      ? translate(context.language, 'note.merged', {
          link: `${connection.settings.planfix.webUrl}/task/${into.taskId}`,
        })
      : translate(context.language, 'note.merged-no-task')
  }
  if (what === 'file-not-delivered')
    return translate(context.language, 'note.file-not-delivered', { file: String(chore.data.file) })
  if (what === 'arrived-after-all')
    return translate(context.language, 'note.arrived-after-all', {
      text: firstLine(message?.text ?? '', 200),
    })
  if (what === 'loop') return translate(context.language, 'note.loop')
  const reason = translate(context.language, `reason.${String(chore.data.reason)}` as TextKey)
  return translate(context.language, 'note.not-delivered', {
    reason,
    text: firstLine(message?.text ?? '', 200),
  })
}

/** Kept as a message of the bridge, so that its comment is known for ours when the watcher reads it; the log shows it. */
function rememberNote(state: ChoreState, taskId: number, commentId: number, text: string): Change {
  const { chore, now } = state
  return {
    type: 'message.add',
    states: [{ state: 'delivered', reason: 'note-to-employee' }],
    message: {
      id: state.context.store.newId(),
      connectionId: chore.connectionId,
      conversationId: chore.conversationId,
      direction: 'to-planfix',
      kind: 'text',
      author: { kind: 'bridge' },
      text,
      files: [],
      originKey: `note:${chore.id}`,
      chatraClientId: null,
      chatraMessageId: null,
      planfixTaskId: taskId,
      planfixCommentId: commentId,
      targetId: null,
      writtenAt: now,
      receivedAt: now,
      position: now,
      state: 'delivered',
      reason: 'note-to-employee',
      late: false,
      attempts: 1,
      sentAt: null,
      echoed: false,
      sentPrint: null,
      fingerprint: null,
    },
  }
}
