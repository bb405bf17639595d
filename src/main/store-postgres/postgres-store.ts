import type pg from 'pg'
import type { LogEntry } from '../../shared/domain.ts'
import type { Change, InboxReader, NewInboxRow } from '../engine/ports.ts'
import { Histogram } from '../process/prometheus.ts'
import type { KeptEvents } from '../store/application-store.ts'
import type {
  Accepted,
  ApplicationStore,
  DismissAnswer,
  Dropped,
  Forgotten,
  LogPlace,
  RenameAnswer,
  RetryAnswer,
  Step,
  Wanted,
} from '../store/index.ts'
import { ApplicationReads } from '../store/queries/application-reads.ts'
import { storeParts } from '../store/queries/report/parts.ts'
import { findPerson } from '../store/removal/forget-client.ts'
import { PostgresCluster } from './cluster.ts'
import { IdBlocks } from './id-blocks.ts'
import { inboxReader } from './inbox-reader.ts'
import { logAfter, logEnd, stepsAfter } from './log-places.ts'
import { PostgresReader } from './reader.ts'
import type { Session } from './session.ts'
import type { KeptWebhooks } from './spool/kept-webhooks.ts'
import { inTransaction, type Transaction } from './transaction.ts'
import { lookAfterRestore, noteRestore, type RestoredDatabase } from './upkeep/after-restore.ts'
import { forgetPerson } from './upkeep/forget-person.ts'
import { dismiss, restore, retry } from './upkeep/manual-actions.ts'
import { renameConnection } from './upkeep/rename-connection.ts'
import { storePart } from './upkeep/report-parts.ts'
import { compact, dropOlderThan } from './upkeep/retention.ts'
import { Writes } from './writes.ts'

const DAY = 86_400_000
/** So many calls append some thousand tallies. */
const FOLDED_EACH = 1000

/** What the store needs beside the database's pool of connections. */
export interface PostgresHost {
  pool: pg.Pool
  now(): number
  /** Webhooks that come while the database is away; null = they are refused. */
  kept: KeptWebhooks | null
  /** Of a server; null: this is the command line beside servers. */
  session: Session | null
  /** Called once, when everything is written. */
  closed(): Promise<void>
}

/**
 * The bridge's store on PostgreSQL; see ApplicationStore. Created by `openPostgresStore`. While the database is away,
 * calls reject with StoreError `unavailable`; a commit waits some seconds for it first.
 */
