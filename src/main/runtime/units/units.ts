import { isDeepStrictEqual } from 'node:util'
import type { Configuration } from '../../../shared/config.ts'
import type { Engine } from '../../engine/engine.ts'
import type { QueueWithWork } from '../../engine/ports.ts'
import type { LiveConnection } from '../connections.ts'
import type { RuntimeDeps } from './deps.ts'
import { isOn, unitsOf } from './unit.ts'
import { type Start, UnitRuntime } from './unit-runtime.ts'

/** The runtimes for a configuration, by unit; those of unchanged units are the present ones. */
interface Opened {
  configuration: Configuration
  units: ReadonlyMap<string, UnitRuntime>
  /** For the connections that are off. */
  off: UnitRuntime
}

/**
 * `changed`: the connections that are new or changed. `done` resolves when the former runtimes have ended and the
 * new ones have begun.
 */
export interface Placed {
  changed: readonly string[]
  done: Promise<void>
}
const NOTHING: Placed = { changed: [], done: Promise.resolve() }

type How = Omit<Start, 'work'>
/** What the runtimes that are new do: begin, stand still, or wait for `startAll`. */
export type Begin = How | 'halt' | 'wait'

/**
 * The units that this host carries, each with its runtime. One is added, replaced or removed while the others
 * work on; where connections change hands, the next runtime begins when the former one has ended.
 */
export class Units {
  private readonly deps: RuntimeDeps
  private readonly carried: Set<string> | 'all'
  private opened: Opened
  private live: ReadonlyMap<string, LiveConnection> = new Map()
  /** The runtime of each of them. */
  private runtimes: ReadonlyMap<string, UnitRuntime> = new Map()
  private readonly ending = new Map<UnitRuntime, Promise<void>>()

  /** `carried`: the units that this host carries, now; see `add` and `remove`. */
  constructor(deps: RuntimeDeps, configuration: Configuration, carried: Iterable<string> | 'all') {
    this.deps = deps
    this.carried = carried === 'all' ? 'all' : new Set(carried)
    this.opened = { configuration, units: new Map(), off: UnitRuntime.ofNone(deps, configuration) }
    void this.opened.off.stop()
  }

  carries(unit: string): boolean {
    return this.carried === 'all' || this.carried.has(unit)
  }

  /** The connections of the units carried here, in the order of the configuration. */
  get connections(): ReadonlyMap<string, LiveConnection> {
    return this.live
  }

  /**
   * Opens what a configuration needs and is not there; nothing of it works yet. Rejects without a trace when a
   * secret cannot be read.
   */
  async open(configuration: Configuration): Promise<Opened> {
    const before = this.opened
    const wanted = [...unitsOf(configuration)].filter(([unit]) => this.carries(unit))
    const opening = await Promise.allSettled(
      wanted.map((one) => UnitRuntime.open(this.deps, configuration, one, before.units.get(one[0]) ?? null)),
    )
    const units = new Map<string, UnitRuntime>()
    wanted.forEach(([unit], n) => {
      const one = opening[n]
      if (one?.status === 'fulfilled') units.set(unit, one.value)
    })
    const isOffSame = !before.off.isStopped && isSameOff(before.configuration, configuration)
    const off = isOffSame ? before.off : UnitRuntime.ofNone(this.deps, configuration)
    const opened = { configuration, units, off }
    const failed = opening.find((one) => one.status === 'rejected')
    if (!failed) return opened
    this.discard(opened)
    throw failed.reason
  }

  /** Closes what was opened and is not wanted any more. */
  discard({ units }: Opened): void {
    for (const runtime of units.values()) if (!this.isPresent(runtime)) runtime.close(this.isUsed)
  }

  /** Puts these in the place of the present ones, at once. */
  place(next: Opened, begin: Begin): Placed {
    const before = runtimesOf(this.opened)
    const formerly = this.live
    const lost = [...next.units].filter(([unit]) => !this.carries(unit))
    this.show({ ...next, units: new Map([...next.units].filter(([unit]) => this.carries(unit))) })
    this.deps.accounts.follow(next.configuration)
    const all = runtimesOf(this.opened)
    const ended = before.filter((one) => !all.includes(one)).map((one) => this.end(one))
    for (const [, runtime] of lost) if (!this.ending.has(runtime)) runtime.close(this.isUsed)
    const fresh = all.filter((one) => !before.includes(one))
    for (const runtime of fresh) {
      runtime.follow([...this.ending].flatMap(([one, done]) => (one.isBeside(runtime) ? [] : [done])))
      if (begin === 'halt') void runtime.stop()
    }
    const begun = typeof begin === 'string' ? [] : fresh.map((one) => one.startSurely(begin))
    return {
      changed: [...this.live].flatMap(([id, one]) => (formerly.get(id) === one ? [] : [id])),
      done: Promise.all([...ended, ...begun]).then(() => undefined),
    }
  }

  /**
   * This host carries one more unit: it is opened as if the program had just started. Rejects, and the unit is
   * not carried, when a secret cannot be read.
   */
  async add(unit: string, begin: Begin): Promise<Placed> {
    if (this.carried !== 'all') this.carried.add(unit)
    const { configuration } = this.opened
    const settings = unitsOf(configuration).get(unit)
    if (settings === undefined || this.opened.units.has(unit)) return NOTHING
    try {
      const runtime = await UnitRuntime.open(this.deps, configuration, [unit, settings], null)
      return this.place({ ...this.opened, units: new Map([...this.opened.units, [unit, runtime]]) }, begin)
    } catch (error) {
      void this.remove(unit)
      throw error
    }
  }

