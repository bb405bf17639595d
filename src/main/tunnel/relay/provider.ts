import { setTimeout as pause } from 'node:timers/promises'
import type { Words } from '../../../shared/api.ts'
import { withoutTail } from '../../../shared/plain.ts'
import type { Clock } from '../../engine/ports.ts'
import { Lease } from '../../process/lease.ts'
import { addressHash, type DesktopKeys, desktopKeys } from '../../relay-protocol/keys.ts'
import type { FromRelay } from '../../relay-protocol/messages.ts'
import type { TunnelChange, TunnelProblem, TunnelProvider, TunnelStart } from '../provider.ts'
import { EventReceiver } from './event-receiver.ts'
import type { RelayInbox } from './inbox.ts'
import { type Link, openLink, type Term } from './link.ts'
import { type RelayTrouble, relayProblem } from './problems.ts'
import { ProxiedRequests } from './proxied-requests.ts'
import { openPolling, openSocket } from './transports.ts'

export interface RelayProviderOptions {
  /** Address of the relay: https, or http on this computer. */
  url: string
  /** The secret `RELAY_KEY` as the pairing gave it; null = there is none. */
  key: () => Promise<string | null>
  /**
   * The connections and the secrets of their addresses; called on each new link and after
   * `connectionsChanged`.
   */
  connections: () => readonly { id: string; secret: string | null }[]
  /** `relay` is the relay's public key. */
  inbox: (relay: string) => RelayInbox
  clock: Clock
  random?: () => number
  /** Whether the events come to this computer, or to another paired one. */
  role?: (active: boolean) => void
  /**
   * Whether this computer is active: the relay has confirmed it recently (docs/relay.md, "The active
   * computer").
   */
  onLeadership?: (may: LeadershipTerm | null) => void
  /** Resolves when all deliveries have stopped: only then is the role released. */
  quiet?: () => Promise<unknown>
}

/** A period of being active. */
export interface LeadershipTerm extends Term {
  /** Public key of the relay, which numbers the turns. */
  relay: string
  /** How long a desktop may be silent before the relay activates another one. */
  leaseMs: number
}

export interface RelayProvider extends TunnelProvider {
  readonly kind: 'relay'
  /** At this moment: to be checked before each write, as the process may have been suspended. */
  readonly isLeader: boolean
  /** A connection was added, removed or changed. */
  connectionsChanged(): void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** An available relay answers in a fraction of this time. */
const WAKE_PROBE_MS = 1_500
/** After this time WebSockets are tried again on a proxy that broke them. */
const POLLING_FOR_MS = 30 * 60_000
const LAST_BATCH_MS = 1_500
/** Time for calls under way before the line is closed without releasing the role. */
const LAST_CALLS_MS = 2_500
/** A link that lasted less than this counts as a failure: delays keep growing. */
const STEADY_MS = 30_000
/** How long after its lease has ended the owner is notified that this computer is on standby. */
const UNREACHED_MS = 10_000

export const createRelayProvider = (options: RelayProviderOptions): RelayProvider => new RelayTunnel(options)

/**
 * The desktop's side of the relay: an outgoing link over which stored events are received, put into the inbox
 * and acknowledged, and strangers' requests are forwarded. A broken link is reopened (after 0.5 s, doubling
 * with jitter up to 30 s; at once on wake); meanwhile the relay stores events.
 */
class RelayTunnel implements RelayProvider {
  readonly kind = 'relay'
  readonly storesWhileClosed = true
  private readonly options: RelayProviderOptions
  private keys: DesktopKeys | null = null
  private receiver: EventReceiver | null = null
  private requests: ProxiedRequests | null = null
  private link: Link | null = null
  private target = { host: '127.0.0.1', port: 0 }
  private notify: (change: TunnelChange) => void = () => {}
  private address = ''
  private active: boolean | null = null
  private term: LeadershipTerm | null = null
  private readonly lease: Lease
  private pollingUntil = 0
  private isRepairing = false
  private attempts = 0
  private linkedAt = 0
  /** Pending writes of a link that is closed. */
  private storing: Promise<unknown> = Promise.resolve()
  /** Operations with an earlier number are obsolete. */
  private generation = 0
  private retry: (() => void) | null = null
  /** Cancels the wait before the owner is notified of the standby. */
  private unreached = () => {}

