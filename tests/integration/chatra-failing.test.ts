import { afterEach, expect, test } from 'vitest'
import type { FaultRule } from '../../src/simulators/common/faults.ts'
import type { World } from '../support/world.ts'
import { closeWorld, conversation, marks, openWorld, replied } from './chatra-play.ts'

/** Chatra fails for five minutes, or refuses only messages that are too large. */

let world: World
afterEach(() => closeWorld(world))

const CHATS = 10
const MINUTE = 60_000
async function chats(count: number) {
  const talks = []
  for (let n = 0; n < count; n++) talks.push(await conversation(world))
  return talks
}
const replies = async () => (await world.messages()).filter((one) => one.direction === 'to-chatra')
const inState = async (state: string) => (await replies()).filter((one) => one.state === state)

const faults: Record<string, FaultRule> = {
  '502 for everything': { kind: 'status', status: 502 },
  '502 after the commit': { kind: 'status', status: 502, afterWrite: true },
  'time-outs before the commit': { kind: 'timeout-before-write' },
  'time-outs after the commit': { kind: 'timeout-after-write' },
  'resets before the commit': { kind: 'reset-before-write' },
  'resets after the commit': { kind: 'reset-after-write' },
  '502 for sends alone': { kind: 'status', status: 502, method: 'POST' },
  'time-outs of sends alone': { kind: 'timeout-before-write', method: 'POST' },
}

test.each(Object.entries(faults))(
  'five minutes of %s: at most two replies are uncertain, the others arrive once',
  async (_name, fault) => {
    // Echoes would settle at once which replies arrived: here there are none.
    world = await openWorld({ virtual: true, chatra: { switches: { 'rest-echo': 'none' } } })
    const talks = await chats(CHATS)
    world.chatra.server.faults.add(fault)
    for (const { answers } of talks) answers('r1: During the outage')
    await world.until('all are there', async () => (await replies()).length === CHATS)
    await world.pass(5 * MINUTE)
    expect((await inState('uncertain')).length).toBeLessThanOrEqual(2)
    world.chatra.server.faults.clear()
    const healed = world.clock.now()
    const unclear = new Set((await inState('uncertain')).map((one) => one.chatraClientId))
    for (const { visitor } of talks) if (!unclear.has(visitor.clientId)) await replied(world, visitor, 'r1')
    // The probe comes within 10 s, and a time-out in progress must end first; the rest is for a busy computer.
    expect(world.clock.now() - healed).toBeLessThan(60_000)
    for (const { visitor } of talks) expect(marks(visitor.sees(), 'r').length).toBeLessThanOrEqual(1)
    expect((await inState('uncertain')).length).toBe(unclear.size)
  },
)

test('a single failed send delays no other conversation', async () => {
  world = await openWorld({ virtual: true, chatra: { switches: { 'rest-echo': 'none' } } })
  const talks = await chats(3)
  world.chatra.server.faults.add({ kind: 'status', status: 502, method: 'POST', times: 1 })
  for (const { answers } of talks) answers('r1: Hello')
  await world.until(
    'two arrived',
    () => talks.filter(({ visitor }) => visitor.sees().length > 0).length === 2,
  )
  expect(await inState('uncertain')).toHaveLength(1)
})

test.each(['429-bare', '429-retry-after', '403'] as const)(
  'sixty replies at one a second (%s): all arrive once, none is uncertain',
  async (position) => {
    world = await openWorld({ virtual: true, chatra: { switches: { 'rate-limit': 'off' } } })
    const talks = await chats(10)
    world.chatra.rateLimitPerSecond = 1
    // The keys were just accepted, so a 403 means too many requests.
    talks[0]?.answers('r0: Keys')
    await world.until('the keys are proven', () => (talks[0]?.visitor.sees().length ?? 0) > 0)
    world.chatra.setSwitch('rate-limit', position)
    const began = world.clock.now()
    for (const { answers } of talks) for (let n = 1; n <= 6; n++) answers(`r${n}: Reply`)
    for (const { visitor } of talks) await replied(world, visitor, 'r6')
    expect(world.clock.now() - began).toBeLessThan(4 * MINUTE)
    const expected = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']
    for (const { visitor } of talks)
      expect(marks(visitor.sees(), 'r').filter((mark) => mark !== 'r0')).toEqual(expected)
    expect(await inState('uncertain')).toEqual([])
    expect(await inState('failed')).toEqual([])
  },
)
