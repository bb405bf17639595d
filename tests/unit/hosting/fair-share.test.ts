import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { movesOf } from '../../../src/main/hosting/fair-share.ts'

describe('the share of a host', () => {
  it('takes up to its share, and gives back what is above it, the latest first', () => {
    const units = ['a', 'b', 'c', 'd', 'e']
    expect(movesOf({ units, held: ['a'], free: ['d', 'e'], hosts: 2 })).toEqual({ take: 2, give: [] })
    expect(movesOf({ units, held: ['a', 'b', 'c', 'd', 'e'], free: [], hosts: 2 })).toEqual({
      take: 0,
      give: ['d', 'e'],
    })
    expect(movesOf({ units: ['a'], held: ['a', 'z'], free: [], hosts: 1 })).toEqual({ take: 0, give: ['z'] })
    expect(movesOf({ units, held: [], free: units, hosts: 0 })).toEqual({ take: 5, give: [] })
  })

  it('in turns, of any start, every unit finds a host, and then nothing moves any more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 30 }),
        (count, start) => {
          const units = start.map((_, n) => `u${n}`)
          const held = Array.from({ length: count }, (_, host) =>
            units.filter((_unit, n) => start[n]! === host),
          )
          const free = () => units.filter((unit) => !held.some((some) => some.includes(unit)))
          const turn = (host: number): number => {
            const mine = held[host]!
            const { take, give } = movesOf({ units, held: mine, free: free(), hosts: count })
            held[host] = [...mine.filter((unit) => !give.includes(unit)), ...free().slice(0, take)]
            return take + give.length
          }
          for (let round = 0; round < 3; round++) held.forEach((_, host) => void turn(host))
          expect(free()).toEqual([])
          expect(Math.max(...held.map(({ length }) => length))).toBeLessThanOrEqual(
            Math.ceil(units.length / count),
          )
          expect(held.map((_, host) => turn(host)).every((moves) => moves === 0)).toBe(true)
        },
      ),
    )
  })
})
