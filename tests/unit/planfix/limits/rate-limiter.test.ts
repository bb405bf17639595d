import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Priority, SlotWithdrawn } from '../../../../src/main/engine/ports.ts'
import { createRateLimiter } from '../../../../src/main/planfix/limits/rate-limiter.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function setUp(requestsPerSecond = 1, burst?: number) {
  const clock = new FakeClock()
  const rateLimiter = createRateLimiter({ clock, requestsPerSecond, ...(burst && { burst }) })
  const given: { name: string; at: number }[] = []
  const began = clock.now()
  const ask = (name: string, priority: Priority = 0, key = name) =>
    rateLimiter.slot(priority, key).then(() => void given.push({ name, at: clock.now() - began }))
  return { clock, rateLimiter, given, ask, names: () => given.map(({ name }) => name).join('') }
}

test('the first slot is granted at once, the next a second later', async () => {
  const { clock, given, ask } = setUp()
  ask('a')
  ask('b')
  await clock.advance(999)
  expect(given).toEqual([{ name: 'a', at: 0 }])
  await clock.advance(1)
  expect(given[1]).toEqual({ name: 'b', at: 1000 })
})

test('client messages go before reading, reading before maintenance', async () => {
  const { clock, ask, names } = setUp()
  ask('x')
  ask('3', 3)
  ask('1', 1)
  ask('0', 0)
  await clock.advance(3000)
  expect(names()).toBe('x013')
})

test('conversations of one priority take turns', async () => {
  const { clock, ask, names } = setUp()
  ask('x')
  for (const name of ['a', 'a', 'a', 'b', 'c', 'b']) ask(name)
  await clock.advance(6000)
  expect(names()).toBe('xabcaba')
})

test('reading is not starved by a stream of messages, and visits leave the eighth slot to it', async () => {
  const { clock, ask, names } = setUp()
  ask('x')
  ask('v', 3)
  ask('r', 1)
  for (let n = 0; n < 60; n++) {
    ask('m', 0)
    await clock.advance(500)
  }
  expect(names().indexOf('r')).toBeGreaterThan(0)
  expect(names()).not.toContain('v')
})

test('a visit is served once it has waited a thousand times as long as the messages', async () => {
  const { clock, ask, given } = setUp()
  ask('x')
  ask('v', 3)
  for (let second = 0; second < 1500; second++) {
    ask('m', 0)
    await clock.advance(1000)
  }
  const visit = given.find(({ name }) => name === 'v')
  expect(visit?.at).toBeGreaterThan(500_000)
  expect(visit?.at).toBeLessThan(1_200_000)
})

test('work that has waited elsewhere before counts from its beginning', async () => {
  const { clock, rateLimiter, ask, given } = setUp()
  ask('x')
  for (let n = 0; n < 30; n++) ask(`m${n}`, 0)
  await clock.advance(3000)
  void rateLimiter.slot(1, 'reading', clock.now() - 60_000).then(() => given.push({ name: 'r', at: 0 }))
  await clock.advance(8000)
  expect(given.map(({ name }) => name)).toContain('r')
})

test('a returned slot is used by the next caller', async () => {
  const { clock, rateLimiter, given, ask } = setUp()
  ask('a')
  ask('b')
  await clock.advance(10)
  rateLimiter.release()
  await clock.advance(0)
  expect(given.map(({ at }) => at)).toEqual([0, 10])
})

test('returned slots are not saved beyond the burst', async () => {
  const { clock, rateLimiter, given, ask } = setUp()
  for (let n = 0; n < 5; n++) rateLimiter.release()
  ask('a')
  ask('b')
  await clock.advance(500)
  expect(given).toHaveLength(1)
})

test('no call starts during a pause, and a shorter pause does not end it', async () => {
  const { clock, rateLimiter, given, ask } = setUp(1000)
  rateLimiter.pause(clock.now() + 5000)
  rateLimiter.pause(clock.now() + 100)
  ask('a')
  await clock.advance(4999)
  expect(given).toHaveLength(0)
  await clock.advance(1)
  expect(given).toHaveLength(1)
})

test('a pause that begins while a caller waits delays that caller', async () => {
  const { clock, rateLimiter, given, ask } = setUp()
  ask('a')
  ask('b')
  await clock.advance(500)
  rateLimiter.pause(clock.now() + 3000)
  await clock.advance(2999)
  expect(given).toHaveLength(1)
  await clock.advance(1)
  expect(given).toHaveLength(2)
})

test('waiting callers can be cancelled, and later ones are served in time', async () => {
  const { clock, rateLimiter, names, ask } = setUp()
  ask('a')
  await clock.advance(0)
  const turns = Promise.allSettled([
    rateLimiter.slot(0, 'b'),
    rateLimiter.slot(3, 'c'),
    rateLimiter.slot(0, 'b'),
  ])
  rateLimiter.withdraw()
  expect(clock.waiting).toBe(0)
  const ended = (await turns).map((turn) => turn.status === 'rejected' && turn.reason)
  expect(ended).toEqual([1, 2, 3].map(() => expect.any(SlotWithdrawn)))
  ask('d')
  await clock.advance(1000)
  expect(names()).toBe('ad')
})

test('no timer runs without waiting callers', async () => {
  const { clock, ask } = setUp()
  ask('a')
  await clock.advance(0)
  expect(clock.waiting).toBe(0)
  ask('b')
  expect(clock.waiting).toBe(1)
  await clock.advance(1000)
  expect(clock.waiting).toBe(0)
})

test('from a thousand a second on slots are granted at once', async () => {
  const { clock, given, ask } = setUp(1000)
  for (let n = 0; n < 5000; n++) ask('a')
  await clock.advance(0)
  expect(given).toHaveLength(5000)
  expect(clock.waiting).toBe(0)
})

test('the rate is never exceeded, and all slots are granted in the end', async () => {
  const asked = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 1500 }),
      priority: fc.constantFrom<Priority>(0, 1, 2, 3),
      key: fc.constantFrom('a', 'b', 'c'),
    }),
    { minLength: 1, maxLength: 40 },
  )
  await fc.assert(
    fc.asyncProperty(
      asked,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 3 }),
      async (list, rate, burst) => {
        const { clock, given, ask } = setUp(rate, burst)
        for (const { wait, priority, key } of list) {
          await clock.advance(wait)
          ask(key, priority)
        }
        await clock.advance((list.length * 1000) / rate + 1000)
        expect(given).toHaveLength(list.length)
        for (let from = 0; from < given.length; from++) {
          for (let to = from; to < given.length; to++) {
            const ms = given[to]!.at - given[from]!.at
            expect(to - from + 1).toBeLessThanOrEqual(burst + (ms * rate) / 1000 + 0.01)
          }
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('within a conversation and priority the order of calls is kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), async (keys) => {
      const { clock, given, ask } = setUp(10)
      for (const [n, key] of keys.entries()) ask(`${key}${n}`, 0, key)
      await clock.advance(keys.length * 100 + 100)
      for (const key of ['a', 'b', 'c']) {
        const mine = given.filter(({ name }) => name.startsWith(key)).map(({ name }) => Number(name.slice(1)))
        expect(mine).toEqual(mine.toSorted((a, b) => a - b))
      }
    }),
  )
})
