import type { Configuration } from '../../shared/config.ts'
import type { Log } from '../process/log.ts'
import type { HookConnection } from '../webhooks/hook-auth.ts'
import { BridgeRuntime, type RuntimeDeps } from './bridge-runtime.ts'

/** A computer that was to sleep and is awake for so long stays awake. */
const PARKED_MS = 30_000
/** The disk is away: what waits is looked up again after so long. */
const LOOK_AGAIN_MS = 5000

/** The configuration that holds and what carries by it; both are replaced together, one change at a time. */
export class RuntimeSupervisor {
  private readonly deps: RuntimeDeps
  private readonly log: Log
  private readonly prepare: (configuration: Configuration) => Promise<void>
  private present: Configuration
  private current: BridgeRuntime
  /** Who may send webhooks while a change is under way; null = whoever stands in the configuration. */
  private acceptedMeanwhile: readonly HookConnection[] | null = null
  private changing: Promise<unknown> = Promise.resolve()
  private started = false
  private stopping = false
  /** Whether this computer is to carry, and whether it is kept from it: another one may be carrying. */
  private isActive: boolean
  private isStandby: boolean
  /** The computer is about to sleep. It may stay awake all the same. */
  private isParked = false
  private cancelParking = () => {}

  private constructor(options: SupervisorOptions, current: BridgeRuntime) {
    this.deps = options.deps
    this.log = options.log
    this.prepare = options.prepare
    this.present = options.configuration
    this.current = current
    this.isActive = !options.startsAsStandby
    this.isStandby = options.startsAsStandby
    if (this.isStandby) void current.stop()
  }

  static async open(options: SupervisorOptions): Promise<RuntimeSupervisor> {
    const { deps, configuration } = options
    await options.prepare(configuration)
    return new RuntimeSupervisor(options, await BridgeRuntime.open(deps, configuration, null))
  }

  get configuration(): Configuration {
    return this.present
  }
  get runtime(): BridgeRuntime {
    return this.current
  }

  /** Whose webhooks are taken now. */
  acceptedHooks(): readonly HookConnection[] {
    return this.acceptedMeanwhile ?? hookConnections(this.present)
  }

  async start(): Promise<void> {
    this.started = true
    this.warnOfMissingSecrets(null)
    if (!this.isStandby) await this.current.start({ away: true, kept: false })
  }

  /** See Application.reconfigure. */
  reconfigure(configuration: Configuration): Promise<void> {
    const mine = this.changing.then(() => this.replace(configuration))
    this.changing = mine.catch(() => undefined)
    return mine
  }

  /**
   * Whether this computer may carry. Without it everything but the receiver stands still, and what comes in waits in the
   * inbox. Resolves when it is so: calls under way are ended first.
   */
  setActive(active: boolean): Promise<void> {
    this.isActive = active
    return this.applyRole()
  }

  /** For as long as the computer sleeps nothing is carried. Resolves when it is so, or when it is carried again. */
  async park(isParked: boolean): Promise<void> {
    if (isParked === this.isParked) return
    this.isParked = isParked
    this.cancelParking()
    if (isParked) this.cancelParking = this.deps.clock.after(PARKED_MS, () => void this.park(false))
    await this.applyRole().catch((error: unknown) => this.deps.onBug(error, 'sleep'))
  }

  private applyRole(): Promise<void> {
    const mine = this.changing.then(() => this.transition())
    this.changing = mine.catch(() => undefined)
    return mine
  }

  private get mayRun(): boolean {
    return this.isActive && !this.isParked
  }

  /** Resolves when no change is under way. */
  async settled(): Promise<void> {
    await this.changing
  }

  /** Ends what is on its way. A change that is under way ends here as well. */
  async stop(): Promise<void> {
    this.stopping = true
    this.cancelParking()
    await Promise.all([this.current.stop(), this.changing])
  }

  /** Lets the clients go. */
  close(): void {
    this.current.close(null)
  }

  private async transition(): Promise<void> {
    const before = this.current
    if (this.stopping) return before.stop()
    if (this.isStandby === !this.mayRun) return
    if (!this.mayRun) {
      this.isStandby = true
      return before.stop()
    }
    const next = await BridgeRuntime.open(this.deps, this.present, before)
    if (this.stopping || !this.mayRun) return next.close(before)
    before.close(next)
    this.current = next
    this.isStandby = false
    if (this.started) await this.begin(next, true)
  }

  private async replace(configuration: Configuration): Promise<void> {
    if (this.stopping) return
    const before = this.current
    await this.prepare(configuration)
    const next = await BridgeRuntime.open(this.deps, configuration, before)
    const isSame = next.isEquivalentTo(before)
    if (!this.stopping && !isSame) {
      // An address that is new or not valid any more waits until nobody works by the old configuration.
      this.acceptedMeanwhile = common(hookConnections(this.present), hookConnections(configuration))
      await before.stop()
    }
    if (this.stopping) return next.close(before)
    this.present = configuration
    this.acceptedMeanwhile = null
    if (isSame) return
    before.close(next)
    this.current = next
    if (this.isStandby) void next.stop()
    if (!this.started) return
    this.warnOfMissingSecrets(before)
    if (!this.isStandby) await this.begin(next, false)
  }

  private begin(next: BridgeRuntime, away: boolean): Promise<void> {
    return next.start({ away, kept: true }).catch((error: unknown) => this.startLater(next, away, error))
  }

  /** The new configuration stands, but what waits could not be looked up. */
  private startLater(next: BridgeRuntime, away: boolean, error: unknown): void {
    if (this.stopping) return
    this.deps.onBug(error, 'reconfigure')
    this.deps.clock.after(LOOK_AGAIN_MS, () => {
      if (this.stopping || this.current !== next) return
      void this.begin(next, away)
    })
  }

  private warnOfMissingSecrets(before: BridgeRuntime | null): void {
    for (const [id, live] of this.current.connections) {
      if (live.missingAt.length === 0 || before?.connections.get(id) === live) continue
      const text = `connection "${id}" is paused until it has: ${live.missingAt.join(', ')}`
      this.log.warn({ connection: id }, text)
    }
  }
}

interface SupervisorOptions {
  deps: RuntimeDeps
  configuration: Configuration
  log: Log
  /** It is not known yet whether this computer may carry. */
  startsAsStandby: boolean
  /** What is to be known of a configuration before it is carried by. */
  prepare(configuration: Configuration): Promise<void>
}

const hookConnections = ({ connections }: Configuration): HookConnection[] =>
  connections.map(({ id, webhookSecret }) => ({ id, secret: webhookSecret ?? null }))

const common = (some: readonly HookConnection[], others: readonly HookConnection[]): HookConnection[] =>
  some.filter((one) => others.some((other) => other.id === one.id && other.secret === one.secret))
