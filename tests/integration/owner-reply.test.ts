import { afterEach, describe, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

/** A client who wrote, and the number of the conversation. */
async function begin(options: Parameters<typeof World.start>[0] = {}) {
  world = await World.start(options)
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => world.planfix.tasks[0])
  const [message] = await world.messages()
  return { anna, id: message?.conversationId ?? 0 }
}
const answer = (id: number, text: string, key = text) => world.app.reply(id, { text, employeeId: 5, key })
const comments = (text: string) => world.feed(world.task().id).filter((one) => one.text === text)
const events = async () => world.app.store.events(null, 50)
const comment = { method: 'POST', path: '/comments/$' } as const

describe('a reply that the owner writes into a notification', () => {
  test('it is a comment of the chosen employee, and the client gets it once', async () => {
    const { anna, id } = await begin()
    expect(await answer(id, 'Two days')).toBe('stored')
    await world.until('the reply', () => anna.sees().includes('Two days'))
    await world.quiet()
    expect(anna.sees()).toEqual(['Two days'])
    expect(comments('Two days')).toMatchObject([{ owner: 'user:5' }])
    const reply = (await world.messages()).find(({ text }) => text === 'Two days')
    expect(reply).toMatchObject({ direction: 'to-chatra', author: { kind: 'employee', id: 5 } })
  })

  test('it waits on disk while Planfix takes no requests, also across a restart', async () => {
    const { anna, id } = await begin()
    world.planfix.server.faults.add({ kind: 'status', status: 429, ...comment })
    await answer(id, 'Two days')
    await world.until('a try', async () => (await events()).some(({ key }) => key === 'event.side-waiting'))
    await world.restart()
    world.planfix.server.faults.clear()
    await world.until('the reply', () => anna.sees().includes('Two days'))
    await world.quiet()
    expect(anna.sees()).toEqual(['Two days'])
    expect(comments('Two days')).toHaveLength(1)
  })

  test.each(['timeout-after-commit', '504-after-commit'] as const)(
    'a write without an answer that was carried out is found and not repeated (%s)',
    async (outcome) => {
      const { anna, id } = await begin()
      world.planfix.setSwitch('planfix-write-outcome', outcome)
      await answer(id, 'Two days')
      await world.until('the write', () => comments('Two days')[0])
      world.planfix.setSwitch('planfix-write-outcome', 'normal')
      await world.until('the reply', () => anna.sees().includes('Two days'))
      await world.quiet()
      expect(anna.sees()).toEqual(['Two days'])
      expect(comments('Two days')).toHaveLength(1)
    },
  )

  test('the same request twice writes one comment', async () => {
    const { anna, id } = await begin()
    await Promise.all([answer(id, 'Two days', 'k'), answer(id, 'Two days', 'k')])
    await world.until('the reply', () => anna.sees().includes('Two days'))
    await answer(id, 'Two days', 'k')
    await world.quiet()
    expect(comments('Two days')).toHaveLength(1)
  })

  test('a write whose result stays unknown is reported and not repeated', async () => {
    const { anna, id } = await begin()
    world.planfix.setSwitch('planfix-write-outcome', 'timeout-before-commit')
    await answer(id, 'Two days')
    const report = async () => (await events()).find(({ key }) => key === 'event.reply-not-written')
    await world.until('a pending write', async () =>
      (await world.app.store.jobs(id)).some((job) => job.attempt),
    )
    await world.until('an unclear write', async () =>
      (await world.app.store.jobs(id)).some((job) => job.attempt?.unclearAt),
    )
    world.planfix.setSwitch('planfix-write-outcome', 'normal')
    expect((await world.until('a report', report)).params).toMatchObject({ text: 'Two days' })
    await world.quiet()
    expect(comments('Two days')).toEqual([])
    expect(anna.sees()).toEqual([])
  })

  test('what Planfix refuses is reported with its words, and is not tried again', async () => {
    const { anna, id } = await begin()
    world.planfix.server.faults.add({ kind: 'status', status: 400, ...comment })
    await answer(id, 'Two days')
    await world.until('a report', async () =>
      (await events()).find(({ key }) => key === 'event.reply-not-written'),
    )
    world.planfix.server.faults.clear()
    await world.quiet()
    expect(comments('Two days')).toEqual([])
    expect(anna.sees()).toEqual([])
  })

  test('a conversation that does not exist takes no reply', async () => {
    await begin()
    expect(await answer(987_654, 'Two days')).toBe('not-found')
  })
})
