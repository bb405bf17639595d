import { expect, test } from 'vitest'
import { EventBus } from '../../../../src/main/runtime/event-bus.ts'
import { lookForRecovery } from '../../../../src/main/runtime/maintenance/store-recovery.ts'
import { storeUnavailable } from '../../../../src/main/store/errors.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'

function scene() {
  const clock = new FakeClock()
  const events = new EventBus({ info: () => {}, warn: () => {}, error: () => {} })
  const scene = { clock, events, works: false, writes: 0, recovered: 0 }
  const stop = lookForRecovery({
    clock,
    events,
    write: async () => {
      scene.writes += 1
      if (!scene.works) throw storeUnavailable('SQLITE_FULL')
    },
    recovered: () => {
      scene.recovered += 1
    },
  })
  const pass = async (ms: number) => {
    await clock.advance(ms)
    await settle()
  }
  return Object.assign(scene, {
    stop,
    pass,
    fails: () => events.reportBug(storeUnavailable('SQLITE_FULL'), 'x'),
  })
}

test('a store that failed is tried every two seconds until it works, once for all reports', async () => {
  const s = scene()
  await s.pass(60_000)
  expect(s.writes).toBe(0)
  s.fails()
  s.fails()
  await s.pass(2000)
  await s.pass(2000)
  expect([s.writes, s.events.storeFailing === null, s.recovered]).toEqual([2, false, 0])
  s.works = true
  await s.pass(2000)
  await s.pass(60_000)
  expect([s.writes, s.events.storeFailing, s.recovered]).toEqual([3, null, 1])
})

test('a webhook that was stored ends the tries, and so does the end of the program', async () => {
  const s = scene()
  s.fails()
  s.events.storeWorks()
  await s.pass(60_000)
  s.fails()
  s.stop()
  await s.pass(60_000)
  expect([s.writes, s.recovered]).toEqual([0, 0])
})
