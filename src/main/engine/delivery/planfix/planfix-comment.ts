import type { Message, TaskLink } from '../../../../shared/domain.ts'
import { type BridgeError, bridgeError, type ErrorCode } from '../../../../shared/errors.ts'
import { messageSourceId } from '../../identity.ts'
import type { Change } from '../../ports.ts'
import { writtenBefore } from '../failover.ts'
import { pollFastUntil, reasonOf, stateChange, taskPatch } from '../patches.ts'
import { adopt, reconcileRefused } from './adopt-task.ts'
import { thatFit } from './batch.ts'
import { foundWritten } from './found-written.ts'
import { findOverlooked } from './our-tasks.ts'
import type { Step } from './planfix-plan.ts'
import {
  type ApiCall,
  type ConversationState,
  cardIsGone,
  delivered,
  MESSAGES,
  type PlanfixStepRunner,
  patchOf,
  type StepResult,
  upTo,
} from './planfix-step-runner.ts'
import { commentText, ownerOf, plainOf } from './planfix-text.ts'

export async function runUpload(
  work: PlanfixStepRunner,
  message: Message,
  index: number,
  state: ConversationState,
): Promise<StepResult> {
  const file = message.files[index]
  const sent = file?.url
    ? await state.connection.planfix.fileFromUrl(file.name, file.url)
    : ({ ok: false, error: bridgeError('planfix', 'refused', 'the file has no address') } as const)
  const put = (change: Partial<Message['files'][number]>): Change[] => [
    {
      type: 'message.patch',
      id: message.id,
      at: work.context.clock.now(),
      patch: { files: message.files.map((one, at) => (at === index ? { ...one, ...change } : one)) },
    },
  ]
  return work.applyResult({
    state,
    result: sent,
    onSuccess: ({ id }) => put({ planfixFileId: id }),
    onRefused: (error) =>
      error.retry.when === 'never' || error.code === 'missing-scope' ? put({ linkOnly: true }) : null,
  })
}

export function comment(
  work: PlanfixStepRunner,
  step: Extract<Step, { do: 'comment' }>,
  state: ConversationState,
): ApiCall {
  const { settings, conversation } = state
  const first = step.batch[0]
  if (!first) throw new Error('an empty batch is never planned')
  // Planfix has refused this message as its author's comment: it is written as the token's user, beginning
  // with the author's name.
  const trial = work.unnamedTrial.get(conversation.id)
  // It asks whether the account is the cause: if the account has worked again since, the author is asked about once more.
  const isTrial =
    trial?.messageId === first.id && trial.healedAt === state.connection.planfixBreaker.breaker.healedAt
  work.unnamedTrial.delete(conversation.id)
  const isUnnamed = isTrial || conversation.withoutAuthor === first.id
  const textOf = (batch: readonly Message[]) =>
    commentText(batch, settings, work.context.language, isUnnamed ? 'all' : 'unmapped')
  const marked = step.batch.map((message) => ({
    ...message,
    late: message.writtenAt < conversation.deliveredUpTo,
  }))
  const late = thatFit(marked, (batch) => state.connection.planfix.fits(textOf(batch)))
  const text = textOf(late)
  const owner = isUnnamed ? null : ownerOf(first, settings)
  const isClient = !isUnnamed && first.author.kind === 'client'
  const key = first.originKey.replace(/^c:/, '')
  const sourceObjectId = messageSourceId(settings.id, key)
  const ids = late.map((message) => message.id)
  const attempt = {
    ...work.attempt('comment', sourceObjectId, ids, plainOf(text), owner),
    ...(isClient && conversation.contactId !== null && { ownerContactId: conversation.contactId }),
  }
  return {
    changes: [patchOf(state, { attempt }), ...work.sending(late)],
    run: async () => {
      const overlooked = await findOverlooked(work.context, state)
      if (!overlooked.ok) return reconcileRefused(work, state, overlooked)
      if (overlooked.value.length > 0) return adopt(work, overlooked.value, state, 'here')
      const before = await writtenBefore(work.context, state, late)
      if (!before.ok) return reconcileRefused(work, state, before)
      if (before.value.size > 0) {
        const onSuccess = (written: typeof before.value) => foundWritten(work, written, state)
        return work.applyResult({ state, result: before, onSuccess })
      }
      await state.slot()
      const made = await state.connection.planfix.addComment(step.task.taskId, {
        text,
        owner: isClient ? `contact:${conversation.contactId}` : owner === null ? null : `user:${owner}`,
        recipients: { roles: ['assignee', 'participant', 'auditor'], users: [] },
        fileIds: late.flatMap((message) =>
          message.files.map((file) => file.planfixFileId).filter((id) => id !== null),
        ),
        writtenAt: late[0]?.late ? first.writtenAt : null,
        sourceObjectId,
      })
      return work.applyResult({
        state,
        result: made,
        onSuccess: ({ id }) => commentMade(work, id, late, step.task, state),
        onRefused: (error) => commentRefused(work, error, late, step.task, { ...state, isUnnamed }),
      })
    },
  }
}

export function commentMade(
  work: PlanfixStepRunner,
  id: number,
  batch: readonly Message[],
  task: TaskLink,
  state: ConversationState,
): Change[] {
  const now = work.context.clock.now()
  return [
    patchOf(state, {
      attempt: null,
      withoutAuthor: null,
      closedTasks: 0,
      deliveredUpTo: upTo(batch, state.conversation),
    }),
    taskPatch(task, {
      hotUntil: pollFastUntil(now, state.connection.planfix.clockSkew() ?? 0),
      lastActivityAt: now,
    }),
    ...batch.map((message) => delivered(message, task.taskId, id, now)),
  ]
}

