import type { Configuration } from '../../shared/config.ts'
import { isStoreUnavailable } from '../../shared/store-error.ts'
import type { Engine } from '../engine/engine.ts'
import type { Log } from '../process/log.ts'
import type { HookConnection } from '../webhooks/hook-auth.ts'
import type { LiveConnection } from './connections.ts'
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
import type { RuntimeDeps } from './units/deps.ts'
import { type Begin, Units } from './units/units.ts'

/** The network may be there before the database can be reached by it. */
const WAKE_AGAIN_MS = 2000
/** If the computer is still awake this long (ms) after a suspend notice, the suspend did not happen. */
const PARKED_MS = 30_000

/**
 * The current configuration and the runtimes of its units (units/units.ts). A change touches the units that it
 * concerns, one change at a time; the slow part of it, the end of calls under way, holds up no other change.
 */
export class RuntimeSupervisor {
  private readonly deps: RuntimeDeps
  private readonly log: Log
  private readonly prepare: (configuration: Configuration) => Promise<void>
  private readonly held: { value: Configuration }
  private readonly units: Units
  /** Units that this host is about to carry. */
  private readonly gaining = new Map<string, symbol>()
  private changing: Promise<unknown> = Promise.resolve()
  private state: SupervisorState
  private cancelParking = () => {}

  private constructor(options: SupervisorOptions) {
    this.deps = options.deps
    this.log = options.log
    this.prepare = options.prepare
    this.held = options.configuration
    this.units = new Units(options.deps, options.configuration.value, options.carried ?? 'all')
    this.state = openedAs(!options.startsAsStandby)
    options.news.subscribe((connectionId) => this.units.heard(connectionId))
  }

  static async open(options: SupervisorOptions): Promise<RuntimeSupervisor> {
    const supervisor = new RuntimeSupervisor(options)
    const configuration = options.configuration.value
    await options.prepare(configuration)
    const opened = await supervisor.units.open(configuration)
    supervisor.units.place(opened, supervisor.howToBegin({ away: true, kept: false }))
    return supervisor
  }

  get configuration(): Configuration {
    return this.held.value
  }

  /** The connections of the units that this host carries, also while it is on standby. */
  get connections(): ReadonlyMap<string, LiveConnection> {
    return this.units.connections
  }

  /** The connections whose webhooks are accepted. */
  acceptedHooks(): readonly HookConnection[] {
    return this.configuration.connections.map(({ id, webhookSecret }) => ({
      id,
      secret: webhookSecret ?? null,
    }))
  }

  async start(): Promise<void> {
    this.apply({ type: 'started' })
    this.warnOfMissingSecrets([...this.connections.keys()])
    if (!isHalted(this.state)) await this.units.startAll({ away: true, kept: false })
  }

  /** See Application.reconfigure. */
  reconfigure(configuration: Configuration): Promise<void> {
    return this.inTurn(() => this.replace(configuration))
  }

  /**
   * Whether this computer is active. When not, everything but the receiver stops, and events wait in the
   * inbox. Resolves when the change is complete: calls under way finish first.
   */
  setActive(isActive: boolean): Promise<void> {
    this.apply({ type: 'role', isActive })
    return this.inTurn(() => this.takeStep())
  }

  /** Nothing is delivered while the computer sleeps. Resolves when delivery has stopped, or was resumed. */
  async park(isParked: boolean): Promise<void> {
    if (this.isStopping || isParked === (this.state.kind === 'parked')) return
    this.apply({ type: 'park', isParked })
    this.cancelParking()
    if (isParked) this.cancelParking = this.deps.clock.after(PARKED_MS, () => void this.park(false))
    await this.inTurn(() => this.takeStep()).catch((error: unknown) => this.deps.onBug(error, 'sleep'))
  }

  // ---- the units of several hosts

  /** Whether this host carries the unit (units/unit.ts), as far as it has an enabled connection. */
  carries(unit: string): boolean {
    return this.units.carries(unit)
  }

  /**
   * This host carries the unit from now on: it begins as at a start of the program. Resolves when it has begun;
   * rejects, and the unit is not carried, when a secret cannot be read.
   */
  gain(unit: string): Promise<void> {
    const mine = Symbol(unit)
    this.gaining.set(unit, mine)
    return this.inTurn(async () => {
      if (this.isStopping || this.gaining.get(unit) !== mine) return DONE
      this.gaining.delete(unit)
      const { changed, done } = await this.units.add(unit, this.howToBegin({ away: true, kept: true }))
      this.changed(changed)
      return { done }
    })
  }

  /**
   * This host does not carry the unit any more: nothing of it begins from this moment. Resolves when its calls
   * under way have ended and what is known of its account is stored, so that another host may carry it.
   */
  lose(unit: string): Promise<void> {
    this.gaining.delete(unit)
    return this.units.remove(unit)
  }

