import { expect, test } from 'vitest'
import { median, quantile } from '../../../../src/main/store/queries/quantile.ts'

test('the median of an even number of values is between the two in the middle', () => {
  expect(median([])).toBeNull()
  expect(median([3])).toBe(3)
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 9])).toBe(3)
})

test('a quantile is one of the values', () => {
  expect(quantile([], 0.9)).toBeNull()
  expect(quantile([7], 0.9)).toBe(7)
  expect(quantile([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], 0.9)).toBe(9)
})
