import { expect, test } from 'vitest'
import { isRestore, type Takeover } from '../../../../src/main/engine/ports.ts'

const takeover = (changes: Partial<Takeover>) => ({ at: 2, until: 1, ...changes }) as Takeover

test('only a restore from a backup of known time is a restore', () => {
  expect(isRestore(takeover({ cause: 'restore', backupAt: 1 }))).toBe(true)
  expect(isRestore(takeover({ cause: 'restore' }))).toBe(false)
  expect(isRestore(takeover({ cause: 'computer', backupAt: 1 } as Partial<Takeover>))).toBe(false)
  expect(isRestore(null)).toBe(false)
})
