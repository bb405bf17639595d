import { afterEach, expect, test } from 'vitest'
import { sidesOf } from '../support/clients.ts'
import type { World } from '../support/world.ts'
import {
  chatraSide,
  closeWorld,
  conversation,
  inPlanfix,
  marks,
  notesTo,
  openWorld,
  replied,
} from './chatra-play.ts'

/** Chatra refuses, fails or cannot be reached: waiting messages are kept, and sent once when it works again. */

let world: World
afterEach(() => closeWorld(world))

const start = async (options: Parameters<typeof openWorld>[0] = {}) => {
  world = await openWorld(options)
  return conversation(world)
}
const posts = () => world.chatra.server.requests.filter((call) => call.method === 'POST')
const port = () => Number(new URL(world.chatra.url).port)
const codeIs = (code: string) =>
  world.until(code, async () => {
    const side = await chatraSide(world)
    return side.state !== 'ok' && side.code === code
  })

test('replies wait with a reason while Chatra is unreachable, and go out in order afterwards', async () => {
  const { name, visitor, answers } = await start()
  const other = await conversation(world)
  const at = port()
  await world.chatra.server.stop()
  answers('r1: One')
  answers('r2: Two')
  other.answers('r3: Three')
  await codeIs('unreachable')
  expect((await chatraSide(world)).state).toBe('waiting')
  expect(world.app.isDegraded()).toBe(true)
  await world.chatra.server.start(at)
  await replied(world, visitor, 'r2')
  await replied(world, other.visitor, 'r3')
  await world.quiet()
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  expect(inPlanfix(world, name, 'r')).toEqual(['r1', 'r2'])
  expect(await chatraSide(world)).toEqual({ state: 'ok' })
  expect(world.app.isDegraded()).toBe(false)
})

test('after three failures in a row a recovered Chatra is used again within 10 s', async () => {
  const { visitor, answers } = await start()
  world.chatra.server.faults.add({ kind: 'status', status: 429, times: 3 })
  answers('r1: Patience')
  await world.until('three refusals', () => posts().length >= 3)
  const healed = world.clock.now()
  await replied(world, visitor, 'r1')
  expect(world.clock.now() - healed).toBeLessThan(10_000)
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
})

test('after three failed connections a recovered Chatra is used again within 10 s', async () => {
  const { visitor, answers } = await start()
  const at = port()
  await world.chatra.server.stop()
  answers('r1: Patience')
  const attempts = () => world.app.store.logPage({ limit: 1000 })
  await world.until(
    'three failures',
    async () => (await attempts()).filter((one) => one.reason?.includes('unreachable')).length >= 3,
  )
  const healed = world.clock.now()
  await world.chatra.server.start(at)
  await replied(world, visitor, 'r1')
  expect(world.clock.now() - healed).toBeLessThan(10_000)
})

test('Retry-After is obeyed', async () => {
  const { visitor, answers } = await start()
  world.chatra.server.faults.add({ kind: 'status', status: 429, headers: { 'retry-after': '20' }, times: 1 })
  const before = world.clock.now()
  answers('r1: Slowly')
  await replied(world, visitor, 'r1')
  expect(world.clock.now() - before).toBeGreaterThan(19_000)
  expect(posts()).toHaveLength(2)
})

test('a connection with wrong keys is paused, keeps messages, and delivers them later', async () => {
  world = await openWorld()
  const keep = world.chatra.server.faults
  keep.add({ kind: 'status', status: 403, body: { message: 'wrong keys' } })
  const { name, visitor, answers } = await conversation(world)
  answers('r1: Kept')
  await codeIs('wrong-keys')
  expect((await chatraSide(world)).state).toBe('paused')
  visitor.says('m2: Hello?')
  await world.until('the message', () => inPlanfix(world, name, 'm').includes('m2'))
  keep.clear()
  await world.app.wake()
  await replied(world, visitor, 'r1')
  await world.quiet()
  expect(notesTo(world, name)).toEqual([])
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
})

test('a pause ends by itself when the keys are corrected', async () => {
  const { visitor, answers } = await start()
  world.chatra.server.faults.add({ kind: 'status', status: 401, times: 3 })
  answers('r1: Kept')
  await codeIs('wrong-keys')
  await replied(world, visitor, 'r1')
  await world.until('the pause ended', async () => (await chatraSide(world)).state === 'ok')
})

test('a pause survives a restart of the bridge, and waiting messages go out once', async () => {
  const { visitor, answers } = await start()
  world.chatra.setSwitch('plan-refusal', '402')
  answers('r1: Kept')
  await codeIs('no-plan')
  await world.restart()
  await codeIs('no-plan')
  expect(marks(visitor.sees(), 'r')).toEqual([])
  world.chatra.setSwitch('plan-refusal', 'off')
  await world.app.wake()
  await replied(world, visitor, 'r1')
  await world.quiet()
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
})

test('no secret is in the log, the status or the error messages', async () => {
  const { answers } = await start({ chatra: { secretKey: 'very-secret-key' } })
  world.chatra.server.faults.add({
    kind: 'status',
    status: 401,
    body: { message: 'wrong key SimChatraPublicKey:very-secret-key' },
    times: 2,
  })
  answers('r1: Kept')
  await codeIs('wrong-keys')
  const shown = JSON.stringify([await world.log(), sidesOf(world.app), world.complaints])
  expect(shown).toContain('wrong key')
  expect(shown).not.toContain('very-secret-key')
})

test('a note of the bridge to the employee never goes to the client, whoever may reply', async () => {
  world = await openWorld({
    connection: { employees: [] },
    options: { sendOnlyWhenClientIsRecipient: false },
  })
  const { name, visitor, task, answers } = await conversation(world)
  world.chatra.server.faults.add({ kind: 'status', status: 404, method: 'POST', times: 1 })
  answers('r1: Refused')
  await world.until('the note', () => notesTo(world, name).length === 1)
  // This one makes the watcher read the task again, including the note.
  answers('r2: Said')
  await replied(world, visitor, 'r2')
  await world.until('the note was read', async () => {
    const link = await world.app.store.task('shop', task.id)
    return link && link.cursor >= Math.max(...world.planfix.comments(task.id).map((comment) => comment.id))
  })
  await world.quiet()
  expect(visitor.sees()).toEqual(['r2: Said'])
})

test('an edit that Chatra answers with a fault is simply tried again', async () => {
  const { visitor, answers } = await start()
  const comment = answers('r1: First')
  await replied(world, visitor, 'r1')
  await world.quiet()
  world.chatra.server.faults.add({ kind: 'status', status: 502, method: 'PUT', times: 2 })
  world.planfix.editsComment(comment.id, '<p>r1: Second</p>')
  await world.until('the edit', () => visitor.sees().includes('r1: Second'))
  await world.quiet()
  expect(visitor.sees()).toEqual(['r1: Second'])
})

test('a certain refusal of one reply delays neither the next one nor other conversations', async () => {
  const { name, visitor, answers } = await start()
  const other = await conversation(world)
  world.chatra.server.faults.add({ kind: 'status', status: 422, method: 'POST', times: 1 })
  answers('r1: Refused')
  await world.until('the note', () => notesTo(world, name).length === 1)
  answers('r2: Said')
  other.answers('r3: Said')
  await replied(world, visitor, 'r2')
  await replied(world, other.visitor, 'r3')
  await world.quiet()
  expect(visitor.sees()).toEqual(['r2: Said'])
  expect(inPlanfix(world, name, 'm')).toEqual(['m1'])
})
