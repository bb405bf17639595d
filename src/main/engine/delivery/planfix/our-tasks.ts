import { ok, type Result } from '../../../../shared/errors.ts'
import { plainField } from '../../../../shared/plain.ts'
import type { ConnectionContext, EngineContext } from '../../context.ts'
import { ourTask } from '../../identity.ts'
import { isRestore, type PlanfixTask } from '../../ports.ts'
import { isDoubtful, isLost, isOfLostTime, writtenIn } from '../failover.ts'
import type { ConversationState } from './planfix-step-runner.ts'
import { taskName } from './planfix-text.ts'

/** A task with our mark: the chat that began it, and its ordinal. */
export interface Marked {
  task: PlanfixTask
  chatId: string
  n: number
  /** Of Planfix's Chat API. */
  byChannel?: boolean
}

const SLACK_MS = 3 * 60_000
const WINDOW_MS = 30 * 24 * 3_600_000

/**
 * The tasks of the client's card (oldest first) that this connection created for this conversation and that
 * are missing from the store, oldest first. They are recognised by the mark (`sourceObjectId` of one of its
 * chats). Where the account returns no marks, only after a takeover or a restore may one of our tasks be
 * unknown: then name, card, creator and time decide. Other people's tasks never match.
 */
export async function findOurs(
  context: EngineContext,
  state: ConversationState,
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
      ? clients.some((client) => isLost(task, { ...state, client }, takeover)) && madeByUs(task, state)
      : names.includes(task.name) && mayBeOurs(task, context, state)
  let n = state.tasksOfChat
  for (const task of tasks) {
    if (task.isDeleted || (await store.task(settings.id, task.id))) continue
    const mark = ourTask(settings.id, chatIds, task.sourceObjectId)
    if (mark) ours.push({ task, ...mark })
    else if (
      unmarked(task) &&
      !(await isAnothers(context, settings.id, task.id)) &&
      (await mayHoldOurs(context, state, task.id))
    )
      ours.push({ task, chatId: state.client.profile.chatId, n: ++n })
  }
  return ours
}

/**
 * Another connection of the account may have created a similar task for the same card, and have lost it by
 * the same restore: then its text decides, compared with the messages of this chat that may have been written
 * then.
 */
async function mayHoldOurs(
  context: EngineContext,
  state: ConversationState,
  taskId: number,
): Promise<boolean> {
  const takeover = context.takeover?.() ?? null
  const account = ({ settings }: ConnectionContext) =>
    settings.planfix.baseUrl === state.settings.planfix.baseUrl
  const isShared = [...context.connections.values()].filter(account).length > 1
  if (!isRestore(takeover) || !isShared) return true
  const doubtful = state.waiting.filter((message) => isDoubtful(message, takeover))
  const written = await writtenIn(context, state, [taskId], doubtful)
  return written.ok && written.value.size > 0
}

/**
 * Tasks of this conversation, begun between a backup and its restore, that were not found when its present task was made:
 * a person has assigned them to another card since, or only what was written in that time, and comes in now, shows whose
 * they are. The change feed names them. The mark decides; without one, the first message that may have been written then
 * must stand in it.
 */
export async function findOverlooked(
  context: EngineContext,
  state: ConversationState,
): Promise<Result<Marked[]>> {
  const takeover = context.takeover?.() ?? null
  if (!isRestore(takeover)) return ok([])
  const doubtful = state.waiting.filter((message) => isDoubtful(message, takeover))
  const [first] = doubtful
  if (!first) return ok([])
  const { planfix } = state.connection
  const { settings, conversation } = state
  await state.slot()
  const changed = await planfix.tasksChangedSince(takeover.backupAt)
  if (!changed.ok) return changed
  const isBegunAnew = (state.task?.createdAt ?? 0) >= takeover.at
  const unread = isBegunAnew
    ? changed.value.filter(({ id }) => id !== state.task?.taskId)
    : changed.value.filter((task) => task.counterparty !== `contact:${conversation.contactId}`)
  const clients = await context.store.clientsOf(conversation.id)
  const client = clients.find(({ clientId }) => clientId === first.chatraClientId) ?? state.client
  const { profile } = client
  const chatIds = [profile.chatId, ...(profile.former?.chatIds ?? [])]
  const marked: Marked[] = []
  const alike: Marked[] = []
  for (const task of unread) {
    if (!isLost(task, { ...state, client }, takeover) || (await context.store.task(settings.id, task.id)))
      continue
    if (await isAnothers(context, settings.id, task.id)) continue
    const mark = ourTask(settings.id, chatIds, task.sourceObjectId)
    if (mark) marked.push({ task, ...mark })
    if (task.sourceObjectId !== null) continue
    const written = await writtenIn(context, state, [task.id], doubtful)
    if (!written.ok) return written
    if (written.value.has(first)) alike.push({ task, chatId: profile.chatId, n: state.tasksOfChat + 1 })
  }
  // Two with the same text: a new task is better than another person's.
  return ok(marked.length === 0 && alike.length === 1 ? alike : marked)
}

/**
 * Tasks of a chat that were begun between a backup and its restore, and followed by `present`, oldest first. Planfix names a
 * chat's present task alone; the others are tasks of its card in which the chat's messages of that time stand.
 */
export async function findEarlierOfChat(
  context: EngineContext,
  state: ConversationState,
  present: PlanfixTask,
  contactId: number | null,
): Promise<Result<Marked[]>> {
  const takeover = context.takeover?.() ?? null
  if (!isRestore(takeover) || contactId === null) return ok([])
  const doubtful = state.waiting.filter((message) => isDoubtful(message, takeover))
  if (doubtful.length === 0) return ok([])
  await state.slot()
  const found = await state.connection.planfix.tasksOfContact(contactId)
  if (!found.ok) return found
  const earlier: Marked[] = []
  for (const task of found.value.toSorted((one, other) => one.id - other.id)) {
    if (task.id === present.id || task.isDeleted || !isOfLostTime(task, takeover)) continue
    if (await context.store.task(state.settings.id, task.id)) continue
    if (await isAnothers(context, state.settings.id, task.id)) continue
    const written = await writtenIn(context, state, [task.id], doubtful)
    if (!written.ok) return written
    if (written.value.size === 0) continue
    const n = state.tasksOfChat + earlier.length + 1
    earlier.push({ task, chatId: state.client.profile.chatId, n, byChannel: task.sourceObjectId === null })
  }
  return ok(earlier)
}

/** Without a mark: created with this card by the token's user, before the takeover. */
function mayBeOurs(task: PlanfixTask, { takeover }: EngineContext, state: ConversationState): boolean {
  const before = takeover?.() ?? null
  if (before === null || task.sourceObjectId !== null || task.createdAt === null) return false
  if (task.createdAt > before.until + SLACK_MS || task.createdAt < before.at - WINDOW_MS) return false
  return task.counterparty === `contact:${state.conversation.contactId}` && madeByUs(task, state)
}

/**
 * Planfix does not name the creator of a task; its assigner is the creator, or the client where we made the
 * client the assigner.
 */
export const madeByUs = (
  { assigner }: PlanfixTask,
  { tokenUserId, conversation }: Pick<ConversationState, 'tokenUserId' | 'conversation'>,
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
