import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainField } from '../../../../src/shared/plain.ts'

test('angle brackets become typographic ones and nothing is escaped', () => {
  expect(plainField('Tom & <Jerry> "x"', '?')).toBe('Tom & ‹Jerry› "x"')
})

test('control characters are removed, line ends become spaces', () => {
  expect(plainField(' An\u0000na\u0007\nPopa\u009b ', '?')).toBe('Anna Popa')
})

test('an empty name is replaced by the fallback', () => {
  expect(plainField(' \u0000\n', 'Client')).toBe('Client')
})

test('a long name is cut between characters, not through an emoji', () => {
  const cut = plainField('👨‍👩‍👧'.repeat(100), '?')
  expect(cut.length).toBeLessThanOrEqual(255)
  expect(cut.slice(0, -1).replaceAll('👨‍👩‍👧', '')).toBe('')
})

test('any text becomes a name that Planfix accepts', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const name = plainField(text, '?')
      expect(name.length).toBeGreaterThan(0)
      expect(name.length).toBeLessThanOrEqual(255)
      expect(name).not.toMatch(/[<>\p{Cc}]/u)
      expect(name).toBe(name.trim())
      expect(name.isWellFormed()).toBe(true)
    }),
  )
})
