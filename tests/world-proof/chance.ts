/** A number in [0, 1) that depends on its keys only: it does not change when something else is left out. */
export function drawn(...keys: (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const key of keys.join('|')) {
    hash ^= key.charCodeAt(0)
    hash = Math.imul(hash, 0x01000193)
  }
  // The last steps of MurmurHash3: neighbouring keys must not give neighbouring numbers.
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  hash ^= hash >>> 16
  return (hash >>> 0) / 2 ** 32
}

/** A source of randomness with the functions that stories need. */
export class Chance {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** In [0, 1). */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  happens(probability: number): boolean {
    return this.next() < probability
  }

  one<T>(of: readonly T[]): T {
    const found = of[Math.floor(this.next() * of.length)]
    if (found === undefined) throw new Error('nothing to choose from')
    return found
  }

  /** One of several, each with its weight. */
  weighted<T>(of: readonly (readonly [number, T])[]): T {
    const sum = of.reduce((total, [weight]) => total + weight, 0)
    let at = this.next() * sum
    for (const [weight, value] of of) {
      at -= weight
      if (at < 0) return value
    }
    return this.one(of)[1]
  }
}
