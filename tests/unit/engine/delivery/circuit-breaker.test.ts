import { beforeEach, describe, expect, test } from 'vitest'
import {
  CircuitBreaker,
  isStopped,
  type Permit,
} from '../../../../src/main/engine/delivery/circuit-breaker.ts'
import { SideBreaker } from '../../../../src/main/engine/delivery/side-breaker.ts'
import type { SideState } from '../../../../src/main/engine/ports.ts'
import { bridgeError } from '../../../../src/shared/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const offline = bridgeError('planfix', 'unreachable', 'ECONNREFUSED')
const fault = bridgeError('planfix', 'failing', 'HTTP 503')
const keys = bridgeError('planfix', 'wrong-keys', 'code 1')
const limit = (time: number) =>
  bridgeError('planfix', 'daily-limit', 'code 22', { retry: { when: 'at', time } })

let clock: FakeClock
let breaker: CircuitBreaker
let events: string[]
beforeEach(() => {
  clock = new FakeClock()
  breaker = new CircuitBreaker(clock, () => 0)
  events = []
  breaker.subscribe((what) => events.push(what))
})
const enter = (): Permit => {
  const entry = breaker.enter()
  if (isStopped(entry)) throw new Error('the breaker is open')
  return entry
}
/** Whether a caller who is stopped now is called when `work` has ended. */
async function isCalledBy(work: () => void): Promise<boolean> {
  let called = false
  const entry = breaker.enter()
  if (!isStopped(entry)) throw new Error('the breaker is closed')
  void entry.worthRetry.then(() => (called = true))
  await Promise.resolve()
  if (called) throw new Error('called too early')
  work()
  await Promise.resolve()
  return called
}

describe('listeners', () => {
  test('listeners hear each reason once, the recovery, and nothing after unsubscribing', () => {
    const heard: string[] = []
    const leave = breaker.subscribe((what) => heard.push(what))
    breaker.failed(offline, enter())
    clock.advanceAtOnce(1_000)
    breaker.failed(offline, enter())
    clock.advanceAtOnce(2_000)
    breaker.failed(keys, enter())
    expect(heard).toEqual(['changed', 'changed'])
    leave()
    clock.advanceAtOnce(10_000)
    breaker.succeeded(enter())
    expect(heard).toHaveLength(2)
    expect(events).toEqual(['changed', 'changed', 'changed', 'healed'])
  })
  test('listeners hear nothing about successes', () => {
    breaker.succeeded(enter())
    expect(events).toEqual([])
    expect(breaker.healedAt).toBe(0)
  })
})

describe('callers that are stopped', () => {
  test('waiting callers are called when the next probe is due, at the latest', async () => {
    breaker.failed(offline, enter())
    expect(await isCalledBy(() => clock.advanceAtOnce(999))).toBe(false)
    expect(await isCalledBy(() => clock.advanceAtOnce(1))).toBe(true)
  })
  test('waiting callers are called when the service works again', async () => {
    breaker.failed(offline, enter())
    clock.advanceAtOnce(1_000)
    const probe = enter()
    expect(await isCalledBy(() => breaker.succeeded(probe))).toBe(true)
    expect(breaker.healedAt).toBe(clock.now())
  })
  test('waiting callers are called when the probe was not made', async () => {
    const [first, other] = [enter(), enter()]
    breaker.failed(offline, first)
    clock.advanceAtOnce(1_000)
    const probe = enter()
    expect(await isCalledBy(() => breaker.leave(other))).toBe(false)
    expect(await isCalledBy(() => breaker.leave(probe))).toBe(true)
    expect(enter().probe).toBe(true)
  })
  test('waiting callers wait for the probe under way, however long it takes', async () => {
    breaker.failed(offline, enter())
    clock.advanceAtOnce(1_000)
    enter()
    expect(await isCalledBy(() => clock.advanceAtOnce(60_000))).toBe(false)
  })
  test('waiting callers are called at once after a wake or a change of keys', async () => {
    for (let n = 0; n < 3; n++) {
      breaker.failed(keys, enter())
      clock.advanceAtOnce(breaker.until - clock.now())
    }
    breaker.failed(keys, enter())
    expect(breaker.until - clock.now()).toBe(8_000)
    expect(await isCalledBy(() => breaker.reset())).toBe(true)
    breaker.failed(keys, enter())
    expect(breaker.until - clock.now()).toBe(1_000)
  })
  test('waiting callers are called after a second when a named time has passed', async () => {
    breaker.failed(limit(clock.now() - 5_000), enter())
    expect(breaker.until).toBe(clock.now() + 1_000)
    expect(await isCalledBy(() => clock.advanceAtOnce(1_000))).toBe(true)
  })
})

