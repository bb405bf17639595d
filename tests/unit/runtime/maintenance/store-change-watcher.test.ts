import { expect, test } from 'vitest'
import { watchStoreChanges } from '../../../../src/main/runtime/maintenance/store-change-watcher.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'

function scene(tells: boolean) {
  const clock = new FakeClock()
  const seen = { clock, version: 1, looks: 0, changes: 0, listeners: [] as (() => void)[] }
  const stop = watchStoreChanges({
    clock,
    version: async () => {
      seen.looks += 1
      return seen.version
    },
    nextWrite: (heard) => {
      if (!tells) return null
      seen.listeners.push(heard)
      return () => seen.listeners.splice(seen.listeners.indexOf(heard), 1)
    },
    changed: () => {
      seen.changes += 1
    },
    onBug: (error) => {
      throw error
    },
  })
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      await clock.advance(500)
      await settle()
    }
  }
  const write = async (byAnother: boolean) => {
    if (byAnother) seen.version += 1
    for (const heard of seen.listeners.splice(0)) heard()
    await settle()
  }
  return Object.assign(seen, { stop, pass, write })
}

test('another process is noticed within a second of its write, and nothing is looked at before', async () => {
  const s = scene(true)
  await s.pass(10_000)
  expect(s.looks).toBe(1)
  await s.write(true)
  await s.pass(1000)
  expect(s.changes).toBe(1)
  expect(s.looks).toBe(2)
  await s.write(true)
  await s.pass(1000)
  expect(s.changes).toBe(2)
})

test('a flood of our own writes costs one look a second', async () => {
  const s = scene(true)
  await s.pass(500)
  for (let n = 0; n < 20; n += 1) {
    await s.write(false)
    await s.pass(500)
  }
  expect(s.changes).toBe(0)
  expect(s.looks).toBeLessThanOrEqual(11)
})

test('a write that was not told is noticed a quarter of a minute later', async () => {
  const s = scene(true)
  await s.pass(1000)
  s.version += 1
  await s.pass(15_000)
  expect(s.changes).toBe(1)
})

test('where nobody tells, it is looked at each second', async () => {
  const s = scene(false)
  await s.pass(5000)
  expect(s.looks).toBeGreaterThanOrEqual(5)
  s.version += 1
  await s.pass(1000)
  expect(s.changes).toBe(1)
})

test('after its end nobody is asked or heard', async () => {
  const s = scene(true)
  await s.pass(1000)
  s.stop()
  expect(s.listeners).toEqual([])
  s.version += 1
  await s.pass(60_000)
  expect(s.looks).toBe(1)
  expect(s.changes).toBe(0)
})
