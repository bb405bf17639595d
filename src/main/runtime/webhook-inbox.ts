import type { Continuity } from '../engine/continuity.ts'
import type { Clock, InboxSource } from '../engine/ports.ts'
import type { Accepted, ApplicationStore } from '../store/index.ts'
import type { EventBus } from './event-bus.ts'
import type { WebhookActivity } from './last-webhooks.ts'
import type { Signal } from './signal.ts'

/** A webhook in the inbox. `receivedAt`: milliseconds since 1970. */
export interface StoredWebhook {
  connectionId: string
  source: InboxSource
  receivedAt: number
}

export interface WebhookInboxOptions {
  store: ApplicationStore
  clock: Clock
  events: EventBus
  continuity: Continuity
  activity: WebhookActivity
  /** Raised when webhooks came in through the public address. */
  arrival: Signal
  /** Raised when the inbox of a connection has a new row. */
  news: Signal<[connectionId: string]>
}

/** Stores webhooks before they are decided on. */
export class WebhookInbox {
  /** How many could not be stored since the start. */
  refused = 0
  private readonly options: WebhookInboxOptions

  constructor(options: WebhookInboxOptions) {
    this.options = options
  }

  /** Resolves when the body is on disk: the database's, or this computer's while that is away. Rejects when it cannot be written: Chatra is answered 503, and may not send it again. */
  async accept(connectionId: string, source: InboxSource, body: string): Promise<void> {
    const { store, clock, events, continuity } = this.options
    const receivedAt = clock.now()
    let accepted: Accepted
    try {
      accepted = await store.accept({ connectionId, source, receivedAt, body })
    } catch (error) {
      continuity.broken()
      this.refused += 1
      events.reportBug(error, 'receiver')
      throw error
    }
    if (accepted.kept) events.reportBug(accepted.kept, 'receiver')
    else events.storeWorks()
    this.came([{ connectionId, source, receivedAt }])
    accepted.inInbox.then(
      () => this.options.news.raise(connectionId),
      // The store was closed: the next start finds it.
      () => undefined,
    )
  }

  /** These are in the inbox, from a relay that had stored them. */
  stored(webhooks: readonly StoredWebhook[]): void {
    this.options.events.storeWorks()
    this.came(webhooks)
    for (const id of new Set(webhooks.map(({ connectionId }) => connectionId))) this.options.news.raise(id)
  }

  private came(webhooks: readonly StoredWebhook[]): void {
    const { continuity, activity, arrival } = this.options
    arrival.raise()
    continuity.exchanged()
    for (const { connectionId, source, receivedAt } of webhooks)
      activity.note(connectionId, source, receivedAt)
  }
}
