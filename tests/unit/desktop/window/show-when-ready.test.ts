import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { showWhenReady } from '../../../../src/main/desktop/window/show-when-ready.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function scene(maximized: boolean) {
  const clock = new FakeClock(0)
  const done: string[] = []
  const window = Object.assign(new EventEmitter(), {
    isGone: false,
    isDestroyed: () => window.isGone,
    maximize: () => void done.push('maximize'),
    show: () => void done.push('show'),
  })
  showWhenReady(window as never, { maximized, clock })
  return { clock, done, window }
}

test('a window is maximized and shown once it has content, not before', async () => {
  const { clock, done, window } = scene(true)
  await clock.advance(1_000)
  expect(done).toEqual([])
  window.emit('ready-to-show')
  expect(done).toEqual(['maximize', 'show'])
  await clock.advance(60_000)
  expect(done).toHaveLength(2)
  expect(clock.waiting).toBe(0)
})

test('a window that never gets ready is shown after 5 s, and only once', async () => {
  const { clock, done, window } = scene(false)
  await clock.advance(5_000)
  expect(done).toEqual(['show'])
  window.emit('ready-to-show')
  expect(done).toEqual(['show'])
})

test('a window that is closed earlier is not touched', async () => {
  const { clock, done, window } = scene(true)
  window.isGone = true
  window.emit('closed')
  expect(clock.waiting).toBe(0)
  window.emit('ready-to-show')
  expect(done).toEqual([])
})
