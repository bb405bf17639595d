import type { Clock } from '../../engine/ports.ts'
import { type KeyPair, openEvent } from '../../relay-protocol/keys.ts'
import type { RelayEvent } from '../../relay-protocol/messages.ts'
import type { RelayedEvent, RelayInbox } from './inbox.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

/** Stores batches of events in the inbox, one after the other; events already stored are skipped. */
export class EventReceiver {
  private readonly inbox: RelayInbox
  private readonly clock: Clock
  private readonly seal: KeyPair
  /** Called with the number of a connection's events that cannot be opened. */
  private readonly unreadable: (connectionId: string, events: number) => void
  private readonly last = new Map<string, number>()
  private queue: Promise<unknown>
  private stopped = false

  constructor(options: {
    inbox: RelayInbox
    clock: Clock
    seal: KeyPair
    /** The operation that must finish first. */
    after: Promise<unknown>
    unreadable: (connectionId: string, events: number) => void
  }) {
    this.inbox = options.inbox
    this.clock = options.clock
    this.seal = options.seal
    this.unreadable = options.unreadable
    this.queue = options.after
  }

  /** True = all of them are on disk, now or from before; false = it was stopped meanwhile. */
  take(list: readonly RelayEvent[]): Promise<boolean> {
    const mine = this.queue.then(() => this.store(list))
    this.queue = mine
    return mine
  }

  /** Begins no further batch; resolves when nothing is being stored. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.queue
  }

  private async store(list: readonly RelayEvent[]): Promise<boolean> {
    for (let wait = FIRST_WAIT_MS; !this.stopped; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        const fresh = await this.fresh(list)
        const events = this.opened(fresh)
        if (events.length > 0) await this.inbox.store(events)
        for (const { connectionId, seq } of fresh) this.last.set(connectionId, seq)
        return true
      } catch {
        // The disk is full or missing: the relay keeps the events meanwhile.
        await new Promise<void>((resolve) => this.clock.after(wait, resolve))
      }
    }
    return false
  }

  private async fresh(list: readonly RelayEvent[]): Promise<RelayEvent[]> {
    for (const { connectionId } of list) {
      if (!this.last.has(connectionId)) this.last.set(connectionId, await this.inbox.last(connectionId))
    }
    const last = new Map(this.last)
    return list.filter(({ connectionId, seq }) => {
      if (seq <= (last.get(connectionId) ?? 0)) return false
      last.set(connectionId, seq)
      return true
    })
  }

  private opened(list: readonly RelayEvent[]): RelayedEvent[] {
    const closed = new Map<string, number>()
    const events = list.flatMap((event): RelayedEvent[] => {
      const { seq, connectionId, source } = event
      try {
        const body = openEvent(event, { ...event, body: Buffer.from(event.body, 'base64') }, this.seal)
        const receivedAt = Math.min(event.receivedAt, this.clock.now())
        return [{ seq, connectionId, source, receivedAt, body }]
      } catch {
        closed.set(connectionId, (closed.get(connectionId) ?? 0) + 1)
        return []
      }
    })
    for (const [connectionId, count] of closed) this.unreadable(connectionId, count)
    return events
  }
}
