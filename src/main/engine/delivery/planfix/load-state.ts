import type { Connection } from '../../../../shared/config.ts'
import type { ClientLink, Conversation, Message, TaskLink } from '../../../../shared/domain.ts'
import type { EngineContext } from '../../context.ts'
import { sameAddress } from '../../intake/chat/same-address.ts'
import { rootOf } from '../../people/roots.ts'
import type { RateLimiter } from '../../ports.ts'
import type { Permit } from '../circuit-breaker.ts'
import {
  ASSIGNER_AGAIN_MS,
  latest,
  PARTICIPANTS,
  type RefusedParticipants,
  stillRefused,
} from '../patches.ts'
import { waitsUntil } from '../retry.ts'
import { MAX_JOINED } from './batch.ts'
import { chatNumberOf } from './channel/chat-number.ts'
import type { ConversationState, PlanfixStepRunner } from './planfix-step-runner.ts'
import { withEmail } from './planfix-text.ts'

/** By which of Planfix's interfaces a step calls it. */
export type Way = 'rest' | 'channel'

/**
 * The facts for a conversation's next step toward Planfix; null when its connection is not in use or nobody has written.
 * `permit`: of the call that the state is loaded for; null when no call follows. `way`: whose slot the call has.
 */
export async function loadState(
  work: PlanfixStepRunner,
  conversationId: number,
  permit: Permit | null = null,
  way: Way = 'rest',
): Promise<ConversationState | null> {
  const { context } = work
  const { store, connections, clock } = context
  const conversation = await store.conversation(conversationId)
  const connection = conversation && connections.get(conversation.connectionId)
  if (!conversation || !connection) return null
  const { id: connectionId } = connection.settings
  const [waiting, clients, task] = await Promise.all([
    store.waiting(conversationId, 'to-planfix', MAX_JOINED + 1),
    clientsOf(context, conversation),
    conversation.taskId === null ? null : store.task(connectionId, conversation.taskId),
  ])
  const hasAgent = waiting.some((message) => message.author.kind === 'agent')
  const agents = hasAgent ? await store.agents(connectionId) : []
  const client = latest(clients)
  if (!client) return null
  // Changes that the watcher has seen since need no read.
  const knownAt = task ? (connection.watch?.knownAt(task.taskId) ?? 0) : 0
  const needsTask = !task || task.deleted || !task.active || !task.ours || task.refusesComments === true
  const tasks = needsTask ? await store.tasksOf(conversationId) : []
  const newest = tasks.toSorted((a, b) => b.createdAt - a.createdAt)
  const previous = newest.find(({ deleted }) => !deleted) ?? newest[0] ?? null
  const { chatId } = client.profile
  const ordinals = tasks.filter((one) => one.chatId === chatId).map(({ n }) => n)
  const perhaps = conversation.perhaps ? await rootOf(store, conversation.perhaps.conversationId) : null
  const needsCard = conversation.contactId === null && conversation.emailSearched !== client.profile.email
  const same = needsCard
    ? await sameAddress(store, connection.settings, client.profile, conversation, clock.now())
    : null
  const { healedAt } = connection.planfixBreaker.breaker
  const notBefore = waitsUntil(conversation.planfixLane, healedAt, clock.now())
  return {
    connection,
    permit,
    slot: slotOf(connection.planfix.rateLimiter, conversationId, way === 'rest'),
    channelChat: await chatNumberOf(store, conversation, client.clientId),
    settings: connection.settings,
    conversation: { ...conversation, planfixLane: { ...conversation.planfixLane, notBefore } },
    waiting: waiting
      .filter((message) => message.kind === 'text')
      .map((message) => withEmail(message, agents)),
    client,
    task: task && knownAt > task.checkedAt ? { ...task, checkedAt: knownAt } : task,
    previous,
    history: needsTask ? await history(context, connection.settings, task ?? previous) : [],
    // A rediscovered task may have a higher ordinal than the known ones.
    tasksOfChat: needsTask ? Math.max(await store.taskCount(connectionId, chatId), ...ordinals) : 0,
    previousRefuses: (conversation.closedTasks ?? 0) > 0,
    perhapsTask: perhaps && perhaps.id !== conversationId ? perhaps.taskId : null,
    sameAddress: same && {
      // Whether the threads are joined was decided when the address was given.
      join: same.decision.join === 'separate' ? 'separate' : 'card',
      contactId: same.conversation.contactId,
    },
    noMatchAt: work.noMatchAt.get(conversationId) ?? null,
    now: clock.now(),
    tokenUserId: needsTask ? await store.fact<number>(connectionId, 'tokenUserId') : null,
    assigner: needsTask ? await assignerOf(context, connectionId) : null,
    refusedParticipants: stillRefused(
      needsTask ? await store.fact<RefusedParticipants>(connectionId, PARTICIPANTS) : null,
      connection.settings.planfix.participants,
      clock.now(),
    ),
  }
}

/** The messages of the previous task, as last shown in the chat. */
async function history(
  context: EngineContext,
  settings: Connection,
  before: TaskLink | null,
): Promise<Message[]> {
  const { historyInNewTask } = settings.options
  if (historyInNewTask === 'link' || before === null) return []
  const { store } = context
  const said = await store.saidInTask(settings.id, before.taskId, historyInNewTask)
  return Promise.all(
    said.map(async (message) => {
      if (message.direction === 'to-planfix') return message
      const changes = await store.changesOf(message.id)
      const edit = changes.findLast(({ kind, state }) => kind === 'edit' && state === 'delivered')
      return edit ? { ...message, text: edit.text, files: edit.files } : message
    }),
  )
}

/** An old refusal expires: it is verified with the next task. */
async function assignerOf(
  { store, clock }: EngineContext,
  connectionId: string,
): Promise<'contact' | 'no' | null> {
  const known = await store.fact<'contact' | 'no'>(connectionId, 'assigner')
  if (known !== 'no') return known
  const at = await store.fact<number>(connectionId, 'assignerAt')
  return at !== null && clock.now() - at > ASSIGNER_AGAIN_MS ? null : known
}

/** Those of the root, when the conversation was merged while it had a pending write. */
async function clientsOf({ store }: EngineContext, { id, mergedInto }: Conversation): Promise<ClientLink[]> {
  const root = mergedInto === null ? null : await rootOf(store, id)
  return store.clientsOf(root?.id ?? id)
}

/** A step begins with its own slot; `hasSlot`: it is one of REST. */
function slotOf(rateLimiter: RateLimiter, conversationId: number, hasSlot: boolean): () => Promise<void> {
  let isFirst = hasSlot
  return async () => {
    if (!isFirst) await rateLimiter.slot(0, String(conversationId))
    isFirst = false
  }
}
