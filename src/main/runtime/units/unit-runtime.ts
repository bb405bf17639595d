import type { Configuration, Connection } from '../../../shared/config.ts'
import { readChatEvent } from '../../chatra/webhook.ts'
import { Engine } from '../../engine/engine.ts'
import type { QueueWithWork } from '../../engine/ports.ts'
import { readChannelCall } from '../../planfix/channel/call.ts'
import type { LiveConnection } from '../connections.ts'
import type { RuntimeDeps } from './deps.ts'
import { openIn } from './open-connection.ts'
import { isOn, keptMs } from './unit.ts'

/** Wait at most this long (ms) for the inbox to be decided before delivery starts. */
const DECIDE_FIRST_MS = 2000
/** The disk is missing: waiting work is read again after this time (ms). */
const LOOK_AGAIN_MS = 5000

/**
 * `away`: the services could not reach us before, as after a start of the program; `kept`: events received
 * meanwhile are in the inbox, and are decided on first; `work`: what is waiting, where it was just read.
 */
export interface Start {
  away: boolean
  kept: boolean
  work?: readonly QueueWithWork[] | undefined
}

/**
 * Everything that works for one unit by one configuration: the engine, and the clients and watcher of each of
 * its enabled connections. Replaced as a whole by the next one; unchanged connections move to it with their
 * state (state of both sides, rate limiters, pending reads).
 */
export class UnitRuntime {
  /** Null: it carries no unit, but the connections that are off. */
  readonly unit: string | null
  readonly connections: ReadonlyMap<string, LiveConnection>
  private readonly deps: RuntimeDeps
  private readonly configuration: Configuration
  private readonly engine: Engine
  /** Resolves when those that carried its connections before have ended. */
  private isFree: Promise<unknown> = Promise.resolve()
  private starting: Promise<void> = Promise.resolve()
  private stopping: Promise<void> | null = null

  private constructor(
    deps: RuntimeDeps,
    configuration: Configuration,
    unit: string | null,
    live: readonly LiveConnection[],
  ) {
    this.deps = deps
    this.configuration = configuration
    this.unit = unit
    const connections = new Map(live.map((one) => [one.settings.id, one]))
    this.connections = connections
    this.engine = new Engine({
      context: {
        store: unit === null ? deps.store : deps.storeFor(unit),
        clock: deps.clock,
        connections,
        fileLink: deps.fileLink,
        messageFileLink: deps.messageFileLink,
        language: configuration.language,
        listener: deps.listener,
        random: deps.random,
        takeover: deps.takeover,
        continuity: deps.continuity,
        onSilence: () => deps.onSilence(),
        keepsWhilePaused: (connectionId) => keptMs(configuration, connectionId),
      },
      parse: readChatEvent,
      parseChannelCall: readChannelCall,
      hint: (connectionId, taskId) => connections.get(connectionId)?.watcher.hint(taskId),
      onBug: deps.onBug,
    })
  }

  /**
   * Creates clients for new connections; nothing is sent yet. Gives back `before` when it works exactly like
   * that. Rejects when a secret cannot be read.
   */
  static async open(
    deps: RuntimeDeps,
    configuration: Configuration,
    [unit, settings]: [unit: string, settings: readonly Connection[]],
    before: UnitRuntime | null,
  ): Promise<UnitRuntime> {
    const live = await Promise.all(
      settings.map((one) => openIn(unit, deps, one, before?.connections.get(one.id))),
    )
    if (before?.worksBy(configuration, live)) return before
    return new UnitRuntime(deps, configuration, unit, live)
  }

  /**
   * Carries no connection: the events of connections that are off wait, and are given up in the end; what the
   * owner does in their conversations is stored.
   */
  static ofNone(deps: RuntimeDeps, configuration: Configuration): UnitRuntime {
    return new UnitRuntime(deps, configuration, null, [])
  }

  get isStopped(): boolean {
    return this.stopping !== null
  }

  /** Whether the events of this connection are decided on here. */
  carries(connectionId: string): boolean {
    return this.unit === null ? !isOn(this.configuration, connectionId) : this.connections.has(connectionId)
  }

  /** Both must not work at the same time. */
  isBeside(other: UnitRuntime): boolean {
    const ids = [...this.connections.keys(), ...other.connections.keys()]
    return this.unit !== other.unit && !ids.some((id) => this.carries(id) && other.carries(id))
  }

  /** It begins when these have ended. */
  follow(earlier: readonly Promise<void>[]): void {
    this.isFree = Promise.all(earlier)
  }

