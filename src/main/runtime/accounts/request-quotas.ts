import type { Connection } from '../../../shared/config.ts'
import type { Change, Clock } from '../../engine/ports.ts'
import { createDailyQuota, type DailyQuota, type QuotaState } from '../../planfix/limits/daily-quota.ts'
import type { SqliteStore } from '../../store/index.ts'

const DAY = 86_400_000
/** Of each account; before it was one of each connection. */
const FACT = 'requestsToday'
const ALL = ''

/** Requests of one day to one account, as they are kept on disk. */
interface Kept {
  day: number
  used: number
  account: string
  /** The limit that was met once. */
  learnt?: number | null
}

/** Share of the day's requests that is kept for messages. */
const KEPT_FOR_MESSAGES = 0.1

/** Whether the account has requests left for what is no message; what it does not tell counts as enough. */
export const canSpare = ({ remaining, usedToday, resetAt }: QuotaState): boolean =>
  resetAt === null && (remaining === null || remaining > KEPT_FOR_MESSAGES * (remaining + usedToday))

/** The day's meters of all accounts: they outlive a change of the configuration, and on disk a restart. */
export class RequestQuotas {
  private readonly store: SqliteStore
  private readonly clock: Clock
  private readonly open = new Map<
    string,
    { budget: Promise<DailyQuota>; kept: number; ready: DailyQuota | null }
  >()

  constructor(store: SqliteStore, clock: Clock) {
    this.store = store
    this.clock = clock
  }

  /** The meter of this connection's account, shared by all who use the address. `zone`: the account's. */
  of(
    connection: Pick<Connection, 'id' | 'planfix'>,
    zone: () => number | null = () => null,
  ): Promise<DailyQuota> {
    const account = connection.planfix.baseUrl
    const known = this.open.get(account)
    if (known) return known.budget
    const made = { budget: this.make(connection, zone), kept: 0, ready: null as DailyQuota | null }
    this.open.set(account, made)
    made.budget.then(
      (budget) => {
        made.ready = budget
        made.kept = budget.state().usedToday
      },
      // It could not be read: whoever asks next tries again.
      () => this.open.delete(account),
    )
    return made.budget
  }

  /** What is to be kept on disk: the meters that have moved since they were last asked for. */
  changes(): Change[] {
    const changes: Change[] = []
    for (const [account, one] of this.open) {
      const used = one.ready?.state().usedToday ?? one.kept
      if (!one.ready || used === one.kept) continue
      one.kept = used
      const value: Kept = { day: one.ready.day(), used, account, learnt: one.ready.learnt }
      changes.push({ type: 'fact.set', connectionId: ALL, key: `${FACT}:${account}`, value })
    }
    return changes
  }

  private async make(
    { id, planfix }: Pick<Connection, 'id' | 'planfix'>,
    zone: () => number | null,
  ): Promise<DailyQuota> {
    const account = planfix.baseUrl
    const own = await this.store.fact<Kept>(ALL, `${FACT}:${account}`)
    const kept = own ?? (await this.store.fact<Kept>(id, FACT))
    const today = Math.floor((this.clock.now() + (zone() ?? 0)) / DAY)
    const used = kept?.account === account && kept.day === today ? kept.used : 0
    return createDailyQuota(this.clock, { used, learnt: kept?.learnt ?? null, zone })
  }
}
