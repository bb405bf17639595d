import type { Connection } from '../../shared/config.ts'
import type { Continuity } from './continuity.ts'
import type { SendLimiter } from './delivery/chatra/send-limiter.ts'
import type { SideBreaker } from './delivery/side-breaker.ts'
import type {
  Change,
  ChatraApi,
  Clock,
  FileLink,
  Listener,
  PlanfixApi,
  Queue,
  Store,
  Takeover,
} from './ports.ts'

/** One connection as the engine sees it. */
export interface ConnectionContext {
  settings: Connection
  chatra: ChatraApi
  planfix: PlanfixApi
  chatraBreaker: SideBreaker
  /** The pace of the Chatra account, which connections of the same account share. */
  chatraLimiter: SendLimiter
  planfixBreaker: SideBreaker
  /** The watch over its tasks. */
  watch?: TaskNews
}

/** What the watch over a connection's tasks is told, and knows. Times are milliseconds since 1970. */
export interface TaskNews {
  /** We wrote into the task, by a call that began at `from`; `isClients`: a client waits for the answer. */
  wrote(taskId: number, from: number, isClients: boolean): void
  /** A task of ours is known again, whose comments nobody here has read: it is read at once. */
  found(taskId: number): void
  /** Until when everything is known that people changed in the task; 0 = not known. */
  knownAt(taskId: number): number
}

/** Everything the rules work with. */
export interface EngineContext {
  store: Store
  clock: Clock
  connections: ReadonlyMap<string, ConnectionContext>
  fileLink: FileLink
  language: 'en' | 'ro' | 'ru'
  listener: Listener
  /** Chance in [0, 1), for jitter. */
  random: () => number
  /** The last time that this computer took over from another one; null = never. */
  takeover?(): Takeover | null
  /** How long what comes in for a connection that is switched off waits to be carried, in milliseconds. */
  keepsWhilePaused?(connectionId: string): number
  /** Since when webhooks certainly arrive; without it no missing echo proves anything. */
  continuity?: Continuity
  /** A call met silence: our own line is to be looked at. */
  onSilence?(): void
  /** There is new work in a lane of a conversation. */
  wake?(conversationId: number, lane: Queue): void
}

/**
 * A commit that has nothing to say costs nothing. Work it gives to another lane or conversation wakes that one; events, and a
 * message that is stuck now, are told.
 */
export async function commit(context: EngineContext, changes: Change[]): Promise<void> {
  if (changes.length === 0) return
  await context.store.commit(changes)
  for (const change of changes) {
    if (change.type === 'job.add') context.wake?.(change.job.conversationId, 'jobs')
    if (change.type === 'event.add') context.listener.event?.(change.event)
    tellStuck(context.listener, change)
    const movedTo = change.type === 'message.patch' ? change.patch.conversationId : null
    if (movedTo == null) continue
    context.wake?.(movedTo, 'planfix')
    context.wake?.(movedTo, 'chatra')
  }
}

function tellStuck(listener: Listener, change: Change): void {
  if (change.type !== 'message.add' && change.type !== 'message.patch') return
  const { id, state } =
    change.type === 'message.add' ? change.message : { id: change.id, state: change.patch.state }
  if (state === 'failed' || state === 'uncertain') listener.stuck?.(id, state)
}
