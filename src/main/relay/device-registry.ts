import { freshNonce, type Greeting, isSigned, type KeyPair, signGreeting } from '../relay-protocol/keys.ts'
import { type FromDesktop, fromDesktop, readMessage } from '../relay-protocol/messages.ts'
import type { EventIngest } from './event-ingest.ts'
import { type Line, Session, type SessionHost } from './session.ts'
import type { RelayStore, Term } from './store.ts'

export interface DeviceRegistryOptions {
  store: RelayStore
  intake: EventIngest
  relayKeys: KeyPair
  hookKey: Buffer
  /** The relay's address for strangers; empty = the same as for desktops. */
  publicUrl: string
  /** Milliseconds of a monotonic clock. */
  now: () => number
  /** How long the active desktop may be silent before another takes over. */
  leaseMs: number
  trouble: (error: unknown) => void
}

const PROVE_MS = 10_000
const PROOF_MS = 10_000
const MOST_STRANGERS = 200
/** Precision with which a restarted relay knows when it last heard from the active desktop. */
const NOTED_MS = 60_000

/**
 * The desktops with open lines. Exactly one is active: only it gets events. It stays active while the relay
 * hears from it, and `leaseMs` longer; then, or when it releases the role, the desktop that has waited
 * longest takes over.
 */
export class DeviceRegistry {
  readonly #options: DeviceRegistryOptions
  readonly #sessions = new Map<string, Session>()
  readonly #unproven = new Set<Line>()
  readonly #proofs = new Map<string, () => void>()
  readonly #host: SessionHost
  readonly #heartbeat: NodeJS.Timeout
  #active: { device: string; until: number } | null
  #version: number
  /** The desktop with the current or last role. */
  #last: string | null
  #term: Term
  /** When the relay last heard from it, by the wall clock, and when that was stored. */
  #heardAt: number
  #notedAt = 0
  /** The role is being assigned to this desktop: it is notified once that is on disk. */
  #election: { device: string; done: Promise<void> } | null = null

