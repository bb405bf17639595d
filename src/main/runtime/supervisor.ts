import type { Configuration } from '../../shared/config.ts'
import type { Log } from '../process/log.ts'
import type { HookConnection } from '../webhooks/hook-auth.ts'
import { BridgeRuntime, type RuntimeDeps } from './bridge-runtime.ts'
import type { Signal } from './signal.ts'
import {
  isHalted,
  isStarted,
  openedAs,
  type SupervisorEvent,
  type SupervisorState,
  stepFor,
  transition,
} from './supervisor-state.ts'

/** If the computer is still awake this long (ms) after a suspend notice, the suspend did not happen. */
const PARKED_MS = 30_000
/** The disk is missing: waiting work is read again after this time (ms). */
const LOOK_AGAIN_MS = 5000

/** The current configuration and its runtime; both are replaced together, one change at a time. */
export class RuntimeSupervisor {
  private readonly deps: RuntimeDeps
  private readonly log: Log
  private readonly prepare: (configuration: Configuration) => Promise<void>
  private readonly held: { value: Configuration }
  private current: BridgeRuntime
  /**
   * The connections that may send webhooks while a change is under way; null = those of the configuration.
   */
  private acceptedMeanwhile: readonly HookConnection[] | null = null
  private changing: Promise<unknown> = Promise.resolve()
  private state: SupervisorState
  private cancelParking = () => {}

  private constructor(options: SupervisorOptions, current: BridgeRuntime) {
    this.deps = options.deps
    this.log = options.log
    this.prepare = options.prepare
    this.held = options.configuration
    this.current = current
    this.state = openedAs(!options.startsAsStandby)
    if (isHalted(this.state)) void current.stop()
    options.news.subscribe(() => this.current.engine.intake.wake())
  }

  static async open(options: SupervisorOptions): Promise<RuntimeSupervisor> {
    const { deps, configuration } = options
    await options.prepare(configuration.value)
    return new RuntimeSupervisor(options, await BridgeRuntime.open(deps, configuration.value, null))
  }

  get configuration(): Configuration {
    return this.held.value
  }
  get runtime(): BridgeRuntime {
    return this.current
  }

  /** The connections whose webhooks are accepted now. */
  acceptedHooks(): readonly HookConnection[] {
    return this.acceptedMeanwhile ?? hookConnections(this.configuration)
  }

  async start(): Promise<void> {
    this.apply({ type: 'started' })
    this.warnOfMissingSecrets(null)
    if (!isHalted(this.state)) await this.current.start({ away: true, kept: false })
  }

  /** See Application.reconfigure. */
  reconfigure(configuration: Configuration): Promise<void> {
    const mine = this.changing.then(() => this.replace(configuration))
    this.changing = mine.catch(() => undefined)
    return mine
  }

  /**
   * Whether this computer is active. When not, everything but the receiver stops, and events wait in the
   * inbox. Resolves when the change is complete: calls under way finish first.
   */
  setActive(isActive: boolean): Promise<void> {
    this.apply({ type: 'role', isActive })
    return this.follow()
  }

  /** Nothing is delivered while the computer sleeps. Resolves when delivery has stopped, or was resumed. */
  async park(isParked: boolean): Promise<void> {
    if (this.isStopping || isParked === (this.state.kind === 'parked')) return
    this.apply({ type: 'park', isParked })
    this.cancelParking()
    if (isParked) this.cancelParking = this.deps.clock.after(PARKED_MS, () => void this.park(false))
    await this.follow().catch((error: unknown) => this.deps.onBug(error, 'sleep'))
  }

  private apply(event: SupervisorEvent): void {
    this.state = transition(this.state, event)
  }

  /** Makes the runtime fit the state, after all earlier changes. */
  private follow(): Promise<void> {
    const mine = this.changing.then(() => this.takeStep())
    this.changing = mine.catch(() => undefined)
    return mine
  }

  /** Resolves when no change is under way. */
  async settled(): Promise<void> {
    await this.changing
  }

  /** Finishes work under way. A change under way ends here as well. */
  async stop(): Promise<void> {
    this.apply({ type: 'stop' })
    this.cancelParking()
    await Promise.all([this.current.stop(), this.changing])
  }

  /** Releases the clients. */
  close(): void {
    this.current.close(null)
  }

  get isStopping(): boolean {
    return this.state.kind === 'stopping'
  }

  private async takeStep(): Promise<void> {
    const before = this.current
    const step = stepFor(this.state)
    if (step === 'none') return
    if (step === 'halt') {
      this.apply({ type: 'halted' })
      return before.stop()
    }
    const next = await BridgeRuntime.open(this.deps, this.configuration, before)
    // The role may have been withdrawn meanwhile.
    if (stepFor(this.state) !== 'resume') return next.close(before)
    before.close(next)
    this.current = next
    this.apply({ type: 'resumed' })
    if (isStarted(this.state)) await this.begin(next, true)
  }

  private async replace(configuration: Configuration): Promise<void> {
    if (this.isStopping) return
    const before = this.current
    await this.prepare(configuration)
    const next = await BridgeRuntime.open(this.deps, configuration, before)
    const isSame = next.isEquivalentTo(before)
    if (!this.isStopping && !isSame) {
      // A new or obsolete address waits until no work of the old configuration is under way.
      this.acceptedMeanwhile = common(hookConnections(this.configuration), hookConnections(configuration))
      await before.stop()
    }
    if (this.isStopping) return next.close(before)
    this.held.value = configuration
    this.acceptedMeanwhile = null
    if (isSame) return
    before.close(next)
    this.current = next
    if (isHalted(this.state)) void next.stop()
    if (!isStarted(this.state)) return
    this.warnOfMissingSecrets(before)
    if (!isHalted(this.state)) await this.begin(next, false)
  }

  private begin(next: BridgeRuntime, away: boolean): Promise<void> {
    return next.start({ away, kept: true }).catch((error: unknown) => this.startLater(next, away, error))
  }

  /** The new configuration is in use, but waiting work could not be read. */
  private startLater(next: BridgeRuntime, away: boolean, error: unknown): void {
    if (this.isStopping) return
    this.deps.onBug(error, 'reconfigure')
    this.deps.clock.after(LOOK_AGAIN_MS, () => {
      if (this.isStopping || this.current !== next) return
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
  /** The current configuration; only the supervisor writes it, once its runtime exists. */
  configuration: { value: Configuration }
  log: Log
  /** The inbox has a new row. */
  news: Signal
  /** It is not known yet whether this computer is active. */
  startsAsStandby: boolean
  /** Data to load for a configuration before its runtime starts. */
  prepare(configuration: Configuration): Promise<void>
}

const hookConnections = ({ connections }: Configuration): HookConnection[] =>
  connections.map(({ id, webhookSecret }) => ({ id, secret: webhookSecret ?? null }))

const common = (some: readonly HookConnection[], others: readonly HookConnection[]): HookConnection[] =>
  some.filter((one) => others.some((other) => other.id === one.id && other.secret === one.secret))
