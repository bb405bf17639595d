import { afterEach, expect, test } from 'vitest'
import { World, type WorldOptions } from '../support/world.ts'

let world: World
const start = async (options: WorldOptions = {}) => {
  world = await World.start(options)
  return world
}
afterEach(async () => {
  expect(world.planfix.violations).toEqual([])
  await world.stop()
})

test('a new chat becomes a task with its contact, visible after two calls', async () => {
  await start()
  const anna = world.chatra.visit({ name: 'Anna', city: 'Chisinau' })
  anna.says('Hello, where is my order?')
  await world.until('a task', () => world.planfix.tasks[0])
  const writes = world.planfix.server.requests.map((call) => `${call.method} ${call.path}`)
  expect(writes.slice(0, 2)).toEqual(['POST /rest/contact/', 'POST /rest/task/'])
  expect(world.task().name).toBe('Anna (Chatra)')
  expect(world.feed(world.task().id)[0]?.text).toContain('Hello, where is my order?')
  await world.quiet()
  expect(world.planfix.tasks).toHaveLength(1)
})

test('each further message is exactly one write, in order', async () => {
  await start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('one')
  await world.quiet()
  await world.until('assigner settled', async () => world.app.store.fact('shop', 'assigner'))
  for (const text of ['two', 'three']) {
    const before = world.planfix.server.requests.length
    anna.says(text)
    await world.quiet()
    const calls = world.planfix.server.requests.slice(before).map((call) => `${call.method} ${call.path}`)
    expect(calls.filter((call) => call.endsWith('/comments/'))).toHaveLength(1)
    expect(calls.filter((call) => !call.endsWith('/list') && !call.endsWith('/comments/'))).toEqual([])
  }
  const texts = world.feed(world.task().id).map((comment) => comment.text)
  expect(texts.slice(1)).toEqual(['two', 'three'])
})

test("an employee's comment reaches the client once, without an echo in Planfix", async () => {
  await start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => world.planfix.tasks[0])
  world.planfix.employeeComments(world.task().id, 5, '<p>It left <b>today</b>.</p>')
  await world.until('the reply', () => anna.sees().includes('It left today.'))
  await world.quiet()
  anna.says('Thanks')
  await world.quiet()
  expect(anna.sees()).toEqual(['It left today.'])
  expect(
    world
      .feed(world.task().id)
      .map((comment) => comment.text)
      .slice(1),
  ).toEqual(['It left today.', 'Thanks'])
})

test('an internal note stays in Planfix', async () => {
  await start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => world.planfix.tasks[0])
  world.planfix.employeeComments(world.task().id, 5, '<p>Difficult client</p>', { recipients: ['user:6'] })
  world.planfix.employeeComments(world.task().id, 5, '<p>Hidden too</p>', { hidden: true })
  world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
  await world.until('the reply', () => anna.sees().length > 0)
  await world.quiet()
  expect(anna.sees()).toEqual(['Good morning'])
  const skipped = (await world.messages()).filter((message) => message.state === 'skipped')
  expect(skipped.map((message) => message.reason)).toEqual([
    'internal-client-not-notified',
    'internal-hidden',
  ])
})
