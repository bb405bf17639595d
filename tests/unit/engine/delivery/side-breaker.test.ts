import { expect, test } from 'vitest'
import {
  CircuitBreaker,
  isStopped,
  type Permit,
  type Stopped,
} from '../../../../src/main/engine/delivery/circuit-breaker.ts'
import { waitsUntil } from '../../../../src/main/engine/delivery/retry.ts'
import { SideBreaker } from '../../../../src/main/engine/delivery/side-breaker.ts'
import { bridgeError } from '../../../../src/shared/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function setUp() {
  const clock = new FakeClock(0)
  const states: string[] = []
  const breaker = new CircuitBreaker(clock, () => 0)
  const gate = new SideBreaker(breaker, (state) => states.push(state.state))
  const advance = (ms: number) => clock.advance(ms)
  return { gate, breaker, advance, states, clock }
}
const keys = bridgeError('planfix', 'wrong-keys', 'code 1')
const offline = bridgeError('planfix', 'unreachable', 'ECONNREFUSED')
const fault = bridgeError('planfix', 'failing', 'HTTP 503')

function admitted(entry: Permit | Stopped): Permit {
  if (isStopped(entry)) throw new Error('the breaker is open')
  return entry
}

test('an open breaker admits one probe after a second, and its success closes it', async () => {
  const { gate, advance, states } = setUp()
  gate.failed(keys, admitted(gate.enter()))
  expect(gate.state).toMatchObject({ state: 'paused', code: 'wrong-keys' })
  let opened = 0
  for (const entry of [gate.enter(), gate.enter()]) {
    if (isStopped(entry)) void entry.worthRetry.then(() => opened++)
  }
  await advance(1000)
  expect(opened).toBe(2)
  const probe = admitted(gate.enter())
  expect(probe.probe).toBe(true)
  const second = gate.enter()
  expect(isStopped(second)).toBe(true)
  gate.succeeded(probe)
  if (isStopped(second)) await second.worthRetry
  expect(gate.isHealthy).toBe(true)
  expect(states).toEqual(['paused', 'ok'])
})

test('delays double up to five minutes when the owner must act; a named time is kept', async () => {
  const { gate, advance, clock } = setUp()
  gate.failed(keys, admitted(gate.enter()))
  const waits: number[] = []
  for (let n = 0; n < 11; n++) {
    const wait = gate.breaker.until - clock.now()
    waits.push(wait)
    await advance(wait)
    gate.failed(keys, admitted(gate.enter()))
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000])
  await advance(300_000)
  const time = clock.now() + 7_200_000
  const limit = bridgeError('planfix', 'daily-limit', 'code 22', { retry: { when: 'at', time } })
  gate.failed(limit, admitted(gate.enter()))
  expect(gate.state).toMatchObject({ until: time, code: 'daily-limit' })
})

test('an unreachable service is probed every ten seconds at least', async () => {
  const { gate, advance, clock } = setUp()
  gate.failed(offline, admitted(gate.enter()))
  for (let n = 0; n < 12; n++) {
    const wait = gate.breaker.until - clock.now()
    expect(wait).toBeLessThanOrEqual(10_000)
    await advance(wait)
    gate.failed(offline, admitted(gate.enter()))
  }
})

test('failures of calls under way when the breaker opened count as one', async () => {
  const { gate, clock } = setUp()
  const calls = Array.from({ length: 14 }, () => admitted(gate.enter()))
  for (const permit of calls) gate.failed(offline, permit)
  expect(gate.breaker.until - clock.now()).toBe(1000)
})

test('a late failure of an old call does not count as that of the probe', async () => {
  const { gate, advance } = setUp()
  const [first, old] = [admitted(gate.enter()), admitted(gate.enter())]
  gate.failed(offline, first)
  await advance(1000)
  const probe = admitted(gate.enter())
  gate.failed(offline, old)
  expect(isStopped(gate.enter())).toBe(true)
  gate.succeeded(probe)
  expect(gate.isHealthy).toBe(true)
  // And a later one does not stop the service that works again either.
  gate.failed(offline, old)
  expect(gate.isHealthy).toBe(true)
})

test('the success of a call from before does not end a limit', async () => {
  const { gate } = setUp()
  const [first, old] = [admitted(gate.enter()), admitted(gate.enter())]
  gate.failed(bridgeError('planfix', 'rate-limited', 'HTTP 429'), first)
  gate.succeeded(old)
  expect(gate.isHealthy).toBe(false)
})

