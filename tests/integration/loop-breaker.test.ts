import { afterEach, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

test('a conversation paused by the loop breaker continues when the owner retries a message', async () => {
  world = await World.start()
  const robot = world.chatra.visit({ name: 'Robot' })
  const anna = world.chatra.visit({ name: 'Anna' })
  for (let n = 0; n < 12; n++) robot.says('I am a robot')
  anna.says('Hello')
  await world.chatra.flush()
  await world.app.settled()
  await world.until('the other conversation goes on', () =>
    world.planfix.tasks.some((task) => task.name.startsWith('Anna')),
  )
  const waiting = await world.until('messages wait', async () => {
    const open = (await world.messages()).filter(
      (message) => message.text === 'I am a robot' && message.state === 'queued',
    )
    return open.length > 0 ? open : null
  })
  const events = await world.app.store.events(null, 10)
  expect(events.map((event) => event.key)).toContain('event.loop')
  const first = waiting[0]
  if (!first) throw new Error('nothing waits')
  expect(await world.app.store.retryMessage(first.id)).toBe('queued')
  await world.app.wake()
  await world.quiet()
  const told = (await world.messages()).filter((message) => message.text === 'I am a robot')
  expect(told.map((message) => message.state)).toEqual(Array.from({ length: 12 }, () => 'delivered'))
})

test('a paused conversation continues by itself after half an hour, also over a restart', async () => {
  world = await World.start({ speed: 2000 })
  const robot = world.chatra.visit({ name: 'Robot' })
  for (let n = 0; n < 12; n++) robot.says('I am a robot')
  await world.chatra.flush()
  await world.until('it is told', async () =>
    (await world.app.store.events(null, 10)).some((event) => event.key === 'event.loop'),
  )
  await world.restart()
  await world.until('all are delivered', async () => {
    const told = (await world.messages()).filter((message) => message.text === 'I am a robot')
    return told.length === 12 && told.every((message) => message.state === 'delivered')
  })
})
