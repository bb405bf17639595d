import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import type { BridgeEvent } from '../../shared/domain.ts'
import { publicAddressOf } from '../../shared/fields.ts'
import type { Clock } from '../engine/ports.ts'
import type { Log } from '../process/log.ts'
import type { ApplicationStore } from '../store/index.ts'
import { watchNetwork } from '../tunnel/network-watch.ts'
import type { LeadershipTerm, RelayProvider } from '../tunnel/relay/provider.ts'
import { type Proof, Tunnel, type TunnelEvent } from '../tunnel/tunnel.ts'
import { type CreateProvider, signatureOf } from './provider-factory.ts'
import { AddressProof } from './public-address.ts'
import type { PublicAddressState } from './public-address-state.ts'
import { FACT, type StoredAddress } from './stored-address.ts'
import { recordedTakeover, recordTerm } from './takeover-record.ts'

/** A recently proven address is not proven again when it is saved. */
const FRESH_MS = 10_000

interface KnownAddress {
  address: string
  signature: string
}

interface Subscribable {
  subscribe(work: () => void): void
}

export interface PublicAddressServiceOptions {
  store: ApplicationStore
  clock: Clock
  random: () => number
  configuration: { readonly value: Configuration }
  /** The state that others read; only this service writes it. */
  shared: PublicAddressState
  createProvider: CreateProvider
  /** Webhooks came in through the address. */
  arrival: Subscribable
  /** One of our calls got no answer. */
  silence: Subscribable
  /** Whether this computer is active. Resolves when the change is complete. */
  allow: (isActive: boolean) => Promise<void>
  log: Log
  notify: (event: BridgeEvent) => void
  /** Called when the state may have changed. */
  changed: (state: PublicAddress) => void
  trouble: (error: unknown, where: string) => void
  /** See Outside. */
  prove?: (address: string, limitMs: number) => Promise<Proof>
  addresses?: () => string
}

/** How Chatra reaches the receiver: the configured tunnel, its proof, and the stored state of both. */
export class PublicAddressService {
  private readonly options: PublicAddressServiceOptions
  private readonly tunnel: Tunnel
  private readonly proof: AddressProof
  private target: { host: string; port: number } | null = null
  private signature: string | null = null
  private known: KnownAddress | null = null
  private justProven: { address: string; at: number } | null = null
  private written = ''
  private stopWatch: (() => void) | null = null
  private readonly shared: PublicAddressState
  /** Promise of the last `allow` call; later calls are queued behind it. */
  private transition: Promise<void> = Promise.resolve()
  private transitions = 0
  /** Identifies the current tunnel. */
  private ways = 0
  private woke: (asleepSince: number | null) => void = () => undefined
  /** The relay must know the connections too. */
  private connectionsChanged = () => {}

  constructor(options: PublicAddressServiceOptions) {
    this.options = options
    const { clock, random, log, shared } = options
    this.shared = shared
    this.proof = new AddressProof()
    this.tunnel = new Tunnel({
      clock,
      random,
      held: shared,
      prove: (address, limitMs) => this.prove(address, limitMs),
      changed: () => this.note(),
      notify: (event) => this.notify(event),
      remember: (address) => this.remember(address),
      log: (level, text) => log[level]({}, text),
    })
    options.arrival.subscribe(() => this.tunnel.webhookArrived())
    options.silence.subscribe(() => this.tunnel.suspectLoss())
  }

  /** Loads the state of earlier runs, before anything is delivered. */
  async recall(): Promise<void> {
    this.shared.takeover = await recordedTakeover(this.options.store)
  }

  /** The receiver listens. `woke`: the computer slept, or its network changed. */
  async start(
    receiver: { host: string; port: number },
    woke: (asleepSince: number | null) => void,
  ): Promise<void> {
    this.woke = woke
    this.known = await this.options.store.fact<KnownAddress>('', FACT.address)
    this.target = { host: REACHED_AT[receiver.host] ?? receiver.host, port: receiver.port }
    this.follow()
  }

  /** Called when the configuration may have changed. */
  follow(): void {
    if (this.target === null) return
    const { tunnel, publicUrl } = this.options.configuration.value
    if (signatureOf(tunnel, publicUrl) !== this.signature) this.reopen()
    else this.connectionsChanged()
  }

  /** Also when only a secret or a host key changed. */
  reopen(): void {
    const { target, known, options } = this
    if (target === null) return
    const { tunnel, publicUrl } = options.configuration.value
    const signature = signatureOf(tunnel, publicUrl)
    const mine = ++this.ways
    const provider = options.createProvider(options.configuration.value, {
      onLeadership: (term) => void (mine === this.ways && this.applyRole(term)),
      quiet: () => this.transition,
    })
    this.signature = signature
    this.shared.relay = provider?.kind === 'relay' ? (provider as RelayProvider) : null
    // Behind a relay the role must be confirmed again; without a relay nothing confirms it.
    void this.setActive(tunnel.provider !== 'relay')
    this.connectionsChanged = () => {
      if (provider && 'connectionsChanged' in provider) provider.connectionsChanged()
    }
    const before = known && { address: known.address, same: known.signature === signature }
    this.tunnel.use(provider, target, before)
    this.watch(provider !== null)
  }

