import { expect, test } from 'vitest'
import { Chance, drawn } from './chance.ts'
import { Faults } from './faults.ts'
import { makeUp } from './make-up.ts'
import { shrink, tryStory } from './shrink.ts'
import { isTrouble, type Story } from './story.ts'
import { tell } from './tell.ts'
import { themes } from './themes.ts'
import { settle, VirtualClock } from './virtual-clock.ts'

test('timers fire in order of time, and at the same time in the order they were set', async () => {
  const clock = new VirtualClock(1000)
  const seen: string[] = []
  clock.after(20, () => void seen.push(`late ${clock.now()}`))
  clock.after(10, () => void seen.push('first'))
  const cancel = clock.after(10, () => void seen.push('cancelled'))
  clock.after(10, () => {
    seen.push('second')
    clock.after(0, () => void seen.push('third'))
  })
  cancel()
  await clock.runUntil(1019)
  expect(seen).toEqual(['first', 'second', 'third'])
  expect(clock.now()).toBe(1019)
  await clock.runUntil(5000)
  expect(seen.at(-1)).toBe('late 1020')
})

test('a moment lasts until all promises and event-loop turns have run', async () => {
  const seen: number[] = []
  const chain = async () => {
    for (let n = 0; n < 5; n++) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      await Promise.resolve()
      seen.push(n)
    }
  }
  void chain()
  await settle()
  expect(seen).toEqual([0, 1, 2, 3, 4])
})

test('randomness depends on the seed, and keyed draws on no other draws', () => {
  const [one, other] = [new Chance(5), new Chance(5)]
  expect([one.next(), one.between(1, 6), one.one('abc'.split(''))]).toEqual([
    other.next(),
    other.between(1, 6),
    other.one('abc'.split('')),
  ])
  expect(drawn(1, 'a', 2)).toBe(drawn(1, 'a', 2))
  expect(drawn(1, 'a', 2)).not.toBe(drawn(1, 'a', 3))
  const many = Array.from({ length: 2000 }, (_, n) => drawn(7, 'x', n))
  expect(many.reduce((sum, value) => sum + value, 0) / many.length).toBeCloseTo(0.5, 1)
})

test('the same seed gives the same story and the same result', { timeout: 120_000 }, async () => {
  for (const seed of [1, 8, 14]) {
    expect(makeUp(seed)).toEqual(makeUp(seed))
    const [one, other] = [await tryStory(makeUp(seed)), await tryStory(makeUp(seed))]
    expect(one.trace).toEqual(other.trace)
    expect(one.findings).toEqual(other.findings)
  }
})

test('fifty seeds in a row try every theme, and every action and fault has a text', () => {
  const stories = Array.from({ length: 50 }, (_, seed) => makeUp(seed))
  expect(new Set(stories.map(({ theme }) => theme))).toEqual(new Set(themes.map(({ name }) => name)))
  for (const story of stories) expect(tell(story).join('\n')).not.toContain('undefined')
})

test('a fault affects its target as often as planned; an outage ends by itself', () => {
  const faults = new Faults(1)
  const comment = { side: 'planfix', method: 'POST', path: '/task/7/comments/', isWrite: true } as const
  const read = { side: 'planfix', method: 'GET', path: '/task/7', isWrite: false } as const
  faults.strike('planfix', 'lost-answer', 'comment', 1, 0)
  expect(faults.fateOf(read, 0).answer).toBe('as-is')
  expect(faults.fateOf({ ...comment, path: '/task/' }, 0).answer).toBe('as-is')
  expect(faults.fateOf(comment, 0)).toEqual({ commit: 0, answer: 'never' })
  expect(faults.fateOf(comment, 0).answer).toBe('as-is')
  faults.begin('planfix', 'unreachable', 100)
  expect(faults.fateOf(read, 99)).toEqual({ commit: 'never', answer: 'refused' })
  expect(faults.fateOf(read, 100).answer).toBe('as-is')
})

test('a failing story is shrunk to the steps that its failure needs', async () => {
  const story = makeUp(14)
  const needed = [story.actions.find(isTrouble), story.actions.find((action) => !isTrouble(action))]
  const fails = async (one: Story) => needed.every((action) => action && one.actions.includes(action))
  const short = await shrink(story, fails)
  expect(short.actions).toHaveLength(2)
  expect(short.chatra).toEqual({})
})
