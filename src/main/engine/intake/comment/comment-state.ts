import type { ClientLink, Conversation, Message, PendingWrite, TaskLink } from '../../../../shared/domain.ts'
import { type ConnectionContext, type EngineContext, stage } from '../../context.ts'
import { latest } from '../../delivery/patches.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import { rootOf, underRoots } from '../../people/roots.ts'
import { type Change, isDeliveredElsewhere, isRestore, type Store, type Takeover } from '../../ports.ts'
import { ECHO_KEY } from '../chat/chat.ts'
import { longestLine } from '../parts.ts'
import {
  CHAT_NAMES_CLIENTS,
  type CommentDecision,
  decideComment,
  IDS_HANDED_BACK,
  NUMBERS_ARE_COMMENTS,
  TOKEN_USER,
} from './comment.ts'
import type { CommentEvent, CommentState } from './comment-input.ts'
import { COMPARED_MS, clientMessageBefore } from './message-before.ts'
import type { WriteOfClient } from './own-comment.ts'

/**
 * Decisions on one comment, and the sends of its messages, run one after the other: the key of that order
 * (Serial).
 */
export const commentKey = (connectionId: string, commentId: number): string =>
  `comment:${connectionId}:${commentId}`

/**
 * Reads the facts, decides on a comment, and commits that together with the changes of `settle`. Null when
 * its task is not ours. Takes the locks of the conversation, which stays the root meanwhile, and of the
 * comment, in this order.
 */
export async function applyComment(
  context: EngineContext,
  serial: KeyedMutex,
  connection: ConnectionContext,
  event: CommentEvent,
  settle: (decision: CommentDecision) => Change[] = () => [],
): Promise<Applied | null> {
  const { store } = context
  const { id } = connection.settings
  const task = await store.task(id, event.taskId)
  if (!task) return null
  return underRoots(store, serial, [task.conversationId], () =>
    serial.run(commentKey(id, event.comment.id), () => applyUnderLocks(context, connection, event, settle)),
  )
}

interface Applied {
  decision: CommentDecision
  conversation: Conversation
}

async function applyUnderLocks(
  context: EngineContext,
  connection: ConnectionContext,
  event: CommentEvent,
  settle: (decision: CommentDecision) => Change[],
): Promise<Applied | null> {
  const state = await loadState(context, connection, event)
  if (!state) return null
  const decision = decideComment(event, state)
  await stage(context, [...decision.changes, ...settle(decision)])
  return { decision, conversation: state.conversation }
}

async function loadState(
  context: EngineContext,
  connection: ConnectionContext,
  event: CommentEvent,
): Promise<CommentState | null> {
  const { store, clock } = context
  const { settings } = connection
  const { id } = settings
  const task = await store.task(id, event.taskId)
  const conversation = task && (await rootOf(store, task.conversationId))
  if (!task || !conversation) return null
  const original =
    task.conversationId === conversation.id ? conversation : await store.conversation(task.conversationId)
  const place = { ...event.comment, ...(event.readAt !== undefined && { readAt: event.readAt }) }
  const before = await clientMessageBefore(store, task, conversation.id, place, clock.now())
  const counterparty = event.counterparty === undefined ? (task.counterparty ?? null) : event.counterparty
  const takeover = context.takeover?.() ?? null
  // The recipient of a reply that may have been sent before: its echo is searched for among the replies to
  // this client.
  const devices = event.first ? await store.clientsOf(conversation.id) : []
  const cards = cardsAt(task, event.comment.at)
  const contactIds = [conversation.contactId, original?.contactId ?? null, counterparty, ...cards]
  const recent = task.byChannel ? await store.messagesSince(conversation.id, clock.now() - COMPARED_MS) : []
  return {
    settings,
    now: clock.now(),
    task,
    conversation,
    contactIds: [...new Set(contactIds.filter((one) => one !== null))],
    known: await store.messagesByComment(id, event.comment.id),
    changes: await store.changesByComment(id, event.comment.id),
    attempts: await pendingWrites(store, conversation, original),
    tokenUserId: await store.fact<number>(id, TOKEN_USER),
    idsHandedBack: (await store.fact<boolean>(id, IDS_HANDED_BACK)) ?? false,
    isLater: before !== null && before.planfixCommentId !== null,
    device:
      (await deviceOf(store, conversation, before?.chatraClientId ?? null)) ??
      latest(devices)?.clientId ??
      null,
    maxText: connection.chatra.maxText,
    lineLength: lineLength(context, id),
    takeover,
    isSinceTakeover: isSinceTakeover(before, task, takeover),
    numbersAreComments: task.byChannel ? await store.fact<boolean>(id, NUMBERS_ARE_COMMENTS) : null,
    chatNamesClients: task.byChannel ? await store.fact<boolean>(id, CHAT_NAMES_CLIENTS) : null,
    recent,
    echoes: isRestore(takeover) ? await echoesFor(store, id, devices, takeover.backupAt) : [],
    newId: () => store.newId(),
  }
}

