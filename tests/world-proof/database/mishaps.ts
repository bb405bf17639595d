import { drawn } from '../chance.ts'

/** How many calls are lost, or lose their answer, as a share. */
export interface Shares {
  commits: number
  others: number
}

/** What happens between the bridge and its database, as drawn. */
export class Mishaps {
  private readonly seed: number
  private readonly now: () => number
  private readonly shares: Shares
  private awayUntil = 0
  private announced: (() => void) | null = null
  private isOver = false

  constructor({ seed, now, shares }: { seed: number; now: () => number; shares: Shares }) {
    this.seed = seed
    this.now = now
    this.shares = shares
  }

  /** From now on nothing happens. */
  end(): void {
    this.isOver = true
    this.announced = null
    this.awayUntil = 0
  }

  /** Of the `n`th question. */
  fateOf(kind: 'commit' | 'other', n: number): 'arrives' | 'is lost' | 'loses its answer' {
    const share = this.isOver ? 0 : kind === 'commit' ? this.shares.commits : this.shares.others
    const at = drawn(this.seed, 'mishap', n)
    if (at >= share) return 'arrives'
    return at < share / 3 ? 'is lost' : 'loses its answer'
  }

  /** The database goes away for so long: true = now, else when the next commit was carried out and not answered yet. */
  goAway(ms: number, began: () => void): boolean {
    this.announced = () => {
      began()
      this.awayUntil = this.now() + ms
    }
    return drawn(this.seed, 'away', this.now()) < 0.5 && this.leaves()
  }

  /** Whether it was to go away, and does. */
  leaves(): boolean {
    const { announced } = this
    this.announced = null
    announced?.()
    return announced !== null
  }

  get isAway(): boolean {
    return this.now() < this.awayUntil
  }
}
