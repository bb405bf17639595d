import { expect, test } from 'vitest'
import { SideGate } from '../../../src/main/engine/delivery/gate.ts'
import { bridgeError } from '../../../src/shared/errors.ts'

function setUp() {
  let now = 0
  let timers: { at: number; work: () => void }[] = []
  const clock = {
    now: () => now,
    after(ms: number, work: () => void) {
      const timer = { at: now + ms, work }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
  const states: string[] = []
  const gate = new SideGate(
    clock,
    () => 0,
    (state) => states.push(state.state),
  )
  const advance = async (ms: number) => {
    now += ms
    const due = timers.filter((timer) => timer.at <= now)
    timers = timers.filter((timer) => timer.at > now)
    for (const timer of due) timer.work()
    await Promise.resolve()
  }
  return { gate, advance, states, clock }
}
const keys = bridgeError('planfix', 'wrong-keys', 'code 1')

test('a closed gate lets one caller try again after a second, and its success opens it for all', async () => {
  const { gate, advance, states } = setUp()
  gate.failed(keys)
  expect(gate.state).toMatchObject({ state: 'paused', code: 'wrong-keys' })
  let opened = 0
  for (const waiting of [gate.enter(), gate.enter()]) void waiting?.then(() => opened++)
  await advance(1000)
  expect(opened).toBe(2)
  expect(gate.enter()).toBeNull()
  const second = gate.enter()
  expect(second).not.toBeNull()
  gate.succeeded()
  await second
  expect(gate.isOpen).toBe(true)
  expect(states).toEqual(['paused', 'ok'])
})

test('waits double up to five minutes; a time told by the service is kept', async () => {
  const { gate, clock } = setUp()
  const waits = Array.from({ length: 11 }, () => {
    gate.failed(keys)
    const { state } = gate
    return state.state === 'ok' ? 0 : state.until - clock.now()
  })
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000])
  gate.failed(bridgeError('planfix', 'daily-limit', 'code 22', { retry: { when: 'at', time: 7_200_000 } }))
  expect(gate.state).toMatchObject({ until: 7_200_000, code: 'daily-limit' })
})

test('a caller that did not use its turn leaves the gate to the next one', async () => {
  const { gate, advance } = setUp()
  gate.failed(keys)
  await advance(1000)
  expect(gate.enter()).toBeNull()
  gate.leave()
  expect(gate.enter()).toBeNull()
})

test('three stumbles in a row make a side that fails, and the next success mends it; the gate stays open', () => {
  const { gate, states } = setUp()
  const fault = bridgeError('planfix', 'failing', 'HTTP 503')
  gate.stumbled('messages', fault)
  gate.stumbled('messages', fault)
  gate.hasAgain('messages')
  gate.stumbled('messages', fault)
  gate.stumbled('messages', fault)
  expect(gate.isOpen).toBe(true)
  gate.stumbled('messages', fault)
  expect(gate.isOpen).toBe(false)
  expect(gate.state).toMatchObject({ state: 'waiting', code: 'failing' })
  expect(gate.enter()).toBeNull()
  gate.hasAgain('messages')
  expect(states).toEqual(['waiting', 'ok'])
})

test('a side that lacks a right names it', () => {
  const { gate } = setUp()
  gate.lacks('visit', bridgeError('planfix', 'missing-scope', 'HTTP 403, code 5', { scope: 'datatag_add' }))
  expect(gate.state).toMatchObject({ state: 'paused', code: 'missing-scope', detail: 'datatag_add' })
})
