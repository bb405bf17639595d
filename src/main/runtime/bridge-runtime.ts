import type { AxiosAdapter } from 'axios'
import type { Configuration } from '../../shared/config.ts'
import type { Side } from '../../shared/errors.ts'
import { readChatEvent } from '../chatra/webhook.ts'
import type { Continuity } from '../engine/continuity.ts'
import { Engine } from '../engine/engine.ts'
import { identifyAs } from '../engine/identity.ts'
import { probedOf } from '../engine/index.ts'
import type { Clock, FileLink, Listener, MessageFileLink, SideState, Takeover } from '../engine/ports.ts'
import { readChannelCall } from '../planfix/channel/call.ts'
import type { SecretSource } from '../secrets/environment.ts'
import { type ApplicationStore, SOURCE_CONNECTION } from '../store/index.ts'
import type { ChatraAccounts } from './accounts/chatra-accounts.ts'
import type { PlanfixAccounts } from './accounts/planfix-accounts.ts'
import { isStill, keysOf, type LiveConnection, openConnection } from './connections.ts'

/** On reconfigure, wait at most this long (ms) for the inbox to be decided before delivery starts again. */
const DECIDE_FIRST_MS = 2000

/** The parts that survive a change of the configuration. */
export interface RuntimeDeps {
  store: ApplicationStore
  clock: Clock
  random: () => number
  secrets: SecretSource
  accounts: PlanfixAccounts
  fileLink: FileLink
  messageFileLink: MessageFileLink
  listener: Listener
  sideChanged(connectionId: string, side: Side, state: SideState): void
  /** A watcher has stored something new. */
  onNews(): void
  onBug(error: unknown, where: string): void
  /** Checked before each write: another computer may have become active. */
  mayWrite(): boolean
  takeover: () => Takeover | null
  chatraAccounts: ChatraAccounts
  continuity: Continuity
  /** A call got no answer: the public address is checked. */
  onSilence(): void
  /** See Outside. */
  exchange?: AxiosAdapter | undefined
}

/**
 * Everything that works by one configuration: the engine, and the clients and watcher of each enabled
 * connection. Replaced as a whole by the next one; unchanged connections move to it with their state (state
 * of both sides, rate limiters, pending reads).
 */
export class BridgeRuntime {
  readonly configuration: Configuration
  readonly connections: ReadonlyMap<string, LiveConnection>
  readonly engine: Engine
  private readonly clock: Clock
  private stopping: Promise<void> | null = null

  private constructor(
    deps: RuntimeDeps,
    configuration: Configuration,
    connections: Map<string, LiveConnection>,
  ) {
    this.configuration = configuration
    this.connections = connections
    this.clock = deps.clock
    this.engine = new Engine({
      context: {
        store: deps.store,
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

  /** Creates clients for new connections; nothing is sent yet. Rejects when a secret cannot be read. */
  static async open(
    deps: RuntimeDeps,
    configuration: Configuration,
    before: BridgeRuntime | null,
  ): Promise<BridgeRuntime> {
    const enabled = configuration.connections.filter((connection) => connection.enabled)
    const live = await Promise.all(
      enabled.map(async (settings): Promise<LiveConnection> => {
        const keys = await keysOf(deps.secrets, settings.id)
        identifyAs(
          settings.id,
          (await deps.store.fact<string>(settings.id, SOURCE_CONNECTION)) ?? settings.id,
        )
        const known = before?.connections.get(settings.id)
        if (known && isStill(known, settings, keys)) return known
        return openConnection({
          ...deps,
          settings,
          keys,
          account: await deps.accounts.of(settings, keys.planfix),
          probed: await probedOf(deps.store, settings),
          changed: (side, state) => deps.sideChanged(settings.id, side, state),
        })
      }),
    )
    deps.accounts.follow(configuration)
    return new BridgeRuntime(deps, configuration, new Map(live.map((one) => [one.settings.id, one])))
  }

  /** Whether it would work exactly like the other one. */
  isEquivalentTo(other: BridgeRuntime): boolean {
    return (
      this.configuration.language === other.configuration.language &&
      this.connections.size === other.connections.size &&
      [...this.connections].every(([id, connection]) => other.connections.get(id) === connection)
    )
  }

  /**
   * `away`: the services could not reach us before, as after a start of the program; `kept`: events received
   * meanwhile are in the inbox, and are decided on first.
   */
  async start({ away, kept }: { away: boolean; kept: boolean }): Promise<void> {
    if (kept) {
      // They may contain the echo of a reply: it must be processed before the reply counts as not arrived.
      this.engine.intake.wake()
      await this.atMost(DECIDE_FIRST_MS, this.engine.intake.idle())
    }
    if (this.stopping) return
    await (away ? this.engine.start() : this.engine.resume())
    if (this.stopping) return
    for (const { watcher } of this.connections.values()) watcher.start()
  }

  /** The computer woke up or the network changed: all work is tried again at once. */
  async wake(): Promise<void> {
    for (const { chatraBreaker, chatraLimiter, planfixBreaker } of this.connections.values()) {
      chatraLimiter.reset()
      chatraBreaker.reset()
      planfixBreaker.reset()
    }
    await this.engine.start()
    for (const { watcher } of this.connections.values()) watcher.wake()
  }

  /** The owner wants all that waits in this connection tried at once; false when it does not run. */
  async tryNow(connectionId: string): Promise<boolean> {
    const live = this.connections.get(connectionId)
    if (live === undefined) return false
    await this.engine.waitNoLonger(connectionId)
    live.chatraBreaker.reset()
    live.planfixBreaker.reset()
    await this.engine.resume()
    live.watcher.wake()
    return true
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
    const ended = Promise.all([this.engine.stop(), ...live.map(({ watcher }) => watcher.stop())])
    let cancel = () => {}
    const withdraw = () => {
      for (const { planfix, chatraLimiter } of live) {
        planfix.rateLimiter.withdraw?.()
        chatraLimiter.withdraw()
      }
      // A caller whose call has finished may request a slot for the next one.
      cancel = this.clock.after(100, withdraw)
    }
    withdraw()
    await ended
    cancel()
  }

  /** Releases the parts that `next` does not reuse. */
  close(next: BridgeRuntime | null): void {
    for (const [id, connection] of this.connections) {
      if (next?.connections.get(id) === connection) continue
      connection.planfix.close()
      connection.channel.close()
      connection.planfixBreaker.close()
      connection.chatraBreaker.close()
    }
  }

  private async atMost(ms: number, work: Promise<void>): Promise<void> {
    let cancel = () => {}
    const over = new Promise<void>((resolve) => {
      cancel = this.clock.after(ms, resolve)
    })
    await Promise.race([work, over])
    cancel()
  }
}

const DAY = 86_400_000

/**
 * How long events wait for a connection that is switched off; events of a removed connection wait as long as
 * any.
 */
function keptMs({ connections }: Configuration, connectionId: string): number {
  const days = connections
    .filter(({ id }) => id === connectionId)
    .map((one) => one.options.keepWhilePausedDays)
  const all = connections.map((one) => one.options.keepWhilePausedDays)
  return Math.max(0, ...(days.length > 0 ? days : all)) * DAY
}
