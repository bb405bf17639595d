import { randomUUID } from 'node:crypto'
import { isStoreUnavailable } from '../../shared/store-error.ts'
import type { Change } from '../engine/ports.ts'
import type { Lease } from '../store/cluster.ts'
import { storeClosed } from '../store/errors.ts'
import { shaped } from './changes.ts'
import { postgresError } from './errors.ts'
import { storableJson } from './plain-text.ts'
import type { PostgresReader } from './reader.ts'

// Captured when the program loads, so that a test's fake timers do not delay the database.
const later = setTimeout

/** How long a commit waits for a database that is away, before it fails: a restart of it takes no longer. */
const PATIENCE_MS = 3000
const PAUSE_MS = 100
/** A call takes some milliseconds; without an answer for so long it is made again. */
const ANSWER_MS = 10_000
/** Commits of one call, and their characters: it answers within some milliseconds. */
const MOST_TOGETHER = 200
const MOST_CHARACTERS = 4_000_000

interface Waiting {
  json: string
  /** Connections whose events another host decides on. */
  hints: readonly string[]
  resolve(): void
  reject(error: unknown): void
  queuedAt: number
}
type Answer = { code: string; message: string } | null

const COMMIT = 'SELECT bridge_commit(?, ?, ?, ?::jsonb, ?)'

/**
 * Combines commits that wait at the same time into one call of `bridge_commit`, one call after the other, so that they
 * are carried out in their order. A call whose answer was lost is repeated under its number, and carried out once.
 */
export class Writes {
  /** This process, for as long as the store is open. */
  readonly me = randomUUID()
  /** Which connections' events are decided on in this process. */
  carries: (connectionId: string) => boolean = () => true
  readonly #sql: PostgresReader
  readonly #isBeside: boolean
  readonly #took: (seconds: number) => void
  #number = 0
  #queue: Waiting[] = []
  #running: Promise<void> | null = null
  #closed = false

  /** `isBeside`: this is the command line. `took` gets the seconds of each commit. */
  constructor(sql: PostgresReader, isBeside: boolean, took: (seconds: number) => void) {
    this.#sql = sql
    this.#isBeside = isBeside
    this.#took = took
  }

  /** With a lease it is refused once another host was given the unit. */
  commit(changes: readonly Change[], lease: Lease | null = null): Promise<void> {
    if (this.#closed) return Promise.reject(storeClosed())
    if (changes.length === 0) return Promise.resolve()
    const json = storableJson({ lease, changes: shaped(changes) })
    const hints = changes.flatMap((change) => (change.type === 'inbox.add' ? [change.row.connectionId] : []))
    return new Promise((resolve, reject) => {
      this.#queue.push({ json, hints, resolve, reject, queuedAt: performance.now() })
      this.#running ??= this.#run()
    })
  }

  /** Later commits reject; resolves when the earlier ones are written. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    // What is committed in the same turn goes into one call.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0) {
      const some = this.#queue.splice(0, this.#many())
      this.#number += 1
      await this.#write(some)
    }
    this.#running = null
  }

  /** How many commits the next call takes: one at least. */
  #many(): number {
    let characters = 0
    const end = this.#queue.findIndex(({ json }, index) => {
      characters += json.length
      return index > 0 && (characters > MOST_CHARACTERS || index === MOST_TOGETHER)
    })
    return end === -1 ? this.#queue.length : end
  }

  async #write(some: readonly Waiting[]): Promise<void> {
    const first = some[0]!
    const hints = new Set(some.flatMap((one) => one.hints).filter((id) => !this.carries(id)))
    const commits = `[${some.map(({ json }) => json).join(',')}]`
    const values = [this.me, this.#number, this.#isBeside, commits, [...hints]]
    for (;;) {
      try {
        const { rows } = await this.#sql.ask(COMMIT, values, ANSWER_MS)
        const [{ bridge_commit }] = rows as [{ bridge_commit: string }]
        const answers = JSON.parse(bridge_commit) as Answer[]
        this.#took((performance.now() - first.queuedAt) / 1000)
        some.forEach(({ resolve, reject }, index) => {
          const refused = answers[index]
          if (refused) reject(errorOf(refused))
          else resolve()
        })
        return
      } catch (error) {
        const isLate = performance.now() - first.queuedAt > PATIENCE_MS
        if (!isStoreUnavailable(error) || isLate) {
          for (const { reject } of some) reject(error)
          return
        }
        await new Promise((resolve) => later(resolve, PAUSE_MS))
      }
    }
  }
}

/** A change that breaks a rule of the store is a bug. */
const errorOf = ({ code, message }: { code: string; message: string }): unknown =>
  postgresError(Object.assign(new Error(message), { code }))
