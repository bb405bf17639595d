import { isOpen, type Message } from '../../../../shared/domain.ts'
import { type TextKey, translate } from '../../../../shared/i18n/index.ts'
import type { NoteData } from '../../../../shared/messages/job.ts'
import { newMessage } from '../../../../shared/messages/new-message.ts'
import { newPendingWrite } from '../../../../shared/messages/pending-write.ts'
import { noteSourceId } from '../../identity.ts'
import { rootOf } from '../../people/roots.ts'
import type { Change } from '../../ports.ts'
import { firstLine } from '../../text.ts'
import { TARGET_NOT_ARRIVED } from '../chatra/chatra-plan.ts'
import { plainOf, taskDescription } from '../planfix/planfix-text.ts'
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
export async function note(state: JobState<'note'>): Promise<JobOutcome> {
  const { connection, conversation, job } = state
  const named = job.data.taskId ?? null
  // It belongs to the client's messages: into the task that is created for them, or after the message being
  // written.
  if (named === null && FOLLOWS.has(job.data.what) && (await isBeingWritten(state)))
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
  const attempt = newPendingWrite({
    kind: 'chore',
    sourceObjectId,
    startedAt: state.now,
    text,
  })
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
  { job, conversation }: JobState<'note'>,
  taskId: number,
  isNamed: boolean,
): NoteData | null {
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

const FOLLOWS: ReadonlySet<NoteData['what']> = new Set(['device-joined', 'perhaps', 'introduction', 'loop'])

/** Null when the note is obsolete. */
async function noteText(state: JobState<'note'>, message: Message | null): Promise<string | null> {
  const { context, connection } = state
  const { data } = state.job
  const { webUrl } = connection.settings.planfix
  const say = (key: TextKey, params: Record<string, string> = {}) => translate(context.language, key, params)
  const words = firstLine(message?.text ?? '', 200)
  const task = (id: number) => ({ link: `${webUrl}/task/${id}` })
  const contact = (id: number) => ({ link: `${webUrl}/contact/${id}` })
  switch (data.what) {
    case 'merged': {
      const into = await rootOf(context.store, data.intoConversation)
      return into?.taskId ? say('note.merged', task(into.taskId)) : say('note.merged-no-task')
    }
    case 'perhaps': {
      const other = await context.store.conversation(data.otherConversation)
      // The conversations were joined meanwhile: another note says so.
      if (!other?.taskId || other.mergedInto !== null) return null
      return say('note.perhaps', task(other.taskId))
    }
    case 'device-joined':
      return deviceJoined(state, data)
    case 'twin':
      return say('note.twin', task(data.otherTask))
    case 'twin-card':
      return say('note.twin-card', contact(data.otherContact))
    case 'introduction': {
      const { value, otherContact } = data
      return otherContact === undefined
        ? say('note.introduction', { value })
        : say('note.introduction-other', { value, ...contact(otherContact) })
    }
    case 'client-facts':
      return clientFacts(state, data)
    case 'file-not-delivered':
      return data.file === ''
        ? say('note.picture-not-delivered')
        : say('note.file-not-delivered', { file: data.file })
    case 'kept-inside':
    case 'arrived-after-all':
      return say(`note.${data.what}`, { text: words })
    case 'stays-inside':
      // Opened to the client, or deleted, meanwhile: there is nothing to explain.
      return message?.state === 'skipped' ? say('note.stays-inside', { text: words }) : null
    case 'loop':
      return say('note.loop')
    case 'not-delivered':
      return say('note.not-delivered', { reason: say(`reason.${data.reason}` as TextKey), text: words })
    case 'not-changed':
    case 'not-removed': {
      const text = [words, ...namesOf(message)].filter((part) => part !== '').join(', ')
      return say(`note.${data.what}`, { reason: say(`reason.${data.reason}` as TextKey), text })
    }
  }
}

const namesOf = (message: Message | null): string[] => (message?.files ?? []).map(({ name }) => name)

async function deviceJoined(
  { context, connection }: JobState,
  { clientId, why }: Extract<NoteData, { what: 'device-joined' }>,
): Promise<string> {
  const link = await context.store.client(connection.settings.id, clientId)
  const device = [link?.profile.os, link?.profile.browser].filter((part) => part != null).join(', ')
  const key = why === 'vouched' ? 'note.device-joined-vouched' : 'note.device-joined'
  return translate(context.language, key, {
    device: device || '—',
    email: link?.profile.email ?? '—',
  })
}

/** What the task of a chat of the Chat API lacks: Planfix gives it no description. */
async function clientFacts(
  { context, connection }: JobState,
  { clientId, previous, related, perhaps }: Extract<NoteData, { what: 'client-facts' }>,
): Promise<string | null> {
  const { settings } = connection
  const link = await context.store.client(settings.id, clientId)
  if (!link) return null
  const { historyInNewTask: most } = settings.options
  const history =
    most === 'link' || previous === null ? [] : await context.store.saidInTask(settings.id, previous, most)
  const links = { previous, related, perhaps }
  return plainOf(taskDescription([], link.profile, links, settings, context.language, history))
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
    message: newMessage({
      id: state.context.store.newId(),
      connectionId: job.connectionId,
      conversationId: job.conversationId,
      direction: 'to-planfix',
      author: { kind: 'bridge' },
      text,
      originKey: `note:${job.id}`,
      planfixTaskId: taskId,
      planfixCommentId: commentId,
      writtenAt: now,
      receivedAt: now,
      position: now,
      state: 'delivered',
      reason: 'note-to-employee',
      attempts: 1,
    }),
  }
}
