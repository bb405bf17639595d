import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import type { BridgeEvent } from '../../shared/domain.ts'
import { Continuity } from '../engine/continuity.ts'
import type { Engine } from '../engine/engine.ts'
import { type Clock, type InboxSource, type Listener, SlotWithdrawn } from '../engine/ports.ts'
import type { SeparateAnswer } from '../engine/separate.ts'
import { FileCache } from '../ingress/file-cache.ts'
import { connectionLinks } from '../ingress/file-links.ts'
import { MisaddressedWebhooks } from '../ingress/misaddressed-webhooks.ts'
import { PublicAddressService } from '../ingress/public-address-service.ts'
import type { Log } from '../process/log.ts'
import type { SecretSource } from '../secrets/environment.ts'
import type { Forgotten, OrphanedConnection, RetryAnswer, SqliteStore } from '../store/index.ts'
import type { FileDownload } from '../webhooks/file-download.ts'
import type { Receiver } from '../webhooks/receiver.ts'
import { ChatraAccounts } from './accounts/chatra-accounts.ts'
import { PlanfixAccounts } from './accounts/planfix-accounts.ts'
import { canSpare } from './accounts/request-quotas.ts'
import type { RuntimeDeps } from './bridge-runtime.ts'
import { systemClock } from './clock.ts'
import type { LiveConnection } from './connections.ts'
import { EventBus } from './event-bus.ts'
import { healthOf, isDegraded } from './health.ts'
import { WebhookActivity, type WebhookTimes } from './last-webhooks.ts'
import { Maintenance } from './maintenance/maintenance.ts'
import { reportOrphaned } from './maintenance/orphaned-connections.ts'
import { watchStoreChanges } from './maintenance/store-change-watcher.ts'
import { type OutsideWorld, realWorld } from './outside-world.ts'
import { RuntimeSupervisor } from './supervisor.ts'

export type { Log } from '../process/log.ts'

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
  outside?: Partial<OutsideWorld>
}

/**
 * The whole bridge as one object: the store, the receiver and upkeep live as long as it does; what carries messages by
 * one configuration is replaced when that changes (runtime/supervisor.ts). It knows neither Electron nor a browser; every host
 * starts it the same way.
 */
export class Application {
  readonly store: SqliteStore
  readonly clock: Clock
  private supervisor!: RuntimeSupervisor
  private readonly options: ApplicationOptions
  private readonly events: EventBus
  private readonly deps: RuntimeDeps
  private readonly accounts: PlanfixAccounts
  private readonly continuity: Continuity
  private readonly webhookActivity = new WebhookActivity()
  private readonly links: ReturnType<typeof connectionLinks>
  private readonly files: FileCache
  private readonly publicAddressService: PublicAddressService
  private readonly maintenance: Maintenance
  private receiver: Receiver | null = null
  private orphaned: readonly OrphanedConnection[] = []
  private stopStoreWatch: () => void = () => undefined
  private stopping: Promise<void> | null = null
  private readonly ending = new AbortController()

