import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { AnyStoreOptions } from '../../../src/main/runtime/any-store.ts'
import type { ApplicationStore } from '../../../src/main/store/index.ts'
import type { KeptWebhooks } from '../../../src/main/store-postgres/spool/kept-webhooks.ts'
import { testDatabase } from '../../support/postgres-of-run.ts'
import { drawn } from '../chance.ts'
import type { Life } from '../life.ts'
import type { Storage } from '../storage.ts'
import { Copies } from './copies.ts'
import type { Shares } from './mishaps.ts'
import { storeOfTheWorld } from './timers.ts'
import { Wire } from './wire.ts'

const MISHAPS: Shares = { commits: 1 / 60, others: 1 / 2000 }
/** So many of the lives that follow another one do not know of it, as on another computer. */
const STRANGERS = 0.3

interface Options {
  seed: number
  dataDir: string
  now(): number
  mishaps?: Shares
  /** Webhooks are kept while the database is away. */
  keeps?: boolean
}

/** PostgreSQL: tables of the story's own, in a database that knows the world's time. */
export class DatabaseStorage implements Storage {
  readonly database: string
  readonly keeping: { masterKeys: [] } | null
  readonly writes = new Set(['commit', 'stage', 'accept'])
  private readonly options: Options
  private readonly schema: string
  private readonly administrator: pg.Client
  private readonly wire: Wire
  private readonly copies: Copies
  private commands = 0

  private constructor(options: Options, database: string, schema: string, administrator: pg.Client) {
    this.options = options
    this.database = database
    this.keeping = options.keeps ? { masterKeys: [] } : null
    this.schema = schema
    this.administrator = administrator
    this.copies = new Copies(administrator, schema)
    this.wire = new Wire({
      mishaps: MISHAPS,
      ...options,
      timeThere: `${schema}_world.time()`,
      setTime: (now) => administrator.query(`SELECT setval('${schema}_world.milliseconds', ${now})`),
    })
  }

  static async open(options: Options): Promise<DatabaseStorage> {
    await storeOfTheWorld()
    const database = await testDatabase()
    const schema = `proof_${randomUUID().replaceAll('-', '')}`
    const administrator = new pg.Client(database)
    await administrator.connect()
    await administrator.query(`CREATE SCHEMA ${schema}_world;
      CREATE SEQUENCE ${schema}_world.milliseconds;
      CREATE FUNCTION ${schema}_world.time() RETURNS timestamptz LANGUAGE sql AS
        'SELECT to_timestamp(last_value / 1000.0) FROM ${schema}_world.milliseconds'`)
    return new DatabaseStorage(options, database, schema, administrator)
  }

  async open(life: Life, options: AnyStoreOptions): Promise<ApplicationStore> {
    return life.keep(await this.openAs(`life-${life.n}`, life, options))
  }

  cut(life: Life): void {
    this.wire.cut(life)
  }

  async settleAfter(life: Life): Promise<void> {
    const { dataDir, seed } = this.options
    // Its locks and open files ended with the process, which is this one.
    await (life.store?.kept as KeptWebhooks | null | undefined)?.close()
    rmSync(join(dataDir, 'host.lock'), { force: true })
    if (drawn(seed, 'stranger', life.n) < STRANGERS) rmSync(join(dataDir, 'host.json'), { force: true })
  }

  /** By the owner, whenever the bridge would look after a copy of its own. */
  async backUp(): Promise<boolean> {
    await this.copies.make()
    return false
  }

  get canBeDamaged(): boolean {
    return this.copies.exists
  }

  /** The owner puts the copy back and says so, as by `bridge restore --store`. */
  async damage(): Promise<void> {
    await this.copies.putBack()
    const owner = { isSpared: true, run: (work: () => void) => work() }
    const clock = { now: this.options.now }
    const alone = { mustExist: true, isRestored: true }
    const store = await this.openAs(`command-${++this.commands}`, owner, { clock, ...alone })
    await store.afterRestore(true)
    await store.close()
  }

  /** All connections end, and none is made meanwhile. */
  away(ms: number, began: () => void): void {
    this.wire.away(ms, began)
  }

  isWell(): void {
    this.wire.isWell()
  }

  atRest(): Promise<void> {
    return this.wire.atRest()
  }
  get isAtRest(): boolean {
    return this.wire.isAtRest
  }

  async close(): Promise<void> {
    this.wire.close()
    const all = ['', '_world', '_copy'].map((part) => `${this.schema}${part}`).join(', ')
    await this.administrator.query(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${all} CASCADE`)
    await this.administrator.end()
  }

  private async openAs(
    name: string,
    asker: Parameters<Wire['admit']>[1],
    options: Partial<AnyStoreOptions> & { mustExist?: boolean; isRestored?: boolean },
  ) {
    const { openPostgresStore } = await storeOfTheWorld()
    const application = `${this.schema}-${name}`
    this.wire.admit(application, asker)
    const url = new URL(this.database)
    url.searchParams.set('fallback_application_name', application)
    return openPostgresStore({ ...options, url: url.href, schema: this.schema })
  }
}