describe('the result of an earlier call', () => {
  test('a call from before ends an outage, but no limit', () => {
    const [first, old] = [enter(), enter()]
    breaker.failed(limit(clock.now() + 60_000), first)
    breaker.succeeded(old)
    expect(breaker.error).not.toBeNull()
    const other = new CircuitBreaker(clock, () => 0)
    const [one, late] = [other.enter() as Permit, other.enter() as Permit]
    other.failed(offline, one)
    other.succeeded(late)
    expect(other.error).toBeNull()
  })
  test('a call from before does not replace the probe under way', () => {
    const [first, old] = [enter(), enter()]
    breaker.failed(bridgeError('planfix', 'rate-limited', ''), first)
    clock.advanceAtOnce(1_000)
    const probe = enter()
    breaker.succeeded(old)
    expect(breaker.holds(probe)).toBe(true)
    expect(breaker.holds({ ...probe })).toBe(false)
  })
  test('faults of an earlier period do not count', () => {
    const old = [enter(), enter(), enter()]
    breaker.failed(offline, enter())
    expect(old.map((permit) => breaker.troubled(fault, permit))).toEqual([true, true, true])
    clock.advanceAtOnce(1_000)
    breaker.succeeded(enter())
    expect(old.map((permit) => breaker.troubled(fault, permit))).toEqual([false, false, false])
    expect(breaker.error).toBeNull()
  })
  test('a failure of an earlier period does not open the breaker again', () => {
    const [first, old] = [enter(), enter()]
    breaker.failed(offline, first)
    clock.advanceAtOnce(1_000)
    breaker.succeeded(enter())
    breaker.failed(offline, old)
    expect(breaker.error).toBeNull()
    breaker.failed(offline, enter())
    expect(breaker.error).not.toBeNull()
  })
})

test('a probe that meets one fault leaves the breaker open for longer', () => {
  breaker.failed(offline, enter())
  clock.advanceAtOnce(1_000)
  expect(breaker.troubled(fault, enter())).toBe(true)
  expect(breaker.error).toEqual(fault)
  expect(breaker.until).toBe(clock.now() + 2_000)
})

test('a wake resets the count of faults', () => {
  breaker.troubled(fault, enter())
  breaker.troubled(fault, enter())
  breaker.reset()
  expect(breaker.troubled(fault, enter())).toBe(false)
})

test('a permit is valid while closed, and an older one is void after opening', () => {
  const permit = enter()
  expect(breaker.holds(permit)).toBe(true)
  breaker.failed(offline, enter())
  expect(breaker.holds(permit)).toBe(false)
  clock.advanceAtOnce(1_000)
  breaker.succeeded(enter())
  expect(breaker.holds(permit)).toBe(false)
  expect(breaker.holds(enter())).toBe(true)
})