/**
 * Whether this store wrote the client's message before a comment after it took over: ids ascend, so the
 * comment is later still. Certain only in a task that the store has known only since then.
 */
function isSinceTakeover(before: Message | null, task: TaskLink, takeover: Takeover | null): boolean {
  if (!takeover || !before || task.createdAt <= Math.max(takeover.at, takeover.until)) return false
  return before.state === 'delivered' && before.attempts > 0 && !isDeliveredElsewhere(before.reason)
}

/** The client's cards when a comment was written: its author did not know a later card. */
const cardsAt = ({ formerCards = [] }: TaskLink, writtenAt: number | null): number[] =>
  formerCards.flatMap(({ card, until }) => (writtenAt !== null && writtenAt <= until ? [card] : []))

/**
 * Replies from the period since the backup that were seen in the chats of these devices, without their
 * comments.
 */
export async function echoesFor(
  store: Store,
  connectionId: string,
  devices: readonly ClientLink[],
  backupAt: number,
): Promise<Message[]> {
  const replies = await Promise.all(
    devices.map(({ clientId }) => store.repliesTo(connectionId, clientId, backupAt - DAY)),
  )
  return replies.flat().filter(({ originKey }) => originKey.startsWith(ECHO_KEY))
}
const DAY = 24 * 3_600_000

const isMessage = ({ kind }: PendingWrite) => kind === 'comment' || kind === 'chat'

/**
 * Our pending writes into the task, under way or indeterminate, with their authors. An owner's reply is not one of ours: its
 * comment goes to the client like an employee's.
 */
export async function pendingWrites(
  store: Store,
  conversation: Conversation,
  original: Conversation | null,
): Promise<WriteOfClient[]> {
  const jobs = await store.jobs(conversation.id)
  if (original && original.id !== conversation.id) jobs.push(...(await store.jobs(original.id)))
  const attempts = [conversation.attempt, original?.attempt ?? null, ...jobs.map((job) => job.attempt)]
  const open = new Map(
    attempts.flatMap((one) => (one && one.kind !== 'reply' ? [[one.sourceObjectId, one] as const] : [])),
  )
  return Promise.all(
    [...open.values()].map(async (attempt) => {
      const [first] = attempt.messageIds
      const message = first === undefined ? null : await store.message(first)
      return { ...attempt, byClient: isMessage(attempt) && message?.author.kind === 'client' }
    }),
  )
}

/**
 * A device does not count when the store does not know it any more, or when it was separated from this
 * conversation.
 */
export async function deviceOf(
  store: Store,
  { id, connectionId }: Conversation,
  clientId: string | null,
): Promise<string | null> {
  const client = clientId === null ? null : await store.client(connectionId, clientId)
  if (!client) return null
  return (await rootOf(store, client.conversationId))?.id === id ? clientId : null
}

/** Without a public address, files are linked to at Planfix's own addresses. */
export function lineLength(context: EngineContext, connectionId: string): (name: string) => number {
  const ownLinks = context.fileLink(connectionId, 0, '') !== null
  return (name) => longestLine(name, ownLinks)
}
