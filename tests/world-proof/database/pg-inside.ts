import type { Socket } from 'node:net'
import pg from 'pg'

/** What this harness uses of a client of `pg` beside its interface. */
export type InnerClient = pg.Client & {
  connection: { stream: Socket; _connecting?: boolean }
  connectionParameters: { fallback_application_name?: string; query_timeout: number }
  readyForQuery: boolean
  /** I = no transaction is open. */
  _txStatus: 'I' | 'T' | 'E' | null
  _ended: boolean
  _activeQuery: unknown
  _queryQueue: unknown[]
}

/** As Node calls back. */
export type Done = (error: Error | null, answer?: unknown) => void
export interface Words {
  text: string
  values: readonly unknown[]
}

/** Stands between the clients of one name and the database. */
export interface Gate {
  connect(client: InnerClient, begin: (done: Done) => void, done: Done): void
  ask(client: InnerClient, words: Words, begin: (text: string, done: Done) => void, done: Done): void
  ends(client: InnerClient): void
}

const gates = new Map<string, Gate>()

/** Clients whose address names this application go through the gate. Returns a function that ends it. */
export function guard(name: string, gate: Gate): () => void {
  install()
  gates.set(name, gate)
  return () => void gates.delete(name)
}

const gateOf = (client: InnerClient): Gate | undefined =>
  gates.get(client.connectionParameters.fallback_application_name ?? '')

type Method = (...args: unknown[]) => unknown
const client = pg.Client.prototype as unknown as Record<'connect' | 'query' | 'end', Method>
const { connect, query, end } = client

/** Past the gate: what it answers was sent before is there when this resolves. */
export const roundTrip = (one: InnerClient): Promise<unknown> =>
  query.call(one, { text: '' }) as Promise<unknown>

let isInstalled = false
function install(): void {
  if (isInstalled) return
  isInstalled = true

  client.connect = function (this: InnerClient, callback?: unknown) {
    const gate = gateOf(this)
    if (!gate) return connect.call(this, callback)
    // What takes long here is this computer's doing: no story may depend on it.
    this.connectionParameters.query_timeout = 0
    return answering(callback, (done) => gate.connect(this, (begun) => connect.call(this, begun), done))
  }
  client.query = function (this: InnerClient, asked: unknown, values?: unknown, callback?: unknown) {
    const gate = gateOf(this)
    if (!gate) return query.call(this, asked, values, callback)
    const config = typeof asked === 'string' ? { text: asked } : (asked as pg.QueryConfig)
    const given = (Array.isArray(values) ? values : (config.values ?? [])) as unknown[]
    return answering(typeof values === 'function' ? values : callback, (done) =>
      gate.ask(
        this,
        { text: config.text, values: given },
        (text, answered) => query.call(this, { ...config, text, values: given, query_timeout: 0 }, answered),
        done,
      ),
    )
  }
  client.end = function (this: InnerClient, callback?: unknown) {
    gateOf(this)?.ends(this)
    return end.call(this, callback)
  }

  // Neither do its connections grow old by this computer's time.
  const pool = pg.Pool.prototype as unknown as Record<'connect', Method>
  const taken = pool.connect
  pool.connect = function (this: pg.Pool, ...args: unknown[]) {
    const { connectionString = '' } = this.options
    if ([...gates.keys()].some((name) => connectionString.includes(name)))
      Object.assign(this.options, { connectionTimeoutMillis: 0, idleTimeoutMillis: 0 })
    return taken.apply(this, args)
  }
}

/** With a callback, or as a promise. */
function answering(callback: unknown, ask: (done: Done) => void): unknown {
  if (typeof callback === 'function') return ask(callback as Done)
  return new Promise((resolve, reject) => {
    ask((error, answer) => (error ? reject(error) : resolve(answer)))
  })
}
