import type {
  Conversation,
  Direction,
  Job,
  JoinReason,
  Message,
  MessageState,
} from '../../../shared/domain.ts'
import type { JobData } from '../../../shared/messages/job.ts'
import { commit, type EngineContext } from '../context.ts'
import { addJob } from '../delivery/patches.ts'
import type { KeyedMutex } from '../keyed-mutex.ts'
import type { Change, Queue } from '../ports.ts'
import { rootOf, underRoots } from './roots.ts'

/**
 * Merges two conversations of one client (F13), and prepares their separation. Open work always belongs to
 * the root: a merge moves everything that can be moved in one commit, under the locks of both. Work under way
 * at that moment (a pending write to Planfix, a reply in `sending`, a job) is settled where it began, and the
 * queue moves it (`handOver`). Merges cannot form a circle: only roots are merged, under their locks.
 */

/** Messages that may move while they are not being delivered. A reply in `sending` belongs to its queue. */
export const MOVABLE: readonly MessageState[] = ['queued', 'retrying', 'uncertain']
export const DIRECTIONS: readonly Direction[] = ['to-planfix', 'to-chatra']
export const ALL = 100_000

/** Two conversations that may be one person's. */
export interface JoinWish {
  one: number
  other: number
  why: JoinReason
  /** The device that joins, for the note in the task. */
  clientId: string
  /** Committed together with the merge, or alone when nothing is merged. */
  changes: Change[]
}

/** Merges the roots of both, unless the owner has separated them. Returns the common conversation's id. */
export async function joinConversations(
  context: EngineContext,
  serial: KeyedMutex,
  wish: JoinWish,
): Promise<number | null> {
  return underRoots(context.store, serial, [wish.one, wish.other], async ([one, other]) => {
    if (!one || !other || (await areSeparated(context, one, other))) {
      await commit(context, wish.changes)
      return one && !other ? one.id : null
    }
    const { from, into, changes } = await joinChanges(context, one, other, wish)
    await commit(context, [...wish.changes, ...changes])
    wakeAll(context, [from.id, into.id])
    return into.id
  })
}

/** The changes of a merge of two roots. Call it under the locks of both, and commit under them. */
export async function joinChanges(
  context: EngineContext,
  one: Conversation,
  other: Conversation,
  { why, clientId }: Pick<JoinWish, 'why' | 'clientId'>,
): Promise<{ from: Conversation; into: Conversation; changes: Change[] }> {
  const { store, clock } = context
  const [into, from] = [one, other].sort(byStanding) as [Conversation, Conversation]
  const clients = await store.clientsOf(from.id)
  const now = clock.now()
  const joined = {
    at: now,
    why,
    clientIds: clients.map((client) => client.clientId),
    contactId: from.contactId,
  }
  const changes: Change[] = [
    { type: 'conversation.patch', id: from.id, patch: { mergedInto: into.id, joined } },
    { type: 'conversation.patch', id: into.id, patch: together(from, into) },
    ...clients.map(
      (client): Change => ({ type: 'client.save', client: { ...client, conversationId: into.id } }),
    ),
    ...(await movedMessages(context, from, into)),
    ...movedJobs(await store.jobs(from.id), from, into, await store.jobs(into.id)),
    joinNote(context, from, into, why, clientId),
    { type: 'event.add', event: mergeEvent('event.joined', from, into, now) },
  ]
  if (from.taskId !== null) changes.push(mergedNote(context, from, from.taskId, into))
  return { from, into, changes }
}

/** The conversation with a task stays, then the one with a card, then the older one. */
const byStanding = (one: Conversation, other: Conversation): number =>
  Number(one.taskId === null) - Number(other.taskId === null) ||
  Number(one.contactId === null) - Number(other.contactId === null) ||
  one.id - other.id

const together = (from: Conversation, into: Conversation): Partial<Conversation> => ({
  lastClientAt: Math.max(from.lastClientAt, into.lastClientAt),
  lastActivityAt: Math.max(from.lastActivityAt, into.lastActivityAt),
  clientLeft: from.clientLeft && into.clientLeft,
  ...(into.paused === null && { paused: from.paused, pausedUntil: from.pausedUntil }),
  keptApart: [...new Set([...(into.keptApart ?? []), ...(from.keptApart ?? [])])],
  ...((from.attempt !== null || from.writesElsewhere !== undefined) && {
    writesElsewhere: [
      ...new Set([
        ...(into.writesElsewhere ?? []),
        ...(from.writesElsewhere ?? []),
        ...(from.attempt ? [from.id] : []),
      ]),
    ],
  }),
})

/** A conversation that begins as a part of another one: a device of a known person. */
export const bornJoined = (
  begun: Conversation,
  into: Conversation,
  why: JoinReason,
  clientId: string,
  at: number,
): Conversation => ({
  ...begun,
  mergedInto: into.id,
  joined: { at, why, clientIds: [clientId], contactId: null },
})

/** Whether the owner has separated two roots, or conversations that were merged into them. */
export async function areSeparated(
  { store }: Pick<EngineContext, 'store'>,
  one: Conversation,
  other: Conversation,
): Promise<boolean> {
  for (const [mine, theirs] of [
    [one, other],
    [other, one],
  ] as const) {
    for (const id of mine.keptApart ?? []) {
      if (id === theirs.id || (await rootOf(store, id))?.id === theirs.id) return true
    }
  }
  return false
}

