import { hkdfSync, randomBytes } from 'node:crypto'
import type { Configuration } from '../../shared/config.ts'
import type { BridgeEvent } from '../../shared/domain.ts'
import type { Side } from '../../shared/errors.ts'
import { parseChatEvent } from '../chatra/webhook.ts'
import { Engine } from '../engine/engine.ts'
import type { Clock, InboxSource, Listener, SideState } from '../engine/ports.ts'
import { Watcher } from '../planfix/watcher/watcher.ts'
import type { SecretSource } from '../secrets/environment.ts'
import { openStore, type RetryAnswer, type SqliteStore } from '../store/index.ts'
import { createFileLinks } from '../webhooks/file-links.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { systemClock } from './clock.ts'
import { type LiveConnection, openConnection } from './connections.ts'
import { type Status, statusOf } from './status.ts'
import { Upkeep } from './upkeep.ts'

export interface Log {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

export interface ApplicationOptions {
  configuration: Configuration
  secrets: SecretSource
  dataDir: string
  receiver: { host: string; port: number }
  log: Log
  listener?: Listener
  clock?: Clock
  random?: () => number
  /** How long one call to a service may take, for tests; 10 s. */
  timeoutMs?: number
}

/** The whole bridge as one object. It knows neither Electron nor a browser; both hosts start it the same way. */
export class Application {
  readonly store: SqliteStore
  readonly connections: ReadonlyMap<string, LiveConnection>
  readonly configuration: Configuration
  private readonly engine: Engine
  private readonly watchers: Map<string, Watcher>
  private readonly upkeep: Upkeep
  private readonly options: ApplicationOptions
  private readonly clock: Clock
  private receiver: Receiver | null = null
  private stopOutsideWatch: () => void = () => undefined
  private storeFailing: string | null = null
  private stopping: Promise<void> | null = null

  private constructor(
    options: ApplicationOptions,
    store: SqliteStore,
    connections: Map<string, LiveConnection>,
  ) {
    this.options = options
    this.store = store
    this.connections = connections
    this.configuration = options.configuration
    this.clock = options.clock ?? systemClock
    const links = createFileLinks({
      key: linkKey(options.configuration),
      publicUrl: () => options.configuration.publicUrl,
      clock: this.clock,
    })
    this.openLink = (token) => links.open(token)
    this.engine = new Engine({
      context: {
        store,
        clock: this.clock,
        connections,
        fileLink: (connectionId, fileId, name) => links.link(connectionId, fileId, name),
        language: options.configuration.language,
        listener: {
          newChat: (...chat) => options.listener?.newChat?.(...chat),
          event: (event) => this.tell(event),
        },
        random: options.random ?? Math.random,
      },
      parse: parseChatEvent,
      hint: (connectionId, taskId) => this.watchers.get(connectionId)?.hint(taskId),
      onBug: (error, where) => this.troubled(error, where),
    })
    this.watchers = new Map(
      [...connections.values()].map((connection) => [
        connection.settings.id,
        new Watcher({
          settings: connection.settings,
          planfix: connection.planfix,
          store,
          clock: this.clock,
          gate: connection.planfixGate,
          onNews: () => this.engine.intake.wake(),
          onBug: (error) => this.troubled(error, `watcher of ${connection.settings.id}`),
        }),
      ]),
    )
    this.upkeep = new Upkeep({
      store,
      clock: this.clock,
      retentionDays: options.configuration.retentionDays,
      tell: (event) => this.tell(event),
    })
  }

  private readonly openLink: (token: string) => { connectionId: string; fileId: number; name: string } | null

  /** Opens the store (StoreInUseError when another server runs on it) and makes the clients; nothing is sent yet. */
  static async open(options: ApplicationOptions): Promise<Application> {
    const clock = options.clock ?? systemClock
    const random = options.random ?? Math.random
    const store = await openStore({
      dir: options.dataDir,
      clock,
      onEvent: (event) => logEvent(options.log, event),
    })
    const enabled = options.configuration.connections.filter((connection) => connection.enabled)
    const live = await Promise.all(
      enabled.map((settings) =>
        openConnection({
          settings,
          secrets: options.secrets,
          clock,
          random,
          timeoutMs: options.timeoutMs,
          changed: (side, state) => sideChanged(options, store, clock, settings.id, side, state),
        }),
      ),
    )
    return new Application(
      options,
      store,
      new Map(live.map((connection) => [connection.settings.id, connection])),
    )
  }

  /** Starts receiving and carrying. Rejects when the receiver's port is taken. */
  async start(): Promise<void> {
    const { configuration, receiver, log } = this.options
    this.receiver = await startReceiver({
      ...receiver,
      connections: () =>
        configuration.connections.map(({ id, webhookSecret }) => ({ id, secret: webhookSecret ?? null })),
      accept: (connectionId, source, body) => this.accept(connectionId, source, body),
      file: (token) => this.file(token),
      health: () => ({ status: this.isDegraded() ? 'degraded' : 'ok', connections: this.briefStates() }),
      onProblem: (problem) => log.error({ ...problem }, `receiver: ${problem.detail}`),
    })
    for (const { settings, missing } of this.connections.values()) {
      if (missing.length > 0) {
        log.warn(
          { connection: settings.id },
          `connection "${settings.id}" is paused until it has: ${missing.join(', ')}`,
        )
      }
    }
    await this.upkeep.start()
    await this.engine.start()
    for (const watcher of this.watchers.values()) watcher.start()
    this.watchOutside(this.store.dataVersion())
  }

  get hooksUrl(): string {
    return this.receiver?.url ?? ''
  }

  /** Ends what is on its way (at most 4 s) and closes. May be called twice. */
  stop(): Promise<void> {
    this.stopping ??= this.end()
    return this.stopping
  }

