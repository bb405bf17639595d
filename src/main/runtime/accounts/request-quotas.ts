import type { Connection } from '../../../shared/config.ts'
import type { Change, Clock } from '../../engine/ports.ts'
import { createDailyQuota, type DailyQuota, type QuotaState } from '../../planfix/limits/daily-quota.ts'
import type { ApplicationStore } from '../../store/index.ts'
import { unitOf } from '../units/unit.ts'

const DAY = 86_400_000
/** Per account; earlier versions stored one per connection. */
const FACT = 'requestsToday'
const ALL = ''

/** Requests of one day to one account, as stored on disk. */
interface Kept {
  day: number
  used: number
  account: string
  /** The limit that was reached once. */
  learnt?: number | null
}

/** The meter of one account. `kept`: the number on disk. */
interface Meter {
  unit: string
  budget: Promise<DailyQuota>
  kept: number
  ready: DailyQuota | null
}

/** Share of the day's requests that is kept for messages. */
const KEPT_FOR_MESSAGES = 0.1

/**
 * Whether the account has requests left for work other than messages; an unknown number counts as enough.
 */
export const canSpare = ({ remaining, usedToday, resetAt }: QuotaState): boolean =>
  resetAt === null && (remaining === null || remaining > KEPT_FOR_MESSAGES * (remaining + usedToday))

/** The daily meters of all accounts: they outlive a change of the configuration and, on disk, a restart. */
export class RequestQuotas {
  private readonly storeFor: (unit: string) => ApplicationStore
  private readonly clock: Clock
  private readonly open = new Map<string, Meter>()

  constructor(storeFor: (unit: string) => ApplicationStore, clock: Clock) {
    this.storeFor = storeFor
    this.clock = clock
  }

  /**
   * The meter of this connection's account, shared by all connections with the address. `zone`: the
   * account's.
   */
  of(
    connection: Pick<Connection, 'id' | 'planfix'>,
    zone: () => number | null = () => null,
  ): Promise<DailyQuota> {
    const account = connection.planfix.baseUrl
    const known = this.open.get(account)
    if (known) return known.budget
    const unit = unitOf(connection)
    const made: Meter = { unit, budget: this.make(connection, zone), kept: 0, ready: null }
    this.open.set(account, made)
    made.budget.then(
      (budget) => {
        made.ready = budget
        made.kept = budget.state().usedToday
      },
      // It could not be read: the next call tries again.
      () => this.open.delete(account),
    )
    return made.budget
  }

  /** State for the disk, with its unit: the meters that have changed since the last call. */
  changes(): [unit: string, Change][] {
    return changesOf([...this.open])
  }

  /** The unit is carried elsewhere from now on. Returns how to get the last state of its meters. */
  leave(unit: string): () => Change[] {
    const meters = [...this.open].filter(([, one]) => one.unit === unit)
    for (const [account] of meters) this.open.delete(account)
    return () => changesOf(meters).map(([, change]) => change)
  }

  private async make(
    { id, planfix }: Pick<Connection, 'id' | 'planfix'>,
    zone: () => number | null,
  ): Promise<DailyQuota> {
    const account = planfix.baseUrl
    const store = this.storeFor(unitOf({ planfix }))
    const own = await store.fact<Kept>(ALL, `${FACT}:${account}`)
    const kept = own ?? (await store.fact<Kept>(id, FACT))
    const today = Math.floor((this.clock.now() + (zone() ?? 0)) / DAY)
    const used = kept?.account === account && kept.day === today ? kept.used : 0
    return createDailyQuota(this.clock, { used, learnt: kept?.learnt ?? null, zone })
  }
}

function changesOf(meters: readonly [account: string, Meter][]): [unit: string, Change][] {
  const changes: [string, Change][] = []
  for (const [account, one] of meters) {
    const used = one.ready?.state().usedToday ?? one.kept
    if (!one.ready || used === one.kept) continue
    one.kept = used
    const value: Kept = { day: one.ready.day(), used, account, learnt: one.ready.learnt }
    changes.push([one.unit, { type: 'fact.set', connectionId: ALL, key: `${FACT}:${account}`, value }])
  }
  return changes
}