  /** The computer woke up or the network changed. */
  wake(asleepSince: number | null): void {
    this.tunnel.wake(asleepSince)
  }

  /** A proof came in at the receiver. Returns whether it was expected. */
  arrived(nonce: string): boolean {
    return this.proof.arrived(nonce)
  }

  async stop(): Promise<void> {
    this.target = null
    this.watch(false)
    await this.tunnel.stop()
  }

  get state(): PublicAddress {
    const { tunnel, publicUrl } = this.options.configuration.value
    const state = { ...this.tunnel.state, standby: this.shared.isStandby }
    if (this.target !== null || tunnel.provider !== 'own' || publicUrl === null) return state
    return { ...state, provider: 'own', address: publicUrl, state: 'unproven' }
  }

  /** Tries now, even when it waits for the owner. */
  async proveNow(): Promise<PublicAddress> {
    await this.tunnel.proveNow()
    return this.state
  }

  /** Whether this address leads to our receiver, including an address that is not in use yet. */
  async proveAddress(typed: string): Promise<PublicAddress> {
    const read = publicAddressOf(typed)
    const address = read.ok ? read.address : typed
    if (this.state.provider === 'own' && this.state.address === address) return this.proveNow()
    const proof = await this.proof.prove(address)
    const at = this.options.clock.now()
    if (proof.ok) this.justProven = { address, at }
    return { ...NOTHING, provider: 'own', address, ...outcomeOf(proof, at) }
  }

  private async prove(address: string, limitMs: number): Promise<Proof> {
    const { justProven } = this
    this.justProven = null
    const isFresh = justProven?.address === address && this.options.clock.now() - justProven.at < FRESH_MS
    if (isFresh) return { ok: true }
    return (this.options.prove ?? ((...how) => this.proof.prove(...how)))(address, limitMs)
  }

  private remember(address: string): void {
    this.known = { address, signature: this.signature ?? '' }
    this.keep(FACT.address, this.known)
  }

  /** Reported, and stored for `doctor`, which runs beside us. */
  private note(): void {
    const stored: StoredAddress = { state: this.state, usable: this.shared.usable }
    const text = JSON.stringify({ ...stored, state: { ...stored.state, retryAt: null } })
    if (text === this.written) return
    this.written = text
    this.options.changed(stored.state)
    this.keep(FACT.state, stored)
  }

  private keep(key: string, value: unknown): void {
    const kept = this.options.store.commit([{ type: 'fact.set', connectionId: '', key, value }])
    kept.catch((error: unknown) => this.options.trouble(error, 'public address'))
  }

  private notify({ level, words }: TunnelEvent): void {
    const { store, clock, configuration, notify } = this.options
    const names = configuration.value.connections.filter(({ enabled }) => enabled).map(({ name }) => name)
    const params =
      words.key === 'event.address-changed'
        ? { ...words.params, connections: names.join(', ') }
        : words.params
    const event: BridgeEvent = { time: clock.now(), connectionId: null, level, key: words.key, params }
    notify(event)
    store.commit([{ type: 'event.add', event }]).catch(() => undefined)
  }

  /** This computer has the role, or not (any more). */
  private applyRole(term: LeadershipTerm | null): Promise<void> {
    if (term === null) return this.setActive(false)
    const mine = ++this.transitions
    const { store, clock } = this.options
    const recorded = this.transition.then(async () => {
      this.shared.takeover = await recordTerm(store, term, this.shared.takeover, clock.now())
    })
    return recorded.then(
      () => (mine === this.transitions ? this.setActive(true) : undefined),
      (error: unknown) => {
        this.options.trouble(error, 'takeover')
        this.options.clock.after(
          RECORD_AGAIN_MS,
          () => mine === this.transitions && void this.applyRole(term),
        )
      },
    )
  }

  private setActive(active: boolean): Promise<void> {
    this.transitions += 1
    this.shared.isStandby = !active
    this.note()
    this.transition = this.options
      .allow(active)
      .catch((error: unknown) => this.options.trouble(error, 'standby'))
    return this.transition
  }

  /** Without a tunnel nothing is checked. */
  private watch(wanted: boolean): void {
    if (wanted === (this.stopWatch !== null)) return
    this.stopWatch?.()
    const { clock, addresses } = this.options
    const changed = (asleepSince: number | null) => this.woke(asleepSince)
    this.stopWatch = wanted ? watchNetwork({ clock, changed, ...(addresses && { addresses }) }) : null
  }
}

/** The disk is missing: a takeover is recorded before anything is delivered. */
const RECORD_AGAIN_MS = 1_000

/** A receiver that listens on all addresses is reached at this one. */
const REACHED_AT: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

const NOTHING: PublicAddress = {
  provider: 'none',
  address: null,
  state: 'none',
  provenAt: null,
  problem: null,
  problemParams: {},
  needsOwner: false,
  since: null,
  lostAt: null,
  retryAt: null,
  gap: null,
  standby: false,
}

const outcomeOf = (proof: Proof, at: number): Partial<PublicAddress> =>
  proof.ok
    ? { state: 'proven', provenAt: at, since: at }
    : { state: 'failing', problem: proof.problem.key, problemParams: proof.problem.params }
