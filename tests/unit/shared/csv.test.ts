import { expect, test } from 'vitest'
import { csvLine } from '../../../src/shared/csv.ts'

test('values are separated by commas, and quoted where they contain what separates', () => {
  expect(csvLine(['a', 1, null, 'b,c', 'say "d"', 'e\nf'])).toBe('a,1,,"b,c","say ""d""","e\nf"\r\n')
})

test.each(['=1+1', '+1', '-1', '@a', '\ta', '\ra'])('a text that would be a formula is text: %j', (text) => {
  expect(csvLine([text]).replaceAll('"', '')).toBe(`'${text}\r\n`)
})

test('a number below zero is a number', () => {
  expect(csvLine([-1, 'a-1'])).toBe('-1,a-1\r\n')
})
