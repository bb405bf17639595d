import { isOpen, type Message } from '../../../../shared/domain.ts'
import { type TextKey, translate } from '../../../../shared/i18n/index.ts'
import { noteSourceId } from '../../identity.ts'
import type { Change } from '../../ports.ts'
import { rootOf } from '../../roots.ts'
import { firstLine } from '../../text.ts'
import { TARGET_NOT_ARRIVED } from '../chatra/chatra-plan.ts'
import {
  isBeingWritten,
  type JobOutcome,
  type JobState,
  messageOf,
  SLOW_LOOK_MS,
  verifyLater,
  writeOnce,
} from './job.ts'

/**
 * A note to the employee inside the task; it never goes to the client, because the client is not among its
 * recipients.
 */
export async function note(state: JobState): Promise<JobOutcome> {
  const { connection, conversation, job } = state
  const named = typeof job.data.taskId === 'number' ? job.data.taskId : null
  // It belongs to the client's messages: into the task that is created for them, or after the message being
  // written.
  if (named === null && FOLLOWS.has(String(job.data.what)) && (await isBeingWritten(state)))
    return { waits: state.now + SLOW_LOOK_MS }
  const taskId = named ?? conversation.taskId
  if (taskId === null) return { done: [] }
  const link = await state.context.store.task(connection.settings.id, taskId)
  if (link && !link.ours) return { done: [] }
  const message = await messageOf(state)
  if (job.data.what === 'not-delivered' && message && (await isOvertaken(state, message))) return { done: [] }
  const text = await noteText(state, message)
  if (text === null) return { done: [] }
  const isUnnamed = job.data.unnamed === true
  const employee = message?.author.kind === 'employee' && !isUnnamed ? [`user:${message.author.id}`] : []
  const sourceObjectId = noteSourceId(connection.settings.id, job.id, job.key)
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
    (before) => state.reconciler.comment(before, connection, taskId, null),
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
  if ('error' in written && written.wrote && written.error.retry.when === 'never') {
    const next = otherWay(state, taskId, employee.length > 0)
    if (next) return { later: state.now, data: next }
  }
  if (!('written' in written)) return written
  return { done: [rememberNote(state, taskId, written.written, text), ...verifyLater(state, { taskId })] }
}

/**
 * Planfix refuses it: if the employee is gone, the note is for the assignee; if the task is, the note goes
 * into the next one.
 */
function otherWay(
  { job, conversation }: JobState,
  taskId: number,
  isNamed: boolean,
): JobState['job']['data'] | null {
  if (isNamed) return { ...job.data, unnamed: true }
  const next = conversation.taskId
  return next === null || next === taskId ? null : { ...job.data, unnamed: true, taskId: next }
}

/** The reply has appeared meanwhile, or its comment was deleted: the note is obsolete. */
async function isOvertaken({ context }: JobState, { id, state }: Message): Promise<boolean> {
  if (state !== 'failed') return true
  const changes = await context.store.changesOf(id)
  return changes.some(
    (one) => one.kind === 'delete' && (isOpen(one.state) || one.reason === TARGET_NOT_ARRIVED),
  )
}

const FOLLOWS: ReadonlySet<string> = new Set(['device-joined', 'perhaps', 'introduction', 'loop'])

/** Null when the note is obsolete. */
async function noteText(state: JobState, message: Message | null): Promise<string | null> {
  const { context, job, connection } = state
  const { webUrl } = connection.settings.planfix
  const what = String(job.data.what)
  if (what === 'merged') {
    const into = await rootOf(context.store, Number(job.data.intoConversation))
    return into?.taskId
      ? translate(context.language, 'note.merged', { link: `${webUrl}/task/${into.taskId}` })
      : translate(context.language, 'note.merged-no-task')
  }
  if (what === 'perhaps') {
    const other = await context.store.conversation(Number(job.data.otherConversation))
    // The conversations were joined meanwhile: another note says so.
    if (!other?.taskId || other.mergedInto !== null) return null
    return translate(context.language, 'note.perhaps', { link: `${webUrl}/task/${other.taskId}` })
  }
  if (what === 'device-joined') return deviceJoined(state)
  if (what === 'twin')
    return translate(context.language, 'note.twin', {
      link: `${webUrl}/task/${String(job.data.otherTask)}`,
    })
  if (what === 'twin-card')
    return translate(context.language, 'note.twin-card', {
      link: `${webUrl}/contact/${String(job.data.otherContact)}`,
    })
  if (what === 'introduction') {
    const other = job.data.otherContact
    const value = String(job.data.value)
    return typeof other === 'number'
      ? translate(context.language, 'note.introduction-other', { value, link: `${webUrl}/contact/${other}` })
      : translate(context.language, 'note.introduction', { value })
  }
  if (what === 'file-not-delivered' && job.data.file === '')
    return translate(context.language, 'note.picture-not-delivered')
  if (what === 'file-not-delivered')
    return translate(context.language, 'note.file-not-delivered', { file: String(job.data.file) })
  if (what === 'kept-inside')
    return translate(context.language, 'note.kept-inside', { text: firstLine(message?.text ?? '', 200) })
  if (what === 'arrived-after-all')
    return translate(context.language, 'note.arrived-after-all', {
      text: firstLine(message?.text ?? '', 200),
    })
  if (what === 'loop') return translate(context.language, 'note.loop')
  const reason = translate(context.language, `reason.${String(job.data.reason)}` as TextKey)
  const isOfChange = what === 'not-changed' || what === 'not-removed'
  return translate(context.language, isOfChange ? `note.${what}` : 'note.not-delivered', {
    reason,
    text: [firstLine(message?.text ?? '', 200), ...(isOfChange ? namesOf(message) : [])]
      .filter((part) => part !== '')
      .join(', '),
  })
}

const namesOf = (message: Message | null): string[] => (message?.files ?? []).map(({ name }) => name)

async function deviceJoined({ context, job, connection }: JobState): Promise<string> {
  const link = await context.store.client(connection.settings.id, String(job.data.clientId))
  const device = [link?.profile.os, link?.profile.browser].filter((part) => part != null).join(', ')
  const isVouched = job.data.why === 'vouched'
  const key = isVouched ? 'note.device-joined-vouched' : 'note.device-joined'
  return translate(context.language, key, {
    device: device || '—',
    email: link?.profile.email ?? '—',
  })
}

/**
 * Stored as a message of the bridge, so that its comment is recognised when the watcher reads it; the log
 * shows it.
 */
function rememberNote(state: JobState, taskId: number, commentId: number, text: string): Change {
  const { job, now } = state
  return {
    type: 'message.add',
    states: [{ state: 'delivered', reason: 'note-to-employee' }],
    message: {
      id: state.context.store.newId(),
      connectionId: job.connectionId,
      conversationId: job.conversationId,
      direction: 'to-planfix',
      kind: 'text',
      author: { kind: 'bridge' },
      text,
      files: [],
      originKey: `note:${job.id}`,
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
      sentFingerprint: null,
      fingerprint: null,
    },
  }
}
