import type { TaskLink } from '../../../../shared/domain.ts'
import { ok, type Result } from '../../../../shared/errors.ts'
import { type Change, isRestore, type PlanfixTask } from '../../ports.ts'
import { printOfText } from '../../text.ts'
import { pollFastUntil } from '../patches.ts'
import { knownSince, lastBefore } from './channel/chat-task.ts'
import type { Marked } from './our-tasks.ts'
import {
  type ConversationState,
  type PlanfixStepRunner,
  patchOf,
  type StepResult,
} from './planfix-step-runner.ts'

/**
 * Our tasks (oldest first) are watched again, and the newest becomes the current one, unless the conversation
 * continues `here`, in its present task. After a takeover or a restore, employees' comments in them are
 * decided on by the rules for that period; otherwise they were answered before, and only later comments are
 * replies.
 */
export async function adopt(
  work: PlanfixStepRunner,
  ours: readonly Marked[],
  state: ConversationState,
  goesOn: 'there' | 'here' = 'there',
): Promise<StepResult> {
  const takeover = work.context.takeover?.() ?? null
  const links: TaskLink[] = []
  for (const { task, chatId, n, byChannel } of ours) {
    const read = takeover
      ? await wholeFeed(task.id, isRestore(takeover), state)
      : byChannel
        ? await sinceKnown(work, task.id, state)
        : await latestComment(task.id, state)
    if (!read.ok) return reconcileRefused(work, state, read)
    const link = taskLink(work, task.id, state, { chatId, n, ...read.value })
    const active = isActive(task, state)
    const asFound = { active, closedAt: active ? null : link.createdAt, ...(takeover && { readAt: 0 }) }
    links.push({ ...link, ...asFound, begunAt: task.createdAt ?? 0, ...(byChannel && { byChannel }) })
  }
  const taskId = goesOn === 'here' ? state.conversation.taskId : (links.at(-1)?.taskId ?? null)
  const onSuccess = () => [
    patchOf(state, { searchTask: false, taskId, attempt: null, relatedTaskId: null }),
    ...links.map((task): Change => ({ type: 'task.add', task })),
  ]
  return work.applyResult({ state, result: ok(taskId), onSuccess })
}

/** The highest comment number in a task; where the account does not sort, over all its pages. */
async function latestComment(taskId: number, state: ConversationState): Promise<Result<Beginning>> {
  const { planfix } = state.connection
  let highest = 0
  for (let offset = 0; ; offset += 100) {
    await state.slot()
    const feed = await planfix.comments(taskId, offset)
    if (!feed.ok) return feed
    highest = Math.max(highest, ...feed.value.comments.map((comment) => comment.id))
    if (feed.value.sorted || feed.value.complete || feed.value.comments.length === 0) break
  }
  return ok({ cursor: highest, text: '' })
}

/** In a chat's task what was written since its conversation is known here may be new: calls tell what was passed on. */
async function sinceKnown(
  work: PlanfixStepRunner,
  taskId: number,
  state: ConversationState,
): Promise<Result<Beginning>> {
  const since = await knownSince(work.context, state.conversation.id)
  const cursor = await lastBefore(taskId, since, {
    rest: async (call) => {
      await state.slot()
      return call(state.connection.planfix)
    },
  })
  return cursor.ok ? ok({ cursor: cursor.value, text: '' }) : cursor
}

/**
 * The watcher's start position in a task that is watched again, and the text of its description where it is
 * known.
 */
interface Beginning {
  cursor: number
  text: string
}

/**
 * From its beginning; after a restore its first comment is recognised as the description that the bridge
 * wrote.
 */
async function wholeFeed(
  taskId: number,
  restored: boolean,
  state: ConversationState,
): Promise<Result<Beginning>> {
  if (!restored) return ok({ cursor: 0, text: '' })
  const { planfix } = state.connection
  await state.slot()
  const feed = await planfix.comments(taskId, 0)
  if (!feed.ok) return feed
  const { comments, complete } = feed.value
  const first = complete ? comments.toSorted((one, other) => one.id - other.id)[0] : undefined
  return ok({ cursor: 0, text: first?.text ?? '' })
}

/** Nothing was written yet, so there is no pending write to search for. */
export async function reconcileRefused(
  work: PlanfixStepRunner,
  state: ConversationState,
  failure: Result<never>,
): Promise<StepResult> {
  const result = await work.applyResult({ state, result: failure, onSuccess: () => [] })
  return result.kind === 'failed' ? { ...result, also: [patchOf(state, { attempt: null })] } : result
}

export function taskLink(
  work: PlanfixStepRunner,
  taskId: number,
  state: ConversationState,
  { chatId, n, text, cursor }: { chatId: string; n: number; text: string; cursor: number },
): TaskLink {
  const now = work.context.clock.now()
  return {
    connectionId: state.settings.id,
    taskId,
    conversationId: state.conversation.id,
    chatId,
    n,
    ours: true,
    createdAt: now,
    descriptionPrint: text === '' ? '' : printOfText(text),
    active: true,
    deleted: false,
    checkedAt: now,
    cursor,
    signal: '',
    hotUntil: pollFastUntil(now, state.connection.planfix.clockSkew() ?? 0),
    readAt: now,
    lastActivityAt: now,
    closedAt: null,
  }
}

export function isActive(task: PlanfixTask, state: ConversationState): boolean {
  return task.status === null || (state.connection.planfix.isStatusActive(task.status) ?? true)
}
