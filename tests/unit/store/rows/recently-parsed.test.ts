import { expect, it } from 'vitest'
import { RecentlyParsed } from '../../../../src/main/store/rows/recently-parsed.ts'

function recently(most: number) {
  const parsed: string[] = []
  const rows = new RecentlyParsed((text) => {
    parsed.push(text)
    return { text }
  }, most)
  return { rows, parsed }
}

it('a row is parsed again only when its text is another one', () => {
  const { rows, parsed } = recently(10)
  const first = rows.from(1, 'a')
  expect(rows.from(1, 'a')).toBe(first)
  expect(rows.from(1, 'b')).toEqual({ text: 'b' })
  expect(rows.from(1, 'a')).toEqual({ text: 'a' })
  expect(parsed).toEqual(['a', 'b', 'a'])
})

it('rows with the same text and another id share nothing', () => {
  const { rows } = recently(10)
  expect(rows.from(1, 'a')).not.toBe(rows.from(2, 'a'))
})

it('those read longest ago are given up', () => {
  const { rows, parsed } = recently(2)
  for (const [id, text] of [
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
    [2, 'b'],
    [1, 'a'],
  ] as const)
    rows.from(id, text)
  expect(parsed).toEqual(['a', 'b', 'c', 'a'])
})

it('nobody can change what others read', () => {
  const { rows } = recently(2)
  expect(() => Object.assign(rows.from(1, 'a'), { text: 'b' })).toThrow(TypeError)
})
