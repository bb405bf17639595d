import type { Change } from '../engine/ports.ts'
import type { ApplicationStore, Cluster } from '../store/application-store.ts'
import type { Holder, Lease, Look, Presence, Words } from '../store/cluster.ts'
import { isLeaseLost } from './errors.ts'
import type { IdBlocks } from './id-blocks.ts'
import { PostgresReader } from './reader.ts'
import type { Session } from './session.ts'
import type { Writes } from './writes.ts'

const HOLDERS = `SELECT unit, host, name, address FROM leases JOIN hosts ON host = holder WHERE until > clock_timestamp()`
const KINDS = { inbox: true, lease: true, changed: true, now: true, proof: true } satisfies Record<
  Words['kind'],
  true
>

/** The hosts of a database; see Cluster, and tables/leases.ts for what is carried out there. */
export class PostgresCluster implements Cluster {
  readonly me: string
  /** Changes of this host that others are told of. */
  changes = 0
  /** Other hosts live, or did some minutes ago, as of the latest look. */
  hasOthers = false
  readonly #store: ApplicationStore
  readonly #sql: PostgresReader
  /** What cannot wait until the page has read. */
  readonly #quick: PostgresReader
  readonly #writes: Writes
  readonly #session: Session
  readonly #ids: IdBlocks

  constructor(
    store: ApplicationStore,
    { sql, writes, session, ids }: { sql: PostgresReader; writes: Writes; session: Session; ids: IdBlocks },
  ) {
    this.me = writes.me
    this.#store = store
    this.#sql = sql
    this.#writes = writes
    this.#session = session
    this.#ids = ids
    this.#quick = new PostgresReader(session)
  }

  set carries(carries: (connectionId: string) => boolean) {
    this.#writes.carries = carries
  }
  get carries(): (connectionId: string) => boolean {
    return this.#writes.carries
  }

  beat(presence: Presence, ttlMs: number): Promise<Lease[]> {
    return this.#json('SELECT bridge_beat(?, ?::jsonb, ?)', this.me, JSON.stringify(presence), ttlMs)
  }

  async look(units: readonly string[]): Promise<Look> {
    const seen = await this.#json<Look>('SELECT bridge_look(?)', units)
    this.hasOthers = seen.hosts.some(({ host }) => host !== this.me)
    return seen
  }

  take(units: readonly string[], most: number, ttlMs: number): Promise<Lease[]> {
    return this.#json('SELECT bridge_take(?, ?, ?, ?)', this.me, units, most, ttlMs)
  }

  async giveBack(units: readonly string[]): Promise<void> {
    await this.#quick.ask('SELECT bridge_give_back(?, ?)', [this.me, units])
  }

  async retire(): Promise<void> {
    await this.#quick.ask('SELECT bridge_retire(?, false)', [this.me])
  }

  async bury(host: string): Promise<void> {
    await this.#quick.ask('SELECT bridge_retire(?, true)', [host])
  }

  holders(): Promise<Holder[]> {
    return this.#sql.all<Holder>(HOLDERS)
  }

  /** The same store, but for its commits. */
  under(lease: Lease, refused: () => void): ApplicationStore {
    const commit = async (changes: readonly Change[]): Promise<void> => {
      try {
        await this.#writes.commit(changes, lease)
      } catch (error) {
        if (isLeaseLost(error)) refused()
        throw error
      }
    }
    const stage = async (changes: readonly Change[]): Promise<{ onDisk: Promise<void> }> => {
      await commit(changes)
      return { onDisk: Promise.resolve() }
    }
    const bound = new Map<PropertyKey, unknown>([
      ['commit', commit],
      ['stage', stage],
    ])
    return new Proxy(this.#store, {
      get(store, name) {
        if (bound.has(name)) return bound.get(name)
        const value: unknown = Reflect.get(store, name, store)
        if (typeof value !== 'function') return value
        const method: unknown = value.bind(store)
        bound.set(name, method)
        return method
      },
    })
  }

  renewIds(): Promise<void> {
    return this.#ids.renew()
  }

  async tell({ kind, about }: Words): Promise<void> {
    await this.#sql.ask('SELECT bridge_tell(?)', [`${kind} ${about}`])
  }

  listen(heard: (words: Words) => void): () => void {
    return this.#session.listen((payload) => {
      const [kind = '', about = ''] = payload.split(' ', 2)
      if (isKind(kind)) heard({ kind, about })
    })
  }

  async changed(): Promise<void> {
    await this.#sql.ask('SELECT bridge_changed()')
    this.changes += 1
  }

  async #json<T>(text: string, ...values: unknown[]): Promise<T> {
    const { rows } = await this.#quick.ask(text, values)
    return JSON.parse(Object.values(rows[0] as Record<string, string>)[0]!) as T
  }
}

const isKind = (kind: string): kind is Words['kind'] => Object.hasOwn(KINDS, kind)
