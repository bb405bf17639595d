import { describe, expect, test } from 'vitest'
import { RoundScheduler } from '../../../../src/main/planfix/watcher/scheduler.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

/** A scheduler whose rounds are recorded by their time, and end as `answer` says. */
function scene() {
  const clock = new FakeClock(0)
  const rounds: number[] = []
  const bugs: unknown[] = []
  const scene = {
    clock,
    rounds,
    bugs,
    isWanted: true,
    answer: async (): Promise<number | null> => null,
  }
  const scheduler = new RoundScheduler({
    clock,
    isWanted: () => scene.isWanted,
    round: () => {
      rounds.push(clock.now())
      return scene.answer()
    },
    onBug: (error) => bugs.push(error),
  })
  return Object.assign(scene, { scheduler })
}

describe('the scheduler of rounds', () => {
  test('a wake starts a round at once, and without work none starts', async () => {
    const s = scene()
    s.scheduler.wake()
    await s.clock.advance(100_000)
    expect([s.rounds, s.clock.waiting]).toEqual([[0], 0])
  })

  test('the next round starts when the last one said, and after at least 50 ms', async () => {
    const s = scene()
    s.answer = async () => (s.rounds.length < 3 ? s.clock.now() + 5000 : 0)
    s.scheduler.wake()
    await s.clock.advance(10_060)
    expect(s.rounds).toEqual([0, 5000, 10_000, 10_050])
  })

  test('two rounds never overlap: a wake during one runs right after it, once', async () => {
    const s = scene()
    const { promise, resolve } = Promise.withResolvers<null>()
    s.answer = () => promise
    s.scheduler.wake()
    for (let n = 0; n < 3; n++) s.scheduler.wake()
    await s.clock.advance(1000)
    expect(s.rounds).toEqual([0])
    resolve(null)
    await s.clock.advance(0)
    expect(s.rounds).toEqual([0, 1000])
  })

  test('only the last planned time counts, and none while a round is requested', async () => {
    const s = scene()
    s.scheduler.wakeAt(9000)
    s.scheduler.wakeAt(4000)
    expect(s.clock.waiting).toBe(1)
    s.answer = async () => null
    await s.clock.advance(20_000)
    expect(s.rounds).toEqual([4000])
    s.scheduler.wake()
    s.scheduler.wake()
    s.scheduler.wakeAt(90_000)
    await s.clock.advance(0)
    expect(s.clock.waiting).toBe(0)
  })

  test('a new plan sets the time between rounds, or adds one round', async () => {
    const s = scene()
    s.scheduler.replan(3000)
    await s.clock.advance(3000)
    expect(s.rounds).toEqual([3000])
    const { promise, resolve } = Promise.withResolvers<null>()
    s.answer = () => promise
    s.scheduler.wake()
    s.scheduler.replan(90_000)
    resolve(null)
    await s.clock.advance(0)
    expect(s.rounds).toEqual([3000, 3000, 3000])
  })

  test('a round that throws is retried after ten seconds', async () => {
    const s = scene()
    s.answer = () => (s.rounds.length === 1 ? Promise.reject(new Error('disk')) : Promise.resolve(null))
    s.scheduler.wake()
    await s.clock.advance(9_999)
    expect([s.rounds, s.bugs.length]).toEqual([[0], 1])
    await s.clock.advance(1)
    expect(s.rounds).toEqual([0, 10_000])
  })

  test('no round starts without need, or after the scheduler was stopped', async () => {
    const s = scene()
    s.scheduler.wakeAt(1000)
    s.scheduler.rest()
    s.isWanted = false
    s.scheduler.wake()
    s.scheduler.wakeAt(2000)
    await s.clock.advance(5000)
    expect([s.rounds, s.clock.waiting]).toEqual([[], 0])
  })

  test('the scheduler reports when the round under way is over', async () => {
    const s = scene()
    const { promise, resolve } = Promise.withResolvers<null>()
    s.answer = () => promise
    s.scheduler.wake()
    let isSettled = false
    const settled = s.scheduler.settled().then(() => {
      isSettled = true
    })
    await s.clock.advance(0)
    expect(isSettled).toBe(false)
    resolve(null)
    await settled
    await s.scheduler.settled()
    expect(s.rounds).toEqual([0])
  })
})