test('a permit from before the opening is void', async () => {
  const { gate, advance } = setUp()
  const [first, waits] = [admitted(gate.enter()), admitted(gate.enter())]
  gate.failed(offline, first)
  expect(gate.holds(waits)).toBe(false)
  await advance(1000)
  const probe = admitted(gate.enter())
  expect(gate.holds(probe)).toBe(true)
  gate.succeeded(probe)
  expect(gate.holds(waits)).toBe(false)
})

test('three faults in a row open the breaker, for any callers', async () => {
  const { breaker } = setUp()
  const call = () => admitted(breaker.enter())
  breaker.troubled(fault, call())
  breaker.troubled(fault, call())
  breaker.succeeded(call())
  breaker.troubled(fault, call())
  expect(breaker.troubled(fault, call())).toBe(false)
  expect(breaker.troubled(fault, call())).toBe(true)
  expect(breaker.error).toMatchObject({ code: 'failing' })
})

test('an unused probe is left to the next caller', async () => {
  const { gate, advance } = setUp()
  gate.failed(keys, admitted(gate.enter()))
  await advance(1000)
  gate.leave(admitted(gate.enter()))
  admitted(gate.enter())
})

test('connections that share an account stop and recover together, parts do not', async () => {
  const { gate, breaker, advance, states } = setUp()
  const others: string[] = []
  const other = new SideBreaker(breaker, (state) => others.push(state.state))
  other.denyPart('visit', bridgeError('planfix', 'missing-scope', 'HTTP 403', { scope: 'datatag_add' }))
  expect(gate.isHealthy).toBe(true)
  gate.failed(offline, admitted(gate.enter()))
  await advance(1000)
  gate.succeeded(admitted(other.enter()))
  expect(states).toEqual(['waiting', 'ok'])
  expect(others).toEqual(['paused', 'waiting', 'paused'])
})

test("a queue that backed off waits no longer than until the service's recovery", () => {
  const queue = { failures: 7, notBefore: 64_000, failedAt: 1000 }
  expect(waitsUntil(queue, 0, 2000)).toBe(64_000)
  expect(waitsUntil(queue, 1500, 2000)).toBe(0)
  expect(waitsUntil(queue, 900, 2000)).toBe(64_000)
  expect(waitsUntil(queue, 0, 64_000)).toBe(0)
})

test('a delay set while the clock was ahead is void', () => {
  const year = 365 * 86_400_000
  expect(waitsUntil({ failures: 1, notBefore: year + 1000, failedAt: year }, 0, 1000)).toBe(0)
  // A row of a program version that did not store the time.
  expect(waitsUntil({ failures: 1, notBefore: year }, 0, 1000)).toBe(0)
  expect(waitsUntil({ failures: 9, notBefore: 300_000 }, 0, 1000)).toBe(300_000)
})

test('three failures in a row of one part show the side as failing until a success', () => {
  const { gate, states } = setUp()
  gate.recordPartFailure('messages', fault)
  gate.recordPartFailure('messages', fault)
  gate.clearPart('messages')
  gate.recordPartFailure('messages', fault)
  gate.recordPartFailure('messages', fault)
  expect(gate.isHealthy).toBe(true)
  gate.recordPartFailure('messages', fault)
  expect(gate.isHealthy).toBe(false)
  expect(gate.state).toMatchObject({ state: 'waiting', code: 'failing' })
  admitted(gate.enter())
  gate.clearPart('messages')
  expect(states).toEqual(['waiting', 'ok'])
})

test('a side that lacks a right names it', () => {
  const { gate } = setUp()
  gate.denyPart(
    'visit',
    bridgeError('planfix', 'missing-scope', 'HTTP 403, code 5', { scope: 'datatag_add' }),
  )
  expect(gate.state).toMatchObject({ state: 'paused', code: 'missing-scope', detail: 'datatag_add' })
})

test('the state says since when a part, or the whole side, does not work', async () => {
  const { gate, advance, clock } = setUp()
  const scope = bridgeError('planfix', 'missing-scope', 'comment_add')
  await advance(5000)
  gate.denyPart('visit', scope)
  expect(gate.state).toMatchObject({ since: 5000 })
  await advance(2000)
  gate.denyPart('visit', scope)
  expect(gate.state).toMatchObject({ since: 5000 })
  gate.failed(keys, admitted(gate.enter()))
  expect(gate.state).toMatchObject({ code: 'wrong-keys', since: clock.now() })
})
