import { afterEach, expect, test } from 'vitest'
import type { World } from '../support/world.ts'
import {
  closeWorld,
  conversation,
  inPlanfix,
  marks,
  notesTo,
  openWorld,
  replied,
  stateOf,
} from './chatra-play.ts'

/** design: "An uncertain reply". */

let world: World
const start = async (options: Parameters<typeof openWorld>[0] = {}) => {
  world = await openWorld({ virtual: true, ...options })
  return conversation(world)
}
afterEach(() => closeWorld(world))

const fails = (outcome: World['chatra']['switches']['chatra-write-outcome']) =>
  world.chatra.setSwitch('chatra-write-outcome', outcome)
const posts = () => world.chatra.server.requests.filter((call) => call.method === 'POST').length
const is = (mark: string, state: string) =>
  world.until(`${mark} ${state}`, async () =>
    (await world.messages()).some((one) => one.text.startsWith(`${mark}:`) && one.state === state),
  )
/** The call has begun before anything else happens to the reply. */
const handedOver = (count: number) => world.until(`${count} posts`, () => posts() >= count)

test('a reply whose answer was lost is settled by its echo and not sent twice', async () => {
  const { name, visitor, answers } = await start()
  fails('timeout-after-commit')
  answers('r1: Once')
  await is('r1', 'delivered')
  fails('normal')
  answers('r2: Next')
  await replied(world, visitor, 'r2')
  await world.quiet()
  expect(await stateOf(world, 'r1')).toMatchObject({ reason: 'echo-seen', echoed: true, attempts: 1 })
  expect((await stateOf(world, 'r1')).chatraMessageId).not.toBeNull()
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  expect(inPlanfix(world, name, 'r')).toEqual(['r1', 'r2'])
})

test('a reply with a 502 after the write is delivered at once when its echo came first', async () => {
  const { visitor, answers } = await start({ chatra: { switches: { 'echo-before-reply': 'on' } } })
  fails('502-after-commit')
  answers('r1: Once')
  await is('r1', 'delivered')
  fails('normal')
  await world.quiet()
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
})

test('without echoes an uncertain reply delays only its own conversation, for 30 s', async () => {
  const { visitor, answers } = await start({ chatra: { switches: { 'rest-echo': 'none' } } })
  const other = await conversation(world)
  fails('timeout-after-commit')
  answers('r1: Perhaps')
  await handedOver(1)
  fails('normal')
  await is('r1', 'uncertain')
  answers('r2: Later')
  other.answers('r3: Elsewhere')
  await replied(world, other.visitor, 'r3')
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
  await replied(world, visitor, 'r2')
  const [first, second] = [await stateOf(world, 'r1'), await stateOf(world, 'r2')]
  expect(first.state).toBe('uncertain')
  const held = (second.sentAt ?? 0) - (first.sentAt ?? 0)
  expect(held).toBeGreaterThanOrEqual(30_000)
  expect(held).toBeLessThan(40_000)
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
})

test('a transcript that contains an uncertain reply settles it', async () => {
  const { name, visitor, answers } = await start({ chatra: { switches: { 'rest-echo': 'none' } } })
  fails('timeout-after-commit')
  answers('r1: Perhaps')
  await is('r1', 'uncertain')
  fails('normal')
  visitor.leaves()
  await is('r1', 'delivered')
  await world.quiet()
  expect(await stateOf(world, 'r1')).toMatchObject({ reason: 'echo-seen' })
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
  expect(inPlanfix(world, name, 'r')).toEqual(['r1'])
})

