import type { ClientLink, Conversation, Job } from '../../../shared/domain.ts'
import { commit, type EngineContext } from '../context.ts'
import type { KeyedMutex } from '../keyed-mutex.ts'
import type { Change } from '../ports.ts'
import { ALL, DIRECTIONS, MOVABLE, mergeEvent, move, wakeAll } from './merge.ts'
import { rootOf } from './roots.ts'

export type SeparateAnswer = 'separated' | 'not-found' | 'not-joined' | 'busy'

/**
 * Undoes a merge: the conversation gets back its devices, their open work, and its own task, and the two are
 * never joined again automatically. Returns `busy` while a message of these devices is being written or sent.
 */
export async function separateConversation(
  context: EngineContext,
  serial: KeyedMutex,
  id: number,
  extra: readonly Change[] = [],
): Promise<SeparateAnswer> {
  // The lock of the merged conversation, then that of the root: always upward, so that two calls never
  // deadlock.
  return serial.run(String(id), () => separateUnder(context, serial, id, extra))
}

async function separateUnder(
  context: EngineContext,
  serial: KeyedMutex,
  id: number,
  extra: readonly Change[],
): Promise<SeparateAnswer> {
  const { store } = context
  const from = await store.conversation(id)
  if (!from) return 'not-found'
  const root = await rootOf(store, id)
  // Merges without a record (of earlier versions) cannot be undone: the origin of each device is unknown.
  if (!root || from.mergedInto === null || root.id === id || !from.joined) return 'not-joined'
  return serial.run(String(root.id), async () => {
    const current = await rootOf(store, id)
    if (current?.id !== root.id) return 'busy'
    const clients = (await store.clientsOf(current.id)).filter((client) => isOf(client, from))
    const parted = await partedWork(context, from, current, clients)
    if (!parted) return 'busy'
    await commit(context, [...separateChanges(context, from, current, clients), ...parted, ...extra])
    wakeAll(context, [from.id, current.id])
    return 'separated'
  })
}

const isOf = (client: ClientLink, from: Conversation): boolean =>
  from.joined?.clientIds.includes(client.clientId) ?? false

function separateChanges(
  { clock }: EngineContext,
  from: Conversation,
  root: Conversation,
  clients: readonly ClientLink[],
): Change[] {
  const now = clock.now()
  const lastClientAt = Math.max(from.lastClientAt, ...clients.map(({ lastWroteAt }) => lastWroteAt))
  const patch: Partial<Conversation> = {
    mergedInto: null,
    joined: null,
    lastClientAt,
    clientLeft: root.clientLeft,
    lastActivityAt: Math.max(from.lastActivityAt, Math.min(lastClientAt, now)),
    keptApart: [...new Set([...(from.keptApart ?? []), root.id])],
    // The owner says that they are two people: the address is not searched for any more.
    ...(from.contactId === null && {
      emailSearched: clients.find(({ profile }) => profile.email !== null)?.profile.email ?? null,
      emailRefused: true,
    }),
  }
  return [
    { type: 'conversation.patch', id: from.id, patch },
    {
      type: 'conversation.patch',
      id: root.id,
      patch: { keptApart: [...new Set([...(root.keptApart ?? []), from.id])] },
    },
    ...clients.map(
      (client): Change => ({ type: 'client.save', client: { ...client, conversationId: from.id } }),
    ),
    { type: 'event.add', event: mergeEvent('event.separated', from, root, now) },
  ]
}

/** Open messages and jobs of these devices; null while one of them is under way. */
async function partedWork(
  context: EngineContext,
  from: Conversation,
  root: Conversation,
  clients: readonly ClientLink[],
): Promise<Change[] | null> {
  const { store } = context
  const devices = new Set(clients.map(({ clientId }) => clientId))
  const others = (await store.clientsOf(root.id)).filter(({ clientId }) => !devices.has(clientId))
  const tasks = new Set((await store.tasksOf(from.id)).map(({ taskId }) => taskId))
  const busy = new Set(root.attempt?.messageIds ?? [])
  const changes: Change[] = []
  for (const direction of DIRECTIONS) {
    for (const message of await store.waiting(root.id, direction, ALL)) {
      const isTheirs =
        message.chatraClientId === null
          ? message.planfixTaskId !== null && tasks.has(message.planfixTaskId)
          : devices.has(message.chatraClientId)
      if (!isTheirs) continue
      const isUnderWay = direction === 'to-planfix' ? busy.has(message.id) : message.state === 'sending'
      if (isUnderWay) return null
      changes.push(move(context, message, from, [...MOVABLE, 'sending']))
    }
  }
  for (const job of await store.jobs(root.id)) {
    const { clientId, taskId } = job.data as { clientId?: unknown; taskId?: unknown }
    const isTheirs =
      (typeof clientId === 'string' && devices.has(clientId)) ||
      (typeof taskId === 'number' && tasks.has(taskId))
    if (!isTheirs) continue
    changes.push({ type: 'job.add', job: { ...job, conversationId: from.id } })
    if (job.kind === 'leave-check') changes.push(...leaveCheckOfOthers(context, job, root, others))
  }
  return changes
}

/**
 * A conversation has one job that checks whether the client has left: the one of the remaining devices must
 * not move.
 */
const leaveCheckOfOthers = (
  { store }: EngineContext,
  job: Job<'leave-check'>,
  root: Conversation,
  others: readonly ClientLink[],
): Change[] =>
  others.slice(0, 1).map(({ clientId }) => ({
    type: 'job.add',
    job: { ...job, id: store.newId(), conversationId: root.id, data: { ...job.data, clientId } },
  }))