/**
 * The work left in a merged conversation that is not under way: it is moved to the root. Call it under the
 * lock of `from`. `running`: jobs under way, which stay until they are done.
 */
export async function handOver(
  context: EngineContext,
  from: Conversation,
  queue: Queue,
  running: ReadonlySet<number> = new Set(),
): Promise<Change[]> {
  const { store } = context
  const into = await rootOf(store, from.id)
  if (!into || into.id === from.id) return []
  if (queue === 'jobs') {
    const jobs = (await store.jobs(from.id)).filter(({ id, kind }) => kind !== 'separate' && !running.has(id))
    return movedJobs(jobs, from, into, await store.jobs(into.id))
  }
  const direction = queue === 'planfix' ? 'to-planfix' : 'to-chatra'
  const open = await store.waiting(from.id, direction, ALL)
  // Without a pending write, messages marked as being written to Planfix wait like any other.
  const states = direction === 'to-planfix' ? [...MOVABLE, 'sending' as const] : MOVABLE
  return open.flatMap((message) =>
    states.includes(message.state) ? move(context, message, into, states) : [],
  )
}

async function movedMessages(
  context: EngineContext,
  from: Conversation,
  into: Conversation,
): Promise<Change[]> {
  const busy = new Set(from.attempt?.messageIds ?? [])
  const changes: Change[] = []
  for (const direction of DIRECTIONS) {
    for (const message of await context.store.waiting(from.id, direction, ALL)) {
      if (!busy.has(message.id) && MOVABLE.includes(message.state))
        changes.push(move(context, message, into, MOVABLE))
    }
  }
  return changes
}

export const move = (
  { clock }: EngineContext,
  { id }: Message,
  into: Conversation,
  from: readonly MessageState[],
): Change => ({ type: 'message.patch', id, at: clock.now(), patch: { conversationId: into.id }, from })

/** Jobs are moved; references to their original conversation are written into them. */
function movedJobs(
  jobs: readonly Job[],
  from: Conversation,
  into: Conversation,
  there: readonly Job[],
): Change[] {
  return jobs.flatMap((job): Change[] => {
    const add = (moved: Job): Change[] => [{ type: 'job.add', job: { ...moved, conversationId: into.id } }]
    switch (job.kind) {
      case 'leave-check':
        return there.some(({ kind }) => kind === 'leave-check')
          ? [{ type: 'job.drop', id: job.id }]
          : add(job)
      case 'complete': {
        const taskId = job.data.taskId ?? from.taskId
        return taskId === null
          ? [{ type: 'job.drop', id: job.id }]
          : add({ ...job, key: `task:${taskId}`, data: { ...job.data, taskId } })
      }
      case 'note': {
        const taskId = job.data.taskId ?? from.taskId
        const key = job.key === 'loop' ? `loop:${from.id}` : job.key
        return add({ ...job, key, data: { ...job.data, ...(taskId !== null && { taskId }) } })
      }
      case 'assigner':
        return add({ ...job, data: { contactId: from.contactId, ...job.data } })
      case 'verify':
        return add({ ...job, data: withContact(job.data, from.contactId) })
      default:
        return add(job)
    }
  })
}

/** The card of the original conversation, where the job names none. */
const withContact = (data: JobData<'verify'>, contactId: number | null): JobData<'verify'> =>
  data.contactId === undefined && data.what !== 'visit' ? { ...data, contactId } : data

// ---- notes about the merge

/** The parameters of a note: numbers and the time. */
interface NoteMaker {
  store: Pick<EngineContext['store'], 'newId'>
  clock: Pick<EngineContext['clock'], 'now'>
}

/** The task gets a note that another device joined, and whether the site vouches for that. */
export const joinNote = (
  { store, clock }: NoteMaker,
  from: Conversation,
  into: Conversation,
  why: JoinReason,
  clientId: string,
): Change =>
  addJob({
    ...noteIn(store.newId(), into, clock.now()),
    key: `device-joined:${from.id}`,
    data: { what: 'device-joined', why, clientId },
  })

/** The previous task gets a note with the new task. */
export const mergedNote = (
  { store, clock }: NoteMaker,
  from: Conversation,
  taskId: number,
  into: Conversation,
): Change =>
  addJob({
    ...noteIn(store.newId(), into, clock.now()),
    key: `merged:${from.id}`,
    data: { what: 'merged', taskId, intoConversation: into.id },
  })

const noteIn = (id: number, into: Conversation, notBefore: number) => ({
  id,
  connectionId: into.connectionId,
  conversationId: into.id,
  kind: 'note' as const,
  notBefore,
})

export const mergeEvent = (key: string, from: Conversation, into: Conversation, time: number) => ({
  time,
  connectionId: from.connectionId,
  key,
  level: 'info' as const,
  params: { conversation: from.id, into: into.id },
})

export function wakeAll(context: EngineContext, ids: readonly number[]): void {
  for (const id of ids) {
    for (const queue of ['planfix', 'chatra', 'jobs'] as const) context.wake?.(id, queue)
  }
}
