import { expect, test } from 'vitest'
import { labelEvery, ticksFor } from '../../../../../src/renderer/pages/overview/bar-scale.ts'

test.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [4, [0, 1, 2, 3, 4]],
  [9, [0, 5, 10]],
  [17, [0, 5, 10, 15, 20]],
  [380, [0, 100, 200, 300, 400]],
  [10_000, [0, 5000, 10_000]],
])('an axis up to %i has the ticks %j', (most, ticks) => {
  expect(ticksFor(most)).toEqual(ticks)
})

test('ticks are whole numbers that reach the largest value, and few', () => {
  for (let most = 0; most < 5000; most += 7) {
    const ticks = ticksFor(most)
    expect(ticks.every(Number.isInteger)).toBe(true)
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(most)
    expect(ticks.length).toBeLessThanOrEqual(6)
  }
})

test('labels are left out evenly where they do not fit', () => {
  expect(labelEvery(24, 1200, 50)).toBe(1)
  expect(labelEvery(24, 400, 50)).toBe(3)
  expect(labelEvery(24, 0, 50)).toBeGreaterThan(24)
})
