import { isStoreUnavailable } from '../../shared/store-error.ts'
import { isBusy, storeError, storeUnavailable, wantsReopening } from './errors.ts'
import { Pacer, type Pacing, UNPACED } from './pacing.ts'
import type { Sql } from './sql.ts'

// Captured when the program loads, so that a test's fake timers do not delay the disk.
const nextTurn = setImmediate
const later = setTimeout

/**
 * Maximum time, in milliseconds, that one transaction blocks the event loop; the remaining writes go into the
 * next one.
 */
const TURN_MS = 20
/** How long a commit waits for another process that is writing, before it fails. */
const BUSY_PATIENCE_MS = 10_000
const BUSY_PAUSE_MS = 25

interface Job {
  work(): unknown
  resolve(value: unknown): void
  reject(error: unknown): void
  queuedAt: number
}
type Settle = () => void

/** Data written beside the database in the same flush; see backup/journal.ts. */
export interface Companion {
  /** Number of waiting records; `back` discards those after that number. */
  readonly pending: number
  back(to: number): void
  /**
   * Writes the waiting records; the returned promise resolves when they are on disk; null = there was nothing
   * to write. Throws when the write fails: then no part of the transaction is stored.
   */
  sync(): Promise<void> | null
}
/** Writes that go before the others of each transaction; see acceptance.ts. */
export interface Ahead {
  /** Inside a transaction; then one of the others follows. */
  insert(): void
  /** The transaction is on disk. */
  stored(): void
  /** No transaction could be made. */
  lost(): void
}
const NOTHING: Ahead = { insert: () => undefined, stored: () => undefined, lost: () => undefined }

const NONE: Companion = { pending: 0, back: () => undefined, sync: () => null }

/** What a transaction carries beside its writes. `took` gets the seconds from its first write until it is on disk. */
interface Around {
  /** Runs inside each transaction, after the writes: for data that can be saved without an extra sync. */
  alongside: () => Settle | null
  companion: Companion
  took: (seconds: number) => void
  ahead: Ahead
  pacing: Pacing
  /** Resolves when the transaction that was just committed is on disk; null = it is. */
  synced: () => Promise<void> | null
}

/**
 * Combines writes that wait at the same time into one transaction and so into one sync of the disk. Each
 * write is atomic by itself: it runs in a savepoint, and a write that throws is rejected alone. When the disk
 * fails, every write of the transaction is rejected with StoreError `unavailable` and the next transaction
 * starts afresh.
 */
export class GroupCommit {
  readonly #sql: Sql
  readonly #alongside: () => Settle | null
  readonly #companion: Companion
  readonly #took: (seconds: number) => void
  readonly #ahead: Ahead
  readonly #pacer: Pacer
  readonly #synced: () => Promise<void> | null
  #queue: Job[] = []
  #scheduled: 'no' | 'waits' | 'now' = 'no'
  #stopWaiting: () => void = () => undefined
  #stale = false
  #idle: (() => void)[] = []
  /** Transactions that are on disk while their companion data is not yet. */
  #unsettled = 0

  constructor(sql: Sql, around: Partial<Around> = {}) {
    this.#sql = sql
    this.#took = around.took ?? (() => undefined)
    this.#alongside = around.alongside ?? (() => null)
    this.#companion = around.companion ?? NONE
    this.#ahead = around.ahead ?? NOTHING
    this.#pacer = new Pacer(around.pacing ?? UNPACED)
    this.#synced = around.synced ?? (() => null)
  }

