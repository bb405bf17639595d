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
import { unitOf, unitsOf } from '../units/unit.ts'
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
  readonly unit: string
  readonly baseUrl: string
  readonly rateLimiter: PausableRateLimiter
  readonly quota: DailyQuota
  readonly breaker: CircuitBreaker
  readonly times: TimeReader
  readonly watcher: AccountWatcher
}

/**
 * The accounts in use. They outlive a change of the configuration that does not concern them; what they know is
 * read and written through the store of their unit.
 */
export class PlanfixAccounts {
  private readonly storeFor: (unit: string) => ApplicationStore
  private readonly clock: Clock
  private readonly random: () => number
  private readonly quotas: RequestQuotas
  /** By unit. */
  private readonly rateLimiters = new Map<string, PausableRateLimiter>()
  private readonly open = new Map<string, { unit: string; account: Promise<PlanfixAccount> }>()
  private readonly ready = new Map<string, PlanfixAccount>()

  constructor(storeFor: (unit: string) => ApplicationStore, clock: Clock, random: () => number) {
    this.storeFor = storeFor
    this.clock = clock
    this.random = random
    this.quotas = new RequestQuotas(storeFor, clock)
  }

  of(settings: Connection, token: string | null): Promise<PlanfixAccount> {
    const { baseUrl } = settings.planfix
    const key = createHash('sha256')
      .update(`${baseUrl}\n${token ?? ''}`)
      .digest('hex')
      .slice(0, 24)
    const known = this.open.get(key)
    if (known) return known.account
    const made = { unit: unitOf(settings), account: this.make(key, settings) }
    this.open.set(key, made)
    const isKept = () => this.open.get(key) === made
    made.account.then(
      (account) => void (isKept() && this.ready.set(key, account)),
      () => isKept() && this.open.delete(key),
    )
    return made.account
  }

  /** The rate of each address is that of the slowest connection; waiting callers keep their places. */
  follow(configuration: Configuration): void {
    for (const [unit, connections] of unitsOf(configuration)) {
      const rates = connections.map(({ planfix }) => planfix.requestsPerSecond)
      this.rateLimiters.get(unit)?.setRate(Math.min(...rates))
    }
  }

  /** Writes what has changed; called each minute. */
  async save(): Promise<void> {
    const changes = new Map<ApplicationStore, Change[]>()
    const note = (unit: string, change: Change) => {
      const store = this.storeFor(unit)
      changes.set(store, [...(changes.get(store) ?? []), change])
    }
    for (const [unit, change] of this.quotas.changes()) note(unit, change)
    for (const account of this.ready.values())
      for (const change of feedOf(account)) note(account.unit, change)
    await Promise.all([...changes].map(([store, all]) => store.commit(all)))
  }

  /**
   * Another host carries the unit from now on: what is known of it here is forgotten. Returns how to write that
   * down, once no call is under way.
   */
  leave(unit: string): () => Promise<void> {
    const quotas = this.quotas.leave(unit)
    const accounts = [...this.ready.values()].filter((one) => one.unit === unit)
    for (const [key, one] of this.open) if (one.unit === unit) this.open.delete(key)
    for (const { key } of accounts) this.ready.delete(key)
    this.rateLimiters.delete(unit)
    return () => this.storeFor(unit).commit([...quotas(), ...accounts.flatMap(feedOf)])
  }

  private async make(key: string, settings: Connection): Promise<PlanfixAccount> {
    const { baseUrl, requestsPerSecond } = settings.planfix
    const unit = unitOf(settings)
    const store = this.storeFor(unit)
    const kept = await store.fact<FeedState & { netAt?: number }>(ALL, factOf(key))
    const { clock, random } = this
    const probed = await probedOf(store, settings)
    const times = createTimeReader()
    const isLocal = probed?.positions['datetime-zone'] === 'account-zone'
    times.recall(kept?.zone ?? probed?.zoneMs ?? null, isLocal)
    const quota = await this.quotas.of(settings, () => times.zone)
    const rateLimiter = this.rateLimiters.get(unit) ?? createRateLimiter({ clock, requestsPerSecond })
    this.rateLimiters.set(unit, rateLimiter)
    const breaker = new CircuitBreaker(clock, random)
    const watcher = new AccountWatcher({
      clock,
      random,
      budget: quota,
      times,
      kept: stateAtStart(kept, probed),
    })
    return { key, unit, baseUrl, rateLimiter, quota, breaker, times, watcher }
  }
}

const feedOf = ({ key, watcher }: PlanfixAccount): Change[] =>
  watcher.isAlive ? [{ type: 'fact.set', connectionId: ALL, key: factOf(key), value: watcher.state() }] : []

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
