import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RequestQuotas } from '../../../../src/main/runtime/accounts/request-quotas.ts'
import { openStore, type SqliteStore } from '../../../../src/main/store/index.ts'
import { type Connection, parseConfiguration } from '../../../../src/shared/config.ts'

const DAY = 86_400_000
const NOON = Date.UTC(2026, 0, 10, 12)

let dir: string
let store: SqliteStore
let now: number
const clock = { now: () => now, after: () => () => undefined }
beforeEach(async () => {
  now = NOON
  dir = mkdtempSync(join(tmpdir(), 'budgets-'))
  store = await openStore({ dir, clock })
})
afterEach(async () => {
  await store.close()
  rmSync(dir, { recursive: true })
})

function connection(baseUrl = 'https://shop.planfix.com/rest'): Connection {
  const parsed = parseConfiguration({
    connections: [{ id: 'shop', chatra: { publicKey: 'abc' }, planfix: { baseUrl } }],
  })
  if (!parsed.ok) throw new Error(parsed.problems.join())
  return parsed.value.connections[0]!
}
const spend = async (budgets: RequestQuotas, count: number, of = connection()) => {
  const budget = await budgets.of(of)
  for (let n = 0; n < count; n++) budget.recordRequest()
}
const used = async (budgets: RequestQuotas, of = connection()) => (await budgets.of(of)).state().usedToday

test('the daily count continues after a restart, until the day is over', async () => {
  const before = new RequestQuotas(() => store, clock)
  await spend(before, 7)
  await store.commit(before.changes().map(([, change]) => change))
  now += 3_600_000
  const after = new RequestQuotas(() => store, clock)
  expect(await used(after)).toBe(7)
  await spend(after, 1)
  await store.commit(after.changes().map(([, change]) => change))
  now += DAY
  expect(await used(after)).toBe(0)
  expect(await used(new RequestQuotas(() => store, clock))).toBe(0)
})

test('another account has a separate count', async () => {
  const budgets = new RequestQuotas(() => store, clock)
  await spend(budgets, 3)
  const other = connection('https://other.planfix.com/rest')
  expect(await used(budgets, other)).toBe(0)
})

test('an unchanged count is not written again', async () => {
  const budgets = new RequestQuotas(() => store, clock)
  await spend(budgets, 3)
  expect(budgets.changes()).toHaveLength(1)
  expect(budgets.changes()).toEqual([])
})
