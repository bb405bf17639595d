import { afterEach, describe, expect, test } from 'vitest'
import type { World } from '../support/world.ts'
import {
  closeWorld,
  conversation,
  inPlanfix,
  marks,
  newClient,
  openWorld,
  replied,
  stateOf,
} from './chatra-play.ts'

/**
 * What the bridge recognises as its own in Chatra's webhooks, and what as a person's. A second of these tests is 20 s
 * of the bridge.
 */

let world: World
afterEach(() => closeWorld(world))

const is = (mark: string, state: string) =>
  world.until(`${mark} ${state}`, async () =>
    (await world.messages()).some((one) => one.text.startsWith(`${mark}:`) && one.state === state),
  )
const asked = () =>
  world.chatra.server.requests.filter(
    (call) => call.method === 'GET' && call.path.startsWith('/api/messages/'),
  ).length
const agent = () => world.chatra.agents[0]?.id ?? ''
const heardByPlanfix = async (name: string, mark: string) =>
  world.until(`${mark} in Planfix`, () => inPlanfix(world, name, mark[0] ?? '').includes(mark))

describe("an agent types the text of an uncertain reply: it is a person's message", () => {
  test("an agent's equal text is recognised by its missing mark where marks have been seen", async () => {
    world = await openWorld()
    const { name, visitor, answers } = await conversation(world)
    answers('r1: First')
    await replied(world, visitor, 'r1')
    await world.quiet()
    world.chatra.server.faults.add({ kind: 'reset-before-write', method: 'POST', times: 1 })
    answers('r2: Your parcel is ready')
    await is('r2', 'uncertain')
    world.chatra.agentSays(visitor.clientId, agent(), 'r2: Your parcel is ready')
    await world.until('both', () => inPlanfix(world, name, 'r').filter((mark) => mark === 'r2').length === 2)
    expect((await stateOf(world, 'r2')).state).toBe('uncertain')
    expect(asked()).toBe(0)
  })

  test("an agent's equal text is recognised by asking Chatra where marks never come", async () => {
    world = await openWorld({ chatra: { switches: { 'rest-echo': 'without-received-from' } } })
    const { name, visitor, answers } = await conversation(world)
    world.chatra.server.faults.add({ kind: 'reset-before-write', method: 'POST', times: 1 })
    answers('r2: Your parcel is ready')
    await is('r2', 'uncertain')
    world.chatra.agentSays(visitor.clientId, agent(), 'r2: Your parcel is ready')
    await world.until('both', () => inPlanfix(world, name, 'r').filter((mark) => mark === 'r2').length === 2)
    expect((await stateOf(world, 'r2')).state).toBe('uncertain')
    expect(asked()).toBe(1)
  })
})

test.each([
  ['marks come', {}],
  ['marks do not come', { 'rest-echo': 'without-received-from' }],
  ['no echoes come', { 'rest-echo': 'none' }],
  ['edits are told under a new id', { 'edit-event': 'fragment-new-id' }],
  ['edits are told under the same id', { 'edit-event': 'fragment-same-id' }],
  ['ids do not come', { 'message-id': 'absent' }],
] as const)("an agent's text equal to an edited reply is mirrored, where %s", async (_where, switches) => {
  world = await openWorld({ chatra: { switches } })
  const { name, visitor, answers } = await conversation(world)
  const { id } = answers('r1: yess')
  await replied(world, visitor, 'r1')
  await world.quiet()
  world.planfix.editsComment(id, '<p>r2: Yes</p>')
  await replied(world, visitor, 'r2')
  await world.quiet()
  world.chatra.agentSays(visitor.clientId, agent(), 'r2: Yes')
  await world.until('both', () => inPlanfix(world, name, 'r').filter((mark) => mark === 'r2').length === 2)
  await world.quiet()
  expect(inPlanfix(world, name, 'r')).toEqual(['r2', 'r2'])
})

test('an unmarked echo of an uncertain reply is recognised by asking Chatra', async () => {
  world = await openWorld({ chatra: { switches: { 'rest-echo': 'without-received-from' } } })
  const { name, visitor, answers } = await conversation(world)
  world.chatra.server.faults.add({ kind: 'reset-after-write', method: 'POST', times: 1 })
  answers('r1: Once')
  await is('r1', 'delivered')
  expect((await stateOf(world, 'r1')).chatraMessageId).not.toBeNull()
  await world.quiet()
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
  expect(inPlanfix(world, name, 'r')).toEqual(['r1'])
})

