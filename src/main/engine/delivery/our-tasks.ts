import { plainField } from '../../../shared/plain.ts'
import type { EngineContext } from '../context.ts'
import { ourTask } from '../identity.ts'
import { isRestore, type PlanfixTask } from '../ports.ts'
import { taskName } from './content.ts'
import type { Loaded } from './planfix-work.ts'
import { isLost } from './taken-over.ts'

/** A task that carries our mark: the chat that began it, and its ordinal. */
export interface Marked {
  task: PlanfixTask
  chatId: string
  n: number
}

const SLACK_MS = 3 * 60_000
const WINDOW_MS = 30 * 24 * 3_600_000

/**
 * Those of these tasks of the client's card (oldest first) that this connection made for this conversation and that the
 * store does not know, oldest first.
 * The mark tells (`sourceObjectId` of one of its chats). Where the account hands no marks back, only after a takeover or a
 * restore may a task of ours be unknown: then name, card, maker and time tell. Other people's tasks are never ours.
 */
export async function findOurs(
  context: EngineContext,
  state: Loaded,
  tasks: readonly PlanfixTask[],
): Promise<Marked[]> {
  const { store } = context
  const { settings, conversation } = state
  const takeover = context.takeover?.() ?? null
  const clients = await store.clientsOf(conversation.id)
  const known = await store.tasksOf(conversation.id)
  const chatIds = [
    ...new Set([
      ...clients.flatMap(({ profile }) => [profile.chatId, ...(profile.former?.chatIds ?? [])]),
      ...known.map(({ chatId }) => chatId),
    ]),
  ]
  const ours: Marked[] = []
  const names = clients.map(({ profile }) => plainField(taskName(profile), ''))
  const unmarked = (task: PlanfixTask): boolean =>
    isRestore(takeover)
      ? isLost(task, state, takeover) && madeByUs(task, state)
      : names.includes(task.name) && mayBeOurs(task, context, state)
  let n = state.tasksOfChat
  for (const task of tasks) {
    if (task.isDeleted || (await store.task(settings.id, task.id))) continue
    const mark = ourTask(settings.id, chatIds, task.sourceObjectId)
    if (mark) ours.push({ task, ...mark })
    else if (unmarked(task) && !(await isAnothers(context, settings.id, task.id)))
      ours.push({ task, chatId: state.client.profile.chatId, n: ++n })
  }
  return ours
}

/** Without a mark: made with this card by the token's user, before another computer was left. */
function mayBeOurs(task: PlanfixTask, { takeover }: EngineContext, state: Loaded): boolean {
  const before = takeover?.() ?? null
  if (before === null || task.sourceObjectId !== null || task.createdAt === null) return false
  if (task.createdAt > before.until + SLACK_MS || task.createdAt < before.at - WINDOW_MS) return false
  return task.counterparty === `contact:${state.conversation.contactId}` && madeByUs(task, state)
}

/** Planfix does not say who made a task; its assigner is the maker, or the client where we made him that. */
export const madeByUs = (
  { assigner }: PlanfixTask,
  { tokenUserId, conversation }: Pick<Loaded, 'tokenUserId' | 'conversation'>,
): boolean =>
  assigner === null ||
  assigner === `contact:${conversation.contactId}` ||
  (tokenUserId === null ? assigner.startsWith('user:') : assigner === `user:${tokenUserId}`)

/** Another connection to the same account has this task. */
export async function isAnothers(
  { store, connections }: EngineContext,
  connectionId: string,
  taskId: number,
): Promise<boolean> {
  const own = connections.get(connectionId)?.settings.planfix.baseUrl
  for (const [id, { settings }] of connections) {
    if (id === connectionId || settings.planfix.baseUrl !== own) continue
    if (await store.task(id, taskId)) return true
  }
  return false
}
