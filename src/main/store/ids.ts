import type { Sql } from './sql.ts'

const BLOCK = 1000

/**
 * Ascending numbers, never handed out twice: a number is handed out only from a block whose end is on disk
 * already, so a number that was lost in a crash is skipped. The next block is reserved along with an ordinary
 * commit when half of this one is used; only a burst with no commit in it costs a sync of its own.
 */
export class Ids {
  readonly #sql: Sql
  #next = 0
  /** First number that is not ours. */
  #end = 0

  constructor(sql: Sql) {
    this.#sql = sql
  }

  next(): number {
    if (this.#next >= this.#end) {
      const end = this.#sql.now(() => this.#reserve())
      this.#take(end)
    }
    return this.#next++
  }

  /** Inside a transaction: reserves when half is used; call what it returns once the transaction is on disk. */
  reserveAlongside(): (() => void) | null {
    if (this.#end === 0 || this.#end - this.#next > BLOCK / 2) return null
    const end = this.#reserve()
    return () => this.#take(end)
  }

  /** At a clean end: gives back what was not used, so that numbers stay short. */
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

  /** The block that ends before `end`; when it follows ours (no other process in between), ours goes on. */
  #take(end: number): void {
    if (end - BLOCK !== this.#end || this.#next >= this.#end) this.#next = Math.max(this.#next, end - BLOCK)
    this.#end = end
  }
}