  /** Rejects when waiting work cannot be read. */
  async start(how: Start): Promise<void> {
    await this.isFree
    const begun = this.begin(how)
    this.starting = begun.catch(() => undefined)
    await begun
  }

  /** The same, and tried again for as long as waiting work cannot be read. */
  async startSurely(how: Start): Promise<void> {
    try {
      await this.start(how)
    } catch (error) {
      if (this.isStopped) return
      const { clock, onBug } = this.deps
      onBug(error, 'reconfigure')
      clock.after(LOOK_AGAIN_MS, () => {
        if (!this.isStopped) void this.startSurely(how)
      })
    }
  }

  private async begin({ away, kept, work }: Start): Promise<void> {
    if (this.isStopped) return
    this.engine.begin()
    if (this.unit === null) await this.lookAtWaiting()
    // They may contain the echo of a reply: it must be processed before the reply counts as not arrived.
    if (kept) await this.atMost(DECIDE_FIRST_MS, this.engine.decide())
    if (this.isStopped) return
    await (away ? this.engine.start(work) : this.engine.resume(work))
    if (this.isStopped) return
    for (const { watcher } of this.connections.values()) watcher.start()
  }

  /** Events of connections that are off may have waited for long enough. */
  private async lookAtWaiting(): Promise<void> {
    for (const id of (await this.deps.store.backlog()).inbox.keys())
      if (this.carries(id)) this.engine.wake(id)
  }

  /** The inbox of this connection has a new row. */
  heard(connectionId: string): void {
    this.engine.wake(connectionId)
  }

  /** Resolves when every stored event of its connections has been decided on. */
  decided(): Promise<void> {
    return this.engine.decided()
  }

  /** Waiting work is tried at once. */
  resume(work?: readonly QueueWithWork[]): Promise<void> {
    return this.engine.resume(work)
  }

  /** The computer woke up or the network changed: all work is tried again at once. */
  async wake(work?: readonly QueueWithWork[]): Promise<void> {
    for (const { chatraBreaker, chatraLimiter, planfixBreaker } of this.connections.values()) {
      chatraLimiter.reset()
      chatraBreaker.reset()
      planfixBreaker.reset()
    }
    await this.engine.start(work)
    for (const { watcher } of this.connections.values()) watcher.wake()
  }

  /** The owner wants all that waits in this connection tried at once. */
  async tryNow({ settings, chatraBreaker, planfixBreaker, watcher }: LiveConnection): Promise<void> {
    await this.engine.waitNoLonger(settings.id)
    chatraBreaker.reset()
    planfixBreaker.reset()
    await this.engine.resume()
    watcher.wake()
  }

  /** Of `ofNone`. */
  get idleEngine(): Engine {
    return this.engine
  }

  /** For what the owner does in a conversation: while another engine holds its locks, it waits. */
  async freeEngine(): Promise<Engine> {
    await this.isFree
    return this.engine
  }

  /**
   * Finishes the calls under way and starts none. Calls waiting for a rate-limit slot are cancelled; their
   * work is on disk.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopCalls()
    return this.stopping
  }

  private async stopCalls(): Promise<void> {
    const live = [...this.connections.values()]
    const stopped = [this.engine.stop(), ...live.map(({ watcher }) => watcher.stop())]
    const ended = Promise.all([...stopped, this.starting])
    let cancel = () => {}
    const withdraw = () => {
      for (const { planfix, chatraLimiter } of live) {
        planfix.rateLimiter.withdraw?.()
        chatraLimiter.withdraw()
      }
      // A caller whose call has finished may request a slot for the next one.
      cancel = this.deps.clock.after(100, withdraw)
    }
    withdraw()
    await ended
    cancel()
  }

  /** Releases its parts that are not used elsewhere. */
  close(isUsed: (connection: LiveConnection) => boolean = () => false): void {
    for (const connection of this.connections.values()) {
      if (isUsed(connection)) continue
      connection.planfix.close()
      connection.channel.close()
      connection.planfixBreaker.close()
      connection.chatraBreaker.close()
    }
  }

  private worksBy(configuration: Configuration, live: readonly LiveConnection[]): boolean {
    return (
      !this.isStopped &&
      this.configuration.language === configuration.language &&
      this.connections.size === live.length &&
      live.every((one) => this.connections.get(one.settings.id) === one)
    )
  }

  private async atMost(ms: number, work: Promise<void>): Promise<void> {
    let cancel = () => {}
    const over = new Promise<void>((resolve) => {
      cancel = this.deps.clock.after(ms, resolve)
    })
    await Promise.race([work, over])
    cancel()
  }
}
