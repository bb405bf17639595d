import { timingSafeEqual } from 'node:crypto'
import { addressHash, type EventHeader, sealEvent } from '../relay-protocol/keys.ts'
import type { Device, RelayStore, Tally } from './store.ts'

/** The maximum that is stored for one connection. */
export interface Quota {
  events: number
  bytes: number
}
export const QUOTA: Quota = { events: 50_000, bytes: 500 * 1024 * 1024 }

/** Accepts events: verifies addresses, enforces the quota, seals and stores. */
export class EventIngest {
  readonly #store: RelayStore
  readonly #quota: Quota
  readonly #hookKey: Buffer
  readonly #now: () => number
  #desktops: readonly { device: string; sealKey: string }[] = []
  /** Hashes of the correct addresses, by connection and computer. */
  #addresses: readonly Buffer[] = []
  #tallies: Map<string, Tally>

  constructor(options: { store: RelayStore; hookKey: Buffer; quota: Quota; now: () => number }) {
    this.#store = options.store
    this.#quota = options.quota
    this.#hookKey = options.hookKey
    this.#now = options.now
    this.#tallies = options.store.tallies()
    this.know(options.store.devices())
  }

  /** The paired computers or their connections may have changed. */
  know(devices: readonly Device[]): void {
    this.#desktops = devices.map(({ device, sealKey }) => ({ device, sealKey }))
    this.#addresses = this.#store.connections().map(({ hash }) => Buffer.from(hash, 'base64url'))
  }

  /** In constant time whether or not the id or the secret is known. */
  isAddress(connectionId: string, secret: string): boolean {
    const given = addressHash(this.#hookKey, connectionId, secret)
    let matches = 0
    for (const right of this.#addresses) matches |= Number(timingSafeEqual(given, right))
    return matches === 1
  }

  /**
   * Resolves when the event is on disk. Rejects when it cannot be stored, or when the quota is full: stored
   * events are kept.
   */
  async accept(connectionId: string, source: EventHeader['source'], body: string): Promise<void> {
    const receivedAt = this.#now()
    if (!this.#hasRoom(connectionId, Buffer.byteLength(body))) {
      await this.#store.note('refused', connectionId, 1, receivedAt)
      throw new Error(`the quota of connection "${connectionId}" is full`)
    }
    // Numbered, sealed and queued in one synchronous step: the order of numbers is the order on disk.
    const header = { seq: this.#store.nextSeq(receivedAt), connectionId, source, receivedAt }
    const event = { ...header, ...sealEvent(header, body, this.#desktops) }
    this.#add(connectionId, 1, event.body.length)
    try {
      await this.#store.add(event)
    } catch (error) {
      this.#add(connectionId, -1, -event.body.length)
      throw error
    }
  }

  /** These events were removed from the disk. */
  dropped(tallies: ReadonlyMap<string, Tally>): void {
    for (const [connection, { events, bytes }] of tallies) this.#add(connection, -events, -bytes)
  }

  #hasRoom(connectionId: string, bytes: number): boolean {
    const kept = this.#tallies.get(connectionId) ?? { events: 0, bytes: 0 }
    return kept.events < this.#quota.events && kept.bytes + bytes <= this.#quota.bytes
  }
  #add(connectionId: string, events: number, bytes: number): void {
    const kept = this.#tallies.get(connectionId) ?? { events: 0, bytes: 0 }
    this.#tallies.set(connectionId, { events: kept.events + events, bytes: kept.bytes + bytes })
  }
}
