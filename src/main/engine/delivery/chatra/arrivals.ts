import type { Message } from '../../../../shared/domain.ts'
import type { EngineContext } from '../../context.ts'
import type { Arrival } from '../../continuity.ts'
import type { Store } from '../../ports.ts'

/** Received events are decided on within moments. */
const DECIDED_SOON_MS = 2_000

/**
 * The state of the uncertain replies. A missing echo counts only where echoes of this connection have been
 * seen.
 */
export async function arrivalsOf(
  { store, continuity, clock }: EngineContext,
  waiting: readonly Message[],
): Promise<Map<number, Arrival>> {
  const arrivals = new Map<number, Arrival>()
  const now = clock.now()
  for (const { id, state, connectionId } of waiting) {
    const arrival = state === 'uncertain' ? (continuity?.arrival(id, now) ?? 'unknown') : 'unknown'
    if (arrival === 'unknown' || !(await store.fact<boolean>(connectionId, 'echoSeen'))) continue
    const isDecided =
      arrival !== 'not-arrived' || !(await mayHoldEcho(store, connectionId, continuity?.provenBy(id) ?? null))
    arrivals.set(id, isDecided ? arrival : { lookAt: now + DECIDED_SOON_MS })
  }
  return arrivals
}

/** An earlier event has not been decided on yet. */
async function mayHoldEcho(store: Store, connectionId: string, seq: number | null): Promise<boolean> {
  const [oldest] = await store.inboxPending(1, connectionId)
  return oldest !== undefined && (seq === null || oldest.seq <= seq)
}
