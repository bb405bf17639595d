import type { Clock } from '../../engine/ports.ts'
import type { Moment } from '../../process/lease.ts'
import {
  type DesktopKeys,
  freshNonce,
  type Greeting,
  isSigned,
  signGreeting,
} from '../../relay-protocol/keys.ts'
import { type FromDesktop, type FromRelay, fromRelay, readMessage } from '../../relay-protocol/messages.ts'
import type { RelayTrouble } from './problems.ts'
import type { OpenTransport, Transport } from './transports.ts'

/** The number of this hand-over, and how long the previous desktop has been silent. */
export interface Term {
  turn: number
  silentMs: number
}

/** A line on which both sides have authenticated. */
export interface Link {
  hookKey: Buffer
  publicUrl: string
  active: boolean
  term: Term
  beatMs: number
  /** When the greeting was sent that the relay answered. */
  proven: Moment
  send(message: FromDesktop): void
  /** Delivers messages from now on, beginning with those received since the welcome. */
  listen(listener: LinkListener): void
  /** The relay must answer within `ms`, or the link is dead. */
  probe(ms: number): void
  close(): void
}
interface LinkListener {
  message(message: FromRelay): void
  /** The link is dead: broken, silent, or closed by the relay. */
  closed(trouble: RelayTrouble): void
  /** The relay has answered a message sent at that time. */
  felt(sent: Moment): void
}
export type Linked = { ok: true; link: Link } | { ok: false; trouble: RelayTrouble }

const GREETING_MS = 10_000
/** Two pings without an answer, plus half a ping interval of delay. */
const BEATS_TO_DEATH = 2.5

/**
 * Opens a line and authenticates both sides: first the relay, by its key from the pairing, so that no other
 * program can impersonate it; then the desktop. Resolves when the relay has accepted the desktop.
 */
export async function openLink(options: {
  open: OpenTransport
  url: string
  keys: DesktopKeys
  clock: Clock
  moment: () => Moment
}): Promise<Linked> {
  const { keys, clock, moment } = options
  let state: 'greeting' | 'open' | 'over' = 'greeting'
  let line: Transport | null = null
  let pulse: Pulse | null = null
  let listener: LinkListener | null = null
  const pending: ((listener: LinkListener) => void)[] = []
  const notify = (news: (listener: LinkListener) => void) =>
    listener ? news(listener) : void pending.push(news)
  const { promise, resolve } = Promise.withResolvers<Linked>()

  const end = (trouble: RelayTrouble) => {
    const before = state
    state = 'over'
    pulse?.stop()
    line?.close()
    resolve({ ok: false, trouble })
    if (before === 'open') notify((listener) => listener.closed(trouble))
  }
  const receive = (text: string) => {
    if (state === 'over' || line === null) return
    const message = readMessage<FromRelay>(fromRelay, text)
    // Unknown messages of a newer relay are ignored; an invalid greeting comes from another program.
    if (message === null) {
      if (state === 'greeting') end({ kind: 'foreign', detail: 'an unreadable message' })
      return
    }
    if (message.type === 'pong') {
      const sent = pulse?.felt(message.n)
      if (sent) notify((listener) => listener.felt(sent))
    } else if (message.type === 'refused') end(refusal(message.reason, greeted))
    else if (state === 'open') notify((listener) => listener.message(message))
    else greet(message, line)
  }

  const greeting: Greeting = {
    relay: keys.relay,
    device: keys.device,
    desktopNonce: freshNonce(),
    relayNonce: '',
  }
  let greeted = false
  let proven = moment()
  const greet = (message: FromRelay, on: Transport) => {
    if (message.type === 'challenge') {
      greeting.relayNonce = message.nonce
      greeted = isSigned('relay', keys.relay, greeting, message.signature)
      if (!greeted) return end({ kind: 'identity' })
      proven = moment()
      on.send({ type: 'prove', signature: signGreeting('desktop', keys.sign, greeting) })
    } else if (message.type === 'welcome' && greeted) {
      state = 'open'
      const { hookKey, beatMs, active, turn, silentMs } = message
      pulse = new Pulse(clock, moment, on, beatMs, () => end({ kind: 'network', code: 'ETIMEDOUT' }))
      resolve({
        ok: true,
        link: {
          hookKey: Buffer.from(hookKey, 'base64url'),
          publicUrl: message.public,
          active,
          term: { turn, silentMs },
          beatMs,
          proven,
          send: (one) => on.send(one),
          listen(added) {
            listener = added
            for (const news of pending.splice(0)) news(added)
          },
          probe: (ms) => pulse?.probe(ms),
          close() {
            state = 'over'
            pulse?.stop()
            on.close()
          },
        },
      })
    } else end({ kind: 'foreign', detail: `${message.type} in place of a greeting` })
  }

  const cancel = clock.after(GREETING_MS, () => {
    if (state === 'greeting') end({ kind: 'foreign', detail: 'nothing is said' })
  })
  const early: string[] = []
  const opened = await options.open(options.url, {
    message: (text) => (line === null ? void early.push(text) : receive(text)),
    closed: end,
  })
  if (!opened.ok) end(opened.trouble)
  else if ((state as string) === 'over') opened.line.close()
  else {
    line = opened.line
    line.send({ type: 'hello', version: 1, device: keys.device, nonce: greeting.desktopNonce })
    for (const text of early) receive(text)
  }
  return promise.finally(cancel)
}

/** Messages before the relay has authenticated may come from any program. */
function refusal(reason: 'unpaired' | 'replaced' | 'protocol' | 'stopping', greeted: boolean): RelayTrouble {
  if (!greeted || reason === 'protocol') return { kind: 'foreign', detail: `refused: ${reason}` }
  return { kind: reason }
}

/** Sends a ping with every beat. A clock that jumped over a night's sleep finds the link dead at once. */
class Pulse {
  private readonly clock: Clock
  private readonly moment: () => Moment
  private readonly line: Transport
  private readonly beatMs: number
  private readonly dead: () => void
  private readonly asked = new Map<number, Moment>()
  private last = 0
  private confirmedAt: number
  private cancelBeat = () => {}
  private cancelProbe = () => {}

  constructor(clock: Clock, moment: () => Moment, line: Transport, beatMs: number, dead: () => void) {
    this.clock = clock
    this.moment = moment
    this.line = line
    this.beatMs = beatMs
    this.dead = dead
    this.confirmedAt = clock.now()
    this.beat()
  }

  /** Returns when that ping was sent. */
  felt(n: number): Moment | undefined {
    const sent = this.asked.get(n)
    this.confirmedAt = Math.max(this.confirmedAt, sent?.wall ?? 0)
    this.asked.delete(n)
    this.cancelProbe()
    return sent
  }

  probe(ms: number): void {
    this.cancelProbe()
    this.cancelProbe = this.clock.after(ms, () => this.dead())
    this.ask()
  }

  stop(): void {
    this.cancelBeat()
    this.cancelProbe()
  }

  private beat(): void {
    this.cancelBeat = this.clock.after(this.beatMs, () => {
      if (this.clock.now() - this.confirmedAt > this.beatMs * BEATS_TO_DEATH) {
        this.dead()
        return
      }
      this.ask()
      this.beat()
    })
  }

  private ask(): void {
    this.last += 1
    this.asked.set(this.last, this.moment())
    this.line.send({ type: 'ping', n: this.last })
  }
}
