import { describe, expect, test } from 'vitest'
import { calm, feedMarks, pass, quiet, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import { SECRET, type World } from '../support/world.ts'

/** Messages that arrive after the end of a chat, or with an impossible time. */

const statusOf = (world: World, task: number) => world.planfix.statusOf(task)?.key
async function ended(world: World) {
  const visitor = world.chatra.visit({ name: 'Anna' })
  visitor.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, 'Anna')[0])
  await quiet(world)
  visitor.leaves()
  await world.until('the end', () => statusOf(world, task.id) === 'completed')
  await quiet(world)
  await pass(world, 60_000)
  return { visitor, task: task.id }
}
const julia = (world: World) => world.chatra.agents[0]?.id ?? ''

describe.concurrent('an agent who writes after the end', () => {
  test("an agent's message after the end goes into the last task, which stays completed", async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await ended(world)
      for (const n of [1, 2]) {
        world.chatra.agentSays(visitor.clientId, julia(world), `One more thing #j${n}`)
        await world.until('her words', () => feedMarks(world, 'Anna').includes(`#j${n}`))
        await pass(world, 30_000)
      }
      await calm(world)
      expect(tasksNamed(world, 'Anna')).toHaveLength(1)
      expect(statusOf(world, task)).toBe('completed')
    })
  })

  test("an agent's message gets a completed task when the last one is gone", async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await ended(world)
      world.planfix.deletesTask(task)
      world.chatra.agentSays(visitor.clientId, julia(world), 'One more thing #j1')
      const next = await world.until('another task', () =>
        tasksNamed(world, 'Anna').find(({ id }) => id !== task),
      )
      await world.until('its end', () => statusOf(world, next.id) === 'completed')
    })
  })

  test("a client who comes back after an agent's message still gets a new task", async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await ended(world)
      world.chatra.agentSays(visitor.clientId, julia(world), 'One more thing #j1')
      await world.until('her words', () => feedMarks(world, 'Anna').includes('#j1'))
      visitor.says('I am back #a2')
      const next = await world.until('another task', () =>
        tasksNamed(world, 'Anna').find(({ id }) => id !== task),
      )
      expect(statusOf(world, next.id)).not.toBe('completed')
    })
  })
})

test.each([[24 * 3_600_000], [3_600_000], [10 * 60_000], [-30 * 24 * 3_600_000]])(
  'one message dated %s ms ahead makes no later one late',
  async (ahead) => {
    await withWorld({}, async (world) => {
      const hook = async (id: string, text: string, createdAt: number) => {
        const body = {
          eventName: 'chatFragment',
          client: { id: 'vera', chatId: 'chat-vera', basicInfo: { name: 'Vera' }, integrationData: {} },
          agents: [],
          messages: [{ id, type: 'client', text, createdAt }],
        }
        const answer = await fetch(`${world.app.hooksUrl}/hooks/shop/${SECRET}/chatra`, {
          method: 'POST',
          body: JSON.stringify(body),
        })
        expect(answer.status).toBe(200)
      }
      const now = () => Math.floor(world.clock.now())
      await hook('m1', 'Hello #v1', now())
      await world.until('a task', () => tasksNamed(world, 'Vera')[0])
      await quiet(world)
      await hook('m2', 'By a wrong clock #v2', now() + ahead)
      await world.until('it', () => feedMarks(world, 'Vera').includes('#v2'))
      for (const n of [3, 4]) {
        await pass(world, 5000)
        await hook(`m${n}`, `Later #v${n}`, now())
        await world.until('the next', () => feedMarks(world, 'Vera').includes(`#v${n}`))
      }
      await calm(world)
      const feed = world.feed(tasksNamed(world, 'Vera')[0]?.id ?? 0).map(({ text }) => text)
      expect(feed.filter((text) => /#v[34]/.test(text))).toEqual(['Later #v3', 'Later #v4'])
      expect(feedMarks(world, 'Vera').toSorted()).toEqual(['#v1', '#v2', '#v3', '#v4'])
    })
  },
)
