import pg from 'pg'
import { errorCode } from '../../shared/node-errors.ts'
import { StoreError } from '../../shared/store-error.ts'
import { postgresError } from './errors.ts'
import type { Asked } from './reader.ts'

// Captured when the program loads, so that a test's fake timers do not delay it.
const later = setTimeout

const AGAIN_MS = 250
/** A line that was cut without a word is noticed after this time, with that of an answer. */
const LOOK_MS = 10_000
/** Each answer takes a millisecond: later the line is given up. */
const ANSWER_MS = 3000
const NAME = 'chatra-planfix-bridge'
const ALONE = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken'
const AMONG_OTHERS = 'SELECT pg_try_advisory_lock_shared(hashtextextended($1, 0)) AS taken'

interface SessionOptions {
  /** Whether no other program may run on the tables. */
  isAlone: boolean
  /** The line to the database is dead. */
  lost?: () => void
}

/**
 * A connection of its own for as long as the store is open; it is opened again after it was lost. It shows that a program
 * runs on these tables, so that a command that wants them alone is refused, and the other way round; it hears what
 * others tell; and it asks what no other question may delay.
 */
export class Session implements Asked {
  readonly #settings: pg.ClientConfig
  readonly #schema: string
  readonly #options: SessionOptions
  readonly #listeners = new Set<(words: string) => void>()
  #client: pg.Client | null = null
  #last: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  private constructor(settings: pg.ClientConfig, schema: string, options: SessionOptions) {
    this.#settings = settings
    this.#schema = schema
    this.#options = options
  }

  /** Throws StoreError `in-use` when another program runs on the tables, and one of the two wants them alone. */
  static async open(settings: pg.ClientConfig, schema: string, options: SessionOptions): Promise<Session> {
    const session = new Session(settings, schema, options)
    if (await session.#connect()) return session
    const who = options.isAlone ? 'another bridge is already running on' : 'a command is working alone on'
    throw new StoreError('in-use', `${who} this database`, { place: 'database' })
  }

  /** One question at a time. */
  query(query: pg.QueryConfig): Promise<{ rows: unknown[]; rowCount: number | null }> {
    const mine = this.#last.then(() => this.#ask(query))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async #ask(query: pg.QueryConfig): Promise<{ rows: unknown[]; rowCount: number | null }> {
    const client = this.#client
    if (client === null) throw new StoreError('unavailable', 'the database is away', { place: 'database' })
    try {
      return await client.query(query)
    } catch (error) {
      // Without a code of the database: there was no answer.
      if (errorCode(error) === '') this.#lose(client)
      throw error
    }
  }

  listen(heard: (words: string) => void): () => void {
    this.#listeners.add(heard)
    return () => this.#listeners.delete(heard)
  }

  async end(): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#timer)
    await this.#client?.end().catch(() => undefined)
  }

  /** Whether it may run on the tables. Rejects when the database cannot be used. */
  async #connect(): Promise<boolean> {
    const client = new pg.Client({ ...this.#settings, query_timeout: ANSWER_MS })
    client.on('error', () => undefined)
    client.on('notification', ({ payload = '' }) => {
      for (const heard of this.#listeners) heard(payload)
    })
    try {
      await client.connect()
      const asked = await client.query<{ taken: boolean }>(this.#options.isAlone ? ALONE : AMONG_OTHERS, [
        `${NAME} ${this.#schema}`,
      ])
      await client.query(`SET search_path TO "${this.#schema}"; LISTEN "bridge/${this.#schema}"`)
      if (asked.rows[0]?.taken && !this.#isOver) {
        this.#client = client
        client.once('end', () => {
          this.#client = null
          this.#again()
        })
        this.#lookSoon()
        return true
      }
    } catch (error) {
      void client.end().catch(() => undefined)
      throw postgresError(error)
    }
    await client.end()
    return false
  }

  #lose(client: pg.Client): void {
    void client.end().catch(() => undefined)
    this.#options.lost?.()
  }

  #lookSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = later(() => {
      this.query({ text: 'SELECT 1' }).then(
        () => this.#isOver || this.#lookSoon(),
        () => undefined,
      )
    }, LOOK_MS)
    this.#timer.unref()
  }

  #again(): void {
    if (this.#isOver) return
    clearTimeout(this.#timer)
    this.#timer = later(() => {
      this.#connect().then(
        (isThere) => isThere || this.#again(),
        () => this.#again(),
      )
    }, AGAIN_MS)
    this.#timer.unref()
  }
}
