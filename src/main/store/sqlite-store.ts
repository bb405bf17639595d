import type { LogEntry } from '../../shared/domain.ts'
import type { Change, InboxRow, NewInboxRow, Pace } from '../engine/ports.ts'
import { Histogram } from '../process/prometheus.ts'
import { Acceptance, type Accepted } from './acceptance.ts'
import type { ApplicationStore, LogPlace } from './application-store.ts'
import type { Journal } from './backup/journal.ts'
import { storeClosed } from './errors.ts'
import { GroupCommit, type Staged } from './group-commit.ts'
import { Ids } from './ids.ts'
import type { Pacing } from './pacing.ts'
import { ApplicationReads } from './queries/application-reads.ts'
import { logPage } from './queries/log.ts'
import { type Step, steps } from './queries/operating.ts'
import { storePart, storeParts } from './queries/report/parts.ts'
import { type Forgotten, findPerson, forgetPerson, type Wanted } from './removal/forget-client.ts'
import { type Dropped, dropOlderThan } from './removal/retention.ts'
import { addInboxRow, applyChanges, checkConversations } from './rows/changes.ts'
import {
  type DismissAnswer,
  dismissMessage,
  type RetryAnswer,
  restoreDismissed,
  retryMessage,
} from './rows/manual-actions.ts'
import { type RenameAnswer, renameConnection } from './rows/rename-connection.ts'
import type { Sql } from './sql.ts'
import type { WalSync } from './wal-sync.ts'

/** What the store needs from its data folder. */
export interface StoreHost {
  now(): number
  /** Writes the backup files; returns the new one's path. */
  backup(): Promise<string>
  /** Deletes files with content older than `cutoff`; returns true if the newest backup is that old. */
  dropFiles(cutoff: number): Promise<boolean>
  /**
   * A new backup replaces all older ones and the stores that were set aside; returns how many of these there
   * were.
   */
  renewBackups(): Promise<number>
  /** Receives new inbox rows; null when there is no journal beside the database. */
  journal: Journal | null
  /** How often the disk is written to; without it at once. */
  pacing?: Pacing
  /** Puts commits on disk; without it they are there when they return. */
  walSync?: WalSync
  /** Cancels background work, before the file is closed. */
  ending(): Promise<void>
  /** Called once, after the file is closed; `sound` = no damage was found. */
  closed(sound: boolean): void
}

/** Records of each minute, of each reading of a task, or notifications alone make no backup necessary. */
const isWorthACopy = ({ type }: Change): boolean => !['fact.set', 'task.patch', 'event.add'].includes(type)

/**
 * The bridge's store on SQLite; see ApplicationStore. Created by `openStore`. Every failure of the disk is a
 * StoreError `unavailable`, and the store works again when the disk does.
 */