test('an unmarked echo that precedes the answer waits for it, without a request', async () => {
  world = await openWorld({
    chatra: { switches: { 'rest-echo': 'without-received-from', 'echo-before-reply': 'on' } },
  })
  const { name, visitor, answers } = await conversation(world)
  answers('r1: Once')
  await replied(world, visitor, 'r1')
  await world.quiet()
  expect(inPlanfix(world, name, 'r')).toEqual(['r1'])
  expect(asked()).toBe(0)
})

test('a message that counts as an echo only by its text leaves a line in the log', async () => {
  world = await openWorld({
    chatra: { switches: { 'rest-echo': 'without-received-from', 'message-id': 'absent' } },
  })
  const { visitor, answers } = await conversation(world)
  answers('r1: Once')
  await replied(world, visitor, 'r1')
  await world.quiet()
  const { id } = await stateOf(world, 'r1')
  await world.until('the line', async () =>
    (await world.log()).some((line) => line.reason === `own-echo (message ${id})`),
  )
})

describe('an old transcript', () => {
  const DAYS = 40 * 24 * 3_600_000
  test.each(['with-received-from', 'without-received-from'] as const)(
    "an old transcript does not show our replies as an agent's (%s)",
    async (position) => {
      const start = Date.now()
      let ahead = 0
      world = await openWorld({
        chatra: {
          switches: { 'rest-echo': position, 'transcript-repeat': 'all-messages' },
          now: () => start + ahead + (Date.now() - start) * 20,
        },
      })
      const { name, visitor, answers } = await conversation(world)
      answers('r1: Long ago')
      await replied(world, visitor, 'r1')
      await world.quiet()
      const { clock } = world
      const now = clock.now.bind(clock)
      ahead = DAYS
      clock.now = () => now() + DAYS
      visitor.leaves()
      await world.chatra.flush()
      await world.app.settled()
      await world.quiet()
      expect(inPlanfix(world, name, 'r')).toEqual(['r1'])
      expect(inPlanfix(world, name, 'm')).toEqual(['m1'])
    },
  )

  test('an old transcript without ids and times duplicates no message of the client', async () => {
    world = await openWorld({
      chatra: {
        switches: {
          'message-id': 'absent',
          'created-at': 'absent',
          'rest-echo': 'without-received-from',
          'transcript-repeat': 'all-messages',
        },
      },
    })
    const { name, visitor, answers } = await conversation(world)
    answers('r1: Long ago')
    await replied(world, visitor, 'r1')
    await world.quiet()
    const { clock } = world
    const now = clock.now.bind(clock)
    clock.now = () => now() + DAYS
    visitor.leaves()
    await world.chatra.flush()
    await world.app.settled()
    await world.quiet()
    expect(inPlanfix(world, name, 'm')).toEqual(['m1'])
    expect(inPlanfix(world, name, 'r')).toEqual(['r1'])
  })
})

test('one message dated a day ahead does not make all later ones late', async () => {
  let ahead = 24 * 3_600_000
  const start = Date.now()
  world = await openWorld({
    chatra: { now: () => start + (Date.now() - start) * 20 + ahead },
  })
  const { name, visitor } = newClient(world)
  visitor.says('m1: From tomorrow')
  await heardByPlanfix(name, 'm1')
  ahead = 0
  visitor.says('m2: From now')
  await heardByPlanfix(name, 'm2')
  await world.quiet()
  expect(await stateOf(world, 'm2')).toMatchObject({ late: false })
})

test('a reply goes to the device it was written for, not to the last active one', async () => {
  world = await openWorld()
  const email = 'anna@example.com'
  const first = newClient(world, { name: 'Anna', email })
  first.visitor.says('m1: From the computer')
  const task = await world.until('a task', () => world.planfix.tasks[0])
  await world.quiet()
  world.chatra.server.faults.add({ kind: 'status', status: 429, method: 'POST', times: 1 })
  world.planfix.employeeComments(task.id, 5, '<p>r1: For the computer</p>')
  const waiting = await world.until('the reply', async () =>
    (await world.messages()).find((one) => one.direction === 'to-chatra'),
  )
  await world.app.store.commit([
    {
      type: 'message.patch',
      id: waiting.id,
      at: world.clock.now(),
      patch: { chatraClientId: first.visitor.clientId },
    },
  ])
  const second = newClient(world, { name: 'Anna', email })
  second.visitor.says('m2: From the phone')
  await replied(world, first.visitor, 'r1')
  expect(second.visitor.sees()).toEqual([])
})
