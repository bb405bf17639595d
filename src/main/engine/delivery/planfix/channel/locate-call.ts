import { usesChatApi } from '../../../../../shared/config.ts'
import type { Conversation, Message, TaskLink } from '../../../../../shared/domain.ts'
import { ok, type Result, stopsPart } from '../../../../../shared/errors.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../../context.ts'
import { hasWordsOf, SHOWN_AFTER_MS } from '../../../intake/channel/pairing.ts'
import { takenBack } from '../../../intake/channel/taken-back.ts'
import { type CommentEvent, goneComment } from '../../../intake/comment/comment-input.ts'
import { applyComment } from '../../../intake/comment/comment-state.ts'
import type { KeyedMutex } from '../../../keyed-mutex.ts'
import { underRoots } from '../../../people/roots.ts'
import type { PlanfixComment, Store } from '../../../ports.ts'
import { decideOnFeed, feedSince } from './chat-feed.ts'
import { conversationOfChat } from './chat-number.ts'
import { type Ask, presentTask } from './chat-task.ts'

/** A call of the Chat API: `key` is the origin key of the reply that was made of it, if one was. */
export interface Call {
  key: string
  chatId: string
  /** When it came in; milliseconds. */
  calledAt: number
}

/** Tasks of a conversation to look in, those of the latest activity first. */
const MOST_TASKS = 5

/**
 * Finds the comment of a call whose number does not tell it, by deciding on what the conversation's tasks hold; the chat's
 * present task is asked for, since the store may not know it. A reply that was made of the call, and whose comment stands in
 * none of them, was deleted in Planfix, and leaves the chat.
 */
export async function locateCall(
  context: EngineContext,
  serial: KeyedMutex,
  connection: ConnectionContext,
  call: Call,
  ask: Ask,
): Promise<Result<void>> {
  const { store, clock } = context
  const { id } = connection.settings
  const parts = await partsOf(store, id, call.key)
  if (parts.length > 0 && !parts.some(isUnplaced)) return ok(undefined)
  const conversation = await conversationOfChat(store, id, call.chatId)
  if (!conversation) return ok(undefined)
  // After the owner has switched to REST, or while Planfix refuses the chat's token, the known tasks alone are read.
  const asked = usesChatApi(connection.settings)
    ? await presentTask(context, serial, connection, { ...call, conversation }, ask)
    : ok(null)
  if (!asked.ok && !stopsPart(asked.error)) return asked
  const present = asked.ok ? asked.value : null
  const numbered = parts.find((part) => isUnplaced(part) && part.planfixCommentId !== null)
  if (numbered && present) {
    const read = await readNumbered(numbered.planfixCommentId ?? 0, present, ask)
    if (!read.ok) return read
    await applyComment(context, serial, connection, read.value)
    return ok(undefined)
  }
  const { tasks, areAll } = await placesOf(store, conversation, call, parts, present)
  const startedAt = clock.now()
  let isComplete = areAll && present !== null && startedAt - call.calledAt >= SHOWN_AFTER_MS
  const seen: PlanfixComment[] = []
  for (const task of tasks) {
    const feed = await feedSince(task.taskId, call.calledAt, ask, clock)
    if (!feed.ok && feed.error.code !== 'object-gone') return feed
    isComplete &&= feed.ok && feed.value.reachesBack
    if (!feed.ok) continue
    seen.push(...feed.value.comments)
    await decideOnFeed(context, serial, connection, task, feed.value)
  }
  // A chat's task begins with a message of its client; without one it is no whole feed.
  const isFeed = seen.some(({ owner }) => owner?.startsWith('contact:'))
  if (isComplete && isFeed) await takeBack(context, serial, connection, call, seen)
  return ok(undefined)
}

/** The comment of a call that came before its task was known: its number is that of the comment. */
async function readNumbered(
  commentId: number,
  { taskId }: TaskLink,
  ask: Ask,
): Promise<Result<CommentEvent>> {
  const read = await ask.rest((planfix) => planfix.comment(commentId))
  if (read.ok) return ok({ taskId, comment: read.value })
  return read.error.code === 'object-gone'
    ? ok({ taskId, comment: goneComment(commentId), gone: true })
    : read
}

/** The key of the call that a part of a reply was made of. */
export const callOf = ({ originKey }: Message): string => originKey.replace(/^(w::\d+|w:[^:]+):\d+$/, '$1')

/** The reply of a call, in order of its parts. */
async function partsOf(store: Store, connectionId: string, key: string): Promise<Message[]> {
  const parts: Message[] = []
  for (;;) {
    const n = parts.length
    const part = await store.messageByOrigin(connectionId, n === 0 ? key : `${key}:${n + 1}`)
    if (!part) return parts
    parts.push(part)
  }
}

/** In the chat, or on its way there, without a comment and task that are known. */
export const isUnplaced = ({ planfixCommentId, planfixTaskId, fingerprint, state }: Message): boolean =>
  (planfixCommentId === null || planfixTaskId === null) &&
  fingerprint === null &&
  state !== 'skipped' &&
  state !== 'failed'

/** Where the comment may stand; `areAll`: it can be nowhere else. */
async function placesOf(
  store: Store,
  conversation: Conversation,
  { calledAt }: Call,
  [first]: readonly Message[],
  present: TaskLink | null,
): Promise<{ tasks: TaskLink[]; areAll: boolean }> {
  const ofChats = (await store.tasksOfThread(conversation.id)).filter(({ byChannel }) => byChannel === true)
  const standing = ofChats.filter(({ deleted }) => !deleted)
  const rank = ({ taskId }: TaskLink) =>
    taskId === present?.taskId ? 2 : taskId === first?.planfixTaskId ? 1 : 0
  const sorted = standing.toSorted((a, b) => rank(b) - rank(a) || b.lastActivityAt - a.lastActivityAt)
  const isLost = ofChats.some(
    ({ deleted, taskId, checkedAt }) => deleted && (taskId === first?.planfixTaskId || checkedAt >= calledAt),
  )
  return { tasks: sorted.slice(0, MOST_TASKS), areAll: !isLost && sorted.length <= MOST_TASKS }
}

async function takeBack(
  context: EngineContext,
  serial: KeyedMutex,
  connection: ConnectionContext,
  { key }: Call,
  seen: readonly PlanfixComment[],
): Promise<void> {
  const { store, clock } = context
  const { id } = connection.settings
  const [first] = await partsOf(store, id, key)
  if (first?.conversationId == null) return
  await underRoots(store, serial, [first.conversationId], async ([conversation]) => {
    const parts = (await partsOf(store, id, key)).filter(isUnplaced)
    if (!conversation || parts.length === 0) return
    for (const comment of seen.filter((one) => hasWordsOf(parts, one))) {
      const linked = await store.messagesByComment(id, comment.id)
      if (!linked.some(({ channelMessageId }) => channelMessageId !== null)) return
    }
    const changes = (await Promise.all(parts.map((part) => store.changesOf(part.id)))).flat()
    const { settings } = connection
    const task = { taskId: parts[0]?.planfixTaskId ?? 0 }
    const newId = () => store.newId()
    await commit(
      context,
      takenBack(parts, { settings, conversation, now: clock.now(), task, changes, newId }),
    )
  })
}