  private constructor(options: ApplicationOptions, store: SqliteStore, clock: Clock, events: EventBus) {
    this.options = options
    this.store = store
    this.clock = clock
    this.events = events
    this.continuity = new Continuity(clock)
    const random = options.random ?? Math.random
    this.accounts = new PlanfixAccounts(store, clock, random)
    const { exchange, prove, addresses } = options.outside ?? {}
    this.publicAddressService = new PublicAddressService({
      store,
      clock,
      random,
      secrets: options.secrets,
      configuration: () => this.configuration,
      connections: () => this.supervisor.acceptedHooks(),
      relayed: options.configuration.tunnel.provider === 'relay',
      stored: (events) => this.stored(events),
      allow: (carries) => this.supervisor.setActive(carries),
      log: options.log,
      notify: (event) => events.event(event),
      changed: (state) => this.publicAddressChanged(state),
      woke: (asleepSince) => void this.wake(asleepSince),
      trouble: (error, where) => events.reportBug(error, where),
      ...(prove && { prove }),
      ...(addresses && { addresses }),
    })
    this.links = connectionLinks({
      configuration: () => this.configuration,
      publicUrl: () => this.publicUrl,
      clock,
    })
    this.files = new FileCache(options.dataDir, clock)
    this.deps = {
      store,
      clock,
      random,
      secrets: options.secrets,
      accounts: this.accounts,
      fileLink: (connectionId, fileId, name) => this.links.link(connectionId, fileId, name),
      listener: {
        newChat: (...chat) => events.newChat(...chat),
        event: (event) => events.event(event),
        stuck: (...message) => events.stuck(...message),
      },
      sideChanged: (...change) => events.sideState(store, clock, ...change),
      onNews: () => this.engine.intake.wake(),
      mayWrite: () => this.publicAddressService.mayWrite,
      takeover: () => this.publicAddressService.takeover,
      chatraAccounts: new ChatraAccounts(clock, random),
      continuity: this.continuity,
      onSilence: () => this.publicAddressService.suspectLoss(),
      onBug: (error, where) => events.reportBug(error, where),
      exchange,
    }
    this.maintenance = new Maintenance({
      store,
      clock,
      retentionDays: () => this.configuration.retentionDays,
      remember: () => this.toRemember(),
      notify: (event) => events.event(event),
      isReportedElsewhere: () => this.publicAddressService.reportsGaps,
    })
  }

