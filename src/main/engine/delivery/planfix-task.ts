import type { Message, TaskLink } from '../../../shared/domain.ts'
import type { BridgeError, Result } from '../../../shared/errors.ts'
import { taskSourceId } from '../identity.ts'
import type { Change, PlanfixTask } from '../ports.ts'
import { printOfText } from '../text.ts'
import { hotUntil, taskPatch } from './changes.ts'
import { plainOf, taskDescription, taskName } from './content.ts'
import { foundWritten } from './planfix-comment.ts'
import type { Step } from './planfix-plan.ts'
import {
  type Call,
  delivered,
  type Loaded,
  type Outcome,
  type PlanfixWork,
  patchOf,
  upTo,
} from './planfix-work.ts'
import { isOfLostTime, taskMadeBefore, writtenBefore } from './taken-over.ts'

/** A contact that was found, not made, may have an active task of this channel that the store does not know (F8). */
export async function runFindTask(work: PlanfixWork, state: Loaded): Promise<Outcome> {
  const { planfix } = state.connection
  const found = await planfix.tasksOfContact(state.conversation.contactId ?? 0)
  const active = found.ok ? found.value.filter((task) => !task.isDeleted && isActive(task, state)) : []
  const newest = state.previous ? undefined : active.at(-1)
  const known = newest ? await work.context.store.task(state.settings.id, newest.id) : null
  if (!found.ok || !newest || known)
    return work.settled(state, found, async () => [patchOf(state, { searchTask: false })])
  return adopt(work, newest, state, isOfLostTime(work.context, state, newest))
}

/**
 * What employees wrote in it so far was answered elsewhere: only later comments are replies. Of one that was ours before
 * a restore nobody knows that, so the whole feed is read as at a first look (CommentEvent.first).
 */
async function adopt(work: PlanfixWork, task: PlanfixTask, state: Loaded, isOurs: boolean): Promise<Outcome> {
  const { planfix } = state.connection
  const taskId = task.id
  await planfix.pacer.turn(0, String(state.conversation.id))
  const feed = await planfix.comments(taskId, 0)
  if (!feed.ok) return refusedLook(work, state, feed)
  return work.settled(state, feed, async ({ comments, complete }) => {
    const { chatId } = state.client.profile
    const first = comments.toSorted((one, other) => one.id - other.id)[0]
    const text = isOurs && complete ? (first?.text ?? '') : ''
    const cursor = isOurs ? 0 : Math.max(0, ...comments.map((comment) => comment.id))
    const link = taskLink(work, taskId, state, { chatId, n: state.tasksOfChat + 1, text, cursor })
    const active = isActive(task, state)
    const asFound = { active, closedAt: active ? null : link.createdAt, readAt: 0 }
    return [
      patchOf(state, { searchTask: false, taskId, attempt: null }),
      { type: 'task.add', task: isOurs ? { ...link, ...asFound } : link },
    ]
  })
}

/** Nothing was written yet, so there is no attempt to look for. */
async function refusedLook(work: PlanfixWork, state: Loaded, failure: Result<never>): Promise<Outcome> {
  const outcome = await work.settled(state, failure, async () => [])
  return async (fresh) => [...(await outcome(fresh)), patchOf(state, { attempt: null })]
}

export async function runCheckTask(work: PlanfixWork, task: TaskLink, state: Loaded): Promise<Outcome> {
  const read = await state.connection.planfix.task(task.taskId)
  return work.settled(
    state,
    read,
    async (found) => [
      taskPatch(task, {
        active: isActive(found, state),
        deleted: found.isDeleted,
        checkedAt: work.context.clock.now(),
      }),
    ],
    async (error) =>
      error.code === 'object-gone' ? [taskPatch(task, { deleted: true, active: false })] : null,
    true,
  )
}

