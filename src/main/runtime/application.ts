import { isDeepStrictEqual } from 'node:util'
import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import { loadLanguage } from '../../shared/i18n/index.ts'
import type { StorePlace } from '../../shared/store-error.ts'
import type { OwnerReply, OwnerReplyAnswer } from '../engine/owner-reply.ts'
import { askToSeparate } from '../engine/people/ask-to-separate.ts'
import type { SeparateAnswer } from '../engine/people/separate.ts'
import type { Clock, Listener } from '../engine/ports.ts'
import { addressForOthers } from '../hosting/host-address.ts'
import type { PublicAddressService } from '../ingress/public-address-service.ts'
import type { ApplicationStore, Forgotten, OrphanedConnection, RetryAnswer } from '../store/index.ts'
import type { Receiver } from '../webhooks/receiver.ts'
import { type ApplicationOptions, compose, type Parts } from './composition.ts'
import type { LiveConnection } from './connections.ts'
import type { EventBus } from './event-bus.ts'
import type { WebhookTimes } from './last-webhooks.ts'
import { reportOrphaned } from './maintenance/orphaned-connections.ts'
import { watchStoreChanges } from './maintenance/store-change-watcher.ts'
import { lookForRecovery } from './maintenance/store-recovery.ts'
import { healthOf, isDegraded } from './monitoring/health.ts'
import type { RuntimeSupervisor } from './supervisor.ts'
import { unitOf } from './units/unit.ts'

export type { Log } from '../process/log.ts'
export type { ApplicationOptions, HostSettings } from './composition.ts'

/** How long shutdown waits for work under way, in milliseconds. */
const LONGEST_END_MS = 3500

/**
 * The whole bridge as one object: the store, the receiver and maintenance live as long as it does; the parts
 * that deliver messages by one configuration are replaced when that changes (runtime/supervisor.ts). It uses
 * neither Electron nor a browser; every host starts it the same way.
 */
export class Application {
  readonly store: ApplicationStore
  readonly clock: Clock
  private readonly parts: Parts
  private readonly events: EventBus
  private readonly supervisor: RuntimeSupervisor
  private readonly publicAddressService: PublicAddressService
  private receiver: Receiver | null = null
  private orphaned: readonly OrphanedConnection[] = []
  private stopStoreWatch: () => void = () => undefined
  private stopRecovery: () => void = () => undefined
  private stopping: Promise<void> | null = null
  private readonly ending = new AbortController()

  private constructor(parts: Parts) {
    this.parts = parts
    this.store = parts.store
    this.clock = parts.clock
    this.events = parts.events
    this.supervisor = parts.supervisor
    this.publicAddressService = parts.publicAddress
  }

  /**
   * Opens the store (StoreError `in-use` when another server runs on it) and creates the clients; nothing is
   * sent yet.
   */
  static async open(options: ApplicationOptions): Promise<Application> {
    await loadLanguage(options.configuration.language)
    return new Application(await compose(options))
  }

  /** Starts receiving and delivering. Rejects when the receiver's port is in use. */
  async start(): Promise<void> {
    const { options, outside, continuity, fileCache, maintenance, hosting } = this.parts
    this.receiver = await this.receive()
    this.parts.receiver.address = options.host?.address ?? addressForOthers(this.receiver.url)
    continuity.start()
    await fileCache.start()
    await this.publicAddressService.recall()
    await maintenance.start()
    await this.supervisor.start()
    await this.reportOrphaned()
    if (this.stopping !== null) return
    await hosting?.start()
    this.stopStoreWatch = watchStoreChanges({
      clock: this.clock,
      version: () => this.store.dataVersion(),
      nextWrite: (heard) => outside.nextWrite?.(options.dataDir, heard) ?? null,
      changed: () => void this.resume(),
      onBug: (error) => this.events.reportBug(error, 'store'),
    })
    this.stopRecovery = lookForRecovery({
      clock: this.clock,
      events: this.events,
      write: () =>
        this.store.commit([{ type: 'fact.set', connectionId: '', key: 'storeTriedAt', value: this.now() }]),
      recovered: () => void this.resume(),
    })
    const target = { host: options.receiver.host, port: this.receiver.port }
    await this.publicAddressService.start(target, (asleepSince) => void this.wake(asleepSince))
  }