  /** Opens the store (StoreInUseError when another server runs on it) and makes the clients; nothing is sent yet. */
  static async open(options: ApplicationOptions): Promise<Application> {
    const clock = options.clock ?? systemClock
    const events = new EventBus(options.log)
    if (options.listener) events.subscribe(options.listener)
    const { openStore } = { ...realWorld, ...options.outside }
    let opened: SqliteStore | null = null
    const onEvent = (event: BridgeEvent): void => {
      events.event(event)
      // What is told while it is opened stands in it already.
      opened?.commit([{ type: 'event.add', event }]).catch(() => undefined)
    }
    const store = await openStore({ dir: options.dataDir, clock, onEvent })
    opened = store
    try {
      const application = new Application(options, store, clock, events)
      application.supervisor = await RuntimeSupervisor.open({
        deps: application.deps,
        configuration: options.configuration,
        log: options.log,
        startsAsStandby: options.configuration.tunnel.provider === 'relay',
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
    const { receive } = { ...realWorld, ...outside }
    const wrong = new MisaddressedWebhooks({
      clock: this.clock,
      connections: () => this.configuration.connections,
      notify: (event) => {
        this.events.event(event)
        this.store.commit([{ type: 'event.add', event }]).catch(() => undefined)
      },
    })
    this.receiver = await receive({
      ...receiver,
      connections: () => this.supervisor.acceptedHooks(),
      accept: (connectionId, source, body) => this.accept(connectionId, source, body),
      file: (token) => this.file(token),
      health: () => healthOf(this.isDegraded(), this.publicAddress.standby),
      isFile: (token) => this.links.open(token) !== null,
      onProof: (nonce) => this.publicAddressService.arrived(nonce),
      onProblem: (problem) => log.error({ ...problem }, `receiver: ${problem.detail}`),
      onWrongAddress: (id) => wrong.arrived(id),
    })
    this.continuity.start()
    await this.files.start()
    await this.publicAddressService.recall()
    await this.maintenance.start()
    await this.supervisor.start()
    await this.reportOrphaned()
    if (this.stopping !== null) return
    this.stopStoreWatch = watchStoreChanges({
      clock: this.clock,
      version: () => this.store.dataVersion(),
      changed: () => void this.resume(),
      onBug: (error) => this.events.reportBug(error, 'store'),
    })
    await this.publicAddressService.start({ host: receiver.host, port: this.receiver.port })
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
    return this.supervisor.configuration
  }

  get connections(): ReadonlyMap<string, LiveConnection> {
    return this.supervisor.runtime.connections
  }

  get hooksUrl(): string {
    return this.receiver?.url ?? ''
  }

  /** Why the data folder cannot be written; null when it can. */
  get storeFailing(): string | null {
    return this.events.storeFailing
  }

  /** Told from now on of what may interest the owner at once. Answers how to end it. */
  subscribe(listener: Listener): () => void {
    return this.events.subscribe(listener)
  }

  /**
   * Carries by this configuration, and by the secrets as they are now, from when it resolves. The receiver goes on storing
   * meanwhile, and what is under way is ended first, so nothing is lost or doubled. Connections that stay as they are keep
   * all they know; when all do, nothing is interrupted. One change at a time, in the order they were asked for. Rejects,
   * and everything stays as it was, when secrets cannot be read.
   */
  async reconfigure(configuration: Configuration): Promise<void> {
    await this.supervisor.reconfigure(configuration)
    this.continuity.broken()
    this.publicAddressService.follow()
    this.events.configurationChanged(configuration)
    await this.reportOrphaned()
  }

  /** Ends what is on its way (at most 4 s) and closes. May be called twice, and at any moment. */
  stop(): Promise<void> {
    this.stopping ??= this.end()
    return this.stopping
  }

  private async end(): Promise<void> {
    this.ending.abort()
    this.continuity.stop()
    this.stopStoreWatch()
    this.maintenance.stop()
    this.files.stop()
    const quiet = Promise.all([
      this.publicAddressService.stop(),
      this.receiver?.stop(),
      this.supervisor.stop(),
    ])
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const cancel = this.clock.after(LONGEST_END_MS, resolve)
    await Promise.race([quiet, over])
    cancel()
    this.supervisor.close()
    await this.store.commit(this.toRemember()).catch(() => undefined)
    await this.store.close()
  }

  /** Resolves when every stored event has been decided on. */
  settled(): Promise<void> {
    return this.engine.intake.idle()
  }

  isDegraded(): boolean {
    return this.storeFailing !== null || this.orphaned.length > 0 || isDegraded(this.connections)
  }

  /** When a webhook of each service last came in for this connection. */
  webhookTimes(connectionId: string): WebhookTimes {
    return this.webhookActivity.of(connectionId)
  }

  /** How Chatra reaches the receiver, whoever provides the address. */
  get publicAddress(): PublicAddress {
    return this.publicAddressService.state
  }

  /** The present public address, for links and for pasting; null when there is none. */
  get publicUrl(): string | null {
    return this.publicAddressService.usable
  }

  /** Sends a request through this address, which has to arrive at our own receiver; takes at most 15 s. */
  proveAddress(address: string): Promise<PublicAddress> {
    return this.publicAddressService.proveAddress(address)
  }

  /** Opens the way in when it is closed, and proves it; takes up to half a minute. */
  provePublicAddress(): Promise<PublicAddress> {
    return this.publicAddressService.proveNow()
  }

  /** A secret or a host key of the way in is another one: it is opened anew. */
  reopenPublicAddress(): void {
    this.publicAddressService.reopen()
  }

  /** The computer woke up (it slept since `asleepSince`, when that is known) or the network changed: everything is tried at once. */
  async wake(asleepSince: number | null = null): Promise<void> {
    if (this.stopping !== null) return
    this.continuity.doubted()
    await this.maintenance.lookForGap()
    this.publicAddressService.wake(asleepSince)
    this.events.wokeUp()
    await this.supervisor.park(false)
    await this.supervisor.runtime.wake()
  }

  /**
   * The computer is about to sleep: calls under way are ended and none is begun, and what comes in waits in the inbox.
   * `wake` goes on with it; so does the bridge by itself when the computer stays awake all the same.
   */
  park(): void {
    if (this.stopping !== null) return
    this.continuity.broken()
    void this.supervisor.park(true)
  }

  /** The owner wants a stuck message carried: it is taken up at once. */
  async retry(id: number): Promise<RetryAnswer> {
    const answer = await this.store.retryMessage(id)
    if (answer === 'queued') await this.engine.resume()
    return answer
  }

  /** The owner takes apart what was merged: see engine/merge.ts. */
  separate(conversationId: number): Promise<SeparateAnswer> {
    return this.engine.separate(conversationId)
  }

  /**
   * Removes all words, names and addresses of a client (Chatra's id, or an e-mail address) from data, journal and backups;
   * null when nobody is found. See SqliteStore.forgetClient.
   */
  forgetClient(client: string, connectionId: string | null): Promise<Forgotten | null> {
    return this.store.forgetClient({ client, connectionId })
  }

  /** Something waits for connections that no configuration names: nobody carries it. */
  private async reportOrphaned(): Promise<void> {
    try {
      this.orphaned = await reportOrphaned({
        store: this.store,
        clock: this.clock,
        known: this.configuration.connections.map(({ id }) => id),
        tell: (event) => this.events.event(event),
      })
    } catch (error) {
      this.events.reportBug(error, 'left behind')
    }
  }

  private get engine(): Engine {
    return this.supervisor.runtime.engine
  }

  /** Since when the webhooks of this connection certainly arrive, milliseconds since 1970; null = that is not known. */
  certainSince(connectionId: string): number | null {
    return this.continuity.since(connectionId)
  }

  private publicAddressChanged(state: PublicAddress): void {
    const isReached = state.state === 'proven' && !state.standby
    if (isReached) this.continuity.exchanged()
    this.continuity.reached(isReached ? state.provenAt : null)
    this.events.publicAddressChanged(state)
  }

  private async accept(connectionId: string, source: InboxSource, body: string): Promise<void> {
    const receivedAt = this.clock.now()
    try {
      await this.store.commit([{ type: 'inbox.add', row: { connectionId, source, receivedAt, body } }])
    } catch (error) {
      // It is answered 503, and Chatra may not send it again.
      this.continuity.broken()
      this.events.reportBug(error, 'receiver')
      throw error
    }
    this.stored([{ connectionId, source, receivedAt }])
  }

  /** Events are in the inbox, from our own receiver or from a relay that had kept them. */
  private stored(events: readonly { connectionId: string; source: InboxSource; receivedAt: number }[]): void {
    this.events.storeWorks()
    this.publicAddressService.webhookArrived()
    this.continuity.exchanged()
    for (const { connectionId, source, receivedAt } of events) {
      this.webhookActivity.note(connectionId, source, receivedAt)
    }
    this.engine.intake.wake()
  }

  private async file(token: string): Promise<FileDownload | 'later' | null> {
    const file = this.links.open(token)
    const connection = file ? this.connections.get(file.connectionId) : undefined
    if (!file || !connection) return null
    const { planfix, settings } = connection
    try {
      const download = async () => {
        // Behind everything else: what a visitor opens must not hold up the reading of replies.
        await planfix.rateLimiter.slot(3, `file:${file.fileId}`)
        const got = await planfix.download(file.fileId)
        return got.ok ? { body: got.value.stream, size: got.value.size, type: got.value.type } : null
      }
      const mayAsk = async () => canSpare(connection.account.quota.state())
      const got = await this.files.get(`${settings.planfix.baseUrl} ${file.fileId}`, download, mayAsk)
      if (got === 'gone') return null
      return got === 'later' ? got : { ...got, name: file.name }
    } catch (error) {
      // The configuration is being changed: the next one's turn, unless it does not know the connection any more.
      if (!(error instanceof SlotWithdrawn) || this.stopping) throw error
      await this.supervisor.settled()
      return this.file(token)
    }
  }

  private resume(): Promise<void> {
    return this.engine.resume().catch((error: unknown) => this.events.reportBug(error, 'resume'))
  }

  private async recall(configuration: Configuration): Promise<void> {
    for (const { id } of configuration.connections) await this.webhookActivity.recall(this.store, id)
  }

  private toRemember() {
    return [...this.accounts.changes(), ...this.webhookActivity.changes()]
  }
}
