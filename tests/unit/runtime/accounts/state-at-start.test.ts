import { expect, test } from 'vitest'
import { stateAtStart } from '../../../../src/main/runtime/accounts/planfix-accounts.ts'

const kept = { position: 7, zone: null, refusedAt: null as number | null, netAt: 3 }
const probed = (position: string | undefined, at = 100) => ({
  at,
  positions: (position === undefined ? {} : { 'changed-filter': position }) as Record<string, string>,
})

test('without a probe, or without its answer, everything stays as it was kept', () => {
  expect(stateAtStart(kept, null)).toBe(kept)
  expect(stateAtStart(kept, probed(undefined))).toBe(kept)
  expect(stateAtStart(null, null)).toBeNull()
})

test.each(['400-code41', 'ignored', 'blind'])(
  'a list of changes that is %s is not asked for at first',
  (position) => {
    expect(stateAtStart(kept, probed(position))).toEqual({ ...kept, refusedAt: 100 })
    expect(stateAtStart(null, probed(position))).toEqual({ refusedAt: 100 })
  },
)

test('an accepted list ends an earlier refusal', () => {
  expect(stateAtStart({ ...kept, refusedAt: 50 }, probed('accepted'))).toEqual({ ...kept, refusedAt: null })
})

test('what the bridge has seen after the probe counts more', () => {
  expect(stateAtStart({ ...kept, refusedAt: 200 }, probed('accepted'))).toEqual({ ...kept, refusedAt: 200 })
})
