import type { Change, InboxSource, Store } from '../../engine/ports.ts'

/** An event as it came in at the relay. */
export interface RelayedEvent {
  /** Grows from event to event. */
  seq: number
  connectionId: string
  source: InboxSource
  /** Milliseconds since 1970, by the relay's clock. */
  receivedAt: number
  /** JSON text of an object. */
  body: string
}

/** Where relayed events go, which remembers how far it got. */
export interface RelayInbox {
  /** Number of the last event of this connection that is stored; 0 = none. */
  last(connectionId: string): Promise<number>
  /** Stores these events, in order, and that they are stored: all or nothing, on disk when it resolves. */
  store(events: readonly RelayedEvent[]): Promise<void>
}

/**
 * The bridge's own inbox: events and the number of the last one are one commit, so that an event is in it once, wherever
 * a crash comes between. `relay` is the relay's public key: another relay counts anew. `stored` is told afterwards.
 */
export function relayInbox(
  store: Pick<Store, 'commit' | 'fact'>,
  relay: string,
  stored: (events: readonly RelayedEvent[]) => void,
): RelayInbox {
  const key = `relayed:${relay.slice(0, 16)}`
  return {
    last: async (connectionId) => (await store.fact<number>(connectionId, key)) ?? 0,
    async store(events) {
      const last = new Map(events.map(({ connectionId, seq }) => [connectionId, seq]))
      await store.commit([
        ...events.map(({ seq: _seq, ...row }): Change => ({ type: 'inbox.add', row })),
        ...[...last].map(([connectionId, value]): Change => ({ type: 'fact.set', connectionId, key, value })),
      ])
      stored(events)
    },
  }
}
