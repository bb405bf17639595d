import { AsyncLocalStorage } from 'node:async_hooks'
import { copyFileSync, existsSync, renameSync, rmSync, utimesSync } from 'node:fs'
import type { Clock, InboxReader, InboxRow } from '../../src/main/engine/ports.ts'
import type { Application } from '../../src/main/runtime/application.ts'
import { filesOf } from '../../src/main/store/files.ts'
import type { SqliteStore } from '../../src/main/store/index.ts'
import type { startReceiver } from '../../src/main/webhooks/receiver.ts'
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
  store: SqliteStore | null = null
  private readonly dataDir: string
  private readonly virtual: VirtualClock
  private readonly onCommit: (phase: 'before' | 'after', life: Life) => void
  private awaited: (() => void)[] = []

  constructor(options: {
    n: number
    clock: VirtualClock
    dataDir: string
    /** Before or after a commit: the story may end the life here. */
    onCommit(phase: 'before' | 'after', life: Life): void
  }) {
    this.n = options.n
    this.virtual = options.clock
    this.dataDir = options.dataDir
    this.onCommit = options.onCommit
    this.clock = {
      now: () => this.virtual.now(),
      after: (ms, work) => this.virtual.after(ms, () => this.whenAwake(work)),
    }
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

  /** The process ends abruptly. `after` runs when its file is closed as the last commit left it. */
  end(after: () => void = () => {}): void {
    if (this.dead) return
    this.dead = true
    this.receiver = null
    const { store } = this
    doApart(async () => {
      // What was staged since the last commit is lost; closing would commit it.
      const asCommitted = setAside(this.dataDir)
      await store?.close()
      asCommitted()
      // It was not closed properly: the next start must check all of it.
      rmSync(filesOf(this.dataDir).clean, { force: true })
      after()
    })
  }

  /** The store as this process sees it. */
  keep(store: SqliteStore): SqliteStore {
    this.store = store
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name === 'inboxReader') return (id: string) => this.reader(target.inboxReader(id))
        if (name === 'backUpIfChanged') return () => this.backup(target)
        return (...args: unknown[]) => this.asked(String(name), () => value.apply(target, args) as unknown)
      },
    })
  }

  private asked(name: string, ask: () => unknown): unknown {
    if (this.dead) return never()
    if (name === 'commit') return this.commit(ask as () => Promise<void>)
    if (name === 'stage') return this.stage(ask as () => Promise<{ onDisk: Promise<void> }>)
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

  /** A copy takes real time: the world stands still meanwhile, and the copy has the world's time. */
  private backup(store: SqliteStore): Promise<boolean> {
    if (this.dead) return never()
    if (!store.isChangedSinceBackup) return Promise.resolve(false)
    return new Promise((resolve, reject) => {
      doApart(async () => {
        if (this.dead) return
        try {
          const path = await store.backup()
          const seconds = this.virtual.now() / 1000
          utimesSync(path, seconds, seconds)
          this.run(() => resolve(true))
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

/** Copies the files of the store; the returned function puts the copies in their place. */
function setAside(dataDir: string): () => void {
  const { store } = filesOf(dataDir)
  const copied = [store, `${store}-wal`].filter((path) => existsSync(path))
  for (const path of copied) copyFileSync(path, `${path}.aside`)
  return () => {
    for (const path of [`${store}-wal`, `${store}-shm`]) rmSync(path, { force: true })
    for (const path of copied) renameSync(`${path}.aside`, path)
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
