import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import type { BridgeEvent } from '../../shared/domain.ts'
import type { Engine } from '../engine/engine.ts'
import { type Clock, type InboxSource, type Listener, TurnWithdrawn } from '../engine/ports.ts'
import type { SecretSource } from '../secrets/environment.ts'
import type { RetryAnswer, SqliteStore } from '../store/index.ts'
import type { FileDownload } from '../webhooks/file-download.ts'
import type { Receiver } from '../webhooks/receiver.ts'
import { Budgets } from './budgets.ts'
import type { Surroundings } from './carriage.ts'
import { Carrying } from './carrying.ts'
import { systemClock } from './clock.ts'
import type { LiveConnection } from './connections.ts'
import { connectionLinks } from './file-links.ts'
import { healthOf, isDegraded } from './health.ts'
import { Heard, type HeardAt } from './heard.ts'
import { type Outside, theWorld } from './outside.ts'
import { watchOutside } from './outside-watch.ts'
import { type Log, logEvent, Telling } from './telling.ts'
import { Upkeep } from './upkeep.ts'
import { WayIn } from './way-in.ts'

export type { Log } from './telling.ts'

/** What is under way when the program ends is waited for so long. */
const LONGEST_END_MS = 3500

export interface ApplicationOptions {
  configuration: Configuration
  secrets: SecretSource
  dataDir: string
  receiver: { host: string; port: number }
  log: Log
  listener?: Listener
  clock?: Clock
  random?: () => number
  /** A simulated world in the place of the real one. */
  outside?: Partial<Outside>
}

/**
 * The whole bridge as one object: the store, the receiver and upkeep live as long as it does; what carries messages by
 * one configuration is replaced when that changes (carrying.ts). It knows neither Electron nor a browser; every host
 * starts it the same way.
 */
export class Application {
  readonly store: SqliteStore
  readonly clock: Clock
  private carrying!: Carrying
  private readonly options: ApplicationOptions
  private readonly telling: Telling
  private readonly around: Surroundings
  private readonly budgets: Budgets
  private readonly heardAt = new Heard()
  private readonly links: ReturnType<typeof connectionLinks>
  private readonly wayIn: WayIn
  private readonly upkeep: Upkeep
  private receiver: Receiver | null = null
  private stopOutsideWatch: () => void = () => undefined
  private stopping: Promise<void> | null = null
  private readonly ending = new AbortController()

  private constructor(options: ApplicationOptions, store: SqliteStore, clock: Clock, telling: Telling) {
    this.options = options
    this.store = store
    this.clock = clock
    this.telling = telling
    this.budgets = new Budgets(store, clock)
    const { exchange, prove, addresses } = options.outside ?? {}
    this.wayIn = new WayIn({
      store,
      clock,
      random: options.random ?? Math.random,
      secrets: options.secrets,
      configuration: () => this.configuration,
      connections: () => this.carrying.admits(),
      relayed: options.configuration.tunnel.provider === 'relay',
      stored: (events) => this.stored(events),
      allow: (carries) => this.carrying.allow(carries),
      log: options.log,
      tell: (event) => telling.event(event),
      changed: (state) => telling.wayIn(state),
      woke: (asleepSince) => void this.wake(asleepSince),
      trouble: (error, where) => telling.trouble(error, where),
      ...(prove && { prove }),
      ...(addresses && { addresses }),
    })
    this.links = connectionLinks({
      configuration: () => this.configuration,
      publicUrl: () => this.publicUrl,
      clock,
    })
    this.around = {
      store,
      clock,
      random: options.random ?? Math.random,
      secrets: options.secrets,
      budgets: this.budgets,
      fileLink: (connectionId, fileId, name) => this.links.link(connectionId, fileId, name),
      listener: {
        newChat: (...chat) => telling.newChat(...chat),
        event: (event) => telling.event(event),
        stuck: (...message) => telling.stuck(...message),
      },
      sideChanged: (...change) => telling.sideState(store, clock, ...change),
      onNews: () => this.engine.intake.wake(),
      mayWrite: () => this.wayIn.mayWrite,
      takeover: () => this.wayIn.takeover,
      onBug: (error, where) => telling.trouble(error, where),
      exchange,
    }
    this.upkeep = new Upkeep({
      store,
      clock,
      retentionDays: () => this.configuration.retentionDays,
      remember: () => this.toRemember(),
      tell: (event) => telling.event(event),
      isToldOtherwise: () => this.wayIn.tellsOfGaps,
    })
  }

