import type { Sql } from './sql.ts'

const BLOCK = 1000

/**
 * Ascending ids that are never assigned twice: an id is assigned only from a block whose end is already on
 * disk, so a crash skips the unused ids. The next block is reserved in an ordinary commit when half of the
 * current one is used; only a burst without a commit costs an extra sync.
 */
export class Ids {
  readonly #sql: Sql
  #next = 0
  /** The first id outside our block. */
  #end = 0

  constructor(sql: Sql) {
    this.#sql = sql
  }

  next(): number {
    // Again, where a reservation before was lost: ids from it may be in use in memory.
    while (this.#next >= this.#end) this.#take(this.#sql.now(() => this.#reserve()))
    return this.#next++
  }

  /** The open transaction, which may have held the reservation, did not reach the disk. */
  lost(): void {
    this.#end = 0
  }

  /**
   * Call inside a transaction: reserves when half is used; call the returned function once the transaction is
   * on disk.
   */
  reserveAlongside(): (() => void) | null {
    if (this.#end === 0 || this.#end - this.#next > BLOCK / 2) return null
    const end = this.#reserve()
    return () => this.#take(end)
  }

  /** On a clean shutdown: returns the unused ids, so that ids stay short. */
  giveBack(): void {
    if (this.#next >= this.#end) return
    this.#sql.run(`UPDATE meta SET value = ? WHERE key = 'next_id' AND value = ?`, this.#next, this.#end)
    this.#next = this.#end = 0
  }

  #reserve(): number {
    return this.#sql.value<number>(
      `UPDATE meta SET value = value + ${BLOCK} WHERE key = 'next_id' RETURNING value`,
    )!
  }

  /**
   * The block that ends before `end`; when it follows ours (no other process reserved in between), ours is
   * extended.
   */
  #take(end: number): void {
    if (end - BLOCK !== this.#end || this.#next >= this.#end) this.#next = Math.max(this.#next, end - BLOCK)
    this.#end = end
  }
}
