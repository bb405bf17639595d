import type { Connection } from '../../shared/config.ts'
import type { Change, Clock } from '../engine/ports.ts'
import { type Budget, type BudgetState, createBudget } from '../planfix/budget.ts'
import type { SqliteStore } from '../store/index.ts'

const DAY = 86_400_000
const FACT = 'requestsToday'

/** Requests of one UTC day to one account, as they are kept on disk. */
interface Kept {
  day: number
  used: number
  account: string
}

/** Share of the day's requests that is kept for messages. */
const KEPT_FOR_MESSAGES = 0.1

/** Whether the account has requests left for what is no message; what it does not tell counts as enough. */
export const canSpare = ({ remaining, usedToday, resetAt }: BudgetState): boolean =>
  resetAt === null && (remaining === null || remaining > KEPT_FOR_MESSAGES * (remaining + usedToday))

/** The day's meters of all accounts: they outlive a change of the configuration, and on disk a restart. */
export class Budgets {
  private readonly store: SqliteStore
  private readonly clock: Clock
  private readonly open = new Map<string, { budget: Budget; account: string; kept: number }>()

  constructor(store: SqliteStore, clock: Clock) {
    this.store = store
    this.clock = clock
  }

  /** The meter of this connection's account; another address is another account. */
  async of({ id, planfix }: Connection): Promise<Budget> {
    const account = planfix.baseUrl
    const known = this.open.get(id)
    if (known?.account === account) return known.budget
    const kept = await this.store.fact<Kept>(id, FACT)
    const used = kept?.account === account && kept.day === this.today() ? kept.used : 0
    const budget = createBudget(this.clock, used)
    this.open.set(id, { budget, account, kept: used })
    return budget
  }

  /** What is to be kept on disk: the meters that have moved since they were last asked for. */
  changes(): Change[] {
    const day = this.today()
    const changes: Change[] = []
    for (const [connectionId, one] of this.open) {
      const used = one.budget.state().usedToday
      if (used === one.kept) continue
      one.kept = used
      const value: Kept = { day, used, account: one.account }
      changes.push({ type: 'fact.set', connectionId, key: FACT, value })
    }
    return changes
  }

  private today(): number {
    return Math.floor(this.clock.now() / DAY)
  }
}