test('a transcript does not prove echoes: a later uncertain reply is not sent again', async () => {
  const { visitor, answers } = await start({ chatra: { switches: { 'rest-echo': 'none' } } })
  answers('r1: Hello')
  await replied(world, visitor, 'r1')
  visitor.leaves()
  await world.quiet()
  visitor.comesBack()
  const again = world.planfix.tasks.length
  visitor.says('m2: I am back')
  const task = await world.until('a task', () => world.planfix.tasks[again])
  fails('timeout-after-commit')
  world.planfix.employeeComments(task.id, 5, '<p>r2: Perhaps</p>')
  await is('r2', 'uncertain')
  fails('normal')
  world.planfix.employeeComments(task.id, 5, '<p>r3: Later</p>')
  // It is sent when the 30 s are over: a repetition of the indeterminate call would have come by then.
  await replied(world, visitor, 'r3')
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2', 'r3'])
  expect((await stateOf(world, 'r2')).state).toBe('uncertain')
})

test.each(['with-received-from', 'without-received-from'] as const)(
  'two replies with the same text are both sent, and both settled by their echoes (%s)',
  async (position) => {
    const { name, visitor, answers } = await start({ chatra: { switches: { 'rest-echo': position } } })
    fails('timeout-after-commit')
    answers('r1: Yes')
    await is('r1', 'delivered')
    answers('r1: Yes')
    await world.until('both', () => visitor.sees().length === 2)
    fails('normal')
    await world.until('both settled', async () => {
      const mine = (await world.messages()).filter((one) => one.direction === 'to-chatra')
      return mine.length === 2 && mine.every((one) => one.state === 'delivered')
    })
    await world.quiet()
    expect(visitor.sees()).toEqual(['r1: Yes', 'r1: Yes'])
    expect(inPlanfix(world, name, 'r')).toEqual(['r1', 'r1'])
  },
)

test('an uncertain reply that the owner retries is sent before later ones', async () => {
  const { visitor, answers } = await start({ chatra: { switches: { 'rest-echo': 'none' } } })
  fails('timeout-before-commit')
  answers('r1: Lost')
  await is('r1', 'uncertain')
  fails('normal')
  answers('r2: Waiting')
  await world.until('r2 waits', async () => (await world.messages()).some((one) => one.text.startsWith('r2')))
  expect(await world.app.store.retryMessage((await stateOf(world, 'r1')).id)).toBe('queued')
  await world.app.wake()
  await replied(world, visitor, 'r2')
  await world.quiet()
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  expect((await stateOf(world, 'r1')).state).toBe('delivered')
})

test('an uncertain reply that the owner dismisses is not sent, and the next one goes at once', async () => {
  const { name, visitor, answers } = await start({ chatra: { switches: { 'rest-echo': 'none' } } })
  fails('timeout-before-commit')
  answers('r1: Never mind')
  await is('r1', 'uncertain')
  fails('normal')
  answers('r2: Next')
  await world.until('r2 waits', async () => (await world.messages()).some((one) => one.text.startsWith('r2')))
  expect(await world.app.store.dismissMessage((await stateOf(world, 'r1')).id)).toBe('dismissed')
  await world.app.wake()
  await replied(world, visitor, 'r2')
  await world.quiet()
  const [first, second] = [await stateOf(world, 'r1'), await stateOf(world, 'r2')]
  expect(first).toMatchObject({ state: 'skipped', reason: 'dismissed' })
  expect((second.sentAt ?? 0) - (first.sentAt ?? 0)).toBeLessThan(30_000)
  expect(marks(visitor.sees(), 'r')).toEqual(['r2'])
  expect(notesTo(world, name)).toEqual([])
})

test('a reset after the write is settled by the echo, and one before it is never repeated', async () => {
  const { visitor, answers } = await start()
  answers('r1: Hello')
  await replied(world, visitor, 'r1')
  await world.quiet()
  world.chatra.server.faults.add({ kind: 'reset-after-write', method: 'POST', times: 1 })
  answers('r2: After')
  await replied(world, visitor, 'r2')
  await is('r2', 'delivered')
  world.chatra.server.faults.add({ kind: 'reset-before-write', method: 'POST', times: 1 })
  answers('r3: Before')
  await is('r3', 'uncertain')
  answers('r4: Later')
  await replied(world, visitor, 'r4')
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2', 'r4'])
  expect((await stateOf(world, 'r3')).state).toBe('uncertain')
})