  constructor(options: RelayProviderOptions) {
    this.options = options
    this.lease = new Lease(options.clock, (holds) => {
      options.onLeadership?.(holds ? this.term : null)
      // After a night's sleep the link is back in a moment: no notice is needed.
      this.unreached()
      this.unreached = options.clock.after(UNREACHED_MS, () => {
        if (this.lease.isUnconfirmed) this.notice('event.relay-unreached', {})
      })
    })
  }

  get isLeader(): boolean {
    return this.lease.holds
  }

  async start(
    target: { host: string; port: number },
    notify: (change: TunnelChange) => void,
  ): Promise<TunnelStart> {
    await this.stop()
    const mine = ++this.generation
    this.target = target
    this.notify = notify
    this.address = ''
    const key = await this.options.key()
    this.keys = key === null ? null : desktopKeys(key)
    if (this.keys === null) return this.failed({ kind: 'key-missing' })
    this.receiver = new EventReceiver({
      inbox: this.options.inbox(this.keys.relay),
      clock: this.options.clock,
      seal: this.keys.seal,
      after: this.storing,
      unreadable: (connection, count) => this.notice('event.relay-unreadable', { connection, count }),
    })
    const trouble = await this.attempt(mine, this.keys)
    return trouble === null ? { ok: true, address: this.address } : this.failed(trouble)
  }

  async stop(): Promise<void> {
    this.generation += 1
    this.isRepairing = false
    this.retry = null
    this.requests?.close()
    const { link, receiver: taking, options } = this
    this.lease.end()
    const isQuiet = Promise.race([
      Promise.resolve(options.quiet?.()).then(() => true),
      pause(LAST_CALLS_MS, false, { ref: false }),
    ])
    this.link = null
    this.receiver = null
    // Events being stored are acknowledged, so that no other computer gets them; then another computer may
    // take over.
    if (taking) {
      this.storing = taking.stop()
      await Promise.race([this.storing, pause(LAST_BATCH_MS, undefined, { ref: false })])
    }
    // With a call still under way the role is kept until the relay takes it away.
    if (await isQuiet) link?.send({ type: 'release' })
    link?.close()
  }

  wake(): void {
    this.attempts = 0
    if (this.link) this.link.probe(WAKE_PROBE_MS)
    else if (this.retry) this.retry()
    // An attempt that began before the sleep may hang.
    else if (this.isRepairing && this.keys) void this.again(++this.generation, this.keys)
  }

  connectionsChanged(): void {
    const { link } = this
    if (link === null) return
    const list = this.options.connections().flatMap(({ id, secret }) => {
      if (secret === null) return []
      return [{ id, hash: addressHash(link.hookKey, id, secret).toString('base64url') }]
    })
    link.send({ type: 'connections', list })
  }

  /** Opens a link; null = it is open. */
  private async attempt(mine: number, keys: DesktopKeys): Promise<RelayTrouble | null> {
    const { url, clock } = this.options
    const kinds = clock.now() < this.pollingUntil ? [openPolling, openSocket] : [openSocket, openPolling]
    let first: RelayTrouble | null = null
    for (const open of kinds) {
      const linked = await openLink({ open, url, keys, clock, moment: () => this.lease.now() })
      if (mine !== this.generation) {
        if (linked.ok) linked.link.close()
        return { kind: 'stopping' }
      }
      if (linked.ok) {
        this.pollingUntil = open === openPolling ? clock.now() + POLLING_FOR_MS : 0
        this.begin(mine, keys, linked.link)
        return null
      }
      first ??= linked.trouble
      if (!mayBeTheProxy(linked.trouble)) return linked.trouble
    }
    return first
  }