  /** Opens the store (StoreInUseError when another server runs on it) and makes the clients; nothing is sent yet. */
  static async open(options: ApplicationOptions): Promise<Application> {
    const clock = options.clock ?? systemClock
    const telling = new Telling(options.log)
    if (options.listener) telling.listen(options.listener)
    const onEvent = (event: BridgeEvent) => logEvent(options.log, event)
    const { openStore } = { ...theWorld, ...options.outside }
    const store = await openStore({ dir: options.dataDir, clock, onEvent })
    try {
      const application = new Application(options, store, clock, telling)
      application.carrying = await Carrying.open({
        around: application.around,
        configuration: options.configuration,
        log: options.log,
        held: options.configuration.tunnel.provider === 'relay',
        prepare: (configuration) => application.recall(configuration),
      })
      return application
    } catch (error) {
      await store.close()
      throw error
    }
  }

  /** Starts receiving and carrying. Rejects when the receiver's port is taken. */
  async start(): Promise<void> {
    const { receiver, log, outside } = this.options
    const { receive } = { ...theWorld, ...outside }
    this.receiver = await receive({
      ...receiver,
      connections: () => this.carrying.admits(),
      accept: (connectionId, source, body) => this.accept(connectionId, source, body),
      file: (token) => this.file(token),
      health: () => healthOf(this.connections, this.isDegraded(), this.publicAddress.standby),
      isFile: (token) => this.links.open(token) !== null,
      onProof: (nonce) => this.wayIn.arrived(nonce),
      onProblem: (problem) => log.error({ ...problem }, `receiver: ${problem.detail}`),
    })
    await this.wayIn.recall()
    await this.upkeep.start()
    await this.carrying.start()
    if (this.stopping !== null) return
    this.stopOutsideWatch = watchOutside({
      clock: this.clock,
      version: () => this.store.dataVersion(),
      changed: () => void this.resume(),
      onBug: (error) => this.telling.trouble(error, 'store'),
    })
    await this.wayIn.start({ host: receiver.host, port: this.receiver.port })
  }

  /** By the clock that everything of the bridge goes by: milliseconds since 1970. */
  now(): number {
    return this.clock.now()
  }

  get dataDir(): string {
    return this.options.dataDir
  }

  /** Aborted as soon as it is being stopped: for work beside the messages that must not be waited for. */
  get ended(): AbortSignal {
    return this.ending.signal
  }

  /** The one that holds now. */
  get configuration(): Configuration {
    return this.carrying.configuration
  }

  get connections(): ReadonlyMap<string, LiveConnection> {
    return this.carrying.carriage.connections
  }

  get hooksUrl(): string {
    return this.receiver?.url ?? ''
  }

  /** Why the data folder cannot be written; null when it can. */
  get storeFailing(): string | null {
    return this.telling.storeFailing
  }

  /** Told from now on of what may interest the owner at once. Answers how to end it. */
  listen(listener: Listener): () => void {
    return this.telling.listen(listener)
  }

  /**
   * Carries by this configuration, and by the secrets as they are now, from when it resolves. The receiver goes on storing
   * meanwhile, and what is under way is ended first, so nothing is lost or doubled. Connections that stay as they are keep
   * all they know; when all do, nothing is interrupted. One change at a time, in the order they were asked for. Rejects,
   * and everything stays as it was, when secrets cannot be read.
   */
  async reconfigure(configuration: Configuration): Promise<void> {
    await this.carrying.replaceBy(configuration)
    this.wayIn.follow()
    this.telling.configured(configuration)
  }

  /** Ends what is on its way (at most 4 s) and closes. May be called twice, and at any moment. */
  stop(): Promise<void> {
    this.stopping ??= this.end()
    return this.stopping
  }

  private async end(): Promise<void> {
    this.ending.abort()
    this.stopOutsideWatch()
    this.upkeep.stop()
    const quiet = Promise.all([this.wayIn.stop(), this.receiver?.stop(), this.carrying.stop()])
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const cancel = this.clock.after(LONGEST_END_MS, resolve)
    await Promise.race([quiet, over])
    cancel()
    this.carrying.close()
    await this.store.commit(this.toRemember()).catch(() => undefined)
    await this.store.close()
  }

