import { expect, test } from 'vitest'
import { looksOf } from '../../../../src/main/planfix/watcher/attention.ts'
import { type Around, TaskWatch } from '../../../../src/main/planfix/watcher/task-watch.ts'

const SECOND = 1000
const START = 1_800_000_000_000
const at = (seconds: number): Around => ({
  now: START + seconds * SECOND,
  skew: 0,
  zone: 0,
  looks: looksOf(5 * SECOND, false, 1),
})
const read = (watch: TaskWatch, seconds: number) =>
  watch.read(at(seconds).now, [at(seconds).now], true, at(seconds))
const wrote = (watch: TaskWatch, seconds: number) => watch.wrote(at(seconds).now, true, at(seconds))

test('after the reply to a client’s only message no other is awaited', () => {
  const watch = new TaskWatch()
  wrote(watch, 0)
  expect(watch.isAwaited(at(10).now)).toBe(true)
  read(watch, 20)
  expect(watch.isAwaited(at(21).now)).toBe(false)
})

test('of two messages each may get a reply of its own', () => {
  const watch = new TaskWatch()
  wrote(watch, 0)
  wrote(watch, 10)
  read(watch, 20)
  expect(watch.isAwaited(at(21).now)).toBe(true)
  read(watch, 30)
  expect(watch.isAwaited(at(31).now)).toBe(false)
})

test('the second reply is awaited for a short time only', () => {
  const watch = new TaskWatch()
  wrote(watch, 0)
  wrote(watch, 10)
  read(watch, 55)
  expect(watch.isAwaited(at(56).now)).toBe(false)
})

test('a write that is about to be looked for needs no poll until then', () => {
  const watch = new TaskWatch()
  wrote(watch, 0)
  expect(watch.isLookedAt(at(0))).toBe(true)
})

test('where polls are rare a reading that failed is made again within seconds', () => {
  const watch = new TaskWatch()
  const waits = (base: number) => {
    watch.failed(base, START)
    return (watch.due - START) / SECOND
  }
  expect([300, 300, 300].map((seconds) => waits(seconds * SECOND))).toEqual([10, 20, 40])
})

test('a reading that fails again and again is made once a minute', () => {
  const watch = new TaskWatch()
  for (let n = 0; n < 20; n++) watch.failed(5 * SECOND, START)
  expect(watch.due - START).toBe(60 * SECOND)
})

test('a task that Planfix does not know is looked for after an hour', () => {
  const watch = new TaskWatch()
  watch.missing(START)
  expect(watch.due - START).toBe(3600 * SECOND)
})
