import { describe, expect, test } from 'vitest'
import { calm, chatMarks, feedMarks, pass, quiet, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/** A conversation is merged while part of its work is in progress or indeterminate: nothing is left behind. */

const ANNA = { name: 'Anna', email: 'anna@mail.example' }

async function known(world: World) {
  const computer = world.chatra.visit(ANNA)
  computer.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, 'Anna')[0])
  await quiet(world)
  const phone = world.chatra.visit({ name: 'Guest' })
  phone.says('Hello #b1')
  const own = await world.until('its own task', () => tasksNamed(world, 'Guest')[0])
  await quiet(world)
  return { computer, phone, task: task.id, own: own.id }
}
const open = async (world: World) => {
  const work = await world.app.store.queuesWithWork()
  const jobs = await Promise.all(work.map((one) => world.app.store.jobs(one.conversationId)))
  return [...work.filter(({ queue }) => queue !== 'jobs'), ...jobs.flat()]
}
const everywhere = (world: World) => [...feedMarks(world, 'Anna'), ...feedMarks(world, 'Guest')]

describe.concurrent('an indeterminate write of a conversation that is merged', () => {
  test.each([['timeout-after-commit'], ['timeout-before-commit'], ['504-after-commit']] as const)(
    'a write that is indeterminate at a merge is settled, and arrives once (%s)',
    async (outcome) => {
      await withWorld({}, async (world) => {
        const { phone } = await known(world)
        world.planfix.nextWrites(outcome, 1)
        phone.says('From my phone #b2')
        await world.until('the fault has struck', () => world.planfix.writeOutcomeTimes === 0)
        phone.introduces(ANNA)
        phone.says('It is me #a2')
        await world.until('everything', () =>
          ['#a1', '#b1', '#b2', '#a2'].every((one) => everywhere(world).includes(one)),
        )
        await calm(world)
        expect(everywhere(world).toSorted()).toEqual(['#a1', '#a2', '#b1', '#b2'])
        const left = await open(world)
        expect(
          left.filter((one) => !('kind' in one) || !['verify', 'leave-check'].includes(one.kind)),
        ).toEqual([])
      })
    },
  )

  test('a write that is indeterminate at a merge delays later messages, and the order stays', async () => {
    await withWorld({}, async (world) => {
      const { phone } = await known(world)
      world.planfix.nextWrites('timeout-then-late-commit', 1)
      phone.says('From my phone #b2')
      await world.until('the fault has struck', () => world.planfix.writeOutcomeTimes === 0)
      phone.introduces(ANNA)
      phone.says('It is me #a2')
      await world.until('both', () => ['#b2', '#a2'].every((one) => everywhere(world).includes(one)))
      await calm(world)
      const written = world.planfix.tasks
        .flatMap(({ id }) => world.planfix.comments(id))
        .filter(({ description }) => /#b2|#a2/.test(description))
        .toSorted((one, other) => one.id - other.id)
      expect(written.map(({ description }) => /#[ab]2/.exec(description)?.[0])).toEqual(['#b2', '#a2'])
    })
  })

  test('a write that is indeterminate at a merge is settled after a long outage and a restart', async () => {
    await withWorld({}, async (world) => {
      const { phone } = await known(world)
      world.planfix.server.faults.add({ kind: 'timeout-before-write', method: 'POST' })
      phone.says('From my phone #b2')
      await pass(world, 12_000)
      phone.introduces(ANNA)
      phone.says('It is me #a2')
      await world.chatra.flush()
      await pass(world, 12_000)
      await world.restart()
      world.planfix.server.faults.clear()
      await world.until('everything', () => ['#b2', '#a2'].every((one) => everywhere(world).includes(one)))
      await calm(world)
      expect(everywhere(world).toSorted()).toEqual(['#a1', '#a2', '#b1', '#b2'])
      const states = (await world.messages()).map(({ state }) => state)
      expect(states.filter((one) => one === 'retrying' || one === 'sending' || one === 'queued')).toEqual([])
    })
  })
})

test("a reply that is uncertain at a merge stays the owner's to settle or send again", async () => {
  await withWorld({}, async (world) => {
    const { phone, own } = await known(world)
    world.chatra.pauseWebhooks()
    world.chatra.setSwitch('chatra-write-outcome', 'timeout-before-commit')
    world.planfix.employeeComments(own, 5, '<p>To the phone #r1</p>')
    const reply = async () => (await world.messages()).find(({ text }) => text.includes('#r1'))
    await world.until('an unclear reply', async () => (await reply())?.state === 'uncertain')
    world.chatra.setSwitch('chatra-write-outcome', 'normal')
    world.chatra.resumeWebhooks()
    phone.introduces(ANNA)
    phone.says('It is me #a2')
    await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
    const client = await world.app.store.client('shop', phone.clientId)
    await world.until(
      'it belongs to the root',
      async () => (await reply())?.conversationId === client?.conversationId,
    )
    expect((await reply())?.reason).not.toBe('client-unknown')
    if ((await reply())?.state === 'uncertain') await world.app.retry((await reply())?.id ?? 0)
    await world.until('the reply', () => chatMarks(phone).includes('#r1'))
    await calm(world)
    expect(chatMarks(phone)).toEqual(['#r1'])
  })
})
