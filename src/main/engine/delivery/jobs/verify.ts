import type { JobData } from '../../../../shared/messages/job.ts'
import { plainField } from '../../../../shared/plain.ts'
import type { Change, PlanfixComment } from '../../ports.ts'
import { sameText } from '../../text.ts'
import { addJob, pollFastUntil } from '../patches.ts'
import type { JobOutcome, JobState } from './job.ts'

/**
 * A timed-out write can still be executed after it was searched for without a match and repeated
 * (contracts/planfix.md, switch planfix-write-outcome). A minute later this job searches once more: a second
 * copy of a comment is removed, a second task is watched and links to the first one, and a second card is
 * reported to the employees, as REST can delete neither.
 */
export async function verify(state: JobState<'verify'>): Promise<JobOutcome> {
  const current = await state.context.store.conversation(state.conversation.id)
  // A write under way is not linked yet and would look like a second copy.
  if (current?.attempt) return { waits: state.context.clock.now() + 5000 }
  const { data } = state.job
  switch (data.what) {
    case 'task':
      return verifyTask(state, data)
    case 'contact':
      return verifyContact(state, data)
    case 'visit':
      return verifyVisit(state, data)
    case 'comment':
    case undefined:
      return verifyComment(state, data)
  }
}

/** What is stored of a write to be verified; a comment's has no `what`. */
type Data = JobData<'verify'>
type Written<What extends string> = Extract<Data, { what: What }>
type WrittenComment = Extract<Data, { what?: 'comment' }>

async function verifyComment(state: JobState, data: WrittenComment): Promise<JobOutcome> {
  const { connection, conversation, context } = state
  const { planfix, settings } = connection
  const { taskId } = data
  await state.slot()
  const page = await planfix.comments(taskId, 0)
  if (!page.ok) return page.error.code === 'object-gone' ? { done: [] } : { error: page.error }
  const current = await context.store.conversation(conversation.id)
  if (current?.attempt) return { waits: context.clock.now() + 5000 }
  const linked = new Set(
    (await context.store.messagesOfTask(settings.id, taskId, 0)).map((message) => message.planfixCommentId),
  )
  const contactId = data.contactId ?? conversation.contactId
  const tokenUserId = await context.store.fact<number>(settings.id, 'tokenUserId')
  const owners = [`contact:${contactId}`, ...(tokenUserId === null ? [] : [`user:${tokenUserId}`])]
  const mine = page.value.comments.filter((comment) => isCopy(comment, data, owners))
  const kept = mine.find((comment) => linked.has(comment.id))
  if (!kept) return { done: [] }
  return remove(
    state,
    mine.filter((comment) => !linked.has(comment.id) && near(comment.at, kept.at)),
  )
}

/**
 * A copy with our mark; without marks, the same text by the client's card or by the token's user, who wrote
 * the original.
 */
const isCopy = (comment: PlanfixComment, data: Data, owners: readonly (string | null)[]): boolean =>
  !comment.isDeleted &&
  (comment.sourceObjectId === data.sourceObjectId ||
    (comment.sourceObjectId === null && owners.includes(comment.owner) && sameText(comment.text, data.text)))

async function remove(state: JobState, extra: readonly PlanfixComment[]): Promise<JobOutcome> {
  for (const comment of extra) {
    await state.slot()
    const removed = await state.connection.planfix.deleteComment(comment.id)
    if (!removed.ok && removed.error.code !== 'object-gone') return { error: removed.error }
  }
  return { done: [] }
}

/** Comments on a card are not stored: the first copy stays. */
async function verifyVisit(state: JobState, data: Written<'visit'>): Promise<JobOutcome> {
  await state.slot()
  const page = await state.connection.planfix.contactComments(data.contactId)
  if (!page.ok) return page.error.code === 'object-gone' ? { done: [] } : { error: page.error }
  const mine = page.value.filter(
    (comment) =>
      !comment.isDeleted &&
      (comment.sourceObjectId === data.sourceObjectId ||
        (comment.sourceObjectId === null && sameText(comment.text, data.text))),
  )
  const [first, ...extra] = mine.toSorted((one, other) => one.id - other.id)
  return remove(state, first ? extra.filter((comment) => near(comment.at, first.at)) : [])
}

/** The second task is watched like the first, so that a reply in it reaches the client. */
async function verifyTask(state: JobState, data: Written<'task'>): Promise<JobOutcome> {
  const { connection, job, context, conversation } = state
  const { store } = context
  const { id: connectionId } = connection.settings
  const { sourceObjectId, chatId, n, name = '', text } = data
  await state.slot()
  const found = await connection.planfix.tasksOfContact(data.contactId ?? 0)
  if (!found.ok) return found.error.code === 'object-gone' ? { done: [] } : { error: found.error }
  const made = (await store.tasksOf(conversation.id)).find((task) => task.chatId === chatId && task.n === n)
  if (!made) return { done: [] }
  const changes: Change[] = []
  for (const task of found.value) {
    if (task.isDeleted || (await store.task(connectionId, task.id))) continue
    const isMarked = task.sourceObjectId === sourceObjectId
    const isAlike =
      task.sourceObjectId === null &&
      task.name === plainField(name, '') &&
      near(task.createdAt, made.createdAt)
    if (!isMarked && !(isAlike && (await holds(state, task.id, text)))) continue
    const now = context.clock.now()
    const fastUntil = pollFastUntil(now, connection.planfix.clockSkew() ?? 0)
    const fresh = {
      cursor: 0,
      signal: '',
      readAt: 0,
      checkedAt: now,
      hotUntil: fastUntil,
      lastActivityAt: now,
    }
    changes.push(
      { type: 'task.add', task: { ...made, ...fresh, taskId: task.id, active: true, closedAt: null } },
      addJob({
        id: store.newId(),
        connectionId,
        conversationId: job.conversationId,
        kind: 'note',
        key: `twin:${task.id}`,
        notBefore: now,
        data: { what: 'twin', taskId: task.id, otherTask: made.taskId },
      }),
    )
  }
  return { done: changes }
}

async function holds(state: JobState, taskId: number, text: string): Promise<boolean> {
  await state.slot()
  const feed = await state.connection.planfix.comments(taskId, 0)
  return feed.ok && feed.value.comments.some((comment) => sameText(comment.text, text))
}

async function verifyContact(state: JobState, data: Written<'contact'>): Promise<JobOutcome> {
  const { connection, job, context, conversation } = state
  const { sourceObjectId, name = '', startedAt, email } = data
  await state.slot()
  const found = await connection.planfix.lookForContacts({ sourceObjectId, startedAt, name })
  if (!found.ok) return { error: found.error }
  const twins = found.value.filter(
    (one) =>
      !one.isDeleted &&
      one.id !== conversation.contactId &&
      (one.sourceObjectId === sourceObjectId ||
        (one.sourceObjectId === null && one.name.trim() === name && one.email?.toLowerCase() === email)),
  )
  const known = await Promise.all(
    twins.map((one) => context.store.conversationsByContact(connection.settings.id, one.id)),
  )
  return {
    done: twins
      .filter((_one, index) => known[index]?.length === 0)
      .map(
        (one): Change =>
          addJob({
            id: context.store.newId(),
            connectionId: job.connectionId,
            conversationId: job.conversationId,
            kind: 'note',
            key: `twin-card:${one.id}`,
            notBefore: context.clock.now(),
            data: { what: 'twin-card', otherContact: one.id },
          }),
      ),
  }
}

const near = (a: number | null, b: number | null) => a === null || b === null || Math.abs(a - b) < 5 * 60_000