  /** Resolves when every stored event has been decided on. */
  settled(): Promise<void> {
    return this.engine.intake.idle()
  }

  isDegraded(): boolean {
    return this.storeFailing !== null || isDegraded(this.connections)
  }

  /** When a webhook of each service last came in for this connection. */
  heard(connectionId: string): HeardAt {
    return this.heardAt.of(connectionId)
  }

  /** How Chatra reaches the receiver, whoever provides the address. */
  get publicAddress(): PublicAddress {
    return this.wayIn.state
  }

  /** The present public address, for links and for pasting; null when there is none. */
  get publicUrl(): string | null {
    return this.wayIn.usable
  }

  /** Sends a request through this address, which has to arrive at our own receiver; takes at most 15 s. */
  proveAddress(address: string): Promise<PublicAddress> {
    return this.wayIn.proveAddress(address)
  }

  /** Opens the way in when it is closed, and proves it; takes up to half a minute. */
  proveWayIn(): Promise<PublicAddress> {
    return this.wayIn.proveNow()
  }

  /** A secret or a host key of the way in is another one: it is opened anew. */
  reopenWayIn(): void {
    this.wayIn.reopen()
  }

  /** The computer woke up (it slept since `asleepSince`, when that is known) or the network changed: everything is tried at once. */
  async wake(asleepSince: number | null = null): Promise<void> {
    if (this.stopping !== null) return
    await this.upkeep.lookForGap()
    this.wayIn.wake(asleepSince)
    this.telling.woke()
    await this.carrying.park(false)
    await this.carrying.carriage.wake()
  }

  /**
   * The computer is about to sleep: calls under way are ended and none is begun, and what comes in waits in the inbox.
   * `wake` goes on with it; so does the bridge by itself when the computer stays awake all the same.
   */
  park(): void {
    if (this.stopping === null) void this.carrying.park(true)
  }

  /** The owner wants a stuck message carried: it is taken up at once. */
  async retry(id: number): Promise<RetryAnswer> {
    const answer = await this.store.retryMessage(id)
    if (answer === 'queued') await this.engine.resume()
    return answer
  }

  private get engine(): Engine {
    return this.carrying.carriage.engine
  }

  private async accept(connectionId: string, source: InboxSource, body: string): Promise<void> {
    const receivedAt = this.clock.now()
    try {
      await this.store.commit([{ type: 'inbox.add', row: { connectionId, source, receivedAt, body } }])
    } catch (error) {
      this.telling.trouble(error, 'receiver')
      throw error
    }
    this.stored([{ connectionId, source, receivedAt }])
  }

  /** Events are in the inbox, from our own receiver or from a relay that had kept them. */
  private stored(events: readonly { connectionId: string; source: InboxSource; receivedAt: number }[]): void {
    this.telling.storeWorks()
    this.wayIn.heard()
    for (const { connectionId, source, receivedAt } of events) {
      this.heardAt.note(connectionId, source, receivedAt)
    }
    this.engine.intake.wake()
  }

  private async file(token: string): Promise<FileDownload | null> {
    const file = this.links.open(token)
    const planfix = file ? this.connections.get(file.connectionId)?.planfix : undefined
    if (!file || !planfix) return null
    try {
      await planfix.pacer.turn(1, 'file')
      const got = await planfix.download(file.fileId)
      return got.ok
        ? { body: got.value.stream, size: got.value.size, type: got.value.type, name: file.name }
        : null
    } catch (error) {
      // The configuration is being changed: the next one's turn, unless it does not know the connection any more.
      if (!(error instanceof TurnWithdrawn) || this.stopping) throw error
      await this.carrying.settled()
      return this.file(token)
    }
  }

  private resume(): Promise<void> {
    return this.engine.resume().catch((error: unknown) => this.telling.trouble(error, 'resume'))
  }

  private async recall(configuration: Configuration): Promise<void> {
    for (const { id } of configuration.connections) await this.heardAt.recall(this.store, id)
  }

  private toRemember() {
    return [...this.budgets.changes(), ...this.heardAt.changes()]
  }
}
