import { expect, it } from 'vitest'
import { Rush } from '../../../src/main/store/rush.ts'

/** Whether a rush is on at `asked`, after events at these times. */
function isOn(times: readonly number[], asked: number): boolean {
  const rush = new Rush()
  for (const time of times) rush.came(time)
  return rush.isOn(asked)
}
const many = (count: number, from = 1000, step = 1) =>
  Array.from({ length: count }, (_, n) => from + n * step)

it.each([
  ['ten at once', many(10), 1010, false],
  ['eleven at once', many(11), 1011, true],
  ['eleven just before', many(11), 1080, true],
  ['eleven a tenth of a second before', many(11), 1100, false],
  ['a hundred a second, for long', many(500, 1000, 10), 6000, false],
  ['a thousand a second, for long', many(500), 1500, true],
  ['eleven, and a clock that was set back', many(11), 500, false],
])('%s', (_what, times, asked, expected) => {
  expect(isOn(times, asked)).toBe(expected)
})
