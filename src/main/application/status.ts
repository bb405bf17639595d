import type { Configuration } from '../../shared/config.ts'
import type { SideState } from '../engine/ports.ts'
import type { Counts, SqliteStore } from '../store/index.ts'
import type { LiveConnection } from './connections.ts'

/** The state of everything, as the interface shows it. */
export interface Status {
  time: number
  hooksUrl: string
  publicUrl: string | null
  /** Why the data folder cannot be written; null when it can. */
  storeFailing: string | null
  connections: ConnectionStatus[]
}
export interface ConnectionStatus {
  id: string
  name: string
  enabled: boolean
  missing: string[]
  chatra: SideState
  planfix: SideState
  /** Requests Planfix still allows today; null when it has not said. */
  budgetRemaining: number | null
  requestsToday: number
  counts: Counts
}

export async function statusOf(from: {
  configuration: Configuration
  connections: ReadonlyMap<string, LiveConnection>
  store: SqliteStore
  hooksUrl: string
  publicUrl: string | null
  storeFailing: string | null
  now: number
}): Promise<Status> {
  const off: SideState = { state: 'ok' }
  const connections = from.configuration.connections.map(async (settings): Promise<ConnectionStatus> => {
    const live = from.connections.get(settings.id)
    const budget = live?.planfix.budget()
    return {
      id: settings.id,
      name: settings.name,
      enabled: settings.enabled,
      missing: live?.missingAt ?? [],
      chatra: live?.chatraGate.state ?? off,
      planfix: live?.planfixGate.state ?? off,
      budgetRemaining: budget?.remaining ?? null,
      requestsToday: budget?.usedToday ?? 0,
      counts: await from.store.counts(settings.id),
    }
  })
  return {
    time: from.now,
    hooksUrl: from.hooksUrl,
    publicUrl: from.publicUrl,
    storeFailing: from.storeFailing,
    connections: await Promise.all(connections),
  }
}
