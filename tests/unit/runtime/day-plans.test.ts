import { expect, it } from 'vitest'
import type { LiveConnection } from '../../../src/main/runtime/connections.ts'
import { dayPlanOf, notedPlan, SharedPlans } from '../../../src/main/runtime/day-plans.ts'
import type { ApplicationStore } from '../../../src/main/store/index.ts'

const MIDNIGHT = 86_400_000

function facts() {
  const kept = new Map<string, unknown>()
  const written: string[] = []
  const commit: ApplicationStore['commit'] = async (changes) => {
    for (const change of changes) {
      if (change.type !== 'fact.set') continue
      kept.set(change.connectionId, change.value)
      written.push(change.connectionId)
    }
  }
  const fact = async <T>(id: string) => (kept.get(id) as T | undefined) ?? null
  return { written, store: { commit, fact } as unknown as ApplicationStore }
}

/** A connection whose account has made so many requests today. */
const spent = (usedToday: number): LiveConnection => {
  const state = {
    remaining: 20_000 - usedToday,
    usedToday,
    resetAt: null,
    limit: 20_000,
    renewedAt: MIDNIGHT,
  }
  return {
    account: {
      quota: { state: () => ({ ...state, isReported: true }) },
      watcher: { plan: () => ({ reserved: 2000, isReserveOnly: false, everyMs: 0 }), pollEveryMs: 5000.4 },
    },
  } as unknown as LiveConnection
}

it('another host reads the plan of the day as it was noted, until the day ends', async () => {
  const { store } = facts()
  const live = spent(300)
  expect((await notedPlan(store, 'shop', 1000)).usedToday).toBe(0)
  await new SharedPlans().note(new Map([['shop', live]]), () => store)
  expect(await notedPlan(store, 'shop', 1000)).toEqual(dayPlanOf(live))
  expect(await notedPlan(store, 'shop', 1000)).toMatchObject({ usedToday: 300, pollEveryMs: 5000 })
  expect(await notedPlan(store, 'shop', MIDNIGHT)).toMatchObject({ usedToday: 0, limit: null })
})

it('what has not changed is not written again, unless the connection was elsewhere meanwhile', async () => {
  const { store, written } = facts()
  const plans = new SharedPlans()
  const note = (connections: [string, LiveConnection][]) => plans.note(new Map(connections), () => store)
  await note([
    ['a', spent(1)],
    ['b', spent(1)],
  ])
  await note([
    ['a', spent(1)],
    ['b', spent(2)],
  ])
  expect(written).toEqual(['a', 'b', 'b'])
  await note([['b', spent(2)]])
  await note([
    ['a', spent(1)],
    ['b', spent(2)],
  ])
  expect(written).toEqual(['a', 'b', 'b', 'a'])
})
