import { expect, test } from 'vitest'
import { lastKnown } from '../../../src/main/api/state/last-state.ts'
import { createFeed } from '../../../src/main/api/state/push-feed.ts'
import type { Application } from '../../../src/main/runtime/application.ts'
import { storeUnavailable } from '../../../src/main/store/errors.ts'
import type { Push } from '../../../src/shared/api.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { appState } from './values.ts'

/** A feed of a store that can be read or not, with what it pushed and wrote into the log. */
function scene() {
  const clock = new FakeClock()
  const bugs: string[] = []
  const pushes: Push[] = []
  const places: (string | null)[] = []
  const scene = { clock, bugs, pushes, places, isAway: false, kept: 0 }
  const read = <T>(value: T): Promise<T> =>
    scene.isAway ? Promise.reject(storeUnavailable('57P01')) : Promise.resolve(value)
  const store = {
    logEnd: () => read('end'),
    logAfter: (place: string | null) => {
      places.push(place)
      return read({ lines: [], place: 'end' })
    },
    events: () => read([]),
    get kept() {
      return { waiting: scene.kept, hasRoom: true }
    },
  }
  const feed = createFeed({
    application: { store, clock } as unknown as Application,
    state: lastKnown(() => read(appState()), { store: store as never, now: () => clock.now() }),
    log: { info: () => {}, warn: () => {}, error: (_, text) => void bugs.push(text) },
  })
  const pass = async () => {
    await clock.advance(250)
    await settle()
  }
  return Object.assign(scene, { feed, pass })
}
const failing = (pushes: readonly Push[]) =>
  pushes.flatMap((one) => (one.event === 'state' ? [one.value.storeFailing] : []))

test('while the store cannot be read the last state says so, once, and it is no bug', async () => {
  const s = scene()
  s.feed.subscribe((one) => s.pushes.push(one))
  await settle()
  s.isAway = true
  for (let n = 0; n < 3; n++) await s.pass()
  s.isAway = false
  for (let n = 0; n < 3; n++) await s.pass()
  expect(failing(s.pushes)).toEqual([null, expect.stringContaining('57P01'), null])
  expect(s.bugs).toEqual([])
})

test('how many events are kept meanwhile is said as it grows', async () => {
  const s = scene()
  s.feed.subscribe((one) => s.pushes.push(one))
  await settle()
  s.isAway = true
  for (s.kept = 1; s.kept < 4; s.kept++) await s.pass()
  const kept = s.pushes.map((one) => one.event === 'state' && one.value.keptEvents?.waiting)
  expect(kept.slice(1)).toEqual([1, 2, 3])
})

test('a feed that began while the store was away begins at the end of the log', async () => {
  const s = scene()
  s.isAway = true
  s.feed.subscribe((one) => s.pushes.push(one))
  for (let n = 0; n < 3; n++) await s.pass()
  expect(s.places).toEqual([])
  s.isAway = false
  for (let n = 0; n < 2; n++) await s.pass()
  // A page that is opened while it is away says so, with what was known before.
  expect(failing(s.pushes)).toEqual([expect.stringContaining('57P01'), null])
  expect(new Set(s.places)).toEqual(new Set(['end']))
})

test('a second page that is opened while the store is away says so too', async () => {
  const s = scene()
  s.feed.subscribe(() => undefined)
  await settle()
  s.isAway = true
  s.feed.subscribe((one) => s.pushes.push(one))
  await settle()
  expect(failing(s.pushes)).toEqual([expect.stringContaining('57P01')])
  expect(s.bugs).toEqual([])
})
