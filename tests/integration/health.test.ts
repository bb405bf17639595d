import { afterEach, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

const health = async () => {
  const answer = await fetch(`${world.app.hooksUrl}/healthz`)
  return ((await answer.json()) as { status: string }).status
}

test('healthz is degraded while Planfix fails every write, and ok again afterwards', async () => {
  world = await World.start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  expect(await health()).toBe('ok')
  world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/comments/$' })
  anna.says('Anybody there?')
  await world.until('degraded', async () => (await health()) === 'degraded')
  world.planfix.server.faults.clear()
  await world.until('ok', async () => (await health()) === 'ok')
  await world.quiet()
  expect(
    world
      .feed(world.task().id)
      .map((comment) => comment.text)
      .slice(1),
  ).toEqual(['Anybody there?'])
})

test('healthz is degraded while Chatra fails every reply', async () => {
  world = await World.start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  world.chatra.server.faults.add({ kind: 'status', status: 502, method: 'POST', path: '/api/messages' })
  for (const text of ['one', 'two', 'three'])
    world.planfix.employeeComments(world.task().id, 5, `<p>${text}</p>`)
  await world.until('degraded', async () => (await health()) === 'degraded')
  world.chatra.server.faults.clear()
  await world.until('uncertain', async () =>
    (await world.messages()).some((one) => one.state === 'uncertain'),
  )
})