  /**
   * Resolves with the result of `work` once it is on disk. `work` must be synchronous. What is urgent waits for no pace, and
   * takes with it what waits.
   */
  write<T>(work: () => T, { isUrgent = false } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as Job['resolve'], reject, queuedAt: performance.now() })
      this.#schedule(isUrgent ? 0 : this.#pacer.wait(performance.now(), this.#queue.length))
    })
  }

  /** Resolves when no write is waiting. */
  async drained(): Promise<void> {
    if (this.#queue.length > 0) this.#schedule(0)
    if (this.#isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** `pause` in milliseconds; a transaction that waits is brought forward by a shorter one of zero alone. */
  #schedule(pause: number): void {
    if (this.#scheduled === 'now' || (this.#scheduled === 'waits' && pause > 0)) return
    this.#stopWaiting()
    this.#scheduled = pause > 0 ? 'waits' : 'now'
    if (pause > 0) {
      const timer = later(() => this.#flush(), pause)
      this.#stopWaiting = () => clearTimeout(timer)
    } else nextTurn(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = 'no'
    this.#stopWaiting = () => undefined
    this.#pacer.made(performance.now())
    try {
      if (this.#stale) this.#sql.reopen()
      this.#stale = false
      this.#sql.run('BEGIN IMMEDIATE')
    } catch (error) {
      if (isBusy(error) && performance.now() - this.#queue[0]!.queuedAt < BUSY_PATIENCE_MS) {
        this.#schedule(BUSY_PAUSE_MS)
        return
      }
      this.#rejectAll(this.#queue.splice(0), error)
      this.#ahead.lost()
      this.#finish()
      return
    }
    const { taken, settle, beside, failure } = this.#runJobs()
    const jobs = this.#queue.splice(0, taken)
    if (failure) this.#rejectAll(failure.jobs, failure.error)
    else if (beside === null) this.#settle(settle, jobs)
    else this.#settleWith(beside, settle, jobs)
    this.#finish()
  }

  /** Both syncs run at the same time; a job is done when both are. */
  #settleWith(beside: Promise<void>, settle: Settle[], jobs: Job[]): void {
    this.#unsettled += 1
    beside
      .then(
        () => this.#settle(settle, jobs),
        (error: unknown) => this.#rejectAll(jobs, error),
      )
      .finally(() => {
        this.#unsettled -= 1
        if (!this.#isBusy) this.#notifyIdle()
      })
  }

  #settle(settle: readonly Settle[], [first]: readonly Job[]): void {
    if (first) this.#took((performance.now() - first.queuedAt) / 1000)
    for (const resolve of settle) resolve()
  }

  get #isBusy(): boolean {
    return this.#queue.length > 0 || this.#unsettled > 0
  }

  /** The body of one transaction. The transaction is finished, successfully or not, when this returns. */
  #runJobs(): {
    taken: number
    settle: Settle[]
    beside: Promise<void> | null
    failure: { jobs: Job[]; error: unknown } | null
  } {
    const settle: Settle[] = []
    const until = performance.now() + TURN_MS
    let taken = 0
    let beside: Promise<void> | null = null
    try {
      this.#ahead.insert()
      for (const job of this.#queue) {
        if (taken > 0 && performance.now() > until) break
        taken += 1
        settle.push(this.#runAlone(job))
      }
      const along = this.#alongside()
      if (along) settle.push(along)
      beside = this.#companion.sync()
      this.#sql.run('COMMIT')
      this.#ahead.stored()
      return { taken, settle, beside: both(beside, this.#synced()), failure: null }
    } catch (error) {
      this.#companion.back(0)
      // The jobs were already rejected with the failure.
      beside?.catch(() => undefined)
      this.#rollBack()
      this.#ahead.lost()
      return { taken, settle: [], beside: null, failure: { jobs: this.#queue.slice(0, taken), error } }
    }
  }

  #runAlone(job: Job): Settle {
    this.#sql.run('SAVEPOINT one')
    const before = this.#companion.pending
    try {
      const value = job.work()
      this.#sql.run('RELEASE one')
      return () => job.resolve(value)
    } catch (error) {
      if (isStoreUnavailable(error)) throw error
      this.#companion.back(before)
      this.#sql.run('ROLLBACK TO one')
      this.#sql.run('RELEASE one')
      return () => job.reject(error)
    }
  }

  #rollBack(): void {
    // SQLite has already rolled back after some disk errors.
    if (!this.#sql.inTransaction) return
    try {
      this.#sql.run('ROLLBACK')
    } catch {
      this.#stale = true
    }
  }

  #rejectAll(jobs: Job[], cause: unknown): void {
    if (wantsReopening(cause)) this.#stale = true
    const seen = storeError(cause)
    const error = isStoreUnavailable(seen) ? seen : storeUnavailable('COMMIT', seen)
    for (const job of jobs) job.reject(error)
  }

  #finish(): void {
    if (this.#queue.length > 0) this.#schedule(0)
    else if (!this.#isBusy) this.#notifyIdle()
  }

  #notifyIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}

const both = (one: Promise<void> | null, other: Promise<void> | null): Promise<void> | null =>
  one && other ? Promise.all([one, other]).then(() => undefined) : (one ?? other)