export class PostgresStore extends ApplicationReads implements ApplicationStore {
  readonly cluster: PostgresCluster | null
  readonly commits = new Histogram([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
  readonly #host: PostgresHost
  readonly #sql: PostgresReader
  readonly #writes: Writes
  readonly #ids: IdBlocks
  /** Calls that wrote something. */
  #calls = 0
  #folding: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | null = null

  constructor(host: PostgresHost) {
    const sql = new PostgresReader(host.pool)
    super(sql)
    this.#sql = sql
    this.#host = host
    this.#writes = new Writes(sql, host.session === null, (seconds) => {
      this.commits.observe(seconds)
      this.#calls += 1
      if (this.#calls % FOLDED_EACH === 0) this.#folding = this.#fold().catch(() => undefined)
    })
    this.#ids = new IdBlocks(async () => (await sql.value<number>(`SELECT nextval('id_blocks')`))!)
    const [writes, ids, { session }] = [this.#writes, this.#ids, host]
    this.cluster = session && new PostgresCluster(this, { sql, writes, session, ids })
  }

  /** Fetches the first ids. */
  async begin(): Promise<void> {
    if (this.cluster !== null) await this.#sql.ask(FORGET_WRITERS)
    await this.#sql.ask(BEGIN_WRITER, [this.#writes.me])
    await this.#ids.start()
  }

  newId(): number {
    return this.#ids.next()
  }

  commit(changes: Change[]): Promise<void> {
    return this.#writes.commit(changes)
  }

  get kept(): KeptEvents | null {
    return this.#host.kept
  }

  accept(row: NewInboxRow): Promise<Accepted> {
    const attempt = async () => {
      await this.commit([{ type: 'inbox.add', row }])
      return { inInbox: Promise.resolve() }
    }
    const { kept } = this.#host
    // What is kept here would follow what another server is given meanwhile: refused, it goes to that one in its turn.
    return kept && this.cluster?.hasOthers !== true ? kept.accept(row, attempt) : attempt()
  }

  /** Every change is a commit here. */
  async stage(changes: Change[]): Promise<{ onDisk: Promise<void> }> {
    await this.commit(changes)
    return { onDisk: Promise.resolve() }
  }
  async saved(): Promise<void> {}
  onLost(): () => void {
    return () => undefined
  }

  override inboxReader(connectionId: string): InboxReader {
    return inboxReader(this.#sql, connectionId)
  }

  retryMessage(id: number): Promise<RetryAnswer> {
    return this.#byHand((tx) => retry(tx, id, this.#host.now()))
  }
  dismissMessage(id: number): Promise<DismissAnswer> {
    return this.#byHand((tx) => dismiss(tx, id, this.#host.now()))
  }
  restoreDismissed(id: number): Promise<boolean> {
    return this.#byHand((tx) => restore(tx, id, this.#host.now()))
  }

  /** The copies of a database are its owner's: they keep what they hold. */
  async forgetClient(wanted: Wanted): Promise<Forgotten | null> {
    const person = await findPerson(this.#sql, wanted)
    if (!person) return null
    const change = <T>(work: (tx: Transaction) => Promise<T>) => this.#byHand(work)
    return { ...(await forgetPerson(change, person, this.#host.now())), journal: 0, putAside: 0 }
  }

  renameConnection(from: string, to: string): Promise<RenameAnswer> {
    return this.#byHand((tx) => renameConnection(tx, from, to))
  }

  dropOlderThan(days: number): Promise<Dropped> {
    return dropOlderThan((work) => this.#change(work), this.#host.now() - days * DAY)
  }

  /** A database is backed up by its own means. */
  async backUpIfChanged(): Promise<boolean> {
    return false
  }

  compact(): Promise<void> {
    return compact(this.#sql)
  }

  async prepareReport(): Promise<void> {
    await this.#fold()
    const now = this.#host.now()
    await storeParts(this.#sql, now, (part) => this.#change((tx) => storePart(tx, part, now)))
  }

  logEnd(): Promise<LogPlace> {
    return logEnd(this.#sql)
  }
  logAfter(place: LogPlace | null, limit: number): Promise<{ lines: LogEntry[]; place: LogPlace }> {
    return logAfter(this.#sql, place, limit)
  }
  stepsAfter(place: LogPlace, limit: number): Promise<{ steps: Step[]; place: LogPlace }> {
    return stepsAfter(this.#sql, place, limit)
  }

  /** The command line counts what it writes, and each host what it changes by hand. */
  async dataVersion(): Promise<number> {
    return Number(await this.#sql.value<string>(OUTSIDE)) - (this.cluster?.changes ?? 0)
  }

  /** The database was restored from a backup of it: see noteRestore. Nothing is changed without `isMeant`. */
  afterRestore(isMeant: boolean): Promise<RestoredDatabase> {
    return this.#change((tx) => (isMeant ? noteRestore(tx, this.#host.now()) : lookAfterRestore(tx)))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#host.kept?.close()
    await this.#writes.close()
    await this.#folding
    await this.#host.closed()
  }

  /** Sums up the appended tallies. */
  #fold(): Promise<unknown> {
    return this.#sql.ask('SELECT bridge_fold()')
  }

  #change<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return inTransaction(this.#host.pool, work)
  }

  /** Whoever carries it is told. */
  async #byHand<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const answer = await this.#change(async (tx) => {
      const done = await work(tx)
      await tx.ask('SELECT bridge_changed()')
      return done
    })
    if (this.cluster !== null) this.cluster.changes += 1
    return answer
  }
}

/** Its row lets a repeated call wait for the first one, also if that is the very first. */
const BEGIN_WRITER = `INSERT INTO writers (writer, number, answers) VALUES (?, 0, '[]')`
/** No call of theirs is repeated any more. */
const FORGET_WRITERS = `DELETE FROM writers WHERE at < clock_timestamp() - interval '1 day'
  AND writer NOT LIKE 'spool %'`
const OUTSIDE = `SELECT value FROM meta WHERE key = 'outside'`
