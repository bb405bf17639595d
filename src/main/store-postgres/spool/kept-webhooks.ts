import { isStoreError, isStoreUnavailable, StoreError } from '../../../shared/store-error.ts'
import type { NewInboxRow } from '../../engine/ports.ts'
import type { Accepted } from '../../store/index.ts'
import type { KeptRow, SpoolFile } from './spool-file.ts'

// Captured when the program loads, so that a test's fake timers do not delay the database.
const later = setTimeout

/** Until the database is tried again. */
const AGAIN_MS = 1000
/** Webhooks of one transaction; a body has up to a megabyte. */
const STEP = 50

/** The database, as the kept webhooks need it. Both reject with StoreError `unavailable` while it is away. */
export interface SpoolTarget {
  /** How many lines of the file with this name it has. */
  has(name: string): Promise<number>
  /** Adds the lines after the first `from`, unless it has them already; returns how many it has then. */
  add(name: string, from: number, rows: readonly KeptRow[]): Promise<number>
}

export interface SpoolListener {
  /** What the database refuses although it is there. */
  bug(error: unknown): void
  /** So many that were kept are all in the database. */
  followed(webhooks: number): void
  closed(): void
}

/** Whoever wants to know when a line is in the inbox. */
interface Waiter {
  line: number
  resolve(): void
}

/** A webhook that the database is being asked to store. */
interface Flight {
  isKept: boolean
  keep(): void
  over: Promise<unknown>
}

/**
 * Webhooks that come while the database is away: they are kept on this computer's disk, and follow in their order when it is
 * back. Until the last of them has, new ones queue up behind them.
 */
export class KeptWebhooks {
  readonly #file: SpoolFile
  readonly #target: SpoolTarget
  readonly #hears: SpoolListener
  readonly #flights = new Set<Flight>()
  /** Lines that the database has; null = it has not said. */
  #drained: number | null = null
  #waiters: Waiter[] = []
  #draining: Promise<void> | null = null
  #why: StoreError = new StoreError('unavailable', 'the database was away when the bridge ended')
  #isClosed = false
  #wake: () => void = () => undefined

  constructor(file: SpoolFile, target: SpoolTarget, hears: SpoolListener) {
    this.#file = file
    this.#target = target
    this.#hears = hears
    if (!file.isEmpty) this.#drain()
  }

  /** How many are not in the database yet. */
  get waiting(): number {
    return this.#file.lines - (this.#drained ?? 0)
  }
  get hasRoom(): boolean {
    return this.#file.hasRoom
  }

  /**
   * Resolves when the database or this computer's disk has the webhook. Rejects when neither can take it. `attempt` asks
   * the database, and rejects with StoreError `unavailable` when it is away.
   */
  accept(row: NewInboxRow, attempt: () => Promise<Accepted>): Promise<Accepted> {
    if (!this.#file.isEmpty) return this.#keep(row, false)
    return new Promise((resolve, reject) => {
      const flight: Flight = {
        isKept: false,
        keep: () => {
          flight.isKept = true
          void this.#keep(row, true).then(resolve, reject)
        },
        over: attempt()
          .then(resolve, (error: unknown) => {
            if (!isStoreUnavailable(error)) return reject(error)
            this.#why = error
            // Those that came later are kept too, in their order: none of them may get before this one.
            for (const one of this.#flights) if (!one.isKept) one.keep()
          })
          .finally(() => this.#flights.delete(flight)),
      }
      this.#flights.add(flight)
    })
  }

  /** What is kept stays on the disk for the next start, which knows how far a step under way has come. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    await this.#file.close()
    this.#hears.closed()
  }

  async #keep(row: NewInboxRow, isDoubted: boolean): Promise<Accepted> {
    const kept = this.#file.append({ ...row, isDoubted })
    await kept
    const { promise: inInbox, resolve } = Promise.withResolvers<void>()
    this.#waiters.push({ line: this.#file.lines, resolve })
    this.#drain()
    return { inInbox, kept: this.#why }
  }

  #drain(): void {
    if (this.#isClosed) return
    this.#draining ??= this.#run().finally(() => {
      this.#draining = null
    })
  }

  async #run(): Promise<void> {
    let isTold = false
    while (!this.#isClosed && !this.#file.isEmpty) {
      try {
        await this.#step()
        isTold = false
      } catch (error) {
        if (this.#isClosed || isStoreError(error, 'closed')) return
        if (!isStoreUnavailable(error) && !isTold) this.#hears.bug(error)
        isTold = !isStoreUnavailable(error)
        await new Promise<void>((resolve) => {
          this.#wake = resolve
          later(resolve, AGAIN_MS).unref()
        })
      }
    }
  }

  async #step(): Promise<void> {
    // What the database was asked before may still be carried out: then it is found there.
    await Promise.allSettled([...this.#flights].map(({ over }) => over))
    // The first one is on its way to the disk: the file has no name yet.
    if (this.#file.lines === 0) return this.#file.written()
    const { name } = this.#file
    this.#drained ??= await this.#target.has(name)
    const rows = await this.#file.read(this.#drained, STEP)
    if (rows.length === 0) return this.#end(this.#drained)
    this.#drained = await this.#target.add(name, this.#drained, rows)
    const isIn = ({ line }: Waiter) => line <= this.#drained!
    for (const { resolve } of this.#waiters.filter(isIn)) resolve()
    this.#waiters = this.#waiters.filter((one) => !isIn(one))
  }

  /** The database has all lines. */
  async #end(lines: number): Promise<void> {
    if (await this.#file.drop(lines)) {
      this.#drained = null
      this.#hears.followed(lines)
    } else await this.#file.written()
  }
}
