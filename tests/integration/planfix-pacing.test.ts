import { describe, expect, test } from 'vitest'
import { switchTable } from '../../src/simulators/planfix/switches.ts'
import {
  callsSince,
  feedMarks,
  inVirtualWorld,
  only,
  pass,
  quiet,
  taskNamed,
  tasksNamed,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

const SPEED = 20
const MINUTE = 60_000

/** Milliseconds of the world between neighbouring calls since the `n`-th. */
function gaps(world: World, n: number): number[] {
  const times = world.planfix.server.requests.slice(n).map((call) => call.time)
  return times.slice(1).map((time, index) => (time - (times[index] ?? time)) * SPEED)
}

describe.concurrent('one request a second', () => {
  test.each(switchTable['over-rps'].map((position) => [position]))(
    'is kept, and messages that wait for it are joined in order (%s)',
    async (position) => {
      const planfix = { switches: { 'over-rps': position }, requestsPerSecondLimit: SPEED }
      const chatra = { switches: { 'fragment-size': 'up-to-50' } } as const
      await withWorld({ requestsPerSecond: 1, planfix, chatra, speed: SPEED }, async (world) => {
        const anna = world.chatra.visit({ name: 'Anna' })
        anna.says('Hello #a1')
        await world.until('a task', () => world.planfix.tasks[0])
        await quiet(world)
        const before = world.planfix.server.requests.length
        const texts = Array.from({ length: 30 }, (_, n) => `Line #a${n + 2}`)
        for (const text of texts) anna.says(text)
        await world.until('all of it', () => feedMarks(world, 'Anna').length === 31)
        await quiet(world)
        expect(feedMarks(world, 'Anna')).toEqual(['#a1', ...texts.map((text) => text.slice(5))])
        const comments = world.planfix.comments(taskNamed(world, 'Anna').id).length - 1
        expect(comments, 'joined').toBeLessThanOrEqual(4)
        // Timers are a few real milliseconds coarse; over several calls the pace shows.
        const all = gaps(world, before)
        const span = all.reduce((sum, gap) => sum + gap, 0)
        expect(span).toBeGreaterThan(all.length * 1000 * 0.85 - 1500)
      })
    },
  )

  test('messages come before maintenance, visit actions last', async () => {
    await withWorld(
      { requestsPerSecond: 1, speed: SPEED, planfixSettings: { pollSeconds: 3000 } },
      async (world) => {
        const anna = world.chatra.visit({ name: 'Anna' })
        anna.says('Hello #a1')
        await world.until('a task', () => world.planfix.tasks[0])
        await quiet(world)
        const before = world.planfix.server.requests.length
        // Six visitors at once: each needs a contact, a task and an action on the contact.
        for (const name of ['B', 'C', 'D', 'E']) world.chatra.visit({ name }).says(`Hi #b1`)
        await world.until('all tasks', () => world.planfix.tasks.length === 5)
        await quiet(world)
        const calls = world.planfix.server.requests.slice(before)
        const lastMessage = calls.findLastIndex((call) => call.path === '/rest/task/')
        const actions = calls.flatMap((call, index) =>
          /contact\/\d+\/comments\/$/.test(call.path) ? [index] : [],
        )
        expect(actions).toHaveLength(4)
        // The caller that has waited longest gets every eighth slot, whatever its priority.
        expect(actions.filter((index) => index < lastMessage).length).toBeLessThanOrEqual(1)
      },
    )
  })

  test('while many clients write, one list tells whose task is still open', async () => {
    await inVirtualWorld({ requestsPerSecond: 1 }, async (world) => {
      const visitors = Array.from({ length: 20 }, (_, n) => world.chatra.visit({ name: `Client ${n}` }))
      for (const visitor of visitors) visitor.says('Hello #a1')
      await world.until('all tasks', () => world.planfix.tasks.length === visitors.length)
      await pass(world, 20 * MINUTE)
      world.planfix.completes(taskNamed(world, 'Client 7').id)
      const before = world.planfix.server.requests.length
      const marks = ['#a2', '#a3', '#a4', '#a5']
      for (const mark of marks) {
        for (const visitor of visitors) visitor.says(`Still there? ${mark}`)
        await pass(world, 25_000)
      }
      await world.until('all messages', () =>
        visitors.every((_, n) => feedMarks(world, `Client ${n}`).includes('#a5')),
      )
      const calls = callsSince(world.planfix, before)
      const asked = calls.filter((call) => /^GET \/task\/\d+/.test(call)).length
      expect(asked).toBeLessThanOrEqual(3)
      // The message after the end is in a task of its own (F8).
      expect(tasksNamed(world, 'Client 7')).toHaveLength(2)
      for (const [n] of visitors.entries()) {
        expect(feedMarks(world, `Client ${n}`)).toEqual(['#a1', ...marks])
        if (n !== 7) expect(tasksNamed(world, `Client ${n}`)).toHaveLength(1)
      }
    })
  })

  test('where the account refuses that list no slot is lost on it', async () => {
    const planfix = { switches: { 'changed-filter': '400-code41' } } as const
    await inVirtualWorld({ requestsPerSecond: 1, planfix }, async (world) => {
      const visitors = Array.from({ length: 20 }, (_, n) => world.chatra.visit({ name: `Client ${n}` }))
      for (const visitor of visitors) visitor.says('Hello #a1')
      await world.until('all tasks', () => world.planfix.tasks.length === visitors.length)
      await pass(world, 20 * MINUTE)
      const before = world.planfix.server.requests.length
      for (const mark of ['#a2', '#a3', '#a4']) {
        for (const visitor of visitors) visitor.says(`Still there? ${mark}`)
        await pass(world, 25_000)
      }
      const calls = world.planfix.server.requests.slice(before)
      expect(
        calls.filter(({ method, path }) => method === 'GET' && /task\/\d+/.test(path)).length,
      ).toBeGreaterThan(3)
      // Somebody waits all the time: each slot is used.
      const gaps = calls.slice(1).map(({ time }, n) => time - calls[n]!.time)
      expect(Math.max(...gaps)).toBeLessThan(1500)
    })
  })

  test('a client who writes while others flood the account gets a turn', async () => {
    await withWorld({ requestsPerSecond: 1, speed: SPEED }, async (world) => {
      const anna = world.chatra.visit({ name: 'Anna' })
      const boris = world.chatra.visit({ name: 'Boris' })
      anna.says('Hello #a1')
      boris.says('Hello #b1')
      await world.until('tasks', () => world.planfix.tasks.length === 2)
      await quiet(world)
      const flood = setInterval(() => anna.says(`again #a${(world.clock.now() % 9) + 2}`), 20)
      boris.says('And me? #b2')
      const started = world.clock.now()
      await world.until('his message', () => feedMarks(world, 'Boris').includes('#b2'))
      clearInterval(flood)
      expect(world.clock.now() - started).toBeLessThan(15_000)
      expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1', '#b2'])
    })
  })
})
