import { expect, it } from 'vitest'
import { notedSides, SharedSides } from '../../../src/main/hosting/shared-sides.ts'
import type { ApplicationStore } from '../../../src/main/store/index.ts'

function facts() {
  const kept = new Map<string, unknown>()
  const commit: ApplicationStore['commit'] = async (changes) => {
    for (const change of changes)
      if (change.type === 'fact.set') kept.set(change.connectionId, change.value ?? undefined)
  }
  const fact = async <T>(id: string) => (kept.get(id) as T | undefined) ?? null
  return { commit, fact } as unknown as ApplicationStore
}

it('other hosts see how a connection fares, and that it works when another host begins with it', async () => {
  const store = facts()
  const sides = new SharedSides()
  const works = { chatra: { state: 'ok' }, planfix: { state: 'ok' } }
  const waits = { state: 'waiting', code: 'failing', since: 1, until: 2, detail: '' } as const
  expect(await notedSides(store, 'shop')).toEqual(works)
  await sides.changed(store, 'shop', 'planfix', waits)
  expect(await notedSides(store, 'shop')).toEqual({ ...works, planfix: waits })
  await sides.changed(store, 'shop', 'chatra', waits)
  expect(await notedSides(store, 'shop')).toEqual({ chatra: waits, planfix: waits })
  await new SharedSides().begin(store, ['shop'])
  expect(await notedSides(store, 'shop')).toEqual(works)
})
