import { closeSync, fdatasync, fstatSync, openSync, statSync } from 'node:fs'
import { errorCode } from '../../shared/node-errors.ts'
import { storeUnavailable } from './errors.ts'

/**
 * Puts commits on disk without blocking the event loop. SQLite appends a commit to its log (the `-wal` file) and, at
 * `synchronous = NORMAL`, leaves it to the system when that reaches the disk; it syncs the log itself before it moves
 * pages from there into the database, so the file is sound at any moment (https://sqlite.org/pragma.html#pragma_synchronous).
 * What is missing for a commit to survive a power cut is one sync of the log, which runs here on another thread. On macOS
 * Node's `fdatasync` is F_FULLFSYNC.
 */
export class WalSync {
  readonly #path: string
  #file: number | null = null
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(storePath: string) {
    this.#path = `${storePath}-wal`
  }

  /**
   * Resolves when everything committed before the call is on disk; rejects with StoreError `unavailable`. Calls that wait at
   * the same time share a sync.
   */
  sync(): Promise<void> {
    if (this.#running === null) return this.#begin()
    // The one under way may have begun before our commit.
    this.#next ??= this.#running.catch(() => undefined).then(() => this.#begin())
    return this.#next
  }

  #begin(): Promise<void> {
    this.#next = null
    const sync = this.#synced().finally(() => {
      if (this.#running === sync) this.#running = null
    })
    this.#running = sync
    return sync
  }

  #synced(): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void => {
        this.#close()
        reject(storeUnavailable(errorCode(error) || 'WAL', error))
      }
      try {
        fdatasync(this.#open(), (error) => (error ? failed(error) : resolve()))
      } catch (error) {
        failed(error)
      }
    })
  }

  /** SQLite makes another file when the store was opened again. */
  #open(): number {
    if (this.#file !== null && fstatSync(this.#file).ino !== statSync(this.#path).ino) this.#close()
    this.#file ??= openSync(this.#path, 'r+')
    return this.#file
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  /** After the last sync, before SQLite removes the file. */
  async close(): Promise<void> {
    await this.#running?.catch(() => undefined)
    this.#close()
  }
}