  private receive(): Promise<Receiver> {
    const { options, outside, supervisor, inbox, chatCalls, downloads, links, misaddressed } = this.parts
    return outside.receive({
      ...options.receiver,
      connections: () => supervisor.acceptedHooks(),
      accept: (connectionId, source, body) => inbox.accept(connectionId, source, body),
      checkChatCall: (connectionId, form) => chatCalls.check(connectionId, form),
      file: (token) => downloads.get(token),
      health: () => healthOf(this.isDegraded(), this.publicAddress.standby),
      isReady: () => this.isReady(),
      isFile: (token) => links.open(token) !== null,
      onProof: (nonce) => this.publicAddressService.arrived(nonce),
      onForeignProof: (nonce) =>
        void this.store.cluster?.tell({ kind: 'proof', about: nonce }).catch(() => undefined),
      onProblem: (problem) => options.log.error({ ...problem }, `receiver: ${problem.detail}`),
      onWrongAddress: (id) => misaddressed.arrived(id),
    })
  }

  /** By the bridge's clock: milliseconds since 1970. */
  now(): number {
    return this.clock.now()
  }

  get dataDir(): string {
    return this.parts.options.dataDir
  }

  /** Aborted when shutdown begins: for background work that shutdown must not wait for. */
  get ended(): AbortSignal {
    return this.ending.signal
  }

  /** The current configuration. */
  get configuration(): Configuration {
    return this.supervisor.configuration
  }

  get connections(): ReadonlyMap<string, LiveConnection> {
    return this.supervisor.connections
  }

  get hooksUrl(): string {
    return this.receiver?.url ?? ''
  }

  /** Where messages and the log are kept. */
  get storePlace(): StorePlace {
    return this.parts.options.database == null ? 'folder' : 'database'
  }

  /** Why nothing can be stored; null when it can. */
  get storeFailing(): string | null {
    return this.events.storeFailing
  }

  /** Subscribes to events that may concern the owner. Returns a function that unsubscribes. */
  subscribe(listener: Listener): () => void {
    return this.events.subscribe(listener)
  }

  /**
   * Applies this configuration and the current secrets; resolves when they are in use. Only the Planfix accounts
   * that it concerns are interrupted: there, work under way finishes first, so no message is lost or duplicated,
   * and unchanged connections keep their state. The receiver continues to store meanwhile. One change at a time,
   * in the order of the calls. Rejects without a change when secrets cannot be read.
   */
  async reconfigure(configuration: Configuration): Promise<void> {
    await loadLanguage(configuration.language)
    const { tunnel, publicUrl } = this.configuration
    await this.supervisor.reconfigure(configuration)
    await this.parts.hosting?.look()
    if (!isDeepStrictEqual([tunnel, publicUrl], [this.configuration.tunnel, this.configuration.publicUrl]))
      this.parts.continuity.broken()
    this.publicAddressService.follow()
    this.events.configurationChanged(configuration)
    await this.reportOrphaned()
  }

  /** This host carries the unit from now on: see RuntimeSupervisor. */
  gain(unit: string): Promise<void> {
    return this.supervisor.gain(unit)
  }

  /** This host does not carry the unit any more: see RuntimeSupervisor. */
  lose(unit: string): Promise<void> {
    return this.supervisor.lose(unit)
  }

  /** Finishes work under way (at most 4 s) and closes. May be called twice, and at any moment. */
  stop(): Promise<void> {
    this.stopping ??= this.end()
    return this.stopping
  }

  private async end(): Promise<void> {
    this.ending.abort()
    this.parts.continuity.stop()
    this.stopStoreWatch()
    this.stopRecovery()
    this.parts.maintenance.stop()
    this.parts.fileCache.stop()
    const quiet = Promise.all([
      this.publicAddressService.stop(),
      this.receiver?.stop(),
      this.parts.hosting?.end(),
      this.supervisor.stop(),
    ])
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const cancel = this.clock.after(LONGEST_END_MS, resolve)
    await Promise.race([quiet, over])
    cancel()
    this.supervisor.close()
    await this.parts.save().catch(() => undefined)
    await this.parts.close()
  }

  /** Resolves when every stored event has been decided on. */
  settled(): Promise<void> {
    return this.supervisor.decided()
  }

  /** Events can be stored. */
  isReady(): boolean {
    const canStore = this.storeFailing === null || this.store.kept?.hasRoom === true
    return canStore && this.stopping === null
  }

  isDegraded(): boolean {
    return this.storeFailing !== null || this.orphaned.length > 0 || isDegraded(this.connections)
  }

  /** When a webhook of each service last came in for this connection. */
  webhookTimes(connectionId: string): WebhookTimes {
    return this.parts.activity.of(connectionId)
  }

  /** State of the public address, with any provider. */
  get publicAddress(): PublicAddress {
    return this.publicAddressService.state
  }

  /** The current public address, for links and for pasting; null when there is none. */
  get publicUrl(): string | null {
    return this.parts.address.usable
  }

