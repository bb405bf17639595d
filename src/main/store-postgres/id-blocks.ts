import { StoreError } from '../../shared/store-error.ts'

/** Ids of a block; the sequence counts blocks. */
const BLOCK = 1000

/**
 * Ascending ids that are never assigned twice, at once: two blocks are fetched in advance, and the next one when one of
 * them is used. While the database is away they last for some hundred messages; then StoreError `unavailable`.
 */
export class IdBlocks {
  readonly #fetch: () => Promise<number>
  #blocks: { next: number; end: number }[] = []
  #fetching: Promise<void> | null = null

  /** `fetch` answers the number of a block that nobody else gets. */
  constructor(fetch: () => Promise<number>) {
    this.#fetch = fetch
  }

  /** Call before the first `next`. */
  async start(): Promise<void> {
    await this.#fetchOne()
    await this.#fetchOne()
  }

  /** From now on ids are higher than all that any process has been given before. */
  async renew(): Promise<void> {
    while (this.#fetching) await this.#fetching
    const before = [...this.#blocks]
    const renewal = this.#fetchOne().then(() => this.#fetchOne())
    this.#fetching = renewal
      .catch(() => undefined)
      .finally(() => {
        this.#fetching = null
      })
    await renewal
    this.#blocks = this.#blocks.filter((block) => !before.includes(block))
  }

  next(): number {
    const block = this.#blocks[0]
    if (!block) throw new StoreError('unavailable', 'the database gave no new ids yet', { place: 'database' })
    const id = block.next++
    if (block.next === block.end) this.#blocks.shift()
    const left = this.#blocks.reduce((sum, { next, end }) => sum + end - next, 0)
    if (left <= BLOCK) this.#fetching ??= this.#refill()
    return id
  }

  #refill(): Promise<void> {
    return this.#fetchOne()
      .catch(() => undefined)
      .finally(() => {
        this.#fetching = null
      })
  }

  async #fetchOne(): Promise<void> {
    const number = await this.#fetch()
    this.#blocks.push({ next: number * BLOCK, end: (number + 1) * BLOCK })
  }
}
