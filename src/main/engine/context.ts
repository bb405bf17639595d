import type { Connection } from '../../shared/config.ts'
import type { SideGate } from './delivery/gate.ts'
import type { Change, ChatraApi, Clock, FileLink, Listener, PlanfixApi, Store } from './ports.ts'

/** One connection as the engine sees it. */
export interface ConnectionContext {
  settings: Connection
  chatra: ChatraApi
  planfix: PlanfixApi
  chatraGate: SideGate
  planfixGate: SideGate
}

/** Everything the rules work with. */
export interface EngineContext {
  store: Store
  clock: Clock
  connections: ReadonlyMap<string, ConnectionContext>
  fileLink: FileLink
  language: 'en' | 'ro' | 'ru'
  listener: Listener
  /** Chance in [0, 1), for jitter. */
  random: () => number
}

/** A commit that has nothing to say costs nothing. */
export async function commit(context: EngineContext, changes: Change[]): Promise<void> {
  if (changes.length > 0) await context.store.commit(changes)
}