  /** Sends a request through this address, which must arrive at our own receiver; takes at most 15 s. */
  proveAddress(address: string): Promise<PublicAddress> {
    return this.publicAddressService.proveAddress(address)
  }

  /** Opens the tunnel if it is closed and proves the address; takes up to half a minute. */
  provePublicAddress(): Promise<PublicAddress> {
    return this.publicAddressService.proveNow()
  }

  /** A secret or a host key of the tunnel has changed: it is reopened. */
  reopenPublicAddress(): void {
    this.publicAddressService.reopen()
  }

  /**
   * The computer woke up (it slept since `asleepSince`, if known) or the network changed: all work is tried
   * at once.
   */
  async wake(asleepSince: number | null = null): Promise<void> {
    if (this.stopping !== null) return
    this.parts.continuity.doubted()
    await this.parts.maintenance.lookForGap()
    this.publicAddressService.wake(asleepSince)
    this.events.wokeUp()
    await this.supervisor.park(false)
    await this.supervisor.wake()
  }

  /**
   * The computer is about to sleep: calls under way finish, no new call begins, and events wait in the inbox.
   * `wake` resumes; so does the bridge by itself when the computer stays awake.
   */
  park(): void {
    if (this.stopping !== null) return
    this.parts.continuity.broken()
    void this.supervisor.park(true)
  }

  /** The owner wants a stuck message delivered: it is tried at once. */
  async retry(id: number): Promise<RetryAnswer> {
    const answer = await this.store.retryMessage(id)
    if (answer === 'queued') await this.supervisor.resume((await this.store.message(id))?.connectionId)
    return answer
  }

  /** Waiting work that was just released is tried at once. */
  resumeWork(): Promise<void> {
    return this.supervisor.resume()
  }

  /** Tries all that waits in this connection at once; false when it does not exist or is off. */
  async tryNow(connectionId: string): Promise<boolean> {
    if (await this.supervisor.tryNow(connectionId)) return true
    if ((await this.carriedBy(connectionId)) === null) return false
    await this.store.cluster?.tell({ kind: 'now', about: connectionId })
    return true
  }

  /** The name of the other host that carries this connection; null = this one does, or none. */
  async carriedBy(connectionId: string): Promise<string | null> {
    const { elsewhere } = this.parts
    const settings = this.configuration.connections.find(({ id }) => id === connectionId)
    if (elsewhere === null || !settings?.enabled || this.connections.has(connectionId)) return null
    return (await elsewhere.hostOf(unitOf(settings)))?.name ?? null
  }

  /** The owner replies outside Planfix, as one of the employees: see engine/owner-reply.ts. */
  async reply(conversationId: number, reply: OwnerReply): Promise<OwnerReplyAnswer> {
    const engine = await this.supervisor.engineOf(conversationId)
    if (engine) return engine.reply(conversationId, reply)
    // Stored as a job, which the host that carries the conversation finds.
    const answer = await this.supervisor.engineOfNone().reply(conversationId, reply)
    await this.store.cluster?.changed()
    return answer
  }

  /** The owner separates a merged conversation: see engine/people/merge.ts. */
  async separate(conversationId: number): Promise<SeparateAnswer> {
    const engine = await this.supervisor.engineOf(conversationId)
    if (engine) return engine.separate(conversationId)
    const answer = await askToSeparate(this.store, conversationId)
    await this.store.cluster?.changed()
    return answer === 'asked' ? 'separated' : answer
  }

  /**
   * Removes all texts, names and addresses of a client (Chatra's id, or an e-mail address) from data, journal
   * and backups; null when no client matches. See ApplicationStore.forgetClient.
   */
  forgetClient(client: string, connectionId: string | null): Promise<Forgotten | null> {
    return this.store.forgetClient({ client, connectionId })
  }

  /** Work of connections that no configuration names is waiting: it is not delivered. */
  private async reportOrphaned(): Promise<void> {
    try {
      this.orphaned = await reportOrphaned({
        store: this.store,
        clock: this.clock,
        known: this.configuration.connections.map(({ id }) => id),
        notify: (event) => this.events.event(event),
      })
    } catch (error) {
      this.events.reportBug(error, 'left behind')
    }
  }

  /**
   * Since when the webhooks of this connection certainly arrive, milliseconds since 1970; null = unknown.
   */
  certainSince(connectionId: string): number | null {
    return this.parts.continuity.since(connectionId)
  }

  private resume(): Promise<void> {
    return this.supervisor.resume().catch((error: unknown) => this.events.reportBug(error, 'resume'))
  }
}