  private async end(): Promise<void> {
    this.stopOutsideWatch()
    this.upkeep.stop()
    const quiet = Promise.all([
      this.receiver?.stop(),
      this.engine.stop(),
      ...[...this.watchers.values()].map((watcher) => watcher.stop()),
    ])
    await Promise.race([quiet, new Promise((resolve) => setTimeout(resolve, 3500).unref())])
    for (const connection of this.connections.values()) connection.planfix.close()
    await this.store.close()
  }

  /** Resolves when every stored event has been decided on. */
  settled(): Promise<void> {
    return this.engine.intake.idle()
  }

  /** What the interface and `healthz` show. */
  async status(): Promise<Status> {
    return statusOf({
      configuration: this.configuration,
      connections: this.connections,
      store: this.store,
      hooksUrl: this.hooksUrl,
      storeFailing: this.storeFailing,
      now: this.clock.now(),
    })
  }

  isDegraded(): boolean {
    if (this.storeFailing !== null) return true
    return [...this.connections.values()].some(
      ({ missing, chatraGate, planfixGate }) =>
        missing.length > 0 || !chatraGate.isOpen || !planfixGate.isOpen,
    )
  }

  /** The computer woke up or the network changed: everything is tried again at once. */
  async wake(): Promise<void> {
    for (const { chatraGate, planfixGate } of this.connections.values()) {
      chatraGate.reset()
      planfixGate.reset()
    }
    await this.engine.start()
    for (const watcher of this.watchers.values()) watcher.wake()
  }

  /** The owner wants a stuck message carried: it is taken up at once. */
  async retry(id: number): Promise<RetryAnswer> {
    const answer = await this.store.retryMessage(id)
    if (answer === 'queued') await this.engine.resume()
    return answer
  }

  private briefStates(): Record<string, object> {
    return Object.fromEntries(
      [...this.connections.values()].map(({ settings, missing, chatraGate, planfixGate }) => [
        settings.id,
        { missing, chatra: brief(chatraGate.state), planfix: brief(planfixGate.state) },
      ]),
    )
  }

  private async accept(connectionId: string, source: InboxSource, body: string): Promise<void> {
    try {
      await this.store.commit([
        { type: 'inbox.add', row: { connectionId, source, receivedAt: this.clock.now(), body } },
      ])
    } catch (error) {
      this.troubled(error, 'receiver')
      throw error
    }
    if (this.storeFailing !== null) {
      this.storeFailing = null
      this.options.log.info({}, 'the data folder can be written again')
    }
    this.engine.intake.wake()
  }

  private async file(token: string) {
    const file = this.openLink(token)
    const connection = file ? this.connections.get(file.connectionId) : undefined
    if (!file || !connection) return null
    await connection.planfix.pacer.turn(1, 'file')
    const got = await connection.planfix.download(file.fileId)
    return got.ok
      ? { body: got.value.stream, size: got.value.size, type: got.value.type, name: file.name }
      : null
  }

  /** Another process (the command line) wrote to the store: what it queued is taken up within a second. */
  private watchOutside(before: number): void {
    this.stopOutsideWatch = this.clock.after(1000, () => {
      let version = before
      try {
        version = this.store.dataVersion()
      } catch (error) {
        this.troubled(error, 'store')
      }
      if (version !== before)
        void this.engine.resume().catch((error: unknown) => this.troubled(error, 'resume'))
      this.watchOutside(version)
    })
  }

  private troubled(error: unknown, where: string): void {
    const text = error instanceof Error ? error.message : String(error)
    if (isStoreError(error)) {
      if (this.storeFailing === null) {
        this.options.log.error(
          { where },
          `the data folder cannot be written: ${text}. Nothing is lost: senders are told to try again. Free some space; it goes on by itself.`,
        )
      }
      this.storeFailing = text
      return
    }
    this.options.log.error({ where, stack: error instanceof Error ? error.stack : undefined }, `bug: ${text}`)
  }

  private tell(event: BridgeEvent): void {
    logEvent(this.options.log, event)
    this.options.listener?.event?.(event)
  }
}

const brief = (state: SideState) => (state.state === 'ok' ? 'ok' : `${state.state}: ${state.code}`)

const isStoreError = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'storeUnavailable' in error &&
  error.storeUnavailable === true

function logEvent(log: Log, event: BridgeEvent): void {
  const write = event.level === 'info' ? log.info : event.level === 'warning' ? log.warn : log.error
  write.call(log, { connection: event.connectionId ?? undefined, ...event.params }, event.key)
}

/** One side of a connection stopped or works again: logged, kept, told. */
function sideChanged(
  options: ApplicationOptions,
  store: SqliteStore,
  clock: Clock,
  connectionId: string,
  side: Side,
  state: SideState,
): void {
  const params: BridgeEvent['params'] =
    state.state === 'ok' ? { side } : { side, code: state.code, detail: state.detail }
  const event: BridgeEvent = {
    time: clock.now(),
    connectionId,
    level: state.state === 'ok' ? 'info' : state.state === 'paused' ? 'error' : 'warning',
    key: state.state === 'ok' ? 'event.side-ok' : `event.side-${state.state}`,
    params,
  }
  logEvent(options.log, event)
  options.listener?.sideState?.(connectionId, side, state)
  store.commit([{ type: 'event.add', event }]).catch(() => undefined)
}

/** Links to files are sealed with a key made from the webhook secrets: stable over restarts, and never stored itself. */
function linkKey(configuration: Configuration): Buffer {
  const secrets = configuration.connections.map((connection) => connection.webhookSecret ?? '').join('\n')
  const input = secrets.trim() === '' ? randomBytes(32) : Buffer.from(secrets)
  return Buffer.from(hkdfSync('sha256', input, '', 'file links', 32))
}
