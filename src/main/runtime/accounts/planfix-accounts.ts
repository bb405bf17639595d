import { createHash } from 'node:crypto'
import type { Configuration, Connection } from '../../../shared/config.ts'
import { CircuitBreaker } from '../../engine/delivery/circuit-breaker.ts'
import { type Probed, probedOf } from '../../engine/index.ts'
import type { Change, Clock } from '../../engine/ports.ts'
import type { DailyQuota } from '../../planfix/limits/daily-quota.ts'
import { createRateLimiter, type PausableRateLimiter } from '../../planfix/limits/rate-limiter.ts'
import { createTimeReader, type TimeReader } from '../../planfix/times.ts'
import type { FeedState } from '../../planfix/watcher/feed.ts'
import { AccountWatcher } from '../../planfix/watcher/watcher.ts'
import type { ApplicationStore } from '../../store/index.ts'
import { RequestQuotas } from './request-quotas.ts'

const ALL = ''
/** The position of the account's feed: changes before it were decided on. */
const factOf = (key: string) => `feed:${key}`

/**
 * One Planfix account: an address and the employee of its token. Its connections share rate and quota (of the
 * address), circuit breaker, clock and zone, and the watcher.
 */
export interface PlanfixAccount {
  readonly key: string
  readonly baseUrl: string
  readonly rateLimiter: PausableRateLimiter
  readonly quota: DailyQuota
  readonly breaker: CircuitBreaker
  readonly times: TimeReader
  readonly watcher: AccountWatcher
}

/** The accounts in use. They outlive a change of the configuration that does not concern them. */
export class PlanfixAccounts {
  private readonly store: ApplicationStore
  private readonly clock: Clock
  private readonly random: () => number
  private readonly quotas: RequestQuotas
  private readonly rateLimiters = new Map<string, PausableRateLimiter>()
  private readonly open = new Map<string, Promise<PlanfixAccount>>()
  private readonly ready = new Map<string, PlanfixAccount>()

  constructor(store: ApplicationStore, clock: Clock, random: () => number) {
    this.store = store
    this.clock = clock
    this.random = random
    this.quotas = new RequestQuotas(store, clock)
  }

  of(settings: Connection, token: string | null): Promise<PlanfixAccount> {
    const { baseUrl } = settings.planfix
    const key = createHash('sha256')
      .update(`${baseUrl}\n${token ?? ''}`)
      .digest('hex')
      .slice(0, 24)
    const known = this.open.get(key)
    if (known) return known
    const made = this.make(key, settings)
    this.open.set(key, made)
    made.then(
      (account) => this.ready.set(key, account),
      () => this.open.delete(key),
    )
    return made
  }

  /** The rate of each address is that of the slowest connection; waiting callers keep their places. */
  follow({ connections }: Configuration): void {
    for (const [baseUrl, rateLimiter] of this.rateLimiters) {
      const rates = connections
        .filter(({ enabled, planfix }) => enabled && planfix.baseUrl === baseUrl)
        .map(({ planfix }) => planfix.requestsPerSecond)
      if (rates.length > 0) rateLimiter.setRate(Math.min(...rates))
    }
  }

  /** State for the disk, read each minute. */
  changes(): Change[] {
    const feeds = [...this.ready.values()]
      .filter(({ watcher }) => watcher.isAlive)
      .map(({ key, watcher }): Change => {
        return { type: 'fact.set', connectionId: ALL, key: factOf(key), value: watcher.state() }
      })
    return [...this.quotas.changes(), ...feeds]
  }

  private async make(key: string, settings: Connection): Promise<PlanfixAccount> {
    const { baseUrl, requestsPerSecond } = settings.planfix
    const kept = await this.store.fact<FeedState & { netAt?: number }>(ALL, factOf(key))
    const { clock, random } = this
    const probed = await probedOf(this.store, settings)
    const times = createTimeReader()
    const isLocal = probed?.positions['datetime-zone'] === 'account-zone'
    times.recall(kept?.zone ?? probed?.zoneMs ?? null, isLocal)
    const quota = await this.quotas.of(settings, () => times.zone)
    const rateLimiter = this.rateLimiters.get(baseUrl) ?? createRateLimiter({ clock, requestsPerSecond })
    this.rateLimiters.set(baseUrl, rateLimiter)
    const breaker = new CircuitBreaker(clock, random)
    const watcher = new AccountWatcher({
      clock,
      random,
      budget: quota,
      times,
      kept: stateAtStart(kept, probed),
    })
    return { key, baseUrl, rateLimiter, quota, breaker, times, watcher }
  }
}

/** Whether the account takes the list of changes: what the probe found counts until a later look says otherwise. */
export function stateAtStart<T extends Partial<FeedState>>(
  kept: T | null,
  probed: Pick<Probed, 'at' | 'positions'> | null,
): (T & Partial<FeedState>) | Partial<FeedState> | null {
  const position = probed?.positions['changed-filter']
  const before = kept?.refusedAt ?? null
  if (!probed || position === undefined || (before !== null && before > probed.at)) return kept
  return { ...kept, refusedAt: position === 'accepted' ? null : probed.at }
}
