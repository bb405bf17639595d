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

/** A write that readers see. */
export interface Staged {
  /** Rejects when it did not reach the disk. */
  onDisk: Promise<void>
}

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
  /** Inside a transaction, perhaps several times; then one of the others follows. */
  insert(): void
  /** Committed; `onDisk` resolves when the disk has it; null = it has. */
  committed(onDisk: Promise<void> | null): void
  /** No transaction could be made, or it did not reach the disk. */
  lost(): void
}
const NOTHING: Ahead = { insert: () => undefined, committed: () => undefined, lost: () => undefined }

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
  /** What was staged did not reach the disk, and is gone. */
  lost: () => void
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
  readonly #staged: number
  readonly #synced: () => Promise<void> | null
  readonly #lost: () => void
  #queue: Job[] = []
  /** When the next transaction is committed, by `performance.now()`; null = none is planned. */
  #dueAt: number | null = null
  /** A transaction is open, with staged writes in it. */
  #isOpen = false
  #stopWaiting: () => void = () => undefined
  #stale = false
  /** A sync failed. */
  #isLogDoubtful = false
  /** What is staged in the open transaction. */
  #stagedSaved = heard()
  /** Another process has the file. */
  #waitsForOther = false
  /** The sync under way of the latest transaction. */
  #lastSync: Promise<void> | null = null
  #idle: (() => void)[] = []
  /** Transactions that are on disk while their companion data is not yet. */
  #unsettled = 0

  constructor(sql: Sql, around: Partial<Around> = {}) {
    this.#sql = sql
    this.#took = around.took ?? (() => undefined)
    this.#alongside = around.alongside ?? (() => null)
    this.#companion = around.companion ?? NONE
    this.#ahead = around.ahead ?? NOTHING
    const pacing = around.pacing ?? UNPACED
    this.#pacer = new Pacer(pacing)
    this.#staged = pacing.staged
    this.#synced = around.synced ?? (() => null)
    this.#lost = around.lost ?? (() => undefined)
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

  /**
   * Resolves as soon as `work` was carried out: readers see it from then on. It reaches the disk with the next write, or a
   * moment later; if it does not, `onDisk` rejects, `lost` is called, and nothing of it is left. While another process
   * writes, it waits like any write.
   */
  async stage(work: () => unknown): Promise<Staged> {
    if (this.#waitsForOther) return this.#written(work)
    let settle: Settle | null = null
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const job: Job = { work, resolve, reject, queuedAt: performance.now() }
    try {
      this.#begin()
      this.#ahead.insert()
      settle = this.#runAlone(job)
    } catch (error) {
      if (isBusy(error)) return this.#written(work)
      this.#giveUp([], error)
      throw storeError(error)
    }
    settle()
    this.#schedule(this.#staged)
    await promise
    return { onDisk: this.#stagedSaved.promise }
  }

  async #written(work: () => unknown): Promise<Staged> {
    await this.write(work)
    return { onDisk: Promise.resolve() }
  }

  /** The writes that go ahead are inserted now. */
  async advance(): Promise<void> {
    await this.stage(() => undefined)
  }

  /** Resolves when everything that was staged is on disk; at the pace of writes. */
  async saved(): Promise<void> {
    if (this.#isOpen) await this.write(() => undefined)
    else if (this.#lastSync !== null) await this.#lastSync
  }

  /** Resolves when no write is waiting. */
  async drained(): Promise<void> {
    if (this.#queue.length > 0 || this.#isOpen) this.#schedule(0)
    if (this.#isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** `pause` in milliseconds; a transaction that is planned for later is brought forward. */
  #schedule(pause: number): void {
    if (pause === Number.POSITIVE_INFINITY) return
    const dueAt = performance.now() + pause
    if (this.#dueAt !== null && this.#dueAt <= dueAt) return
    this.#stopWaiting()
    this.#dueAt = pause > 0 ? dueAt : 0
    if (pause > 0) {
      const timer = later(() => this.#flush(), pause)
      this.#stopWaiting = () => clearTimeout(timer)
    } else nextTurn(() => this.#flush())
  }

  #begin(): void {
    if (this.#isOpen) return
    if (this.#stale) this.#sql.reopen()
    this.#stale = false
    if (this.#isLogDoubtful) {
      // What the system failed to write it takes for written afterwards: the pages go into the database before the log
      // is used again.
      this.#sql.get('PRAGMA wal_checkpoint(TRUNCATE)')
      this.#isLogDoubtful = false
    }
    this.#sql.run('BEGIN IMMEDIATE')
    this.#isOpen = true
  }

  #flush(): void {
    this.#dueAt = null
    this.#waitsForOther = false
    this.#stopWaiting = () => undefined
    this.#pacer.made(performance.now())
    try {
      this.#begin()
    } catch (error) {
      const since = this.#queue[0]?.queuedAt ?? 0
      if (isBusy(error) && performance.now() - since < BUSY_PATIENCE_MS) {
        this.#waitsForOther = true
        this.#schedule(BUSY_PAUSE_MS)
        return
      }
      this.#giveUp(this.#queue.splice(0), error)
      this.#finish()
      return
    }
    const { taken, settle, beside, failure } = this.#runJobs()
    const jobs = this.#queue.splice(0, taken)
    if (failure) this.#giveUp(jobs, failure)
    else if (beside === null) this.#settle(settle, jobs)
    else this.#settleWith(beside, settle, jobs)
    this.#finish()
  }

  /** Both syncs run at the same time; a job is done when both are. */
  #settleWith(beside: Promise<void>, settle: Settle[], jobs: Job[]): void {
    this.#unsettled += 1
    this.#lastSync = beside
    beside
      .then(
        () => this.#settle(settle, jobs),
        (error: unknown) => {
          this.#isLogDoubtful = true
          this.#rejectAll(jobs, error)
        },
      )
      .finally(() => {
        this.#unsettled -= 1
        if (this.#lastSync === beside) this.#lastSync = null
        if (!this.#isBusy) this.#notifyIdle()
      })
  }

  #settle(settle: readonly Settle[], [first]: readonly Job[]): void {
    if (first) this.#took((performance.now() - first.queuedAt) / 1000)
    for (const resolve of settle) resolve()
  }

  get #isBusy(): boolean {
    return this.#queue.length > 0 || this.#unsettled > 0 || this.#isOpen
  }

  /** The writes of one transaction. The transaction is finished, unless it failed, when this returns. */
  #runJobs(): { taken: number; settle: Settle[]; beside: Promise<void> | null; failure: unknown } {
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
      this.#isOpen = false
      const onDisk = both(beside, this.#synced())
      this.#stagedSaved.resolve(onDisk ?? undefined)
      this.#stagedSaved = heard()
      this.#ahead.committed(onDisk)
      return { taken, settle, beside: onDisk, failure: null }
    } catch (error) {
      // The jobs are rejected with the failure.
      beside?.catch(() => undefined)
      return { taken, settle: [], beside: null, failure: error }
    }
  }

  /** Nothing of the open transaction is left, and these were not carried out. */
  #giveUp(jobs: Job[], error: unknown): void {
    this.#companion.back(0)
    this.#rollBack()
    this.#isOpen = false
    this.#stagedSaved.reject(error)
    this.#stagedSaved = heard()
    this.#rejectAll(jobs, error)
    this.#ahead.lost()
    this.#lost()
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

/** Its rejection counts as handled, as nobody may wait for it. */
function heard(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>()
  made.promise.catch(() => undefined)
  return made
}
