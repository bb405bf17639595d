import type { ConnectionState } from '../../shared/api/state.ts'
import type { ApplicationStore } from '../store/index.ts'
import type { LiveConnection } from './connections.ts'

/** How the requests of the day are spent; all connections of an account share it. */
export type DayPlan = ConnectionState['budget']

const FACT = 'dayPlan'
const NOTHING_SPENT: DayPlan = {
  remaining: null,
  usedToday: 0,
  resetAt: null,
  limit: null,
  renewedAt: 0,
  reservedForClients: 0,
  isReserveOnly: false,
  pollEveryMs: 0,
}

export function dayPlanOf({ account }: LiveConnection): DayPlan {
  const { isReported: _, ...quota } = account.quota.state()
  const { reserved, isReserveOnly } = account.watcher.plan()
  return {
    ...quota,
    reservedForClients: reserved,
    isReserveOnly,
    pollEveryMs: Math.round(account.watcher.pollEveryMs),
  }
}

/** That of a connection which is not carried here: as another host noted it a minute ago at most. */
export async function notedPlan(
  store: Pick<ApplicationStore, 'fact'>,
  connectionId: string,
  now: number,
): Promise<DayPlan> {
  const noted = await store.fact<DayPlan>(connectionId, FACT)
  // Since then its day has ended.
  return noted === null || noted.renewedAt <= now ? NOTHING_SPENT : noted
}

/** Notes the plans of the connections that are carried here, for the pages of other hosts. */
export class SharedPlans {
  private readonly noted = new Map<string, string>()

  /** Writes those that have changed since the last time. */
  async note(
    connections: ReadonlyMap<string, LiveConnection>,
    storeFor: (connection: LiveConnection) => ApplicationStore,
  ): Promise<void> {
    for (const id of this.noted.keys()) if (!connections.has(id)) this.noted.delete(id)
    for (const [connectionId, live] of connections) {
      const value = dayPlanOf(live)
      const text = JSON.stringify(value)
      if (this.noted.get(connectionId) === text) continue
      await storeFor(live).commit([{ type: 'fact.set', connectionId, key: FACT, value }])
      this.noted.set(connectionId, text)
    }
  }
}