describe('the side of one connection', () => {
  const scope = bridgeError('planfix', 'missing-scope', 'HTTP 403', { scope: 'datatag_add' })
  const sideWith = () => {
    const told: SideState[] = []
    return { told, side: new SideBreaker(breaker, (state) => told.push(state)) }
  }

  test('a side reports its missing parts only while the service works', () => {
    const { told, side } = sideWith()
    breaker.failed(offline, enter())
    side.denyPart('visit', scope)
    expect(told).toMatchObject([{ code: 'unreachable' }])
    side.clearPart('visit')
    expect(told).toHaveLength(1)
    side.denyPart('visit', scope)
    clock.advanceAtOnce(1_000)
    breaker.succeeded(enter())
    expect(told).toMatchObject([{ code: 'unreachable' }, { code: 'missing-scope' }])
  })
  test('a side reports the same problem once, and a different one again', () => {
    const { told, side } = sideWith()
    side.denyPart('visit', scope)
    side.denyPart('visit', scope)
    side.denyPart('visit', bridgeError('planfix', 'refused', 'HTTP 400'))
    side.clearPart('visit')
    side.clearPart('visit')
    expect(told).toMatchObject([
      { code: 'missing-scope', detail: 'datatag_add' },
      { code: 'refused', detail: 'HTTP 400' },
      { state: 'ok' },
    ])
  })
  test('a side names the missing right, else the answer', () => {
    const { side } = sideWith()
    side.denyPart('a', bridgeError('planfix', 'missing-scope', 'HTTP 403'))
    expect(side.state).toMatchObject({ detail: 'HTTP 403' })
    side.denyPart('b', bridgeError('planfix', 'failing', 'HTTP 503', { scope: 'task_add' }))
    expect(side.state).toMatchObject({ detail: 'HTTP 503' })
  })
  test('a side hears nothing more once the connection has ended', () => {
    const { told, side } = sideWith()
    side.close()
    side.failed(offline, enter())
    expect(told).toEqual([])
    expect(side.isHealthy).toBe(false)
  })
  test('a side is its breaker for callers', async () => {
    const { side } = sideWith()
    expect(side.troubled(fault, enter())).toBe(false)
    expect(side.troubled(fault, enter())).toBe(false)
    expect(side.troubled(fault, enter())).toBe(true)
    expect(await isCalledBy(() => side.reset())).toBe(true)
  })
})

describe('a permit from before', () => {
  /** Opens, and lets the first probe in. */
  const probe = (error = offline) => {
    breaker.failed(error, enter())
    clock.advanceAtOnce(3_600_000)
    return enter()
  }
  test('the success of a probe ends a limit that names its end', () => {
    const permit = probe(limit(clock.now() + 1_000))
    breaker.succeeded(permit)
    expect(isStopped(breaker.enter())).toBe(false)
  })
  test('a success from before the breaker opened is heard after it has closed', () => {
    const old = enter()
    breaker.succeeded(probe())
    expect(() => breaker.succeeded(old)).not.toThrow()
    expect(isStopped(breaker.enter())).toBe(false)
  })
  test('faults of calls from before the breaker opened do not open it again', () => {
    const old = enter()
    breaker.succeeded(probe())
    for (let n = 0; n < 20; n++) expect(breaker.troubled(fault, old)).toBe(false)
    expect(breaker.troubled(fault, enter())).toBe(false)
  })
  test('a probe that was left says nothing by a later failure', () => {
    const left = probe()
    breaker.leave(left)
    breaker.failed(offline, left)
    expect(isStopped(breaker.enter())).toBe(false)
  })
})

describe('a caller who waits', () => {
  const called = async (waits: Promise<void>, work = () => clock.advanceAtOnce(3_600_000)) => {
    let is = false
    void waits.then(() => (is = true))
    await Promise.resolve()
    expect(is).toBe(false)
    work()
    await Promise.resolve()
    return is
  }
  test('a caller who waits after the time of the probe is called at once', async () => {
    breaker.failed(offline, enter())
    clock.advanceAtOnce(3_600_000)
    expect(await called(breaker.opened(), () => clock.advanceAtOnce(1))).toBe(true)
  })
  test('a caller who waits during a probe is called for the next one', async () => {
    breaker.failed(offline, enter())
    clock.advanceAtOnce(3_600_000)
    const permit = enter()
    const waits = breaker.opened()
    breaker.failed(offline, permit)
    expect(await called(waits)).toBe(true)
  })
})
