import type { BridgeEvent, Message, TaskLink } from '../../../../shared/domain.ts'
import { type BridgeError, ok } from '../../../../shared/errors.ts'
import { taskSourceId } from '../../identity.ts'
import { type Change, isRestore, type PlanfixTask } from '../../ports.ts'
import { tasksMadeBefore, writtenBefore } from '../failover.ts'
import { PARTICIPANTS, type RefusedParticipants, taskPatch } from '../patches.ts'
import { adopt, isActive, reconcileRefused, taskLink } from './adopt-task.ts'
import { thatFit } from './batch.ts'
import { foundWritten } from './found-written.ts'
import { findOurs, findOverlooked, isAnothers } from './our-tasks.ts'
import type { Step } from './planfix-plan.ts'
import {
  type ApiCall,
  type ConversationState,
  cardIsGone,
  delivered,
  type PlanfixStepRunner,
  patchOf,
  type StepResult,
  upTo,
} from './planfix-step-runner.ts'
import { plainOf, taskDescription, taskName } from './planfix-text.ts'

/**
 * A contact that was found, not created, may have an active task of ours that is missing from the store (F8).
 * Other people's tasks are not changed: the next task links to them.
 */
export async function runFindTask(work: PlanfixStepRunner, state: ConversationState): Promise<StepResult> {
  const { planfix } = state.connection
  const { store } = work.context
  await state.slot()
  const found = await planfix.tasksOfContact(state.conversation.contactId ?? 0)
  const active = found.ok ? found.value.filter((task) => !task.isDeleted && isActive(task, state)) : []
  const sought = found.ok && !state.previous ? mayBeTakenUp(work, found.value, state) : []
  const ours = await findOurs(work.context, state, sought)
  if (ours.length > 0) return adopt(work, ours, state)
  let relatedTaskId: number | null = null
  for (const task of active) {
    const isKnown = (await store.task(state.settings.id, task.id)) !== null
    if (!isKnown && !(await isAnothers(work.context, state.settings.id, task.id))) relatedTaskId = task.id
  }
  const onSuccess = () => [patchOf(state, { searchTask: false, relatedTaskId })]
  return work.applyResult({ state, result: found, onSuccess })
}

/** After a restore a completed one too: it may contain the messages about to be written. */
const mayBeTakenUp = (
  { context }: PlanfixStepRunner,
  tasks: readonly PlanfixTask[],
  state: ConversationState,
) =>
  isRestore(context.takeover?.()) ? tasks : tasks.filter((task) => !task.isDeleted && isActive(task, state))

/**
 * Whether people have completed the task. While many clients write, the list of the account's changes answers for all of
 * their tasks at once.
 */
export async function runCheckTask(
  work: PlanfixStepRunner,
  task: TaskLink,
  state: ConversationState,
): Promise<StepResult> {
  await state.slot()
  const { watch, planfix } = state.connection
  if (watch && (await watch.refresh()) && watch.knownAt(task.taskId) > task.checkedAt)
    return work.applyResult({ state, result: ok(null), onSuccess: () => [], isWrite: false })
  await state.slot()
  const read = await planfix.task(task.taskId)
  return work.applyResult({
    state,
    result: read,
    onSuccess: (found) => [
      taskPatch(task, {
        active: isActive(found, state),
        deleted: found.isDeleted,
        checkedAt: work.context.clock.now(),
      }),
    ],
    onRefused: (error) =>
      error.code === 'object-gone' ? [taskPatch(task, { deleted: true, active: false })] : null,
    isWrite: false,
  })
}

