import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import type { BridgeEvent } from '../../shared/domain.ts'
import { Continuity } from '../engine/continuity.ts'
import type { Clock, Listener } from '../engine/ports.ts'
import { Elsewhere } from '../hosting/elsewhere.ts'
import { succeedOn } from '../hosting/former-host.ts'
import { HeldUnits } from '../hosting/held-units.ts'
import { BREAKS_KNOWN_MS, Hosting, LEASE_MS, MAINTENANCE } from '../hosting/hosting.ts'
import { SharedSides } from '../hosting/shared-sides.ts'
import { ChatCalls } from '../ingress/chat-calls.ts'
import { FileCache } from '../ingress/file-cache.ts'
import { connectionLinks } from '../ingress/file-links.ts'
import { MisaddressedWebhooks } from '../ingress/misaddressed-webhooks.ts'
import { providerFactory } from '../ingress/provider-factory.ts'
import { PublicAddressService } from '../ingress/public-address-service.ts'
import { PublicAddressState } from '../ingress/public-address-state.ts'
import { systemClock } from '../process/clock.ts'
import type { Log } from '../process/log.ts'
import type { SecretSource } from '../secrets/environment.ts'
import { type ApplicationStore, PACED, UNPACED } from '../store/index.ts'
import type { FileLinks } from '../webhooks/file-links.ts'
import { ChatraAccounts } from './accounts/chatra-accounts.ts'
import { PlanfixAccounts } from './accounts/planfix-accounts.ts'
import { SharedPlans } from './day-plans.ts'
import { EventBus } from './event-bus.ts'
import { FileDownloads } from './file-downloads.ts'
import { WebhookActivity } from './last-webhooks.ts'
import { Maintenance } from './maintenance/maintenance.ts'
import { type OutsideWorld, realWorld } from './outside-world.ts'
import { Signal } from './signal.ts'
import { RuntimeSupervisor } from './supervisor.ts'
import type { Sharing } from './units/deps.ts'
import { isOn, unitOf, unitsOf } from './units/unit.ts'
import { WebhookInbox } from './webhook-inbox.ts'

export interface ApplicationOptions {
  configuration: Configuration
  secrets: SecretSource
  dataDir: string
  /** Address of a PostgreSQL database, with its password; null = the data folder's own store. */
  database?: string | null
  /** Keeps webhooks on this computer while the database is away, sealed by these keys; null = they are refused. */
  keeping?: { masterKeys: readonly Buffer[] } | null
  receiver: { host: string; port: number }
  log: Log
  listener?: Listener
  /** Other hosts work on the same store. */
  sharing?: Sharing | undefined
  /** This host among those of a database. */
  host?: HostSettings | undefined
  clock?: Clock
  random?: () => number
  /** A simulated world in place of the real one. */
  outside?: Partial<OutsideWorld>
}

export interface HostSettings {
  /** What people call it. */
  name: string
  version: string
  /** Where the other hosts reach its receiver; null = where that listens. */
  address: string | null
  /** How long its leases last. */
  leaseMs?: number | undefined
}

/** All parts of the bridge, built and not started. */
export interface Parts {
  options: ApplicationOptions
  outside: OutsideWorld
  store: ApplicationStore
  clock: Clock
  events: EventBus
  continuity: Continuity
  activity: WebhookActivity
  address: PublicAddressState
  inbox: WebhookInbox
  chatCalls: ChatCalls
  links: FileLinks
  fileCache: FileCache
  supervisor: RuntimeSupervisor
  downloads: FileDownloads
  publicAddress: PublicAddressService
  misaddressed: MisaddressedWebhooks
  maintenance: Maintenance
  /** Of several hosts on one database; null: the store has this host alone. */
  hosting: Hosting | null
  elsewhere: Elsewhere | null
  /** Where the other hosts reach the receiver, once it listens. */
  receiver: { address: string }
  /** Writes the state in memory, as is done once a minute, and at shutdown. */
  save(): Promise<void>
  /** Closes the store. */
  close(): Promise<void>
}

/**
 * The one place where the bridge is put together, from leaf to root: a part gets only parts that already
 * exist. The opposite direction uses a Signal, or a value that one part writes and others read
 * (PublicAddressState, the configuration). Rejects with StoreInUseError when another server runs on the data
 * folder.
 */
