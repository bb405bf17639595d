import pg from 'pg'
import { errorMessage } from '../../shared/node-errors.ts'
import { isStoreError, StoreError } from '../../shared/store-error.ts'
import { storeOfOtherVersion } from '../store/errors.ts'
import { END_LEAVING, type MarkRow, marksFrom, moveTrouble, READ_MARKS } from '../store/rows/move-marks.ts'
import { CERTIFICATE, postgresError } from './errors.ts'
import { Line } from './line.ts'
import { PostgresStore } from './postgres-store.ts'
import { PostgresReader, types } from './reader.ts'
import { Session } from './session.ts'
import type { KeptWebhooks } from './spool/kept-webhooks.ts'
import { type Keeping, openKept } from './spool/open.ts'
import { migrate, migrations, versionOf } from './tables/migrations.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  url: string
  clock?: { now(): number }
  /** The tables' schema; created when it is missing. */
  schema?: string
  /** For the command line beside running servers: creates and upgrades nothing. */
  shared?: boolean
  /** For the command line with all servers stopped: throws StoreError `missing` when there are no tables. */
  mustExist?: boolean
  /** Keeps webhooks on this computer's disk while the database is away; without it they are refused. */
  keeping?: Keeping | null | undefined
  /** To note that the database was restored from a backup. */
  isRestored?: boolean
}

/** Enough for the page's reads beside the engine's. */
const CONNECTIONS = 10
const CONNECT_MS = 5000
/** A query without an answer for so long: the line is cut. */
const ANSWER_MS = 30_000
export const DEFAULT_SCHEMA = 'bridge'

/**
 * Opens the store of a database, for one of its servers or for the command line. Throws StoreError `in-use` when a program
 * runs on it and one of the two wants it alone (`mustExist`), `newer` or `older` when another version of the program made its tables, `missing` (with `shared`) when there are none, and `unavailable`, with
 * the reason in words, when the database cannot be used. No message names the address: the password is part of it.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const { url, clock = Date, schema = DEFAULT_SCHEMA, shared = false, mustExist = false } = options
  const line = new Line()
  const pool = tablesPool(url, schema, { stream: line.stream })
  let session: Session | null = null
  let kept: KeptWebhooks | null = null
  try {
    const sql = new PostgresReader(pool)
    if (shared) await checkVersion(sql, schema)
    else {
      const settings = { ...settingsOf(url), stream: line.stream }
      session = await Session.open(settings, schema, { isAlone: mustExist, lost: () => line.cut() })
      if (mustExist) await checkExists(sql, schema)
      await migrate(pool, schema)
    }
    const closed = async () => {
      await pool.end()
      await session?.end()
    }
    await refuseMoved(sql, options)
    const now = () => clock.now()
    kept = options.keeping ? await openKept(options.keeping, pool, now) : null
    const store = new PostgresStore({ pool, now, session, kept, closed })
    await store.begin()
    return store
  } catch (error) {
    await kept?.close()
    await pool.end()
    await session?.end()
    throw startError(error)
  }
}

/** Connections that see the tables; `prepare`: SQL that each begins with; `stream`: see Line. */
export function tablesPool(
  url: string,
  schema: string,
  { prepare = '', ...line }: { prepare?: string; stream?: Line['stream'] } = {},
): pg.Pool {
  // A process that was stopped inside a transaction keeps nobody waiting for long.
  const first = `SET search_path TO "${schema}"; SET idle_in_transaction_session_timeout = '3s'${prepare}`
  const onConnect = async (client: pg.ClientBase) => {
    await client.query(first)
  }
  const pool = new pg.Pool({ ...settingsOf(url), ...line, max: CONNECTIONS, onConnect })
  // A connection was lost: the query on it is told, and the next one opens another.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

export const settingsOf = (url: string): pg.ClientConfig => ({
  connectionString: url,
  types,
  application_name: 'chatra-planfix-bridge',
  connectionTimeoutMillis: CONNECT_MS,
  query_timeout: ANSWER_MS,
  keepAlive: true,
})

/** Whether a server works on this database now. */
export async function isInUse(url: string, schema = DEFAULT_SCHEMA): Promise<boolean> {
  try {
    await (await Session.open(settingsOf(url), schema, { isAlone: true })).end()
    return false
  } catch (error) {
    return isStoreError(error, 'in-use')
  }
}

async function checkVersion(sql: PostgresReader, schema: string): Promise<void> {
  const version = await checkExists(sql, schema)
  if (version !== migrations.length) throw storeOfOtherVersion(version, migrations.length)
}

async function checkExists(sql: PostgresReader, schema: string): Promise<number> {
  const version = await versionOf(sql, schema)
  if (version > 0) return version
  throw missing()
}

export const missing = (): StoreError =>
  new StoreError('missing', 'there is no bridge data in this database: start the bridge once on it')

/** Throws StoreError `moved`. The command that notes a restore goes on: what was moved may be lost. */
async function refuseMoved(sql: PostgresReader, { shared, isRestored }: PostgresOptions): Promise<void> {
  const { moved, ...marks } = marksFrom(await sql.all<MarkRow>(READ_MARKS))
  const trouble = moveTrouble(isRestored || moved === undefined ? marks : { ...marks, moved }, 'database')
  if (trouble !== null) throw trouble
  if (!shared) await sql.ask(END_LEAVING)
}

/** Why the database cannot be used, for the person who starts the program. */
export function startError(cause: unknown): unknown {
  const error = postgresError(cause)
  if (!isStoreError(error, 'unavailable')) return error
  const why = errorMessage(error.cause) || error.code
  const words = WORDS[error.code] ?? WORDS[reasonOf(error.code, why)]
  if (words === undefined) return error
  const { code } = error
  return new StoreError('unavailable', `${words} (${why})`, { code, cause, place: 'database' })
}

function reasonOf(code: string, why: string): string {
  if (CERTIFICATE.test(code)) return 'certificate'
  return why.startsWith('SASL') ? 'password' : ''
}
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'no database answers at this host and port: is it started?',
  ENOENT: 'there is no database socket at this path: is it started?',
  ENOTFOUND: "the database's host name is not known",
  EAI_AGAIN: "the database's host name cannot be looked up now",
  ETIMEDOUT: 'the database does not answer: is a firewall in between?',
  certificate: "the database's certificate is not trusted by this computer",
  password: 'the database asks for a password: give it by BRIDGE_STORE_PASSWORD',
  '28P01': 'the database refuses the user or the password',
  '28000': 'the database refuses this user, from this host or without encryption',
  '3D000': 'there is no such database: create it first',
  '53300': 'the database takes no more connections',
  '57P03': 'the database is starting or stopping',
}
