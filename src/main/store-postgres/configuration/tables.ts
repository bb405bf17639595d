import type pg from 'pg'
import { StoreError } from '../../../shared/store-error.ts'
import { postgresError } from '../errors.ts'
import { DEFAULT_SCHEMA, startError, tablesPool } from '../open.ts'
import { PostgresReader } from '../reader.ts'
import { type SealKey, sealKey, shut, unshut } from '../sealing.ts'

/**
 * Made apart from the other tables: they are read before the store is opened, by servers that may be told then that another
 * one works on it. `configuration` has two rows: the settings, and of `secrets` the version alone.
 */
const TABLES = (schema: string) => `BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended('chatra-planfix-bridge configuration', 0));
CREATE SCHEMA IF NOT EXISTS "${schema}";
CREATE TABLE IF NOT EXISTS "${schema}".configuration (id text PRIMARY KEY, content jsonb NOT NULL, version bigint NOT NULL);
CREATE TABLE IF NOT EXISTS "${schema}".secrets (
  connection text NOT NULL,
  name text NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (connection, name)
);
COMMIT`

const IS_THERE = `SELECT count(*) FROM information_schema.tables
  WHERE table_schema = ? AND table_name = 'configuration'`
const READ = `SELECT content, version FROM configuration WHERE id = 'settings'`
const WRITE = `UPDATE configuration SET content = ?::jsonb, version = version + 1 WHERE id = 'settings' AND version = ?`
const FIRST = `INSERT INTO configuration VALUES ('settings', ?::jsonb, 1) ON CONFLICT (id) DO NOTHING`
const VERSIONS = `SELECT coalesce(string_agg(id || ' ' || version, ', ' ORDER BY id), '') AS versions FROM configuration`
const SECRETS = `SELECT connection, name, convert_from(sealed, 'UTF8') AS sealed FROM secrets`
const SAVE_SECRET = `INSERT INTO secrets VALUES (?, ?, convert_to(?, 'UTF8'))
  ON CONFLICT (connection, name) DO UPDATE SET sealed = excluded.sealed`
const DROP_SECRETS = `DELETE FROM secrets WHERE connection = ? AND name = ANY(?)`
const SECRETS_CHANGED = `INSERT INTO configuration VALUES ('secrets', 'null', 1)
  ON CONFLICT (id) DO UPDATE SET version = configuration.version + 1`

/** Settings and sealed secrets in the database, for every server on it. Calls reject with StoreError `unavailable`. */
export class ConfigurationTables {
  /** For people; without a password. */
  readonly name: string
  readonly #pool: pg.Pool
  readonly #sql: PostgresReader
  /** The first seals, each opens; none: there are no secrets here. */
  readonly #keys: readonly SealKey[]

  private constructor(name: string, pool: pg.Pool, keys: readonly SealKey[]) {
    this.name = name
    this.#pool = pool
    this.#sql = new PostgresReader(pool)
    this.#keys = keys
  }

  /**
   * Makes the tables where they are missing; with `onlyReads` the answer is null then, or when there are no settings yet.
   * Throws StoreError `unavailable`, with the reason in words.
   */
  static async open(
    url: string,
    masterKeys: readonly Buffer[],
    options: { onlyReads: true; schema?: string },
  ): Promise<ConfigurationTables | null>
  static async open(
    url: string,
    masterKeys: readonly Buffer[],
    options?: { onlyReads?: boolean; schema?: string },
  ): Promise<ConfigurationTables>
  static async open(
    url: string,
    masterKeys: readonly Buffer[],
    { onlyReads = false, schema = DEFAULT_SCHEMA } = {},
  ): Promise<ConfigurationTables | null> {
    const pool = tablesPool(url, schema)
    const { host, pathname } = new URL(url)
    const keys = masterKeys.map((key) => sealKey(key, 'secrets'))
    const tables = new ConfigurationTables(`${host}${pathname}`, pool, keys)
    try {
      if (!onlyReads) await pool.query(TABLES(schema))
      else if (!(await tables.#isThere(schema)) || (await tables.read()) === null) {
        await pool.end()
        return null
      }
      return tables
    } catch (error) {
      await pool.end()
      throw startError(postgresError(error))
    }
  }

  async #isThere(schema: string): Promise<boolean> {
    return (await this.#sql.value<number>(IS_THERE, schema)) === 1
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  /** Differs after a change of settings or secrets. */
  async versions(): Promise<string> {
    return (await this.#sql.value<string>(VERSIONS)) ?? ''
  }

  /** Null: there are no settings yet. */
  async read(): Promise<{ content: object; version: number } | null> {
    const row = await this.#sql.get<{ content: string; version: number }>(READ)
    return row && { content: JSON.parse(row.content) as object, version: row.version }
  }

  /** Replaces version `version` (0: there are none yet). False: somebody else did meanwhile. */
  async write(content: object, version: number): Promise<boolean> {
    const json = JSON.stringify(content)
    const { rowCount } = await (version === 0
      ? this.#sql.ask(FIRST, [json])
      : this.#sql.ask(WRITE, [json, version]))
    return rowCount === 1
  }

  /** Every secret, as `<connection>/<NAME>`. Throws StoreError `sealed` when a key is missing. */
  async secrets(): Promise<Map<string, string>> {
    const rows = await this.#sql.all<{ connection: string; name: string; sealed: string }>(SECRETS)
    return new Map(
      rows.map(({ connection, name, sealed }) => [
        accountOf(connection, name),
        this.#opened(sealed, accountOf(connection, name)),
      ]),
    )
  }

  async save(connection: string, name: string, secret: string): Promise<void> {
    await this.#changeSecrets([
      [SAVE_SECRET, [connection, name, this.#sealed(secret, accountOf(connection, name))]],
    ])
  }
  async drop(connection: string, names: readonly string[]): Promise<void> {
    await this.#changeSecrets([[DROP_SECRETS, [connection, names]]])
  }

  /** Seals all secrets by the first key; returns how many. */
  async sealAgain(): Promise<number> {
    const secrets = await this.secrets()
    await this.#changeSecrets(
      [...secrets].map(([account, secret]) => [
        SAVE_SECRET,
        [...account.split('/'), this.#sealed(secret, account)],
      ]),
    )
    return secrets.size
  }

  /** All or none; other servers notice. */
  async #changeSecrets(statements: readonly (readonly [string, readonly unknown[]])[]): Promise<void> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw postgresError(error)
    })
    const tx = new PostgresReader(client)
    let isSound = false
    try {
      await tx.ask('BEGIN')
      for (const [text, values] of statements) await tx.ask(text, values)
      await tx.ask(SECRETS_CHANGED)
      await tx.ask('COMMIT')
      isSound = true
    } finally {
      client.release(!isSound)
    }
  }

  #sealed(secret: string, account: string): string {
    const key = this.#keys[0]
    if (key === undefined) throw new Error('secrets are stored in the database with a master key alone')
    return `${key.id} ${shut(key, secret, account)}`
  }
  #opened(sealed: string, account: string): string {
    const [id, line = ''] = sealed.split(' ')
    const key = this.#keys.find((one) => one.id === id)
    try {
      if (key !== undefined) return unshut(key, line, account)
    } catch {
      // It was moved to another row, or changed.
    }
    throw new StoreError(
      'sealed',
      `the secrets in the database are sealed by another master key (${account}): give the file that holds it by --master-key-file`,
      { place: 'database' },
    )
  }
}

const accountOf = (connection: string, name: string): string => `${connection}/${name}`