  constructor(options: DeviceRegistryOptions) {
    const { store, now, leaseMs } = options
    this.#options = options
    this.#version = store.dataVersion()
    // It was active when the relay stopped, and gets time to come back.
    const before = store.active
    this.#active = before === null ? null : { device: before, until: now() + leaseMs }
    this.#last = before
    this.#term = store.term
    this.#heardAt = store.heardAt === 0 ? 0 : Math.min(Date.now(), store.heardAt + NOTED_MS)
    this.#host = {
      store,
      now,
      dropped: (tallies) => options.intake.dropped(tallies),
      connectionsChanged: () => options.intake.know(store.devices()),
      released: (session) => this.#guarded(() => this.#released(session)),
      seen: (nonce) => this.#proofs.get(nonce)?.(),
      failed: (session, error) => {
        options.trouble(error)
        this.#end(session, null)
      },
    }
    this.#heartbeat = setInterval(() => this.#guarded(() => this.#look()), Math.max(20, leaseMs / 20))
  }

  /** The desktop that gets events, if its line is open. */
  get active(): Session | null {
    const session = this.#active === null ? undefined : this.#sessions.get(this.#active.device)
    return session?.active ? session : null
  }

  /** A new, unauthenticated line. Returns its event handlers. */
  take(line: Line): { message(text: string): void; ended(): void } {
    // Drops the oldest unauthenticated connection, so that a flood cannot block a real device, which needs
    // only an instant.
    const [longest] = this.#unproven
    if (longest && this.#unproven.size >= MOST_STRANGERS) {
      this.#unproven.delete(longest)
      longest.close()
    }
    this.#unproven.add(line)
    const impatience = setTimeout(() => line.close(), PROVE_MS)
    const known = () => {
      clearTimeout(impatience)
      this.#unproven.delete(line)
    }
    let greeting: Greeting | null = null
    let session: Session | null = null
    let gone = false
    return {
      message: (text) =>
        this.#guarded(() => {
          const message = readMessage<FromDesktop>(fromDesktop, text)
          if (message === null) return refuse(line, 'protocol')
          if (session !== null) return session.take(message)
          if (message.type === 'hello' && greeting === null) greeting = this.#challenge(line, message)
          else if (message.type === 'prove' && greeting !== null) {
            known()
            this.#admit(line, greeting, message.signature).then(
              (admitted) => {
                session = admitted
                if (gone && admitted !== null) this.#end(admitted, null)
              },
              (error: unknown) => {
                this.#options.trouble(error)
                line.close()
              },
            )
          } else refuse(line, 'protocol')
        }),
      ended: () => {
        known()
        gone = true
        if (session !== null) this.#end(session, null)
      },
    }
  }

  /** Events were stored. */
  pump(): void {
    this.#guarded(() => this.active?.pump())
  }

  /**
   * Sends the nonce to every connected desktop; true = one of them has seen it come in at its own receiver.
   */
  prove(nonce: string): Promise<boolean> {
    if (this.#sessions.size === 0 || this.#proofs.size >= MOST_STRANGERS) return Promise.resolve(false)
    return new Promise((resolve) => {
      const settle = (seen: boolean) => {
        clearTimeout(impatience)
        this.#proofs.delete(nonce)
        resolve(seen)
      }
      const impatience = setTimeout(() => settle(false), PROOF_MS)
      this.#proofs.set(nonce, () => settle(true))
      for (const session of this.#sessions.values()) session.send({ type: 'proof', nonce })
    })
  }

  stop(): void {
    clearInterval(this.#heartbeat)
    for (const seen of this.#proofs.values()) seen()
    for (const session of this.#sessions.values()) this.#end(session, 'stopping')
    for (const line of this.#unproven) line.close()
  }

  /** The relay authenticates first, so that its later messages can be trusted. */
  #challenge(line: Line, { device, nonce }: { device: string; nonce: string }): Greeting {
    const relay = this.#options.relayKeys
    const greeting = { relay: relay.publicKey, device, desktopNonce: nonce, relayNonce: freshNonce() }
    const signature = signGreeting('relay', relay, greeting)
    line.send({ type: 'challenge', nonce: greeting.relayNonce, signature })
    return greeting
  }

  async #admit(line: Line, greeting: Greeting, signature: string): Promise<Session | null> {
    const { store, hookKey, publicUrl, leaseMs } = this.#options
    const device = store.devices().find((one) => one.device === greeting.device)
    if (device === undefined || !isSigned('desktop', device.signKey, greeting, signature)) {
      refuse(line, 'unpaired')
      return null
    }
    if (this.#isFree() && this.#election === null) await this.#makeLeader(device.device)
    const before = this.#sessions.get(device.device)
    if (before) this.#end(before, 'replaced')
    const session = new Session(device.device, line, this.#host)
    this.#sessions.set(device.device, session)
    const active = this.#active?.device === device.device
    line.send({
      type: 'welcome',
      hookKey: hookKey.toString('base64url'),
      public: publicUrl,
      beatMs: leaseMs / 3,
      active,
      ...this.#termMessage(),
    })
    if (active) this.#activate(session)
    for (const nonce of this.#proofs.keys()) session.send({ type: 'proof', nonce })
    return session
  }

  #look(): void {
    const { now, leaseMs, store } = this.#options
    for (const session of this.#sessions.values()) {
      if (session.heardAt + leaseMs <= now()) this.#end(session, null)
    }
    const active = this.active
    if (active !== null && this.#active !== null) {
      this.#active.until = active.heardAt + leaseMs
      this.#noteHeard(active)
    }
    if (this.#isFree()) this.#electLeader(null)
    this.active?.pump()
    const version = store.dataVersion()
    if (version === this.#version) return
    this.#version = version
    const devices = store.devices()
    this.#options.intake.know(devices)
    for (const session of this.#sessions.values()) {
      if (!devices.some(({ device }) => device === session.device)) this.#end(session, 'unpaired')
    }
  }

  #end(session: Session, reason: Parameters<Session['close']>[0]): void {
    if (this.#sessions.get(session.device) === session) this.#sessions.delete(session.device)
    session.close(reason)
    session.ended()
  }

  #released(session: Session): void {
    if (this.#active?.device !== session.device) return
    this.#noteHeard(session)
    this.#active = null
    session.setActive(false, this.#termMessage())
    this.#electLeader(session)
  }

  #isFree(): boolean {
    return this.#active === null || this.#active.until <= this.#options.now()
  }

  #noteHeard({ heardAt }: Session): void {
    const { now, store, trouble } = this.#options
    this.#heardAt = Math.round(Date.now() - (now() - heardAt))
    if (this.#heardAt - this.#notedAt < NOTED_MS / 2) return
    this.#notedAt = this.#heardAt
    store.setHeardAt(this.#heardAt).catch(trouble)
  }

  #termMessage(): { turn: number; silentMs: number } {
    const { turn, formerHeardAt } = this.#term
    return { turn, silentMs: formerHeardAt === 0 ? 0 : Math.max(1, Date.now() - formerHeardAt) }
  }

  /**
   * Makes this desktop active. The change is on disk before any desktop is notified, so that there are never
   * two active ones.
   */
  #makeLeader(device: string): Promise<void> {
    const { store, now, leaseMs } = this.#options
    const take = () => {
      this.#election = null
      this.#last = device
      this.#active = { device, until: now() + leaseMs }
    }
    if (device === this.#last) {
      take()
      return Promise.resolve()
    }
    const former = this.#last === null ? 0 : this.#heardAt || Date.now()
    const term = { turn: Math.max(this.#term.turn + 1, Date.now()), formerHeardAt: former }
    const done = store.setActive(device, term).then(
      () => {
        this.#term = term
        this.#heardAt = Date.now()
        take()
      },
      (error: unknown) => {
        this.#election = null
        throw error
      },
    )
    this.#election = { device, done }
    return done
  }

  #electLeader(except: Session | null): void {
    const { now, leaseMs, trouble } = this.#options
    if (this.#election !== null) return
    const next = [...this.#sessions.values()].find(
      (session) => session !== except && session.heardAt + leaseMs > now(),
    )
    if (!next) return
    const activate = () => {
      const session = this.#sessions.get(next.device)
      if (session && this.#active?.device === session.device) this.#guarded(() => this.#activate(session))
    }
    this.#makeLeader(next.device).then(activate, trouble)
  }

  #activate(session: Session): void {
    const { leaseMs } = this.#options
    this.#active = { device: session.device, until: session.heardAt + leaseMs }
    session.setActive(true, this.#termMessage())
    session.pump()
  }

  /** A failing disk must not end the relay: the desktop or Chatra tries again. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#options.trouble(error)
    }
  }
}

function refuse(line: Line, reason: 'unpaired' | 'protocol'): void {
  line.send({ type: 'refused', reason })
  line.close()
}
