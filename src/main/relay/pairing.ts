import { randomBytes } from 'node:crypto'
import { isStoreError } from '../../shared/store-error.ts'
import {
  deviceOf,
  type KeyPair,
  keyPair,
  makePairingCode,
  pairingSeal,
  readPairingCode,
} from '../relay-protocol/keys.ts'
import { desktopIntroduction } from '../relay-protocol/messages.ts'
import type { Device, RelayStore } from './store.ts'

export const CODE_LIVES_MS = 15 * 60_000
const TRIES = 10
/** An exchange is two requests of one program: it takes no longer. */
const EXCHANGE_LIVES_MS = 30_000
const MOST_EXCHANGES = 200

/**
 * Creates a code that pairs one computer within 15 minutes, and invalidates the previous code. Only its key
 * is stored.
 */
export function offerCode(store: RelayStore, now: number): string {
  const code = makePairingCode()
  store.offerPairing(readPairingCode(code)!, now + CODE_LIVES_MS, TRIES)
  return code
}

/**
 * The relay's side of a pairing (docs/relay.md, "Keys and messages"):
 * desktop → relay   a fresh X25519 key
 * relay → desktop   a fresh X25519 key, and the name of the exchange
 * desktop → relay   its public keys, sealed under a key derived from both and the code
 * relay → desktop   its own public key, sealed likewise
 * The relay sends nothing that depends on the code before the desktop has proven that it knows the code. An
 * exchange can be finished once, so a recorded one is worthless; every attempt uses one of ten tries, after
 * which the code is invalid.
 */
export class Pairing {
  readonly #store: RelayStore
  readonly #relayKey: string
  readonly #now: () => number
  readonly #exchanges = new Map<string, { own: KeyPair; other: string; until: number }>()

  constructor(store: RelayStore, relayKey: string, now: () => number) {
    this.#store = store
    this.#relayKey = relayKey
    this.#now = now
  }

  begin(other: string): { exchange: string; key: string } {
    // When there are too many, the oldest are dropped: finishing takes a moment.
    const [oldest] = this.#exchanges.keys()
    if (oldest !== undefined && this.#exchanges.size >= MOST_EXCHANGES) this.#exchanges.delete(oldest)
    const exchange = randomBytes(16).toString('base64url')
    const own = keyPair('x25519')
    this.#exchanges.set(exchange, { own, other, until: this.#now() + EXCHANGE_LIVES_MS })
    return { exchange, key: own.publicKey }
  }

  /**
   * Pairs the computer that knows the code; null when it does not, or when there is no code or no such
   * exchange.
   */
  finish(exchange: string, box: string): { box: string; device: Device } | null {
    const begun = this.#exchanges.get(exchange)
    this.#exchanges.delete(exchange)
    if (begun === undefined || begun.until <= this.#now()) return null
    const code = this.#store.tryPairing(this.#now())
    if (code === null) return null
    try {
      const seal = pairingSeal('relay', begun.own, begun.other, code)
      const { sign, seal: sealKey, name } = desktopIntroduction.parse(seal.open(box))
      const device = { device: deviceOf(sign), name, signKey: sign, sealKey, pairedAt: this.#now() }
      if (!this.#store.pair(code, device)) return null
      return { box: seal.shut({ relay: this.#relayKey }), device }
    } catch (error) {
      if (isStoreError(error)) throw error
      return null
    }
  }
}