  /** This host carries it no more: nothing new begins from now on. Resolves when the calls under way have ended. */
  async remove(unit: string): Promise<void> {
    if (this.carried !== 'all') this.carried.delete(unit)
    const save = this.deps.accounts.leave(unit)
    const runtime = this.opened.units.get(unit)
    if (!runtime) return
    this.show({
      ...this.opened,
      units: new Map([...this.opened.units].filter(([one]) => one !== unit)),
    })
    await this.end(runtime)
    // Another host may be ahead of this: then it knows as much.
    await save().catch(() => undefined)
  }

  /** Begins all that were placed to wait. Rejects when waiting work cannot be read. */
  async startAll(how: How): Promise<void> {
    await this.eachWithWork((runtime, work) => runtime.start({ ...how, work }))
  }

  /** Nothing is sent from now on; resolves when the calls under way have ended. */
  async stopAll(): Promise<void> {
    await Promise.all([...runtimesOf(this.opened).map((one) => one.stop()), ...this.ending.values()])
  }

  /** Resolves when no former runtime is at work any more. */
  async ended(): Promise<void> {
    await Promise.all(this.ending.values())
  }

  /** Releases the clients. */
  close(): void {
    for (const runtime of [...runtimesOf(this.opened), ...this.ending.keys()]) runtime.close()
  }

  // ---- what happens

  /** The inbox of this connection has a new row. */
  heard(connectionId: string): void {
    this.of(connectionId)?.heard(connectionId)
  }

  /** Resolves when every stored event has been decided on, of the units that are carried here. */
  async decided(): Promise<void> {
    await Promise.all(runtimesOf(this.opened).map((one) => one.decided()))
  }

  /** Waiting work is tried at once: that of a connection's unit, or all. */
  async resume(connectionId?: string): Promise<void> {
    if (connectionId !== undefined) return this.of(connectionId)?.resume()
    await this.eachWithWork((runtime, work) => runtime.resume(work))
  }

  /** The computer woke up or the network changed. */
  async wake(): Promise<void> {
    await this.eachWithWork((runtime, work) => runtime.wake(work))
  }

  /** Tries all that waits in this connection at once; false when it does not run here. */
  async tryNow(connectionId: string): Promise<boolean> {
    const live = this.live.get(connectionId)
    if (live === undefined) return false
    await this.of(connectionId)?.tryNow(live)
    return true
  }

  /** The engine for what the owner does in a conversation; null when another host carries it, or it does not exist. */
  async engineOf(conversationId: number): Promise<Engine | null> {
    const conversation = await this.deps.store.conversation(conversationId)
    const runtime = conversation ? this.of(conversation.connectionId) : undefined
    return runtime ? runtime.freeEngine() : null
  }

  /** An engine that delivers nothing: what it stores is done by whoever carries the conversation. */
  engineOfNone(): Engine {
    return this.opened.off.idleEngine
  }

  // ----

  /** Undefined: it is enabled, but its unit is not carried here. */
  private of(connectionId: string): UnitRuntime | undefined {
    const { configuration, off } = this.opened
    const runtime = this.runtimes.get(connectionId)
    return runtime ?? (isOn(configuration, connectionId) ? undefined : off)
  }

  private show(opened: Opened): void {
    this.opened = opened
    const runtimes = new Map<string, UnitRuntime>()
    for (const one of opened.units.values()) for (const id of one.connections.keys()) runtimes.set(id, one)
    const live = new Map<string, LiveConnection>()
    for (const { id } of opened.configuration.connections) {
      const connection = runtimes.get(id)?.connections.get(id)
      if (connection) live.set(id, connection)
    }
    this.runtimes = runtimes
    this.live = live
  }

  private end(runtime: UnitRuntime): Promise<void> {
    const done = runtime.stop().then(() => {
      this.ending.delete(runtime)
      runtime.close(this.isUsed)
    })
    this.ending.set(runtime, done)
    return done
  }

  private isPresent(runtime: UnitRuntime): boolean {
    return runtime.unit !== null && this.opened.units.get(runtime.unit) === runtime
  }

  private readonly isUsed = (connection: LiveConnection): boolean => {
    const { id } = connection.settings
    return (
      this.live.get(id) === connection ||
      [...this.ending.keys()].some(({ connections }) => connections.get(id) === connection)
    )
  }

  /** Waiting work is read once for all. */
  private async eachWithWork(
    work: (runtime: UnitRuntime, waiting: readonly QueueWithWork[]) => Promise<void>,
  ): Promise<void> {
    const waiting = Map.groupBy(await this.deps.store.queuesWithWork(), ({ connectionId }) => connectionId)
    const of = ({ connections }: UnitRuntime) =>
      [...connections.keys()].flatMap((id) => waiting.get(id) ?? [])
    await Promise.all(runtimesOf(this.opened).map((one) => work(one, of(one))))
  }
}

const runtimesOf = ({ units, off }: Opened): UnitRuntime[] => [...units.values(), off]

/** The same connections are off, and their events wait for as long. */
function isSameOff(one: Configuration, other: Configuration): boolean {
  const kept = ({ connections }: Configuration) =>
    connections.map(({ id, enabled, options }) => [id, enabled, options.keepWhilePausedDays])
  return isDeepStrictEqual(kept(one), kept(other))
}