export function createTask(
  work: PlanfixWork,
  step: Extract<Step, { do: 'create-task' }>,
  state: Loaded,
): Call {
  const { settings, client, conversation } = state
  const contactId = conversation.contactId ?? 0
  const description = taskDescription(
    step.batch,
    client.profile,
    step.previous,
    settings,
    work.context.language,
  )
  const name = taskName(client.profile)
  const text = plainOf(description)
  const sourceObjectId = taskSourceId(settings.id, step.chatId, step.n)
  const ids = step.batch.map((message) => message.id)
  const begun = { name, chatId: step.chatId, n: step.n }
  const attempt = { ...work.attempt('task', sourceObjectId, ids, text, null), ...begun }
  const asAssigner = state.assigner === 'contact' && state.tokenUserId !== null
  return {
    changes: [patchOf(state, { attempt }), ...work.sending(step.batch)],
    run: async () => {
      const before = await taskMadeBefore(work.context, state, (task) => isActive(task, state))
      if (!before.ok) return refusedLook(work, state, before)
      if (before.value)
        return adopt(work, before.value, state, isOfLostTime(work.context, state, before.value))
      const last = state.task ?? state.previous
      if (last) {
        // They may stand in a task that has been completed since.
        const written = await writtenBefore(work.context, state, last.taskId, step.batch)
        if (!written.ok) return refusedLook(work, state, written)
        if (written.value.size > 0)
          return work.settled(state, written, async (found) => foundWritten(work, found, last, state))
      }
      const made = await state.connection.planfix.createTask({
        name,
        description,
        contactId,
        assignerContactId: asAssigner ? contactId : null,
        participants: participantsOf(settings.planfix.participants, asAssigner ? state.tokenUserId : null),
        sourceObjectId,
      })
      return work.settled(
        state,
        made,
        async ({ id }) => taskMade(work, id, step.batch, text, step.chatId, step.n, state),
        async (error) => taskRefused(error, asAssigner, state),
      )
    },
  }
}

export function taskMade(
  work: PlanfixWork,
  id: number,
  batch: readonly Message[],
  text: string,
  chatId: string,
  n: number,
  state: Loaded,
): Change[] {
  const changes: Change[] = [
    { type: 'task.add', task: taskLink(work, id, state, { chatId, n, text, cursor: 0 }) },
    patchOf(state, {
      attempt: null,
      taskId: id,
      searchTask: false,
      deliveredUpTo: upTo(batch, state.conversation),
    }),
    ...batch.map((message) => delivered(message, id, null, work.context.clock.now())),
  ]
  if (state.assigner === null) changes.push(work.chore(state, 'assigner', String(id), { taskId: id }))
  return changes
}

/** A certain "no": the assigner is not taken, the contact has been merged away, or the template is wrong. */
async function taskRefused(error: BridgeError, asAssigner: boolean, state: Loaded): Promise<Change[] | null> {
  if (error.code !== 'refused' && error.code !== 'object-gone') return null
  const { planfix } = state.connection
  const connectionId = state.settings.id
  if (asAssigner) {
    return [
      patchOf(state, { attempt: null }),
      { type: 'fact.set', connectionId, key: 'assigner', value: 'no' },
    ]
  }
  if (error.code !== 'object-gone') {
    await planfix.pacer.turn(0, String(state.conversation.id))
    const contact = await planfix.contact(state.conversation.contactId ?? 0)
    const gone = contact.ok ? contact.value.isDeleted : contact.error.code === 'object-gone'
    if (!gone) return null
  }
  return [patchOf(state, { attempt: null, contactId: null, contactWritten: null, emailSearched: null })]
}

function taskLink(
  work: PlanfixWork,
  taskId: number,
  state: Loaded,
  { chatId, n, text, cursor }: { chatId: string; n: number; text: string; cursor: number },
): TaskLink {
  const now = work.context.clock.now()
  return {
    connectionId: state.settings.id,
    taskId,
    conversationId: state.conversation.id,
    chatId,
    n,
    createdAt: now,
    descriptionPrint: text === '' ? '' : printOfText(text),
    active: true,
    deleted: false,
    checkedAt: now,
    cursor,
    signal: '',
    hotUntil: hotUntil(now, state.connection.planfix.clockSkew() ?? 0),
    readAt: now,
    lastActivityAt: now,
    closedAt: null,
  }
}

function isActive(task: PlanfixTask, state: Loaded): boolean {
  return task.status === null || (state.connection.planfix.isStatusActive(task.status) ?? true)
}

function participantsOf(configured: readonly string[], tokenUserId: number | null) {
  const of = (kind: string) =>
    configured.filter((one) => one.startsWith(`${kind}:`)).map((one) => Number(one.slice(kind.length + 1)))
  const users = of('user')
  if (tokenUserId !== null && !users.includes(tokenUserId)) users.push(tokenUserId)
  return { users, contacts: of('contact'), groups: of('group') }
}