export async function compose(options: ApplicationOptions): Promise<Parts> {
  const clock = options.clock ?? systemClock
  const outside = { ...realWorld, ...options.outside }
  const events = new EventBus(options.log, options.database != null && options.keeping != null)
  if (options.listener) events.subscribe(options.listener)
  const store = await openStore(options, outside, clock, events)
  const folder = store.cluster && succeedOn(options.dataDir, store.cluster.me)
  const close = async () => {
    await store.close()
    folder?.release()
  }
  try {
    // Its leases need not run out.
    if (folder?.former != null) await store.cluster?.bury(folder.former)
    return { ...(await build(options, outside, clock, events, store)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openStore(
  { dataDir: dir, database, keeping }: ApplicationOptions,
  outside: OutsideWorld,
  clock: Clock,
  events: EventBus,
): Promise<ApplicationStore> {
  let opened: ApplicationStore | null = null
  const onEvent = (event: BridgeEvent): void => {
    events.event(event)
    // It already contains the events of opening the store.
    opened?.commit([{ type: 'event.add', event }]).catch(() => undefined)
  }
  // A clock of a test stands still while the disk is waited for.
  const pacing = clock === systemClock ? PACED : UNPACED
  opened = await outside.openStore({
    ...{ dir, database, clock, onEvent, pacing },
    keeping: keeping && { ...keeping, dir, onEvent },
  })
  return opened
}

async function build(
  options: ApplicationOptions,
  outside: OutsideWorld,
  clock: Clock,
  events: EventBus,
  store: ApplicationStore,
): Promise<Omit<Parts, 'close'>> {
  const { log, secrets } = options
  const random = options.random ?? Math.random
  const isRelayed = options.configuration.tunnel.provider === 'relay'
  const notify = (event: BridgeEvent): void => events.event(event)
  const storedNotice = (event: BridgeEvent): void => {
    events.event(event)
    store.commit([{ type: 'event.add', event }]).catch(() => undefined)
  }
  const reportBug = (error: unknown, where: string): void => events.reportBug(error, where)

  const configuration = { value: options.configuration }
  const address = new PublicAddressState(configuration, isRelayed)
  const [news, arrival, silence] = [new Signal<[connectionId: string]>(), new Signal(), new Signal()]
  const continuity = new Continuity(clock, store.cluster ? { lagMs: BREAKS_KNOWN_MS } : {})
  const activity = new WebhookActivity()
  const { cluster } = store
  const sides = new SharedSides()
  const plans = new SharedPlans()
  const { leaseMs: ttlMs = LEASE_MS } = options.host ?? {}
  const held = cluster && new HeldUnits(cluster, { clock, ttlMs })
  const sharing = options.sharing ?? held ?? undefined
  const storeFor = (unit: string) => sharing?.storeFor(unit, store) ?? store
  const accounts = new PlanfixAccounts(storeFor, clock, random)
  const links = connectionLinks({
    configuration: () => configuration.value,
    publicUrl: () => address.usable,
    clock,
  })
  const fileCache = new FileCache(options.dataDir, clock)
  const inbox = new WebhookInbox({ store, clock, events, continuity, activity, arrival, news })

  const chatCalls = new ChatCalls({ clock, secrets, notify: storedNotice })

  const supervisor = await RuntimeSupervisor.open({
    deps: {
      store,
      storeFor,
      clock,
      random,
      secrets,
      accounts,
      fileLink: (connectionId, fileId, name) => links.link(connectionId, fileId, name),
      messageFileLink: (...file) => links.messageLink(...file),
      listener: {
        newChat: (...chat) => events.newChat(...chat),
        clientWrote: (...written) => events.clientWrote(...written),
        event: notify,
        stuck: (...message) => events.stuck(...message),
      },
      sideChanged: (connectionId, side, state) => {
        events.sideState(store, clock, connectionId, side, state)
        const settings = configuration.value.connections.find(({ id }) => id === connectionId)
        if (cluster && settings)
          sides.changed(storeFor(unitOf(settings)), connectionId, side, state).catch(() => undefined)
      },
      onNews: (connectionId) => news.raise(connectionId),
      mayWrite: (unit) => address.mayWrite && (sharing?.mayWrite(unit) ?? true),
      takeover: () => address.takeover,
      chatraAccounts: new ChatraAccounts(clock, random),
      continuity,
      onSilence: () => silence.raise(),
      onBug: reportBug,
      exchange: outside.exchange,
    },
    configuration,
    log,
    news,
    carried: sharing?.carried,
    startsAsStandby: isRelayed,
    prepare: async ({ connections }) => {
      await chatCalls.follow({ connections })
      for (const { id } of connections) await activity.recall(store, id)
    },
  })
  const connections = () => supervisor.acceptedHooks()
  // The next minute tries again.
  const notePlans = () =>
    plans.note(supervisor.connections, ({ settings }) => storeFor(unitOf(settings))).catch(() => undefined)
  const isOurs = () => held === null || held.mayWrite(MAINTENANCE)

  const publicAddress = new PublicAddressService({
    store,
    clock,
    random,
    configuration,
    shared: address,
    createProvider: providerFactory({
      store,
      clock,
      random,
      secrets,
      connections,
      chatCall: (connectionId, body) => chatCalls.fromRelay(connectionId, body),
      stored: (webhooks) => inbox.stored(webhooks),
    }),
    arrival,
    silence,
    allow: (isActive) => supervisor.setActive(isActive),
    log,
    notify,
    changed: (state) => publish(state, continuity, events),
    trouble: reportBug,
    ...(outside.prove && { prove: outside.prove }),
    ...(outside.addresses && { addresses: outside.addresses }),
  })

  const maintenance = new Maintenance({
    store,
    clock,
    retentionDays: () => configuration.value.retentionDays,
    remember: () => activity.changes(),
    save: async () => {
      await accounts.save()
      if (!cluster) return
      await notePlans()
      // What other hosts have received since.
      for (const { id } of configuration.value.connections) await activity.recall(store, id)
    },
    notify,
    isOurs,
    isReportedElsewhere: () => address.reportsGaps,
    isWeekWanted: () => configuration.value.notifications.weekly,
  })
  const elsewhere = cluster && new Elsewhere(cluster, clock)
  const receiver = { address: '' }
  // Others cannot know of them yet.
  let kept = 0
  const timesKept = () => {
    if ((store.kept?.waiting ?? 0) > 0) kept += 1
    return kept
  }
  const hosting =
    cluster &&
    held &&
    new Hosting({
      cluster,
      clock,
      ttlMs,
      held,
      presence: () => ({
        name: '',
        version: '',
        ...options.host,
        address: receiver.address,
        breaks: inbox.refused + timesKept(),
      }),
      units: () => [...unitsOf(configuration.value).keys()],
      gain: async (unit) => {
        if (unit === MAINTENANCE) return maintenance.begin()
        const ids =
          unitsOf(configuration.value)
            .get(unit)
            ?.map(({ id }) => id) ?? []
        await sides.begin(storeFor(unit), ids)
        await supervisor.gain(unit)
        void notePlans()
      },
      lose: async (unit) => (unit === MAINTENANCE ? undefined : supervisor.lose(unit)),
      waiting: (ids) => ids.forEach((id) => void news.raise(id)),
      heard: ({ kind, about }) => {
        if (kind === 'inbox') news.raise(about)
        if (kind === 'changed') supervisor.resume().catch((error: unknown) => reportBug(error, 'resume'))
        if (kind === 'now') supervisor.tryNow(about).catch((error: unknown) => reportBug(error, 'try now'))
        if (kind === 'proof') publicAddress.arrived(about)
      },
      broken: () => continuity.broken(),
      onBug: reportBug,
      log,
    })
  if (cluster) cluster.carries = (id) => supervisor.connections.has(id) || !isOn(configuration.value, id)

  return {
    options,
    outside,
    store,
    clock,
    events,
    continuity,
    activity,
    address,
    inbox,
    chatCalls,
    links,
    fileCache,
    supervisor,
    downloads: new FileDownloads({
      links,
      files: fileCache,
      supervisor,
      store,
      elsewhere,
      exchange: outside.exchange,
    }),
    publicAddress,
    misaddressed: new MisaddressedWebhooks({
      clock,
      connections: () => configuration.value.connections,
      notify: storedNotice,
    }),
    maintenance,
    hosting,
    elsewhere,
    receiver,
    save: async () => {
      await Promise.all([store.commit(activity.changes()), accounts.save()])
    },
  }
}

/** The public address, or its reachability, has changed. */
function publish(state: PublicAddress, continuity: Continuity, events: EventBus): void {
  const isReached = state.state === 'proven' && !state.standby
  if (isReached) continuity.exchanged()
  continuity.reached(isReached ? state.provenAt : null)
  events.publicAddressChanged(state)
}