export function createTask(
  work: PlanfixStepRunner,
  step: Extract<Step, { do: 'create-task' }>,
  state: ConversationState,
): ApiCall {
  const { settings, client, conversation } = state
  const contactId = conversation.contactId ?? 0
  const links = {
    previous: step.previous?.taskId ?? null,
    related: conversation.relatedTaskId ?? null,
    perhaps: state.perhapsTask,
  }
  const { language } = work.context
  const textOf = (some: readonly Message[]) =>
    taskDescription(some, client.profile, links, settings, language, state.history)
  const batch = thatFit(step.batch, (some) => state.connection.planfix.fits(textOf(some)))
  const description = textOf(batch)
  const name = taskName(client.profile)
  const text = plainOf(description)
  const sourceObjectId = taskSourceId(settings.id, step.chatId, step.n)
  const ids = batch.map((message) => message.id)
  const begun = { name, chatId: step.chatId, n: step.n }
  const attempt = { ...work.attempt('task', sourceObjectId, ids, text, null), ...begun }
  const asAssigner =
    state.assigner === 'contact' && state.tokenUserId !== null && conversation.withoutAssigner !== true
  const { withoutParticipants = [] } = conversation
  const leftOut = withoutParticipants.length > 0 ? withoutParticipants : state.refusedParticipants
  return {
    changes: [patchOf(state, { attempt }), ...work.sending(batch)],
    run: async () => {
      const reopened = await openedAgain(work, step.previous, state)
      if (reopened) return reopened
      const before = await tasksMadeBefore(work.context, state, (tasks) =>
        findOurs(work.context, state, mayBeTakenUp(work, tasks, state)),
      )
      if (!before.ok) return reconcileRefused(work, state, before)
      if (before.value.length > 0) return adopt(work, before.value, state)
      const overlooked = await findOverlooked(work.context, state)
      if (!overlooked.ok) return reconcileRefused(work, state, overlooked)
      if (overlooked.value.length > 0) return adopt(work, overlooked.value, state)
      // They may be in a task that has been completed since.
      const written = await writtenBefore(work.context, state, batch)
      if (!written.ok) return reconcileRefused(work, state, written)
      if (written.value.size > 0) {
        const onSuccess = (found: typeof written.value) => foundWritten(work, found, state)
        return work.applyResult({ state, result: written, onSuccess })
      }
      await state.slot()
      const made = await state.connection.planfix.createTask({
        name,
        description,
        contactId,
        assignerContactId: asAssigner ? contactId : null,
        participants: participantsOf(
          settings.planfix.participants.filter((one) => !leftOut.includes(one)),
          asAssigner ? state.tokenUserId : null,
        ),
        sourceObjectId,
      })
      return work.applyResult({
        state,
        result: made,
        onSuccess: ({ id }) => taskMade(work, id, batch, text, step.chatId, step.n, state),
        onRefused: (error) => taskRefused(error, asAssigner, leftOut, state),
      })
    },
  }
}

/**
 * The last existing task may have been reopened since it was read, or while another one was in use: then no
 * task is created beside it (F8).
 */
async function openedAgain(
  work: PlanfixStepRunner,
  previous: TaskLink | null,
  state: ConversationState,
): Promise<StepResult | null> {
  if (!previous || previous.deleted || previous.refusesComments || !previous.ours) return null
  const { planfix } = state.connection
  await state.slot()
  const read = await planfix.task(previous.taskId)
  if (!read.ok) return read.error.code === 'object-gone' ? null : reconcileRefused(work, state, read)
  if (read.value.isDeleted || !isActive(read.value, state)) return null
  const onSuccess = () => [
    patchOf(state, { attempt: null, taskId: previous.taskId }),
    taskPatch(previous, { active: true, closedAt: null, checkedAt: work.context.clock.now() }),
  ]
  return work.applyResult({ state, result: read, onSuccess })
}

