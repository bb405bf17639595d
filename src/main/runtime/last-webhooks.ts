import type { Change, InboxSource } from '../engine/ports.ts'
import type { ApplicationStore } from '../store/index.ts'

const FACT = 'heardAt'
const NEVER = { chatra: null, planfix: null, 'planfix-chat': null }

/** The stored times; a running bridge may know newer ones. */
export async function storedTimes(
  store: Pick<ApplicationStore, 'fact'>,
  connectionId: string,
): Promise<WebhookTimes> {
  return { ...NEVER, ...(await store.fact<WebhookTimes>(connectionId, FACT)) }
}

/** When a webhook of each service last came in; null = never since the bridge was set up. */
export type WebhookTimes = Record<InboxSource, number | null>

/**
 * Records, for each connection, when a webhook last came in, in memory; maintenance writes it to the disk.
 */
export class WebhookActivity {
  private readonly at = new Map<string, WebhookTimes>()
  private readonly moved = new Set<string>()

  /** Loads the stored values of a connection: those of an earlier run, or of another host. */
  async recall(store: Pick<ApplicationStore, 'fact'>, connectionId: string): Promise<void> {
    const kept = await store.fact<WebhookTimes>(connectionId, FACT)
    if (kept) this.at.set(connectionId, later(this.of(connectionId), { ...NEVER, ...kept }))
  }

  note(connectionId: string, source: InboxSource, now: number): void {
    let at = this.at.get(connectionId)
    if (at === undefined) {
      at = { ...NEVER }
      this.at.set(connectionId, at)
    }
    at[source] = now
    this.moved.add(connectionId)
  }

  of(connectionId: string): WebhookTimes {
    return { ...(this.at.get(connectionId) ?? NEVER) }
  }

  /** State for the disk that changed since the last call. */
  changes(): Change[] {
    const changes = [...this.moved].map((connectionId): Change => {
      return { type: 'fact.set', connectionId, key: FACT, value: this.of(connectionId) }
    })
    this.moved.clear()
    return changes
  }
}

const later = (one: WebhookTimes, other: WebhookTimes): WebhookTimes => {
  const latest = (source: InboxSource) =>
    one[source] === null || other[source] === null
      ? (one[source] ?? other[source])
      : Math.max(one[source], other[source])
  return { chatra: latest('chatra'), planfix: latest('planfix'), 'planfix-chat': latest('planfix-chat') }
}
