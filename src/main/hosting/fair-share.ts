/** What one host knows of the units and their hosts. */
export interface View {
  /** Of its configuration. */
  units: readonly string[]
  /** Its own, those that it was given first in front. */
  held: readonly string[]
  free: readonly string[]
  /** Hosts that live, itself among them. */
  hosts: number
}
export interface Moves {
  /** How many of `free` it may take. */
  take: number
  /** What it gives back: units beyond its share, so that a new host gets work, and those it does not know. */
  give: string[]
}

/**
 * Each host has at most its share, which is rounded up: so nothing stays free, and nothing moves to and fro. The
 * units that it was given last are given back first.
 */
export function movesOf({ units, held, free, hosts }: View): Moves {
  const share = Math.ceil(units.length / Math.max(1, hosts))
  const known = held.filter((unit) => units.includes(unit))
  return {
    take: Math.min(free.length, Math.max(0, share - known.length)),
    give: [...held.filter((unit) => !units.includes(unit)), ...known.slice(share)],
  }
}
