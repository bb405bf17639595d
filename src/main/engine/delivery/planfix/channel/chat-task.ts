import type { Conversation, TaskLink } from '../../../../../shared/domain.ts'
import { ok, type Result } from '../../../../../shared/errors.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../../context.ts'
import type { KeyedMutex } from '../../../keyed-mutex.ts'
import { underRoots } from '../../../people/roots.ts'
import { isRestore, type PlanfixApi, type PlanfixChannel } from '../../../ports.ts'
import { latest, pollFastUntil } from '../../patches.ts'
import { isAnothers } from '../our-tasks.ts'

/** Asks Planfix, by a caller that may: each call takes a slot. */
export interface Ask {
  rest<T>(call: (planfix: PlanfixApi) => Promise<Result<T>>): Promise<Result<T>>
  chat<T>(call: (channel: PlanfixChannel) => Promise<Result<T>>): Promise<Result<T>>
}

const MINUTE = 60_000
/** Comments of the last hours can be told from what the Chat API has passed on (`COMPARED_MS` is longer). */
const LATELY_MS = 12 * 60 * MINUTE

/**
 * The chat's present task; null when there is none. One that the store does not know (a message began it while its employee
 * completed the one before) is watched from now on.
 */
export async function presentTask(
  context: EngineContext,
  serial: KeyedMutex,
  connection: ConnectionContext,
  {
    chatId,
    calledAt,
    conversation: { id },
  }: { chatId: string; calledAt: number; conversation: Conversation },
  ask: Ask,
): Promise<Result<TaskLink | null>> {
  const { store, clock } = context
  const { id: connectionId } = connection.settings
  const asked = await ask.chat((channel) => channel.task(chatId))
  if (!asked.ok) return asked
  if (asked.value === null) return ok(null)
  const { number } = asked.value
  const known = await store.task(connectionId, number)
  if (known || (await isAnothers(context, connectionId, number))) return ok(known)
  // A message that is under way may have begun it.
  const conversation = await store.conversation(id)
  if (!conversation || conversation.attempt) return ok(null)
  const card =
    conversation.contactId === null ? await ask.chat((channel) => channel.contact(chatId)) : ok(null)
  if (!card.ok) return card
  const read = await ask.rest((planfix) => planfix.task(number))
  if (!read.ok) return read.error.code === 'object-gone' ? ok(null) : read
  if (read.value.isDeleted) return ok(null)
  // The call's own comment, too, is to be decided on.
  const since = Math.min(await knownSince(context, id), calledAt - MINUTE)
  const cursor = await lastBefore(number, since, ask)
  if (!cursor.ok) return cursor
  const { status, createdAt } = read.value
  const active =
    asked.value.active ?? (status === null || (connection.planfix.isStatusActive(status) ?? true))
  return underRoots(store, serial, [id], async ([root]) => {
    const client = root && latest(await store.clientsOf(root.id))
    const now = clock.now()
    const added = await store.task(connectionId, number)
    if (!root || root.attempt || !client || added) return ok(added)
    const patch = {
      ...(active && { taskId: number }),
      ...(root.contactId === null && card.value !== null && { contactId: card.value }),
    }
    const begunBy = client.profile.chatId
    const task: TaskLink = {
      connectionId,
      taskId: number,
      conversationId: root.id,
      chatId: begunBy,
      n: (await store.taskCount(connectionId, begunBy)) + 1,
      ours: true,
      byChannel: true,
      createdAt: now,
      begunAt: createdAt ?? 0,
      descriptionPrint: '',
      active,
      deleted: false,
      checkedAt: now,
      cursor: cursor.value,
      signal: '',
      hotUntil: pollFastUntil(now, connection.planfix.clockSkew() ?? 0),
      readAt: isRestore(context.takeover?.()) ? 0 : now,
      lastActivityAt: now,
      closedAt: active ? null : now,
    }
    await commit(context, [
      { type: 'task.add', task },
      { type: 'conversation.patch', id: root.id, patch },
    ])
    return ok(task)
  })
}

/**
 * Since when this store can tell what the Chat API has passed on to the conversation, from what it has not; milliseconds. After
 * a restore: always.
 */
export async function knownSince(
  { store, clock, takeover }: Pick<EngineContext, 'store' | 'clock' | 'takeover'>,
  conversationId: number,
): Promise<number> {
  if (isRestore(takeover?.())) return 0
  const now = clock.now()
  const [first] = await store.messagesSince(conversationId, 0)
  return Math.max(now - LATELY_MS, first?.receivedAt ?? now)
}

/**
 * Highest number of the comments written before `since`, to the minute in which Planfix gives times; 0 when there is none. They
 * were answered by whatever passed messages on then.
 */
export async function lastBefore(
  taskId: number,
  since: number,
  ask: Pick<Ask, 'rest'>,
): Promise<Result<number>> {
  let highest = 0
  if (since === 0) return ok(0)
  for (let offset = 0; ; offset += 100) {
    const feed = await ask.rest((planfix) => planfix.comments(taskId, offset))
    if (!feed.ok) return feed
    const { comments, sorted, complete } = feed.value
    const before = comments.filter(({ at }) => at === null || at < Math.floor(since / MINUTE) * MINUTE)
    highest = Math.max(highest, ...before.map(({ id }) => id))
    if (complete || comments.length === 0 || (sorted && before.length > 0)) return ok(highest)
  }
}
