import { describe, expect, test } from 'vitest'
import { isUpdated, noteVersion, versionAfter } from '../../../src/main/api/state/program-version.ts'
import type { Change } from '../../../src/main/engine/ports.ts'

describe('the recorded version', () => {
  test('of the first start on an empty folder is no update', () => {
    expect(versionAfter(null, '0.2.0', false, 7)).toEqual({ version: '0.2.0', updatedAt: null })
  })

  test('of data that an earlier version left without a record is an update from an unknown version', () => {
    expect(versionAfter(null, '0.2.0', true, 7)).toEqual({ version: '0.2.0', updatedAt: 7 })
  })

  test('stays at a further start, and changes with the version, also back', () => {
    const known = { version: '0.2.0', updatedAt: 7 }
    expect(versionAfter(known, '0.2.0', true, 9)).toBe(known)
    expect(versionAfter(known, '0.1.0', true, 9)).toEqual({ version: '0.1.0', updatedAt: 9 })
  })
})

const DAY = 24 * 3_600_000

function storeWith(began: number | null) {
  const facts = new Map<string, unknown>()
  const commits: Change[][] = []
  return {
    commits,
    fact: async <T>(_: string, key: string) => (facts.get(key) as T | undefined) ?? null,
    beganAt: async () => began,
    async commit(changes: Change[]) {
      commits.push(changes)
      for (const change of changes) if (change.type === 'fact.set') facts.set(change.key, change.value)
    },
  }
}
type Noted = Parameters<typeof noteVersion>
const note = (store: ReturnType<typeof storeWith>, version: string, now: number) =>
  noteVersion(store as unknown as Noted[0], { now: () => now } as Noted[1], version)

test('an update is mentioned for 30 days, a first start never', async () => {
  const store = storeWith(null)
  expect(await isUpdated(store, 0)).toBe(false)
  await note(store, '0.1.0', 1000)
  expect(await isUpdated(store, 1000)).toBe(false)
  await note(store, '0.1.0', 2000)
  expect(store.commits).toHaveLength(1)
  await note(store, '0.2.0', 3000)
  expect(await isUpdated(store, 3000)).toBe(true)
  expect(await isUpdated(store, 3000 + 30 * DAY - 1)).toBe(true)
  expect(await isUpdated(store, 3000 + 30 * DAY)).toBe(false)
})

test('data of a version that recorded nothing counts as updated', async () => {
  const store = storeWith(500)
  await note(store, '0.2.0', 1000)
  expect(await isUpdated(store, 1000)).toBe(true)
})
