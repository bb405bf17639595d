import { afterEach, expect, test } from 'vitest'
import { conversationsOf } from '../support/conversations.ts'
import { SECRET, type World } from '../support/world.ts'
import { ANA, closeWorld, conversation, inPlanfix, openWorld, replied, shownTo } from './chatra-play.ts'

/** design: "Loop breaker". */

let world: World
afterEach(() => closeWorld(world))

const pausedOf = async (world: World): Promise<(string | null)[]> =>
  (await conversationsOf(world.app.store, 'shop')).map((one) => one.paused)
const loopNotes = (name: string) =>
  shownTo(world, name).filter((one) => one.text.includes('two bots seem to be answering each other'))

test('the same client text ten times within a minute stops only that conversation', async () => {
  world = await openWorld()
  const { name, visitor, answers } = await conversation(world)
  const other = await conversation(world)
  for (let n = 0; n < 9; n++) visitor.says('I am a robot')
  await world.chatra.flush()
  await world.app.settled()
  expect(await pausedOf(world)).toEqual([null, null])
  visitor.says('I am a robot')
  await world.until('the pause', async () => (await pausedOf(world)).includes('loop-same-text'))
  await world.until('the note', () => loopNotes(name).length === 1)
  // Nothing of it is forwarded, nothing is discarded; others are served.
  visitor.says('m2: really')
  answers('r1: Stopped')
  other.visitor.says('m2: Hello?')
  other.answers('r2: Yes')
  await replied(world, other.visitor, 'r2')
  await world.until('the other message', () => inPlanfix(world, other.name, 'm').includes('m2'))
  await world.until('the reply is kept', async () =>
    (await world.messages()).some((one) => one.text.startsWith('r1')),
  )
  expect(visitor.sees()).toEqual([])
  expect(inPlanfix(world, name, 'm')).toEqual(['m1'])
  const waiting = (await world.messages()).filter((one) => one.state === 'queued').map((one) => one.text)
  expect(waiting).toEqual(expect.arrayContaining(['m2: really', 'r1: Stopped']))
  expect(world.complaints.some((line) => line.includes('loop'))).toBe(true)
})

test('a stopped conversation continues when the owner retries one of its messages', async () => {
  world = await openWorld()
  const { name, visitor, answers } = await conversation(world)
  for (let n = 0; n < 10; n++) visitor.says('I am no robot')
  await world.until('the note', () => loopNotes(name).length === 1)
  visitor.says('m2: really not')
  answers('r1: All right')
  await world.until('the reply is kept', async () =>
    (await world.messages()).some((one) => one.text.startsWith('r1')),
  )
  const waiting = (await world.messages()).find((one) => one.text.startsWith('m2'))
  expect(await world.app.store.retryMessage(waiting?.id ?? 0)).toBe('queued')
  await world.app.wake()
  await replied(world, visitor, 'r1')
  await world.quiet()
  expect(await pausedOf(world)).toEqual([null])
  expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm2'])
  const lines = shownTo(world, name).flatMap((one) => one.text.split('\n'))
  expect(lines.filter((line) => line === 'I am no robot')).toHaveLength(10)
})

test('nine equal texts within a minute, and ten over a longer time, are no loop', async () => {
  world = await openWorld({ speed: 100 })
  const { visitor } = await conversation(world)
  for (let n = 0; n < 9; n++) visitor.says('ok')
  await world.quiet()
  const begun = world.clock.now()
  await world.until('a minute', () => world.clock.now() - begun > 61_000)
  for (let n = 0; n < 9; n++) visitor.says('ok')
  await world.quiet()
  expect(await pausedOf(world)).toEqual([null])
})

test('the same employee text ten times within a minute stops the conversation', async () => {
  world = await openWorld()
  const { visitor, task } = await conversation(world)
  for (let n = 0; n < 10; n++) world.planfix.employeeComments(task.id, ANA, '<p>I am a robot too</p>')
  await world.until('the pause', async () => (await pausedOf(world)).includes('loop-same-text'))
  expect(visitor.sees().length).toBeLessThan(10)
})

test('a robot on the site that answers each delivery is stopped after thirty turns', async () => {
  world = await openWorld({ speed: 5 })
  const { visitor, task } = await conversation(world)
  world.planfix.scenarioUrl = `${world.app.hooksUrl}/hooks/shop/${SECRET}/planfix`
  for (let turn = 1; turn <= 32; turn++) {
    world.planfix.employeeComments(task.id, ANA, `<p>r${turn}: your turn</p>`)
    if (turn <= 31) await replied(world, visitor, `r${turn}`)
    visitor.says(`m${turn + 1}: thank you for turn ${turn}`)
    await world.chatra.flush()
    await world.app.settled()
  }
  await world.until('the pause', async () => (await pausedOf(world)).includes('loop-turns'))
  expect(visitor.sees().length).toBeLessThanOrEqual(31)
})

test('a client who writes forty different messages without a reply is no loop', async () => {
  world = await openWorld()
  const { name, visitor } = await conversation(world)
  for (let n = 2; n <= 41; n++) visitor.says(`m${n}: and another thing`)
  await world.quiet()
  expect(await pausedOf(world)).toEqual([null])
  expect(inPlanfix(world, name, 'm')).toEqual(Array.from({ length: 41 }, (_, n) => `m${n + 1}`))
})
