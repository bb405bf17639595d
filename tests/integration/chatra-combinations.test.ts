import { afterEach, describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/simulators/chatra/ids.ts'
import { type ChatraSwitch, chatraSwitches } from '../../src/simulators/chatra/switches.ts'
import type { World } from '../support/world.ts'
import {
  ANA,
  closeWorld,
  conversation,
  expectDelivered,
  expectNoEcho,
  inPlanfix,
  marks,
  newClient,
  openWorld,
  play,
  replied,
  shownTo,
  stateOf,
  tasksOf,
} from './chatra-play.ts'

/** Positions of contracts/chatra.md §10 that are harmless alone and harmful in combination. */

let world: World
afterEach(() => closeWorld(world))

const said = (name: string, text: string) =>
  shownTo(world, name).flatMap((one) =>
    one.text.split('\n').filter((line) => line.replace(/^written .* UTC: /, '') === text),
  )

describe.each(['present', 'absent'] as const)('a conversation arrives with message-id %s', (id) => {
  test.each(['ms', 'absent'] as const)(
    'created-at %s: the first message sent twice, a transcript and a return are handled',
    async (at) => {
      world = await openWorld({
        virtual: true,
        chatra: { switches: { 'message-id': id, 'created-at': at, 'first-message-events': 'both' } },
      })
      await expectDelivered(world, await play(world))
    },
  )

  test.each(['ms', 'absent'] as const)(
    'a conversation arrives with created-at %s and every event twice',
    async (at) => {
      world = await openWorld({
        virtual: true,
        chatra: { switches: { 'message-id': id, 'created-at': at, 'webhook-duplicate': 'same-event-twice' } },
      })
      await expectDelivered(world, await play(world))
    },
  )

  test.each(['none', 'without-received-from'] as const)(
    'with rest-echo %s echoes and transcripts are not delivered',
    async (echo) => {
      world = await openWorld({
        virtual: true,
        chatra: {
          switches: {
            'message-id': id,
            'created-at': 'absent',
            'rest-echo': echo,
            'echo-before-reply': 'on',
          },
        },
      })
      await expectDelivered(world, await play(world))
    },
  )

  test.each(['ms', 'absent'] as const)(
    'created-at %s: a transcript adds the messages that fragments lost, once',
    async (at) => {
      world = await openWorld({
        virtual: true,
        chatra: { switches: { 'message-id': id, 'created-at': at } },
      })
      const { name, visitor } = await conversation(world)
      const agent = world.chatra.agents[0]?.id ?? ''
      visitor.says('m2: before the gap')
      await world.quiet()
      world.chatra.dropNextWebhooks(3)
      visitor.says('m3: lost')
      visitor.says('m4: lost too')
      world.chatra.agentSays(visitor.clientId, agent, 'a1: lost as well')
      visitor.says('m5: after the gap')
      await world.quiet()
      expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm2', 'm5'])
      visitor.leaves()
      await world.quiet()
      expect(inPlanfix(world, name, 'm').toSorted()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
      expect(inPlanfix(world, name, 'a')).toEqual(['a1'])
      if (at === 'ms') {
        const late = shownTo(world, name).filter((one) => /m3:|m4:/.test(one.text))
        for (const one of late)
          expect(one.text).toMatch(/^written \d{4}-\d\d-\d\d \d\d:\d\d UTC: m[34]: lost/)
      }
      expect(world.planfix.statusOf(tasksOf(world, name)[0]?.id ?? 0)?.key).toBe('completed')
      // The second visit's transcript contains everything again.
      visitor.comesBack()
      visitor.says('m6: again')
      visitor.leaves()
      await world.quiet()
      expect(inPlanfix(world, name, 'm').toSorted()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
      expect(inPlanfix(world, name, 'a')).toEqual(['a1'])
    },
  )
})

test('a chat whose webhooks were all lost arrives in order with its transcript', async () => {
  world = await openWorld()
  const { name, visitor } = newClient(world)
  world.chatra.dropNextWebhooks(5)
  for (const mark of ['m1', 'm2', 'm3', 'm4']) visitor.says(`${mark}: lost`)
  await world.quiet()
  expect(tasksOf(world, name)).toEqual([])
  visitor.leaves()
  await world.quiet()
  expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm2', 'm3', 'm4'])
  expect(tasksOf(world, name)).toHaveLength(1)
})

test('without transcripts lost messages stay lost, and later ones arrive', async () => {
  world = await openWorld({
    virtual: true,
    chatra: { switches: { 'transcript-timing': 'never' } },
  })
  const { name, visitor } = await conversation(world)
  world.chatra.dropNextWebhooks(1)
  visitor.says('m2: lost')
  visitor.says('m3: not lost')
  visitor.leaves()
  await world.quiet()
  expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm3'])
})

test('the same text twice arrives twice with message ids, even with doubled and mixed events', async () => {
  world = await openWorld({
    virtual: true,
    chatra: {
      switches: {
        'webhook-duplicate': 'same-event-twice',
        'webhook-order': 'shuffled-within-chat',
        'created-at': 'absent',
      },
    },
  })
  const { name, visitor } = await conversation(world)
  for (const text of ['ok', 'ok', 'ok']) visitor.says(text)
  await world.quiet()
  visitor.leaves()
  await world.quiet()
  expect(said(name, 'ok')).toHaveLength(3)
})

test('the same text twice without ids and times is completed by the transcript', async () => {
  world = await openWorld({
    virtual: true,
    chatra: { switches: { 'message-id': 'absent', 'created-at': 'absent' } },
  })
  const { name, visitor } = await conversation(world)
  visitor.says('ok')
  visitor.says('ok')
  await world.quiet()
  visitor.leaves()
  await world.quiet()
  expect(said(name, 'ok')).toHaveLength(2)
})

test.each([
  ['none', 'timeout-after-commit'],
  ['none', 'timeout-before-commit'],
  ['without-received-from', 'timeout-after-commit'],
  ['without-received-from', 'timeout-before-commit'],
] as const)(
  'rest-echo %s, echo-before-reply and %s: a reply is sent once and never counted as an echo',
  async (echo, outcome) => {
    world = await openWorld({
      virtual: true,
      chatra: { switches: { 'rest-echo': echo, 'echo-before-reply': 'on' } },
    })
    const { name, visitor, answers } = await conversation(world)
    answers('r1: Before')
    await replied(world, visitor, 'r1')
    await world.quiet()
    world.chatra.setSwitch('chatra-write-outcome', outcome)
    answers('r2: Unclear')
    await world.until(
      'handed over',
      () => world.chatra.server.requests.filter((call) => call.method === 'POST').length >= 2,
    )
    world.chatra.setSwitch('chatra-write-outcome', 'normal')
    answers('r3: After')
    await replied(world, visitor, 'r3')
    visitor.leaves()
    await world.chatra.flush()
    await world.app.settled()
    await world.until('r3 settled', async () => (await stateOf(world, 'r3')).state === 'delivered')
    // The transcript covers the time and lacks the message.
    const isLost = outcome === 'timeout-before-commit'
    await world.until('r2 settled', async () => (await stateOf(world, 'r2')).state !== 'uncertain')
    expect(marks(visitor.sees(), 'r')).toEqual(isLost ? ['r1', 'r3'] : ['r1', 'r2', 'r3'])
    expect(inPlanfix(world, name, 'r')).toEqual(['r1', 'r2', 'r3'])
    const states = (await world.messages())
      .filter((one) => one.direction === 'to-chatra')
      .map((one) => one.state)
    expect(states).toEqual(['delivered', isLost ? 'failed' : 'delivered', 'delivered'])
  },
)

test('every event twice and mixed: no message is lost or doubled, late ones are dated', async () => {
  world = await openWorld({
    virtual: true,
    chatra: {
      switches: { 'webhook-duplicate': 'same-event-twice', 'webhook-order': 'shuffled-within-chat' },
    },
  })
  const played = await play(world)
  expect(inPlanfix(world, played.name, 'm').toSorted()).toEqual(played.said)
  await expectNoEcho(world, played)
})

test('mixed events without ids are distinguished by time and text', async () => {
  world = await openWorld({
    virtual: true,
    chatra: {
      switches: {
        'message-id': 'absent',
        'webhook-duplicate': 'same-event-twice',
        'webhook-order': 'shuffled-within-chat',
        'fragment-size': 'up-to-5',
      },
    },
  })
  const played = await play(world)
  expect(inPlanfix(world, played.name, 'm').toSorted()).toEqual(played.said)
  await expectNoEcho(world, played)
})

test('a new chat id for every chat and unknown agents still make one thread', async () => {
  world = await openWorld({
    virtual: true,
    chatra: {
      switches: {
        'chat-id-life': 'new-per-chat',
        'transcript-repeat': 'new-messages',
        'agents-list': 'empty',
        'client-keys': 'minimal',
        'info-present': 'info-missing',
        'visitor-name': 'generated',
        'text-key': 'message',
        'system-messages': 'on',
      },
    },
  })
  const played = await play(world)
  await expectDelivered(world, played)
})

test('the transcript delivers messages written while the bridge was off, and replies continue', async () => {
  world = await openWorld()
  const { name, visitor, answers } = await conversation(world)
  await world.restart(async () => {
    visitor.says('m2: anybody there?')
    visitor.says('m3: hello?')
    await world.chatra.flush()
    world.planfix.employeeComments(tasksOf(world, name)[0]?.id ?? 0, ANA, '<p>r1: One moment</p>')
  })
  await replied(world, visitor, 'r1')
  visitor.says('m4: at last')
  await world.quiet()
  visitor.leaves()
  await world.quiet()
  answers('r2: Bye')
  await replied(world, visitor, 'r2')
  expect(inPlanfix(world, name, 'm').toSorted()).toEqual(['m1', 'm2', 'm3', 'm4'])
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
})

const CHANCE = [
  'rest-echo',
  'echo-before-reply',
  'text-key',
  'message-id',
  'created-at',
  'system-messages',
  'agents-list',
  'client-keys',
  'start-page',
  'extra-keys',
  'first-message-events',
  'fragment-size',
  'webhook-duplicate',
  'webhook-order',
  'transcript-timing',
  'transcript-repeat',
  'chat-id-life',
  'leave-signal',
  'html-text',
  'edit-event',
] as const satisfies readonly ChatraSwitch[]

/** Every switch that affects a conversation, in a random position; the seed reproduces them. */
test.each([3, 17, 23, 42, 71, 104])(
  'random positions, seed %i: all messages are delivered once, without echoes',
  async (seed) => {
    const random = seededRandom(seed)
    const switches = Object.fromEntries(
      CHANCE.map((name) => {
        const row = chatraSwitches[name]
        return [name, row[Math.floor(random() * row.length)]]
      }),
    )
    world = await openWorld({
      virtual: true,
      chatra: { switches, seed, timeScale: 1 / 150 },
      options: { leaveAfterMinutes: 0.2 },
    })
    const played = await play(world)
    const arrived = inPlanfix(world, played.name, 'm')
    const mixed = switches['webhook-order'] === 'shuffled-within-chat'
    expect(mixed ? arrived.toSorted() : arrived).toEqual(played.said)
    await expectNoEcho(world, played)
  },
)
