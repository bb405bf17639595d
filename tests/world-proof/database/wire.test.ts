import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ApplicationStore } from '../../../src/main/store/index.ts'
import { hasPostgres } from '../../support/postgres-of-run.ts'
import { Life, quieten } from '../life.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { DatabaseStorage } from './database-storage.ts'

const NONE = { commits: 0, others: 0 }
const BEGINS = Date.UTC(2026, 2, 2)
const presence = { name: 'here', address: 'http://here', version: '1', breaks: 0 }
const row = (body: string) => ({ connectionId: 'shop', source: 'chatra' as const, receivedAt: BEGINS, body })

async function worldWith({ seed = 1, mishaps = NONE } = {}) {
  const clock = new VirtualClock(BEGINS)
  const dataDir = mkdtempSync(join(tmpdir(), 'wire-'))
  const storage = await DatabaseStorage.open({ seed, dataDir, now: () => clock.now(), mishaps })
  clock.beside = storage
  onTestFinished(quieten(clock))
  let lives = 0
  const begin = async () => {
    const life = new Life({ n: ++lives, clock, storage, onCommit: () => undefined })
    const options = { dir: dataDir, clock: life.clock }
    const opened: { store?: ApplicationStore } = {}
    void life.run(async () => {
      opened.store = await storage.open(life, options)
    })
    await clock.runUntil(clock.now())
    return { life, store: opened.store! }
  }
  onTestFinished(async () => {
    await clock.runUntil(clock.now())
    await storage.close()
    rmSync(dataDir, { recursive: true })
  })
  return { clock, storage, begin }
}

/** What became of it when the moment was over. */
function watched<T>(life: Life, work: () => Promise<T>): { is: string; value?: T } {
  const seen: { is: string; value?: T } = { is: 'waiting' }
  life.run(() =>
    work().then(
      (value) => Object.assign(seen, { is: 'done', value }),
      (error: unknown) => Object.assign(seen, { is: String(error) }),
    ),
  )
  return seen
}

describe.skipIf(!hasPostgres)('between the bridge and its database', () => {
  test('leases last by the world’s time', async () => {
    const { clock, begin } = await worldWith()
    const [a, b] = [await begin(), await begin()]
    const first = watched(a.life, () => a.store.cluster!.take(['unit'], 1, 15_000))
    await clock.runUntil(BEGINS + 14_999)
    const early = watched(b.life, () => b.store.cluster!.take(['unit'], 1, 15_000))
    await clock.runUntil(BEGINS + 15_001)
    const late = watched(b.life, () => b.store.cluster!.take(['unit'], 1, 15_000))
    await clock.runUntil(BEGINS + 15_002)
    expect([first.value, early.value, late.value]).toEqual([
      [{ unit: 'unit', turn: 1 }],
      [],
      [{ unit: 'unit', turn: 2 }],
    ])
  })

  test('what an ended life had asked for is not carried out, and nothing of it is answered', async () => {
    const { clock, begin } = await worldWith()
    const { life, store } = await begin()
    const one = watched(life, () => store.accept(row('one')))
    await clock.runUntil(clock.now())
    const two = watched(life, () => store.accept(row('two')))
    const beat = watched(life, () => store.cluster!.beat(presence, 15_000))
    life.end()
    await clock.runUntil(clock.now() + 60_000)
    expect([one.is, two.is, beat.is]).toEqual(['done', 'waiting', 'waiting'])
    const next = await begin()
    const left = watched(next.life, () => next.store.inboxPending(10))
    await clock.runUntil(clock.now())
    expect(left.value?.map(({ body }) => body)).toEqual(['one'])
  })

  test('a call that lost its way, or its answer, is repeated by the world’s time and carried out once', async () => {
    const { clock, begin } = await worldWith({ mishaps: { commits: 0.5, others: 0 } })
    const { life, store } = await begin()
    const bodies = Array.from({ length: 30 }, (_, n) => `event ${n}`)
    for (const body of bodies) {
      const done = watched(life, () => store.accept(row(body)))
      await clock.runUntil(clock.now() + 2500)
      expect(done.is).toBe('done')
    }
    const left = watched(life, () => store.inboxPending(100))
    await clock.runUntil(clock.now())
    expect(left.value?.map(({ body }) => body)).toEqual(bodies)
  })

  test.each([1, 5])(
    'while the database is away nothing is stored; it goes on by itself (seed %i)',
    async (seed) => {
      const { clock, storage, begin } = await worldWith({ seed })
      const { life, store } = await begin()
      let since: number | null = null
      storage.away(10_000, () => {
        since = clock.now()
      })
      const wasAtOnce = since !== null
      const early = watched(life, () => store.accept(row('early')))
      await clock.runUntil(BEGINS + 8000)
      const late = watched(life, () => store.accept(row('late')))
      await clock.runUntil(BEGINS + 12_000)
      expect([early.is, late.is]).toEqual([
        expect.stringContaining('the database cannot be used now'),
        'done',
      ])
      const left = watched(life, () => store.inboxPending(10))
      await clock.runUntil(clock.now())
      // Where it went away after a commit, that is there although nobody was told.
      expect(left.value?.map(({ body }) => body)).toEqual(wasAtOnce ? ['late'] : ['early', 'late'])
      expect(wasAtOnce).toBe(seed === 5)
    },
  )

  test('what happened after the copy is gone when it was put back', async () => {
    const { clock, storage, begin } = await worldWith()
    const { life, store } = await begin()
    const accept = async (body: string) => {
      watched(life, () => store.accept(row(body)))
      await clock.runUntil(clock.now())
    }
    await accept('before')
    await storage.backUp()
    await accept('after')
    life.end(() => storage.damage())
    await clock.runUntil(clock.now())
    const next = await begin()
    const left = watched(next.life, () => next.store.inboxPending(10))
    const takeover = watched(next.life, () => next.store.fact('', 'takeover'))
    await clock.runUntil(clock.now())
    expect(left.value?.map(({ body }) => body)).toEqual(['before'])
    expect(takeover.value).toMatchObject({ cause: 'restore', at: BEGINS })
  })
})
