import type { BridgeEvent } from '../../../shared/domain.ts'
import type { Clock } from '../../engine/ports.ts'
import type { ApplicationStore, OrphanedConnection } from '../../store/index.ts'

/** How long replies in tasks are considered. */
const FOLLOWED_MS = 30 * 24 * 3_600_000
const REPORTED = 'leftBehindTold'

/** Connections that are stored but no longer configured: most likely their id was changed. */
export const orphanedIn = (
  store: ApplicationStore,
  known: readonly string[],
  now: number,
): Promise<OrphanedConnection[]> => store.leftBehind(known, now - FOLLOWED_MS)

/**
 * Notifies the owner of them: at each start while work of one is waiting, else once. Returns those with
 * waiting work.
 */
export async function reportOrphaned(options: {
  store: ApplicationStore
  clock: Clock
  known: readonly string[]
  notify(event: BridgeEvent): void
}): Promise<OrphanedConnection[]> {
  const { store, clock, known, notify } = options
  const found = await orphanedIn(store, known, clock.now())
  for (const { connectionId, waiting } of found) {
    const wasReported = (await store.fact<boolean>(connectionId, REPORTED)) ?? false
    if (wasReported && waiting === 0) continue
    const event: BridgeEvent = {
      time: clock.now(),
      connectionId: null,
      level: waiting > 0 ? 'error' : 'warning',
      key: 'event.connection-left',
      params: { connection: connectionId, waiting },
    }
    await store.commit([
      { type: 'event.add', event },
      { type: 'fact.set', connectionId, key: REPORTED, value: true },
    ])
    notify(event)
  }
  return found.filter(({ waiting }) => waiting > 0)
}
