import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/main/engine/ports.ts'
import { recordedTakeover, recordTerm } from '../../../src/main/ingress/takeover-record.ts'

/** Stores facts as the store does: a read returns a copy of what was written. */
function factStore(facts: Record<string, unknown> = {}) {
  const kept = new Map(Object.entries(facts).map(([key, value]) => [key, JSON.stringify(value)]))
  return {
    kept,
    async fact<T>(_connectionId: string, key: string): Promise<T | null> {
      const text = kept.get(key)
      return text === undefined ? null : (JSON.parse(text) as T)
    },
    async commit(changes: Change[]): Promise<void> {
      for (const change of changes) {
        if (change.type === 'fact.set') kept.set(change.key, JSON.stringify(change.value))
      }
    },
  }
}

const NOW = 1_000_000
const RELAY = 'a-relay-with-a-long-public-key'
const FACT = `relayTurn:${RELAY.slice(0, 16)}`
const term = (turn: number, silentMs = 40_000) => ({ relay: RELAY, turn, silentMs, leaseMs: 30_000 })

describe('the record of a term behind a relay', () => {
  test("a new term records another computer's work until its lease was over", async () => {
    const store = factStore()
    const taken = await recordTerm(store, term(7), null, NOW)
    expect(taken).toEqual({ at: NOW, until: NOW - 10_000 })
    expect(await recordedTakeover(store)).toEqual(taken)
  })

  test('the same term again changes nothing, also after a restart', async () => {
    const store = factStore()
    const taken = await recordTerm(store, term(7), null, NOW)
    expect(await recordTerm(store, term(7), await recordedTakeover(store), NOW + 60_000)).toEqual(taken)
    expect(await recordedTakeover(store)).toEqual(taken)
  })

  test('the record is read from a data folder of a former version', async () => {
    const store = factStore({ [FACT]: { turn: 7 } })
    expect(await recordTerm(store, term(7), null, NOW)).toBeNull()
    expect(await recordTerm(store, term(8), null, NOW)).toEqual({ at: NOW, until: NOW - 10_000 })
    expect(JSON.parse(store.kept.get(FACT) ?? '')).toEqual({ turn: 8 })
  })

  test("the relay's first term has no predecessor", async () => {
    expect(await recordTerm(factStore(), term(1, 0), null, NOW)).toBeNull()
    expect(await recordTerm(factStore({ [FACT]: { turn: 1 } }), term(2, 0), null, NOW)).toEqual({
      at: NOW,
      until: NOW,
    })
  })

  test('the record keeps a restore a restore, until the later of both ends', async () => {
    const restored = { at: 5, until: NOW, cause: 'restore', backupAt: 3, firstId: 9 } as const
    expect(await recordTerm(factStore(), term(7), restored, NOW + 20_000)).toEqual({
      ...restored,
      at: NOW + 20_000,
      until: NOW + 10_000,
    })
    const late = { ...restored, until: NOW * 2 }
    expect((await recordTerm(factStore(), term(7), late, NOW))?.until).toBe(NOW * 2)
  })
})
