import { expect, test } from 'vitest'
import { isMoved } from '../../../../src/main/planfix/watcher/plan.ts'
import { comment, task } from '../../engine/values.ts'

const MINUTE = 60_000
const NOW = 1_772_442_000_000

test('a comment that is older than its task was moved from another one', () => {
  expect(isMoved(comment({ at: NOW - 6 * MINUTE }), { ...task(), createdAt: NOW }, null)).toBe(true)
  expect(isMoved(comment({ at: NOW - 4 * MINUTE }), { ...task(), createdAt: NOW }, null)).toBe(false)
})

test('a time that may be off by the zone of the account makes no comment a moved one', () => {
  const link = { ...task(), createdAt: NOW }
  const early = { at: NOW - 5 * 60 * MINUTE }
  expect(isMoved(comment(early), link, null)).toBe(true)
  expect(isMoved(comment({ ...early, mayBeShifted: true }), link, null)).toBe(false)
  expect(isMoved(comment({ at: NOW - 15 * 60 * MINUTE, mayBeShifted: true }), link, null)).toBe(true)
})

test.each([
  ['when it was begun in Planfix', NOW - 60 * MINUTE],
  ['nothing where Planfix does not tell', 0],
])('in a task watched again after a restore a comment is compared with %s', (_what, begunAt) => {
  const link = { ...task(), createdAt: NOW, begunAt }
  expect(isMoved(comment({ at: NOW - 20 * MINUTE }), link, null)).toBe(false)
})
