import type { Configuration } from '../../shared/config.ts'
import type { Log } from '../process/log.ts'
import type { HookConnection } from '../webhooks/hook-auth.ts'
import { Carriage, type Surroundings } from './bridge-runtime.ts'

/** A computer that was to sleep and is awake for so long stays awake. */
const PARKED_MS = 30_000
/** The disk is away: what waits is looked up again after so long. */
const LOOK_AGAIN_MS = 5000

/** The configuration that holds and what carries by it; both are replaced together, one change at a time. */
export class Carrying {
  private readonly around: Surroundings
  private readonly log: Log
  private readonly prepare: (configuration: Configuration) => Promise<void>
  private present: Configuration
  private current: Carriage
  /** Who may send webhooks while a change is under way; null = whoever stands in the configuration. */
  private admitted: readonly HookConnection[] | null = null
  private changing: Promise<unknown> = Promise.resolve()
  private started = false
  private stopping = false
  /** Whether this computer is to carry, and whether it is kept from it: another one may be carrying. */
  private wanted: boolean
  private held: boolean
  /** The computer is about to sleep. It may stay awake all the same. */
  private parked = false
  private cancelParking = () => {}

  private constructor(options: CarryingOptions, current: Carriage) {
    this.around = options.around
    this.log = options.log
    this.prepare = options.prepare
    this.present = options.configuration
    this.current = current
    this.wanted = !options.held
    this.held = options.held
    if (this.held) void current.stop()
  }

  static async open(options: CarryingOptions): Promise<Carrying> {
    const { around, configuration } = options
    await options.prepare(configuration)
    return new Carrying(options, await Carriage.open(around, configuration, null))
  }

  get configuration(): Configuration {
    return this.present
  }
  get carriage(): Carriage {
    return this.current
  }

  /** Whose webhooks are taken now. */
  admits(): readonly HookConnection[] {
    return this.admitted ?? hookConnections(this.present)
  }

  async start(): Promise<void> {
    this.started = true
    this.sayWhatIsMissing(null)
    if (!this.held) await this.current.start({ away: true, kept: false })
  }

  /** See Application.reconfigure. */
  replaceBy(configuration: Configuration): Promise<void> {
    const mine = this.changing.then(() => this.replace(configuration))
    this.changing = mine.catch(() => undefined)
    return mine
  }

  /**
   * Whether this computer may carry. Without it everything but the receiver stands still, and what comes in waits in the
   * inbox. Resolves when it is so: calls under way are ended first.
   */
  allow(carries: boolean): Promise<void> {
    this.wanted = carries
    return this.follow()
  }

  /** For as long as the computer sleeps nothing is carried. Resolves when it is so, or when it is carried again. */
  async park(parked: boolean): Promise<void> {
    if (parked === this.parked) return
    this.parked = parked
    this.cancelParking()
    if (parked) this.cancelParking = this.around.clock.after(PARKED_MS, () => void this.park(false))
    await this.follow().catch((error: unknown) => this.around.onBug(error, 'sleep'))
  }

  private follow(): Promise<void> {
    const mine = this.changing.then(() => this.turn())
    this.changing = mine.catch(() => undefined)
    return mine
  }

  private get mayCarry(): boolean {
    return this.wanted && !this.parked
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

  private async turn(): Promise<void> {
    const before = this.current
    if (this.stopping) return before.stop()
    if (this.held === !this.mayCarry) return
    if (!this.mayCarry) {
      this.held = true
      return before.stop()
    }
    const next = await Carriage.open(this.around, this.present, before)
    if (this.stopping || !this.mayCarry) return next.close(before)
    before.close(next)
    this.current = next
    this.held = false
    if (this.started) await this.begin(next, true)
  }

  private async replace(configuration: Configuration): Promise<void> {
    if (this.stopping) return
    const before = this.current
    await this.prepare(configuration)
    const next = await Carriage.open(this.around, configuration, before)
    const isSame = next.carriesLike(before)
    if (!this.stopping && !isSame) {
      // An address that is new or not valid any more waits until nobody works by the old configuration.
      this.admitted = common(hookConnections(this.present), hookConnections(configuration))
      await before.stop()
    }
    if (this.stopping) return next.close(before)
    this.present = configuration
    this.admitted = null
    if (isSame) return
    before.close(next)
    this.current = next
    if (this.held) void next.stop()
    if (!this.started) return
    this.sayWhatIsMissing(before)
    if (!this.held) await this.begin(next, false)
  }

  private begin(next: Carriage, away: boolean): Promise<void> {
    return next.start({ away, kept: true }).catch((error: unknown) => this.startLater(next, away, error))
  }

  /** The new configuration stands, but what waits could not be looked up. */
  private startLater(next: Carriage, away: boolean, error: unknown): void {
    if (this.stopping) return
    this.around.onBug(error, 'reconfigure')
    this.around.clock.after(LOOK_AGAIN_MS, () => {
      if (this.stopping || this.current !== next) return
      void this.begin(next, away)
    })
  }

  private sayWhatIsMissing(before: Carriage | null): void {
    for (const [id, live] of this.current.connections) {
      if (live.missingAt.length === 0 || before?.connections.get(id) === live) continue
      const text = `connection "${id}" is paused until it has: ${live.missingAt.join(', ')}`
      this.log.warn({ connection: id }, text)
    }
  }
}

interface CarryingOptions {
  around: Surroundings
  configuration: Configuration
  log: Log
  /** It is not known yet whether this computer may carry. */
  held: boolean
  /** What is to be known of a configuration before it is carried by. */
  prepare(configuration: Configuration): Promise<void>
}

const hookConnections = ({ connections }: Configuration): HookConnection[] =>
  connections.map(({ id, webhookSecret }) => ({ id, secret: webhookSecret ?? null }))

const common = (some: readonly HookConnection[], others: readonly HookConnection[]): HookConnection[] =>
  some.filter((one) => others.some((other) => other.id === one.id && other.secret === one.secret))