  // ---- work

  /** Waiting work is tried at once: that of a connection's unit, or all. */
  resume(connectionId?: string): Promise<void> {
    return this.units.resume(connectionId)
  }

  /**
   * The computer woke up or the network changed: all work is tried again at once, or as soon as waiting work can be
   * read. Never rejects.
   */
  async wake(): Promise<void> {
    try {
      await this.units.wake()
    } catch (error) {
      this.deps.onBug(error, 'wake')
      if (!isStoreUnavailable(error)) return
      this.deps.clock.after(WAKE_AGAIN_MS, () => {
        if (!this.isStopping) void this.wake()
      })
    }
  }

  /** Tries all that waits in this connection at once; false when it does not run here. */
  tryNow(connectionId: string): Promise<boolean> {
    return this.units.tryNow(connectionId)
  }

  /** See Units. */
  engineOf(conversationId: number): Promise<Engine | null> {
    return this.units.engineOf(conversationId)
  }

  /** See Units. */
  engineOfNone(): Engine {
    return this.units.engineOfNone()
  }

  /** Resolves when every stored event has been decided on. */
  decided(): Promise<void> {
    return this.units.decided()
  }

  /** Resolves when no change is under way. */
  async settled(): Promise<void> {
    await this.changing
    await this.units.ended()
  }

  /** Finishes work under way. A change under way ends here as well. */
  async stop(): Promise<void> {
    this.apply({ type: 'stop' })
    this.cancelParking()
    await Promise.all([this.units.stopAll(), this.changing])
  }

  /** Releases the clients. */
  close(): void {
    this.units.close()
  }

  get isStopping(): boolean {
    return this.state.kind === 'stopping'
  }

  private apply(event: SupervisorEvent): void {
    this.state = transition(this.state, event)
  }

  /** After all earlier changes. What `done` says is not waited for by later ones. */
  private async inTurn(change: () => Promise<Change>): Promise<void> {
    const mine = this.changing.then(change)
    this.changing = mine.catch(() => undefined)
    await (await mine).done
  }

  /** Makes the runtimes fit the state. */
  private async takeStep(): Promise<Change> {
    const step = stepFor(this.state)
    if (step === 'none') return DONE
    if (step === 'halt') {
      this.apply({ type: 'halted' })
      return { done: this.units.stopAll() }
    }
    const next = await this.units.open(this.configuration)
    // The role may have been withdrawn meanwhile.
    if (stepFor(this.state) !== 'resume') {
      this.units.discard(next)
      return DONE
    }
    this.apply({ type: 'resumed' })
    return this.units.place(next, this.howToBegin({ away: true, kept: true }))
  }

  private async replace(configuration: Configuration): Promise<Change> {
    if (this.isStopping) return DONE
    await this.prepare(configuration)
    const next = await this.units.open(configuration)
    if (this.isStopping) {
      this.units.discard(next)
      return DONE
    }
    this.held.value = configuration
    const { changed, done } = this.units.place(next, this.howToBegin({ away: false, kept: true }))
    this.changed(changed)
    return { done }
  }

  private howToBegin(how: { away: boolean; kept: boolean }): Begin {
    if (isHalted(this.state)) return 'halt'
    return isStarted(this.state) ? how : 'wait'
  }

  /** Webhooks of these may have been lost: their address may have changed, or another host carried them. */
  private changed(connectionIds: readonly string[]): void {
    for (const id of connectionIds) this.deps.continuity.broken(id)
    if (isStarted(this.state)) this.warnOfMissingSecrets(connectionIds)
  }

  private warnOfMissingSecrets(connectionIds: readonly string[]): void {
    for (const id of connectionIds) {
      const missing = this.connections.get(id)?.missingAt ?? []
      if (missing.length === 0) continue
      const text = `connection "${id}" is paused until it has: ${missing.join(', ')}`
      this.log.warn({ connection: id }, text)
    }
  }
}

/** A change that was made; `done` resolves when what it ended has ended and what it began has begun. */
interface Change {
  done: Promise<void>
}
const DONE: Change = { done: Promise.resolve() }

interface SupervisorOptions {
  deps: RuntimeDeps
  /** The current configuration; only the supervisor writes it, once its runtime exists. */
  configuration: { value: Configuration }
  log: Log
  /** The inbox of a connection has a new row. */
  news: Signal<[connectionId: string]>
  /** The units that this host carries at first; see `gain`. All, for ever, when missing. */
  carried?: Iterable<string> | undefined
  /** It is not known yet whether this computer is active. */
  startsAsStandby: boolean
  /** Data to load for a configuration before its runtime starts. */
  prepare(configuration: Configuration): Promise<void>
}
