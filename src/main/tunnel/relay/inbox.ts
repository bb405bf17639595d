import type { Change, InboxSource, Store } from '../../engine/ports.ts'

/** An event as the relay received it. */
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

type RelayedRow = Omit<RelayedEvent, 'seq'>

/** The store of relayed events, with its position. */
export interface RelayInbox {
  /** Number of the last event of this connection that is stored; 0 = none. */
  last(connectionId: string): Promise<number>
  /** Stores these events, in order, together with the position: all or nothing, on disk when it resolves. */
  store(events: readonly RelayedEvent[]): Promise<void>
}

/**
 * The bridge's own inbox: events and the number of the last one are one commit, so that each event is stored
 * once, whenever a crash comes. `relay` is the relay's public key: another relay counts separately. `stored`
 * is called afterwards.
 */
export function relayInbox(
  store: Pick<Store, 'commit' | 'fact'>,
  relay: string,
  stored: (events: readonly RelayedEvent[]) => void,
  /** The text to store of a call of Planfix's Chat API; null = it is refused. */
  chatCall: (connectionId: string, body: string) => string | null = () => null,
): RelayInbox {
  const rowsOf = ({ seq: _seq, ...row }: RelayedEvent): RelayedRow[] => {
    const body = row.source === 'planfix-chat' ? chatCall(row.connectionId, row.body) : row.body
    return body === null ? [] : [{ ...row, body }]
  }
  const key = `relayed:${relay.slice(0, 16)}`
  return {
    last: async (connectionId) => (await store.fact<number>(connectionId, key)) ?? 0,
    async store(events) {
      const last = new Map(events.map(({ connectionId, seq }) => [connectionId, seq]))
      await store.commit([
        ...events.flatMap(rowsOf).map((row): Change => ({ type: 'inbox.add', row })),
        ...[...last].map(([connectionId, value]): Change => ({ type: 'fact.set', connectionId, key, value })),
      ])
      stored(events)
    },
  }
}