/**
 * A certain refusal. Optional parts of a comment are omitted one after another: only the same comment without
 * its author or its files can show whether they are the cause.
 */
async function commentRefused(
  work: PlanfixStepRunner,
  error: BridgeError,
  batch: readonly Message[],
  task: TaskLink,
  state: ConversationState & { isUnnamed: boolean },
): Promise<Change[] | null> {
  const first = batch[0]
  const isClient = first?.author.kind === 'client'
  const isNamed =
    !state.isUnnamed && first !== undefined && (isClient || ownerOf(first, state.settings) !== null)
  if (isClient && isNamed && (await isCardGone(error, state))) return contactMerged(task, state)
  if (isNamed && mayBeTheAuthors(error, isClient)) {
    if (error.code === 'refused' || error.code === 'object-gone')
      return [patchOf(state, { attempt: null, withoutAuthor: first.id })]
    // Perhaps the account is the cause: then the comment fails without the author, too, and the side is known
    // to be stopped.
    if (state.permit?.probe) return null
    const { healedAt } = state.connection.planfixBreaker.breaker
    work.unnamedTrial.set(state.conversation.id, { messageId: first.id, healedAt })
    return [patchOf(state, { attempt: null })]
  }
  if (error.code === 'object-gone') {
    return [patchOf(state, { attempt: null }), taskPatch(task, { deleted: true, active: false })]
  }
  if (error.code !== 'refused') return null
  if (error.vendorCode === NO_COMMENTS && !state.previousRefuses) return taskIsClosed(work, task, state)
  // Not only this task: the state of the bridge must show it.
  if (error.vendorCode === NO_COMMENTS) state.connection.planfixBreaker.denyPart(MESSAGES, error)
  const withFiles = batch.filter(({ files }) => files.some(({ planfixFileId }) => planfixFileId !== null))
  if (withFiles.length > 0)
    return [patchOf(state, { attempt: null }), ...withFiles.map((message) => filesAsLinks(work, message))]
  return [
    patchOf(state, { attempt: null, planfixLane: { failures: 0, notBefore: 0 } }),
    ...batch.map((message) => stateChange(message, 'failed', reasonOf(error), work.context.clock.now())),
  ]
}

/** Planfix's possible answers for an employee who is deleted, blocked or not in the plan any more. */
const EMPLOYEES: ReadonlySet<ErrorCode> = new Set([
  'refused',
  'object-gone',
  'missing-scope',
  'unpaid',
  'no-plan',
])
function mayBeTheAuthors({ code, vendorCode }: BridgeError, isClient: boolean): boolean {
  if (vendorCode === TASK_GONE) return false
  if (!isClient) return EMPLOYEES.has(code)
  const isAboutPeople = vendorCode === 4000 || Math.floor((vendorCode ?? 0) / 1000) === 2
  return isAboutPeople && (code === 'refused' || code === 'object-gone')
}

/** Planfix code 1000: the task does not exist. */
const TASK_GONE = 1000

/** Planfix code 2000 says so; another refusal may hide it. */
async function isCardGone(error: BridgeError, state: ConversationState): Promise<boolean> {
  if (error.code === 'object-gone') return error.vendorCode === CONTACT_GONE
  if (error.code !== 'refused' || error.vendorCode === NO_COMMENTS) return false
  return cardIsGone(state)
}

const filesAsLinks = ({ context }: PlanfixStepRunner, message: Message): Change => ({
  type: 'message.patch',
  id: message.id,
  at: context.clock.now(),
  patch: { files: message.files.map((file) => ({ ...file, planfixFileId: null, linkOnly: true })) },
})

/** Planfix code 6: "New comments not allowed in this process" (contracts/planfix.md section 7). */
const NO_COMMENTS = 6

/** The task accepts no comments any more: the messages wait for another one, which links to it. */
function taskIsClosed(work: PlanfixStepRunner, task: TaskLink, state: ConversationState): Change[] {
  return [
    patchOf(state, { attempt: null, closedTasks: 1 }),
    taskPatch(task, { refusesComments: true, active: false }),
    {
      type: 'event.add',
      event: {
        time: work.context.clock.now(),
        connectionId: state.settings.id,
        level: 'warning',
        key: 'event.task-refuses-comments',
        params: { task: task.taskId, conversation: state.conversation.id },
      },
    },
  ]
}

/** Planfix code 2000: the contact does not exist (contracts/planfix.md section 3). */
const CONTACT_GONE = 2000

/** The client's card was merged into another one, which is now the task's counterparty. */
async function contactMerged(task: TaskLink, state: ConversationState): Promise<Change[] | null> {
  const { planfix } = state.connection
  await state.slot()
  const read = await planfix.task(task.taskId)
  if (!read.ok) return null
  const survivor = Number(read.value.counterparty?.replace(/^contact:/, ''))
  const contactId =
    Number.isSafeInteger(survivor) && survivor !== state.conversation.contactId ? survivor : null
  const forget = contactId === null ? { emailSearched: null } : {}
  return [patchOf(state, { attempt: null, contactId, contactWritten: null, ...forget })]
}