/** `begun`: when its write began, if its arrival is only known now. */
export function taskMade(
  work: PlanfixStepRunner,
  id: number,
  batch: readonly Message[],
  text: string,
  chatId: string,
  n: number,
  state: ConversationState,
  begun = work.context.clock.now(),
): Change[] {
  const link = taskLink(work, id, state, { chatId, n, text, cursor: 0 })
  // Begun before a takeover: its messages may have been delivered already.
  const isOlder = begun < (work.context.takeover?.()?.at ?? 0)
  const changes: Change[] = [
    { type: 'task.add', task: { ...link, createdAt: begun, ...(isOlder && { readAt: 0 }) } },
    patchOf(state, {
      ...{
        attempt: null,
        taskId: id,
        searchTask: false,
        relatedTaskId: null,
        withoutAssigner: false,
        withoutParticipants: [],
      },
      deliveredUpTo: upTo(batch, state.conversation),
    }),
    ...batch.map((message) => delivered(message, id, null, work.context.clock.now())),
    ...perhapsNotes(work, state),
  ]
  const { contactId, withoutAssigner, withoutParticipants = [] } = state.conversation
  // Planfix accepted it without the client as assigner: the task itself is used to test whether that was the
  // reason.
  if (state.assigner === null || withoutAssigner)
    changes.push(
      work.job(state, 'assigner', String(id), {
        taskId: id,
        contactId,
        ...(withoutAssigner && { again: true }),
      }),
    )
  if (withoutParticipants.length > 0)
    changes.push(...participantsAreGone(withoutParticipants, id, state, work.context.clock.now()))
  return [...changes, ...afterTheEnd(work, batch, state)]
}

/** An agent wrote after the end and there was no task for it: the new one is over as well. */
export function afterTheEnd(
  work: PlanfixStepRunner,
  batch: readonly Message[],
  { conversation, settings, ...state }: ConversationState,
): Change[] {
  const isOver = conversation.clientLeft && batch.every(({ author }) => author.kind === 'agent')
  if (!isOver || batch.length === 0 || !settings.options.completeWhenClientLeaves) return []
  return [work.job({ ...state, conversation, settings }, 'complete', 'task', {})]
}

/** Once, the other client's task gets a note that this may be the same person. */
export function perhapsNotes(work: PlanfixStepRunner, state: ConversationState): Change[] {
  const { perhaps, id } = state.conversation
  if (!perhaps || perhaps.told) return []
  const other = { ...state, conversation: { ...state.conversation, id: perhaps.conversationId } }
  return [
    patchOf(state, { perhaps: { ...perhaps, told: true } }),
    work.job(other, 'note', `perhaps:${id}`, { what: 'perhaps', otherConversation: id }),
  ]
}

/** Planfix accepted the same task without them: that was the reason, and the owner is notified. */
function participantsAreGone(
  gone: readonly string[],
  task: number,
  { settings }: ConversationState,
  at: number,
): Change[] {
  const value: RefusedParticipants = { configured: settings.planfix.participants, gone, at }
  const event: BridgeEvent = {
    time: at,
    connectionId: settings.id,
    level: 'warning',
    key: 'event.participants-refused',
    params: { task, who: gone.join(', ') },
  }
  return [
    { type: 'fact.set', connectionId: settings.id, key: PARTICIPANTS, value },
    { type: 'event.add', event },
  ]
}

/**
 * A certain refusal: the assigner is refused, the contact was merged away, a participant is gone, or the
 * template is wrong. Optional parts of a task are omitted one after another: only the same request without a
 * part shows whether it is the cause.
 */
async function taskRefused(
  error: BridgeError,
  asAssigner: boolean,
  leftOut: readonly string[],
  state: ConversationState,
): Promise<Change[] | null> {
  if (error.code !== 'refused' && error.code !== 'object-gone') return null
  const { planfix } = state.connection
  if (asAssigner) return [patchOf(state, { attempt: null, withoutAssigner: true })]
  if (await cardIsGone(state))
    return [patchOf(state, { attempt: null, contactId: null, contactWritten: null, emailSearched: null })]
  const rest = state.settings.planfix.participants.filter((one) => !leftOut.includes(one))
  if (rest.length === 0) return null
  const missing = await planfix.missingPeople(rest)
  // When their state cannot be read, all are suspects.
  const gone = missing.ok ? missing.value : rest
  return gone.length === 0
    ? null
    : [patchOf(state, { attempt: null, withoutParticipants: [...leftOut, ...gone] })]
}

function participantsOf(configured: readonly string[], tokenUserId: number | null) {
  const of = (kind: string) =>
    configured.filter((one) => one.startsWith(`${kind}:`)).map((one) => Number(one.slice(kind.length + 1)))
  const users = of('user')
  if (tokenUserId !== null && !users.includes(tokenUserId)) users.push(tokenUserId)
  return { users, contacts: of('contact'), groups: of('group') }
}
