import { afterEach, expect, test } from 'vitest'
import type { Job } from '../../src/shared/messages/job.ts'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

test('a stored job that cannot be understood is dropped and named in the log, and the chat goes on', async () => {
  world = await World.start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => world.planfix.tasks[0])
  await world.quiet()
  const { store } = world.app
  const [message] = await world.messages()
  const conversationId = message?.conversationId ?? 0
  const broken = {
    kind: 'note',
    key: 'by-hand',
    data: { what: 'sing' },
    notBefore: 0,
    failures: 0,
    attempt: null,
  }
  const job = { ...broken, id: store.newId(), connectionId: 'shop', conversationId } as unknown as Job
  await store.commit([{ type: 'job.add', job }])
  anna.says('Are you there?')
  await world.until('the message', () =>
    world.feed(world.task().id).some((one) => one.text === 'Are you there?'),
  )
  await world.until('the event', async () =>
    (await store.events(null, 10)).find(({ key }) => key === 'event.chore-failed'),
  )
  expect((await store.jobs(conversationId)).some(({ key }) => key === 'by-hand')).toBe(false)
})