  private begin(mine: number, keys: DesktopKeys, link: Link): void {
    this.link = link
    this.isRepairing = false
    this.linkedAt = this.options.clock.now()
    const address = withoutTail(link.publicUrl || this.options.url, '/')
    if (this.address !== '' && this.address !== address) this.notify({ type: 'address', address })
    this.address = address
    this.requests = new ProxiedRequests(this.target, (message) => link.send(message))
    this.lease.confirm(link.proven, link.beatMs)
    this.setRole(link.active, link.term, link.beatMs)
    this.connectionsChanged()
    link.listen({
      message: (message) => void (mine === this.generation && this.hear(link, message)),
      closed: (trouble) => void (mine === this.generation && this.broken(mine, keys, trouble)),
      felt: (sent) => void (mine === this.generation && this.lease.confirm(sent, link.beatMs)),
    })
  }

  private hear(link: Link, message: FromRelay): void {
    switch (message.type) {
      case 'events': {
        const { batch, list } = message
        void this.receiver?.take(list).then((isTaken) => isTaken && link.send({ type: 'ack', batch }))
        break
      }
      case 'role':
        this.setRole(message.active, message, link.beatMs)
        break
      case 'notice': {
        const { id, kind, connectionId: connection, count, since } = message
        this.notice(`event.relay-${kind}`, { connection, count, from: since })
        link.send({ type: 'noted', id, count })
        break
      }
      case 'proof':
        // The receiver does not answer: then nothing was proven.
        this.requests?.prove(message.nonce).catch(() => undefined)
        break
      case 'get':
        this.requests?.get(message.id, message.path)
        break
      case 'more':
        this.requests?.more(message.id, message.bytes)
        break
      case 'cancel':
        this.requests?.cancel(message.id)
    }
  }

  private broken(mine: number, keys: DesktopKeys, trouble: RelayTrouble): void {
    if (this.options.clock.now() - this.linkedAt > STEADY_MS) this.attempts = 0
    this.link = null
    this.requests?.close()
    const problem = relayProblem(trouble, this.options.url)
    if (problem.retries) {
      this.notify({ type: 'doubtful', problem })
      this.mend(mine, keys)
    } else this.giveUp(problem)
  }

  /** Tries until it succeeds, is stopped, or only the owner can help. */
  private mend(mine: number, keys: DesktopKeys): void {
    if (mine !== this.generation) return
    this.isRepairing = true
    const { clock, random = Math.random } = this.options
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts++)
    const cancel = clock.after(longest * (0.5 + random() / 2), () => void this.again(mine, keys))
    this.retry = () => {
      cancel()
      void this.again(mine, keys)
    }
  }

  private async again(mine: number, keys: DesktopKeys): Promise<void> {
    this.retry = null
    const trouble = await this.attempt(mine, keys)
    if (trouble === null || mine !== this.generation) return
    const problem = relayProblem(trouble, this.options.url)
    if (problem.retries) this.mend(mine, keys)
    else this.giveUp(problem)
  }

  private giveUp(problem: TunnelProblem): void {
    this.generation += 1
    this.isRepairing = false
    this.notify({ type: 'lost', problem })
  }

  private setRole(active: boolean, { turn: generation, silentMs }: Term, beatMs: number): void {
    this.term = { turn: generation, silentMs, relay: this.keys?.relay ?? '', leaseMs: 3 * beatMs }
    this.lease.setActive(active)
    if (this.active === active) return
    // Of the first role only an unexpected one is reported.
    if (this.active !== null || !active) this.notice(`event.relay-${active ? 'active' : 'standby'}`, {})
    this.active = active
    this.options.role?.(active)
  }

  private notice(key: string, params: Words['params']): void {
    this.notify({ type: 'notice', words: { key, params } })
  }

  private failed(trouble: RelayTrouble): TunnelStart {
    return { ok: false, problem: relayProblem(trouble, this.options.url) }
  }
}

/** A proxy may break WebSockets in every way except these. */
const mayBeTheProxy = (trouble: RelayTrouble): boolean =>
  trouble.kind === 'foreign' ||
  (trouble.kind === 'network' &&
    !/^(ENOTFOUND|EAI_\w+|ECONNREFUSED|E\w+UNREACH|ENETDOWN|CERT_\w+|ERR_TLS\w+|\w*SIGNED\w*)$/.test(
      trouble.code,
    ))
