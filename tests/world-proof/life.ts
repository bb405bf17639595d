import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock, InboxReader, InboxRow } from '../../src/main/engine/ports.ts'
import type { Application } from '../../src/main/runtime/application.ts'
import type { ApplicationStore, Cluster } from '../../src/main/store/index.ts'
import type { startReceiver } from '../../src/main/webhooks/receiver.ts'
import type { Storage } from './storage.ts'
import { doApart, type VirtualClock } from './virtual-clock.ts'

export type ReceiverOptions = Parameters<typeof startReceiver>[0]

/** A promise that never settles: an answer for a process that has ended. */
const never = <T>(): Promise<T> => new Promise<T>(() => {})

const inLife = new AsyncLocalStorage<Life>()
/** Effects of a request continue, whatever happens to the process that sent it. */
export const outOfLife = <T>(work: () => T): T => inLife.exit(work)

/**
 * One life of the bridge's process. It can end at any moment, as by a power failure: then nothing that it began
 * continues, although its promises still exist, because all its access to the outside passes through here.
 */
export class Life {
  readonly n: number
  readonly clock: Clock
  dead = false
  asleep = false
  app: Application | null = null
  receiver: ReceiverOptions | null = null
  store: ApplicationStore | null = null
  private readonly storage: Storage
  private readonly virtual: VirtualClock
  private readonly onCommit: (phase: 'before' | 'after', life: Life) => void
  private awaited: (() => void)[] = []

  constructor(options: {
    n: number
    clock: VirtualClock
    storage: Storage
    /** Before or after a commit: the story may end the life here. */
    onCommit(phase: 'before' | 'after', life: Life): void
  }) {
    this.n = options.n
    this.virtual = options.clock
    this.storage = options.storage
    this.onCommit = options.onCommit
    this.clock = {
      now: () => this.virtual.now(),
      after: (ms, work) => this.virtual.after(ms, () => this.whenAwake(work)),
    }
  }

  /** That of what runs now. */
  static get current(): Life | undefined {
    return inLife.getStore()
  }

  /** Runs something of this process; nothing after its end. */
  run<T>(work: () => T): T | undefined {
    return this.dead ? undefined : inLife.run(this, work)
  }

  whenAwake(work: () => void): void {
    if (this.asleep) this.awaited.push(work)
    else this.run(work)
  }

  wakeUp(): void {
    this.asleep = false
    const waiting = this.awaited
    this.awaited = []
    for (const work of waiting) this.whenAwake(work)
  }

  async closeReceiver(): Promise<void> {
    this.receiver = null
  }

  /** The process is gone. */
  exit(): void {
    this.dead = true
    this.receiver = null
    this.storage.cut(this)
  }

  /** The process ends abruptly. `after` runs when its data are as the last commit left them. */
  end(after: () => void | Promise<void> = () => {}): void {
    if (this.dead) return
    this.exit()
    doApart(async () => {
      await this.storage.settleAfter(this)
      await after()
    })
  }

  /** The store as this process sees it. */
  keep(store: ApplicationStore): ApplicationStore {
    this.store = store
    return this.kept(store)
  }

  /** The same for a store under a lease. */
  private kept(store: ApplicationStore): ApplicationStore {
    const { cluster } = store
    const keptCluster = cluster && this.keptCluster(cluster)
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'cluster') return keptCluster
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name === 'inboxReader') return (id: string) => this.reader(target.inboxReader(id))
        if (name === 'backUpIfChanged') return () => this.backup()
        return (...args: unknown[]) => this.asked(String(name), () => value.apply(target, args) as unknown)
      },
    })
  }

  private keptCluster(cluster: Cluster): Cluster {
    return new Proxy(cluster, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name === 'under')
          return (...args: Parameters<Cluster['under']>) => this.kept(target.under(...args))
        return (...args: unknown[]) => this.asked(String(name), () => value.apply(target, args) as unknown)
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
    })
  }

  private asked(name: string, ask: () => unknown): unknown {
    if (this.dead) return never()
    if (name === 'stage') return this.stage(ask as () => Promise<{ onDisk: Promise<void> }>)
    if (this.storage.writes.has(name)) return this.commit(ask as () => Promise<unknown>)
    const answer = ask()
    return answer instanceof Promise ? this.unlessDead(answer) : answer
  }

  private async commit<T>(ask: () => Promise<T>): Promise<T> {
    this.onCommit('before', this)
    if (this.dead) return never()
    const answer = await ask()
    this.onCommit('after', this)
    return this.dead ? never() : answer
  }

  private async stage(ask: () => Promise<{ onDisk: Promise<void> }>): Promise<{ onDisk: Promise<void> }> {
    const { onDisk } = await this.commit(ask)
    return { onDisk: this.unlessDead(onDisk) }
  }

  private reader({ next, back }: InboxReader): InboxReader {
    return { next: (limit) => this.asked('next', () => next(limit)) as Promise<InboxRow[]>, back }
  }

  /** A copy takes real time: the world stands still meanwhile. */
  private backup(): Promise<boolean> {
    if (this.dead) return never()
    return new Promise((resolve, reject) => {
      doApart(async () => {
        if (this.dead) return
        try {
          const isMade = await this.storage.backUp()
          this.run(() => resolve(isMade))
        } catch (error) {
          this.run(() => reject(error))
        }
      })
    })
  }

  private unlessDead<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => {
          if (!this.dead) resolve(value)
        },
        (error: unknown) => {
          if (!this.dead) reject(error)
        },
      )
    })
  }
}

/**
 * During a story, the computer's time is the story's, and event-loop callbacks of an ended life do not run. Returns
 * the function that ends this.
 */
export function quieten(clock: VirtualClock): () => void {
  const { setImmediate: turn } = globalThis
  const now = Date.now
  const perform = performance.now
  const begun = clock.now()
  const unlessDead = (work: () => void) => {
    const life = inLife.getStore()
    return turn(() => {
      if (!life?.dead) work()
    })
  }
  globalThis.setImmediate = Object.assign(unlessDead, turn) as typeof setImmediate
  Date.now = () => clock.now()
  performance.now = () => clock.now() - begun
  return () => {
    globalThis.setImmediate = turn
    Date.now = now
    performance.now = perform
  }
}
