import { expect, test } from 'vitest'
import { Lease } from '../../../src/main/process/lease.ts'
import { FakeClock } from '../../support/fake-clock.ts'

/** A computer that can sleep: its monotonic clock then stands still, and timers wait. */
function computer() {
  const clock = new FakeClock()
  let slept = 0
  const told: boolean[] = []
  const lease = new Lease(
    clock,
    (holds) => told.push(holds),
    () => clock.now() - slept,
  )
  return {
    clock,
    lease,
    told,
    /** Only the wall clock shows that the computer slept: no timer is due when the first work continues. */
    sleep(ms: number) {
      slept += ms
      clock.set(clock.now() + ms)
    },
    set(ms: number) {
      slept += ms
      clock.set(clock.now() + ms)
    },
  }
}
const BEAT = 10_000

test('the lease lasts two thirds after the last answered message was sent', async () => {
  const { clock, lease, told } = computer()
  lease.confirm(lease.now(), BEAT)
  expect(lease.holds).toBe(false)
  lease.setActive(true)
  await clock.advance(19_999)
  expect([lease.holds, told]).toEqual([true, [true]])
  await clock.advance(1)
  expect([lease.holds, told]).toEqual([false, [true, false]])
})

test('the lease counts from the sending of a ping, not from its answer', async () => {
  const { clock, lease } = computer()
  lease.confirm(lease.now(), BEAT)
  lease.setActive(true)
  const sent = lease.now()
  await clock.advance(15_000)
  lease.confirm(sent, BEAT)
  await clock.advance(5_000)
  expect(lease.holds).toBe(false)
})

test('an answered ping extends the lease, an older answer does not shorten it', async () => {
  const { clock, lease, told } = computer()
  const first = lease.now()
  lease.confirm(first, BEAT)
  lease.setActive(true)
  await clock.advance(10_000)
  lease.confirm(lease.now(), BEAT)
  lease.confirm(first, BEAT)
  await clock.advance(15_000)
  expect([lease.holds, told]).toEqual([true, [true]])
})

test('a sleep ends the lease before any timer, until a new message is answered', async () => {
  const { clock, lease, told, sleep } = computer()
  const before = lease.now()
  lease.confirm(before, BEAT)
  lease.setActive(true)
  sleep(60_000)
  expect(lease.holds).toBe(false)
  lease.confirm(before, BEAT)
  lease.setActive(true)
  expect(lease.holds).toBe(false)
  await clock.advance(0)
  lease.confirm(lease.now(), BEAT)
  expect([lease.holds, told]).toEqual([true, [true, false, true]])
})

test('a wall clock that is set back does not extend the lease', async () => {
  const { clock, lease, set } = computer()
  lease.confirm(lease.now(), BEAT)
  lease.setActive(true)
  set(-3_600_000)
  await clock.advance(20_000)
  expect(lease.holds).toBe(false)
})

test('an unreachable relay is distinguished from a released role', async () => {
  const { clock, lease } = computer()
  lease.confirm(lease.now(), BEAT)
  lease.setActive(true)
  expect(lease.isUnconfirmed).toBe(false)
  await clock.advance(20_000)
  expect(lease.isUnconfirmed).toBe(true)
  lease.setActive(false)
  expect(lease.isUnconfirmed).toBe(false)
})

test('a computer on standby is never active, however good its connection', () => {
  const { lease, told } = computer()
  lease.setActive(false)
  lease.confirm(lease.now(), BEAT)
  expect([lease.holds, told]).toEqual([false, []])
})
