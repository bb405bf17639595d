import type { Connection } from '../../shared/config.ts'
import type { Language } from '../../shared/languages.ts'
import type { Continuity } from './continuity.ts'
import type { SendLimiter } from './delivery/chatra/send-limiter.ts'
import type { SideBreaker } from './delivery/side-breaker.ts'
import type {
  Change,
  ChatraApi,
  Clock,
  FileLink,
  Listener,
  MessageFileLink,
  Pace,
  PlanfixApi,
  PlanfixChannel,
  Queue,
  Store,
  Takeover,
} from './ports.ts'

/** One connection as the engine sees it. */
export interface ConnectionContext {
  settings: Connection
  chatra: ChatraApi
  planfix: PlanfixApi
  /** Planfix's Chat API, used where the connection is set to it. */
  channel: PlanfixChannel
  chatraBreaker: SideBreaker
  /** The rate limiter of the Chatra account, shared by the connections of the same account. */
  chatraLimiter: SendLimiter
  planfixBreaker: SideBreaker
  /** The watcher of its tasks. */
  watch?: TaskNews
}

/** The engine's interface to the watcher of a connection's tasks. Times are milliseconds since 1970. */
interface TaskNews {
  /**
   * The bridge wrote into the task, by a call that began at `from`; `isClients`: a client waits for the
   * reply.
   */
  wrote(taskId: number, from: number, isClients: boolean): void
  /**
   * The task is one of ours from now on, and its row in the list counts as unseen; when its comments were not read yet, it is
   * read at once.
   */
  added(taskId: number, isRead: boolean): void
  /** Time up to which all changes by people in the task are known; 0 = unknown. */
  knownAt(taskId: number): number
  /**
   * Lists the changes of the whole account in the caller's slot, or gives that back: what one list tells, each task need not be
   * asked. Callers at the same time share a list. False when nothing was learned.
   */
  refresh(): Promise<boolean>
}

/** The dependencies of the rules. */
export interface EngineContext {
  store: Store
  clock: Clock
  connections: ReadonlyMap<string, ConnectionContext>
  fileLink: FileLink
  /** The address under which Planfix reads a file of a client's message; null without a public address. */
  messageFileLink?: MessageFileLink | undefined
  language: Language
  listener: Listener
  /** Random number in [0, 1), for jitter. */
  random: () => number
  /** The last takeover by this computer; null = never. */
  takeover?(): Takeover | null
  /** How long events of a disabled connection wait for delivery, in milliseconds. */
  keepsWhilePaused?(connectionId: string): number
  /** Since when webhooks certainly arrive; without it a missing echo proves nothing. */
  continuity?: Continuity
  /** A call got no answer: our own network is checked. */
  onSilence?(): void
  /** There is new work in a queue of a conversation. */
  wake?(conversationId: number, queue: Queue): void
}

/**
 * Empty commits are no-ops. Work that the commit gives to another queue or conversation wakes that queue, tasks that it adds
 * are watched; events, and messages that are now stuck, are reported.
 */
export async function commit(context: EngineContext, changes: Change[], pace?: Pace): Promise<void> {
  if (changes.length === 0) return
  await context.store.commit(changes, pace)
  follow(context, changes)
  report(context, changes)
}

/**
 * The same for what may be decided again: see `Store.stage`. `told` is called once it is on disk: what people are told must
 * stay true.
 */
export async function stage(
  context: EngineContext,
  changes: Change[],
  told: () => void = () => undefined,
): Promise<void> {
  if (changes.length === 0) return told()
  const { onDisk } = await context.store.stage(changes)
  follow(context, changes)
  onDisk.then(
    () => {
      report(context, changes)
      told()
    },
    () => undefined,
  )
}

function follow({ wake, connections }: EngineContext, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.type === 'task.add') {
      const { connectionId, taskId, readAt } = change.task
      connections.get(connectionId)?.watch?.added(taskId, readAt > 0)
    }
    if (change.type === 'job.add') wake?.(change.job.conversationId, 'jobs')
    const movedTo = change.type === 'message.patch' ? change.patch.conversationId : null
    if (movedTo == null) continue
    wake?.(movedTo, 'planfix')
    wake?.(movedTo, 'chatra')
  }
}

function report({ listener }: EngineContext, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.type === 'event.add') listener.event?.(change.event)
    tellStuck(listener, change)
  }
}

function tellStuck(listener: Listener, change: Change): void {
  if (change.type !== 'message.add' && change.type !== 'message.patch') return
  const { id, state } =
    change.type === 'message.add' ? change.message : { id: change.id, state: change.patch.state }
  if (state === 'failed' || state === 'uncertain') listener.stuck?.(id, state)
}
