import { afterEach, describe, expect, test } from 'vitest'
import type { Configuration } from '../../../src/shared/config.ts'
import { World, type WorldOptions } from '../../support/world.ts'

let world: World
const start = async (mode: 'rest' | 'chat-api', options: WorldOptions = {}) => {
  world = await World.start({ chat: true, virtual: true, ...options })
  if (mode === 'rest') await switchTo('rest')
}
afterEach(async () => {
  expect(world.planfix.violations).toEqual([])
  await world.stop()
})

async function switchTo(mode: 'rest' | 'chat-api'): Promise<void> {
  const { configuration } = world.app
  const connections = configuration.connections.map((one): Configuration['connections'][number] => ({
    ...one,
    planfix: { ...one.planfix, channel: { ...one.planfix.channel, mode } },
  }))
  await world.app.reconfigure({ ...configuration, connections })
}
const texts = (n: number) => world.feed(world.task(n).id).map(({ text }) => text)
const count = (n: number, text: string) => texts(n).filter((one) => one.includes(text)).length
const isOfChat = (n: number) => world.task(n).chat !== undefined
async function begins(name = 'Anna') {
  const client = world.chatra.visit({ name })
  client.says('Hello')
  await world.until('a task', () => world.planfix.tasks[0])
  await world.quiet()
  return client
}
const answers = (n: number, text: string) =>
  world.planfix.employeeComments(world.task(n).id, 5, `<p>${text}</p>`)

describe('the owner switches the way into Planfix while chats are open', () => {
  test('a task begun by REST is finished by REST, and the next one is of the chat', async () => {
    await start('rest')
    const anna = await begins()
    await switchTo('chat-api')
    anna.says('second')
    answers(0, 'Good morning')
    await world.until('the reply', () => anna.sees().length > 0)
    await world.quiet()
    expect([isOfChat(0), count(0, 'Hello'), count(0, 'second')]).toEqual([false, 1, 1])
    world.planfix.completes(world.task().id)
    await world.pass(60_000)
    anna.says('third')
    await world.until('the next task', () => world.planfix.tasks[1])
    await world.quiet()
    answers(1, 'At once')
    await world.until('the reply', () => anna.sees().includes('At once'))
    await world.pass(700_000)
    expect([isOfChat(1), count(1, 'third'), count(0, 'third')]).toEqual([true, 1, 0])
    expect(anna.sees()).toEqual(['Good morning', 'At once'])
  })

  test('a task of the chat goes on by REST after the way back, and nothing in it is lost or doubled', async () => {
    await start('chat-api')
    const anna = await begins()
    answers(0, 'Good morning')
    await world.until('the reply', () => anna.sees().length > 0)
    await switchTo('rest')
    anna.says('second')
    await world.quiet()
    answers(0, 'By the feed')
    await world.until('the reply', () => anna.sees().length > 1)
    await world.pass(700_000)
    await world.quiet()
    expect(world.planfix.tasks).toHaveLength(1)
    expect([count(0, 'Hello'), count(0, 'second')]).toEqual([1, 1])
    expect(anna.sees()).toEqual(['Good morning', 'By the feed'])
  })

  test('back and forth while messages flow, each stands once on the other side', async () => {
    await start('chat-api')
    const anna = await begins()
    for (let n = 0; n < 8; n++) {
      anna.says(`#a${n}.`)
      answers(0, `#p${n}.`)
      await switchTo(n % 2 === 0 ? 'rest' : 'chat-api')
    }
    await world.until('all replies', () => anna.sees().length >= 8)
    await world.pass(700_000)
    await world.quiet()
    const all = world.planfix.tasks.flatMap((_task, n) => texts(n)).join(' ')
    for (let n = 0; n < 8; n++) {
      expect(all.split(`#a${n}.`)).toHaveLength(2)
      expect(anna.sees().filter((text) => text === `#p${n}.`)).toHaveLength(1)
    }
  })
})

test('what takes messages and begins no task is a failure that the owner sees, and the message waits', async () => {
  await start('chat-api')
  const isWrong = { path: '/webchat/api', kind: 'status', status: 200, body: { welcome: true } } as const
  world.planfix.server.faults.add({ ...isWrong, bodyHas: 'newMessage' })
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('the reason', async () =>
    (await world.log()).some(({ state, reason }) => state === 'retrying' && reason?.includes('bad-answer')),
  )
  const said = world.planfix.server.requests.filter(({ path }) => path === '/webchat/api').length
  expect(said).toBeLessThan(40)
  world.planfix.server.faults.clear()
  await world.until('the task', () => world.planfix.tasks[0])
  await world.quiet()
  expect(count(0, 'Hello')).toBe(1)
})