export class SqliteStore extends ApplicationReads implements ApplicationStore {
  /** A folder has one host. */
  readonly cluster = null
  readonly commits = new Histogram([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
  /** What the journal has is in the database a moment later. */
  readonly kept = null
  readonly #sql: Sql
  readonly #host: StoreHost
  readonly #ids: Ids
  readonly #writes: GroupCommit
  readonly #acceptance: Acceptance | null
  readonly #lostListeners = new Set<() => void>()
  #closing: Promise<void> | null = null
  /** Unknown after a start. */
  #isChanged = true

  constructor(sql: Sql, around: StoreHost) {
    super(sql)
    this.#sql = sql
    this.#host = around
    this.#ids = new Ids(sql)
    const { journal, pacing, walSync } = around
    this.#acceptance = journal && new Acceptance(sql, journal, () => this.#insertAccepted())
    this.#writes = new GroupCommit(sql, {
      alongside: () => this.#ids.reserveAlongside(),
      took: (seconds) => this.commits.observe(seconds),
      lost: () => this.#wasLost(),
      ...(pacing && { pacing }),
      ...(walSync && { synced: () => walSync.sync() }),
      ...(journal && { companion: journal }),
      ...(this.#acceptance && { ahead: this.#acceptance }),
    })
  }

  // ---- writing

  newId(): number {
    return this.#ids.next()
  }

  /** See the port. The changes must not be modified before it resolves. */
  commit(changes: Change[], pace: Pace = {}): Promise<void> {
    if (this.#closing) return Promise.reject(storeClosed())
    if (changes.length === 0) return Promise.resolve()
    if (changes.some(isWorthACopy)) this.#isChanged = true
    return this.#writes.write(() => applyChanges(this.#sql, changes, this.#acceptance), pace)
  }

  async accept(row: NewInboxRow): Promise<Accepted> {
    if (this.#closing) throw storeClosed()
    this.#isChanged = true
    if (this.#acceptance) return this.#acceptance.accept(row)
    await this.#writes.write(() => addInboxRow(this.#sql, row))
    return { inInbox: Promise.resolve() }
  }

  async stage(changes: Change[]): Promise<Staged> {
    if (this.#closing) throw storeClosed()
    if (changes.some(isWorthACopy)) this.#isChanged = true
    const work = () => {
      applyChanges(this.#sql, changes, this.#acceptance)
      checkConversations(this.#sql, changes)
    }
    if (this.#acceptance?.isBusy !== true) return this.#writes.stage(work)
    // Whoever stages would go on at once, and take the turns of the event loop from webhooks that wait for their answer.
    await this.#writes.write(work)
    return { onDisk: Promise.resolve() }
  }

  saved(): Promise<void> {
    return this.#writes.saved()
  }

  onLost(listener: () => void): () => void {
    this.#lostListeners.add(listener)
    return () => this.#lostListeners.delete(listener)
  }

  #wasLost(): void {
    this.#ids.lost()
    for (const listener of this.#lostListeners) listener()
  }

  /** A failure is the acceptance's to handle. */
  #insertAccepted(): void {
    this.#writes.advance().catch(() => undefined)
  }

  /** Resolves when every event accepted so far is in the database. */
  async acceptedStored(): Promise<void> {
    if (this.#acceptance?.isEmpty !== false) return
    await this.#writes.write(() => undefined, { isUrgent: true })
  }

  override async inboxPending(limit: number, connectionId?: string): Promise<InboxRow[]> {
    await this.acceptedStored()
    return super.inboxPending(limit, connectionId)
  }

  retryMessage(id: number): Promise<RetryAnswer> {
    this.#isChanged = true
    return this.#writes.write(() => retryMessage(this.#sql, id, this.#host.now()))
  }

  dismissMessage(id: number): Promise<DismissAnswer> {
    this.#isChanged = true
    return this.#writes.write(() => dismissMessage(this.#sql, id, this.#host.now()))
  }

  restoreDismissed(id: number): Promise<boolean> {
    this.#isChanged = true
    return this.#writes.write(() => restoreDismissed(this.#sql, id, this.#host.now()))
  }

  async dropOlderThan(days: number): Promise<Dropped> {
    const cutoff = this.#host.now() - days * 86_400_000
    const dropped = await dropOlderThan(this.#sql, this.#writes, cutoff)
    const wantsBackup = await this.#host.dropFiles(cutoff)
    // Removed content must not stay in the backups for long.
    if (wantsBackup || Object.values(dropped).some((number) => number > 0)) this.#isChanged = true
    return dropped
  }

  async forgetClient(wanted: Wanted): Promise<Forgotten | null> {
    await this.acceptedStored()
    const person = await findPerson(this.#sql, wanted)
    if (!person) return null
    const forgotten = await forgetPerson(this.#sql, this.#writes, person, this.#host.now())
    const journal = (await this.#host.journal?.keepOnly((row) => !person.isMeant(row))) ?? 0
    return { ...forgotten, journal, putAside: await this.#host.renewBackups() }
  }

  async renameConnection(from: string, to: string): Promise<RenameAnswer> {
    const answer = await this.#writes.write(() => renameConnection(this.#sql, from, to))
    if (answer.answer === 'renamed') await this.#host.renewBackups()
    return answer
  }

  /** Rewrites the file without the content of unused pages. Blocks the event loop meanwhile. */
  async compact(): Promise<void> {
    await this.#writes.drained()
    this.#sql.exec('VACUUM')
  }

  /**
   * Makes a verified copy of the file beside it, while the store stays in use; the last two are kept. Returns
   * its path.
   */
  async backup(): Promise<string> {
    this.#isChanged = false
    try {
      return await this.#host.backup()
    } catch (error) {
      this.#isChanged = true
      throw error
    }
  }

  async backUpIfChanged(): Promise<boolean> {
    if (!this.#isChanged) return false
    await this.backup()
    return true
  }

  /** True if there were changes since the last backup, other than regular records. */
  get isChangedSinceBackup(): boolean {
    return this.#isChanged
  }

  /** Writes all waiting changes, then closes the file. Later commits reject. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#host.ending()
    await this.#writes.drained()
    try {
      this.#ids.giveBack()
    } catch {
      // The disk refuses the write: the ids are lost, which is harmless.
    }
    this.#acceptance?.close()
    await this.#host.walSync?.close()
    this.#sql.close()
    await this.#host.journal?.close()
    this.#host.closed(!this.#sql.damaged)
  }

  // ---- queries of its own (the others: queries/application-reads.ts)

  async logEnd(): Promise<LogPlace> {
    return String(await this.latestSeq())
  }
  async logAfter(place: LogPlace | null, limit: number): Promise<{ lines: LogEntry[]; place: LogPlace }> {
    const lines = await logPage(this.#sql, { afterSeq: Number(place ?? 0), limit })
    return { lines, place: String(lines.at(-1)?.seq ?? place ?? 0) }
  }
  async stepsAfter(place: LogPlace, limit: number): Promise<{ steps: Step[]; place: LogPlace }> {
    const found = await steps(this.#sql, Number(place), limit)
    return { steps: found, place: String(found.at(-1)?.seq ?? place) }
  }
  prepareReport(): Promise<void> {
    const now = this.#host.now()
    const store = (part: number) => this.#writes.write(() => storePart(this.#sql, part, now))
    return storeParts(this.#sql, now, store)
  }
  async dataVersion(): Promise<number> {
    return this.#sql.value<number>('PRAGMA data_version') ?? 0
  }
}
