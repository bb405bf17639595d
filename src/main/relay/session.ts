import type { ServerResponse } from 'node:http'
import type { FromDesktop, FromRelay, RelayEvent } from '../relay-protocol/messages.ts'
import { RequestProxy } from './request-proxy.ts'
import type { RelayStore, StoredEvent, Tally } from './store.ts'

/** The channel for messages to one desktop, over any transport (transports.ts). */
export interface Line {
  send(message: FromRelay): void
  /** Sends a final message if possible, and closes. */
  close(): void
}

/** What a session needs from the registry of all sessions. */
export interface SessionHost {
  store: RelayStore
  now(): number
  dropped(tallies: ReadonlyMap<string, Tally>): void
  /** The list of connections of this desktop was stored. */
  connectionsChanged(): void
  released(session: Session): void
  seen(nonce: string): void
  /** The disk refuses the write, or there is a bug: the line ends, and the desktop reconnects. */
  failed(session: Session, error: unknown): void
}

/** Batches on their way at a time: the next one is read while the desktop stores the previous one. */
const MOST_BATCHES = 2

/** The session of a paired and authenticated desktop, until its line is closed. */
export class Session {
  readonly device: string
  heardAt: number
  active = false
  readonly #line: Line
  readonly #host: SessionHost
  readonly #proxy: RequestProxy
  /** Connections that this desktop has: it gets no events of others. */
  #connections = new Set<string>()
  /** All events up to this number were processed. */
  #cursor = 0
  #lastBatch = 0
  readonly #onTheirWay = new Map<number, number[]>()
  readonly #termMessage = new Map<number, number>()
  /** Acknowledged events that are still on the disk. */
  #dropping: Promise<unknown> = Promise.resolve()

  constructor(device: string, line: Line, host: SessionHost) {
    this.device = device
    this.#line = line
    this.#host = host
    this.heardAt = host.now()
    this.#proxy = new RequestProxy((message) => line.send(message))
    for (const one of host.store.connections()) {
      if (one.device === device) this.#connections.add(one.connectionId)
    }
  }

  send(message: FromRelay): void {
    this.#line.send(message)
  }

  setActive(active: boolean, term: { turn: number; silentMs: number }): void {
    if (this.active === active) return
    this.active = active
    this.#fromTheBeginning()
    this.send({ type: 'role', active, ...term })
  }

  /** Events were stored, or a batch was acknowledged: sends as many as allowed. */
  pump(): void {
    while (this.active && this.#onTheirWay.size < MOST_BATCHES) {
      const page = this.#host.store.eventsAfter(this.#cursor)
      const last = page.at(-1)
      if (last === undefined) {
        this.#sendNotices()
        return
      }
      this.#cursor = last.seq
      const list = page.flatMap((event) => this.#addressed(event))
      if (list.length === 0) continue
      const batch = ++this.#lastBatch
      this.#onTheirWay.set(
        batch,
        list.map(({ seq }) => seq),
      )
      this.send({ type: 'events', batch, list })
    }
  }

  take(message: FromDesktop): void {
    this.heardAt = this.#host.now()
    switch (message.type) {
      case 'ping':
        this.send({ type: 'pong', n: message.n })
        break
      case 'ack':
        this.#acknowledged(message.batch)
        break
      case 'noted':
        this.#trust(this.#host.store.noted(message.id, message.count))
        break
      case 'connections':
        this.#trust(this.#learn(message.list))
        break
      case 'seen':
        this.#host.seen(message.nonce)
        break
      case 'release':
        // Acknowledged events are deleted first: the next desktop must not get them again.
        void this.#dropping.finally(() => this.#host.released(this))
        break
      case 'head':
      case 'data':
      case 'end':
        this.#proxy.take(message)
        break
      case 'hello':
      case 'prove':
        this.close('protocol')
    }
  }

  /** See Passage.get. */
  get(path: string, response: ServerResponse): Promise<boolean> {
    return this.#proxy.get(path, response)
  }

  /** The line is closed. */
  ended(): void {
    this.active = false
    this.#proxy.close()
  }

  close(reason: 'unpaired' | 'replaced' | 'protocol' | 'stopping' | null): void {
    if (reason !== null) this.send({ type: 'refused', reason })
    this.#line.close()
  }

  #acknowledged(batch: number): void {
    const seqs = this.#onTheirWay.get(batch)
    if (seqs === undefined) return
    this.#onTheirWay.delete(batch)
    const drop = this.#host.store.drop(seqs).then((tallies) => this.#host.dropped(tallies))
    this.#trust(drop)
    this.#dropping = Promise.allSettled([this.#dropping, drop])
    this.pump()
  }

  async #learn(list: readonly { id: string; hash: string }[]): Promise<void> {
    await this.#host.store.setConnections(this.device, list)
    this.#connections = new Set(list.map(({ id }) => id))
    this.#host.connectionsChanged()
    this.#fromTheBeginning()
    this.pump()
  }

  /** Unacknowledged events are sent again: the desktop recognises those it has. */
  #fromTheBeginning(): void {
    this.#cursor = 0
    this.#onTheirWay.clear()
  }

  #addressed({ keys, body, ...event }: StoredEvent): RelayEvent[] {
    const key = keys[this.device]
    // A desktop that was paired later cannot open it; a desktop without the connection cannot use it.
    if (key === undefined || !this.#connections.has(event.connectionId)) return []
    return [{ ...event, key, body: body.toString('base64') }]
  }

  #sendNotices(): void {
    for (const { count, ...notice } of this.#host.store.notices()) {
      if (this.#termMessage.get(notice.id) === count) continue
      this.#termMessage.set(notice.id, count)
      this.send({ type: 'notice', ...notice, count })
    }
  }

  #trust(work: Promise<void>): void {
    work.catch((error: unknown) => this.#host.failed(this, error))
  }
}
