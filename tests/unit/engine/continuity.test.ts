import { beforeEach, describe, expect, test } from 'vitest'
import { Continuity } from '../../../src/main/engine/continuity.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const SHOP = 'shop'
let clock: FakeClock
let continuity: Continuity
/** Our time; Chatra's clock is an hour ahead unless a test says otherwise. */
const HOUR = 3_600_000
let seq = 0
const heard = (
  writtenAt: number | null,
  { clientId = 'other', connectionId = SHOP, receivedAt = clock.now(), isPrompt = true } = {},
) => continuity.heard({ connectionId, clientId, seq: ++seq, receivedAt, writtenAt, isPrompt })
const sent = (changes: { answered?: boolean; sentAt?: number; messageId?: number } = {}) => {
  const sentAt = changes.sentAt ?? clock.now()
  const send = { messageId: 1, connectionId: SHOP, clientId: 'anna', answered: true, ...changes, sentAt }
  continuity.sent(send)
  return sentAt
}
const arrival = () => continuity.arrival(1, clock.now())

beforeEach(() => {
  clock = new FakeClock()
  clock.advanceAtOnce(10 * HOUR)
  continuity = new Continuity(clock)
  continuity.reached(clock.now())
  // Chatra has sent its time, an hour ahead of ours.
  continuity.reportedTime(SHOP, clock.now(), clock.now(), clock.now() + HOUR)
  clock.advanceAtOnce(1000)
})

describe('the start of the time in which webhooks certainly arrive', () => {
  test('webhooks are certain since the proof, once a later webhook has come in', () => {
    const begun = clock.now()
    continuity.reached(null)
    continuity.reached(begun)
    expect(continuity.since(SHOP)).toBeNull()
    clock.advanceAtOnce(5000)
    heard(begun - 1 + HOUR)
    expect(continuity.since(SHOP)).toBeNull()
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBe(begun)
  })

  test('webhooks are not certain without a proven address', () => {
    continuity.reached(null)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBeNull()
  })

  test('any possible loss restarts the period, for one connection or for all', () => {
    clock.advanceAtOnce(5000)
    heard(clock.now() + HOUR)
    heard(clock.now(), { connectionId: 'second' })
    continuity.broken('second')
    expect(continuity.since(SHOP)).not.toBeNull()
    expect(continuity.since('second')).toBeNull()
    clock.advanceAtOnce(5000)
    continuity.broken()
    expect(continuity.since(SHOP)).toBeNull()
  })

  test('after a sleep or a network change only a new proof counts', () => {
    const before = clock.now()
    clock.advanceAtOnce(5000)
    continuity.doubted()
    continuity.reached(before)
    clock.advanceAtOnce(5000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBeNull()
    continuity.reached(clock.now())
    clock.advanceAtOnce(5000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).not.toBeNull()
  })

  test.each([
    ['back', -5 * 60_000],
    ['ahead', 60_000],
  ])('a clock that jumps %s breaks the period', (_way, jump) => {
    continuity.start()
    clock.advanceAtOnce(5000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).not.toBeNull()
    clock.set(clock.now() + jump)
    clock.advanceAtOnce(5000)
    expect(continuity.since(SHOP)).toBeNull()
    continuity.stop()
  })
})

describe('since when no request is known to have been lost', () => {
  test('since the start, where the address was never proven', () => {
    const other = new Continuity(clock)
    const begun = clock.now()
    clock.advanceAtOnce(HOUR)
    expect(other.reachableSince(SHOP)).toBe(begun)
  })

  test('since the address was proven, and not while it is lost', () => {
    const proven = clock.now() - 1000
    clock.advanceAtOnce(5000)
    expect(continuity.reachableSince(SHOP)).toBe(proven)
    continuity.reached(null)
    clock.advanceAtOnce(5000)
    expect(continuity.reachableSince(SHOP)).toBe(clock.now())
    continuity.reached(clock.now())
    const again = clock.now()
    clock.advanceAtOnce(5000)
    expect(continuity.reachableSince(SHOP)).toBe(again)
  })

  test('since a sleep, also where the address was never proven', () => {
    const other = new Continuity(clock)
    clock.advanceAtOnce(5000)
    other.doubted()
    const slept = clock.now()
    clock.advanceAtOnce(5000)
    expect(other.reachableSince(SHOP)).toBe(slept)
    other.broken()
    expect(other.reachableSince(SHOP)).toBe(clock.now())
  })

  test('since an event of that connection alone was refused', () => {
    clock.advanceAtOnce(5000)
    continuity.broken('second')
    expect(continuity.reachableSince('second')).toBe(clock.now())
    expect(continuity.reachableSince(SHOP)).toBeLessThan(clock.now())
  })
})

describe('a reply without an answer', () => {
  test('a reply did not arrive when a later webhook of its client came in, after 30 s', () => {
    const sentAt = sent()
    clock.advanceAtOnce(15_000)
    expect(heard(sentAt + 11_000 + HOUR, { clientId: 'anna' })).toEqual([1])
    expect(arrival()).toEqual({ lookAt: sentAt + 30_000 })
    clock.advanceAtOnce(15_000)
    expect(arrival()).toBe('not-arrived')
  })

  test('without a later webhook nothing is known, however long it takes', () => {
    sent()
    clock.advanceAtOnce(10 * HOUR)
    expect(arrival()).toBe('unknown')
  })

  test('a message written before the latest possible execution proves nothing', () => {
    const sentAt = sent()
    clock.advanceAtOnce(60_000)
    expect(heard(sentAt + 9_000 + HOUR, { clientId: 'anna' })).toEqual([])
    expect(heard(null, { clientId: 'anna' })).toEqual([])
    expect(arrival()).toBe('unknown')
  })

  test('a webhook that was written after it came in proves nothing', () => {
    const sentAt = sent()
    clock.advanceAtOnce(5_000)
    expect(heard(sentAt + 24 * HOUR, { clientId: 'anna' })).toEqual([])
  })

  test('our own clock alone proves nothing while the clocks may differ', () => {
    continuity = new Continuity(clock)
    continuity.reached(clock.now())
    const sentAt = sent()
    clock.advanceAtOnce(30_000)
    expect(heard(sentAt + 20_000, { clientId: 'anna', isPrompt: false })).toEqual([])
  })

  test('with webhooks two minutes late, another client proves it that much later', () => {
    heard(clock.now() + HOUR)
    clock.advanceAtOnce(120_000)
    heard(clock.now() - 120_000 + HOUR)
    const sentAt = sent()
    clock.advanceAtOnce(31_000)
    heard(sentAt + 30_000 + HOUR)
    expect(arrival()).toEqual({ lookAt: clock.now() + 5_000 + 240_000 })
    heard(clock.now() + HOUR, { clientId: 'anna' })
    clock.advanceAtOnce(5_000)
    expect(arrival()).toBe('not-arrived')
  })

  test.each([
    ['the address was lost', () => continuity.reached(null)],
    ['the computer slept', () => continuity.doubted()],
    ['our receiver refused something', () => continuity.broken()],
  ])('nothing is ever known when %s meanwhile', (_what, breakIt) => {
    sent()
    clock.advanceAtOnce(12_000)
    breakIt()
    continuity.reached(clock.now())
    clock.advanceAtOnce(60_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    expect(arrival()).toBe('unknown')
  })

  test('nothing is known about a send from before webhooks certainly came', () => {
    const sentAt = clock.now()
    clock.advanceAtOnce(1000)
    continuity.broken()
    sent({ sentAt })
    clock.advanceAtOnce(60_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    expect(arrival()).toBe('unknown')
  })

  describe('a reply without an answer or any event of Chatra', () => {
    const later = () => {
      clock.advanceAtOnce(40_000)
      heard(clock.now() + HOUR, { clientId: 'anna' })
      clock.advanceAtOnce(10_000)
    }

    test('nothing is known unless another request was answered during the send', () => {
      sent({ answered: false })
      later()
      expect(arrival()).toBe('unknown')
    })

    test('another answered request shows that our network worked', () => {
      sent({ answered: false })
      clock.advanceAtOnce(4_000)
      continuity.exchanged()
      later()
      expect(arrival()).toBe('not-arrived')
    })

    test('another unanswered request leaves the reply undecided', () => {
      sent({ answered: false })
      clock.advanceAtOnce(4_000)
      continuity.exchanged()
      clock.advanceAtOnce(10_000)
      continuity.unanswered(8_000)
      later()
      expect(arrival()).toBe('unknown')
    })
  })

  test('a settled reply is no longer recorded', () => {
    const sentAt = sent()
    clock.advanceAtOnce(40_000)
    continuity.forget(1)
    expect(heard(sentAt + 30_000 + HOUR, { clientId: 'anna' })).toEqual([])
    expect(arrival()).toBe('unknown')
  })
})

describe('the offset of Chatra’s clock', () => {
  const fresh = () => new Continuity(clock)
  test("the offset of Chatra's clock is within two minutes while unknown", () => {
    expect(fresh().skew(SHOP)).toEqual({ lowest: -120_000, highest: 120_000 })
  })
  test("the answer to a send reveals the offset, within a second and the call's duration", () => {
    const one = fresh()
    one.reportedTime(SHOP, 10_000, 12_000, 15_000)
    expect(one.skew(SHOP)).toEqual({ lowest: 2_000, highest: 6_000 })
    expect(one.skew('second')).toEqual({ lowest: -120_000, highest: 120_000 })
  })
  test('an answer without a time, or one before its request, reveals no offset', () => {
    const one = fresh()
    one.reportedTime(SHOP, 10_000, 12_000, null)
    one.reportedTime(SHOP, 10_000, 9_999, 15_000)
    expect(one.skew(SHOP)).toEqual({ lowest: -120_000, highest: 120_000 })
    one.reportedTime(SHOP, 10_000, 10_000, 15_000)
    expect(one.skew(SHOP)).toEqual({ lowest: 4_000, highest: 6_000 })
  })
  test('the fastest webhook reveals the offset, within ten seconds', () => {
    const one = fresh()
    const prompt = (late: number, isPrompt = true) =>
      one.heard({
        connectionId: SHOP,
        clientId: 'x',
        seq: 1,
        isPrompt,
        receivedAt: clock.now(),
        writtenAt: clock.now() - late,
      })
    prompt(0, false)
    expect(one.skew(SHOP)).toEqual({ lowest: -120_000, highest: 120_000 })
    prompt(7_000)
    expect(one.skew(SHOP)).toEqual({ lowest: -7_000, highest: 3_000 })
    prompt(2_000)
    expect(one.skew(SHOP)).toEqual({ lowest: -2_000, highest: 8_000 })
    prompt(9_000)
    expect(one.skew(SHOP)).toEqual({ lowest: -2_000, highest: 8_000 })
  })
})

describe('the watch on the clock', () => {
  /** The previous clock is set by this much within a tick; returns whether webhooks still count as coming in. */
  const isWholeAfter = (jump: number) => {
    continuity.start()
    clock.advanceAtOnce(5_000)
    heard(clock.now() + HOUR)
    clock.set(clock.now() + jump)
    clock.advanceAtOnce(5_000)
    const since = continuity.since(SHOP)
    continuity.stop()
    return since !== null
  }
  test.each([
    [-3_000, true],
    [-3_001, false],
    [30_000, true],
    [30_001, false],
  ])('a clock step of %i ms is tolerated: %s', (jump, isWhole) => {
    expect(isWholeAfter(jump)).toBe(isWhole)
  })
  test('the clock is checked at each tick, and not after it was stopped', () => {
    continuity.start()
    continuity.start()
    clock.advanceAtOnce(15_000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).not.toBeNull()
    continuity.stop()
    continuity.stop()
    clock.set(clock.now() + 3 * HOUR)
    clock.advanceAtOnce(20_000)
    expect(continuity.since(SHOP)).not.toBeNull()
  })
  test('offsets from before a jump are discarded', () => {
    continuity.start()
    heard(clock.now() + HOUR)
    clock.set(clock.now() - 60_000)
    clock.advanceAtOnce(5_000)
    expect(continuity.skew(SHOP)).toEqual({ lowest: -120_000, highest: 120_000 })
    // A proof by the present clock counts, though the previous one was ahead of it.
    continuity.doubted()
    clock.set(clock.now() - 60_000)
    clock.advanceAtOnce(5_000)
    continuity.reached(clock.now())
    continuity.reportedTime(SHOP, clock.now(), clock.now(), clock.now())
    clock.advanceAtOnce(5_000)
    heard(clock.now())
    expect(continuity.since(SHOP)).not.toBeNull()
    continuity.stop()
  })
})

describe('the record of sends', () => {
  test('recording begins when webhooks are certain, and survives a new proof', () => {
    const sentAt = sent()
    continuity.reached(clock.now())
    clock.advanceAtOnce(40_000)
    expect(heard(sentAt + 12_000 + HOUR, { clientId: 'anna' })).toEqual([1])
    const unknown = new Continuity(clock)
    unknown.sent({ messageId: 1, connectionId: SHOP, clientId: 'anna', answered: true, sentAt: clock.now() })
    expect(unknown.arrival(1, clock.now())).toBe('unknown')
  })
  test('recording begins at the very moment when webhooks become certain', () => {
    continuity.broken()
    const sentAt = sent()
    expect(continuity.arrival(1, clock.now())).toEqual({ lookAt: sentAt + 30_000 })
  })
  test('recording is discarded for the affected connection, or for all', () => {
    const send = (messageId: number, connectionId: string) =>
      continuity.sent({ messageId, connectionId, clientId: 'anna', sentAt: clock.now(), answered: true })
    const known = () => [1, 2].map((id) => continuity.arrival(id, clock.now()) !== 'unknown')
    send(1, SHOP)
    send(2, 'second')
    continuity.broken('second')
    expect(known()).toEqual([true, false])
    continuity.broken()
    expect(known()).toEqual([false, false])
  })
  test('at most ten thousand sends are recorded', () => {
    for (let messageId = 1; messageId <= 10_001; messageId++) sent({ messageId })
    const isKnown = (id: number) => continuity.arrival(id, clock.now()) !== 'unknown'
    expect([1, 10_000, 10_001].map(isKnown)).toEqual([true, true, false])
  })
})

describe('the proof that a reply did not arrive', () => {
  test('the first later row of the client, else of another one, is the proof', () => {
    const sentAt = sent()
    clock.advanceAtOnce(20_000)
    expect(continuity.provenBy(1)).toBeNull()
    heard(sentAt + 11_000 + HOUR)
    const other = seq
    expect(continuity.provenBy(1)).toBe(other)
    heard(sentAt + 12_000 + HOUR)
    expect(continuity.provenBy(1)).toBe(other)
    heard(sentAt + 13_000 + HOUR, { clientId: 'anna' })
    const own = seq
    heard(sentAt + 14_000 + HOUR, { clientId: 'anna' })
    expect(continuity.provenBy(1)).toBe(own)
    expect(continuity.provenBy(2)).toBeNull()
  })
  test("the proof counts from the end of the send's possible execution", () => {
    const sentAt = sent()
    clock.advanceAtOnce(60_000)
    // The clocks are known to the second: a message may be a second older than its time.
    expect(heard(sentAt + 11_000 - 1 + HOUR)).toEqual([])
    expect(heard(sentAt + 11_000 + HOUR)).toEqual([1])
  })
  test('the proof comes from the same connection', () => {
    const sentAt = sent()
    continuity.reportedTime('second', clock.now(), clock.now(), clock.now() + HOUR)
    clock.advanceAtOnce(60_000)
    expect(heard(sentAt + 30_000 + HOUR, { connectionId: 'second', clientId: 'anna' })).toEqual([])
    expect(arrival()).toBe('unknown')
  })
  test('the proof waits five seconds for overtaken webhooks', () => {
    sent()
    clock.advanceAtOnce(40_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    expect(arrival()).toEqual({ lookAt: clock.now() + 5_000 })
    clock.advanceAtOnce(4_999)
    expect(arrival()).not.toBe('not-arrived')
    clock.advanceAtOnce(1)
    expect(arrival()).toBe('not-arrived')
  })
  test('the proof comes in at its own time at the earliest', () => {
    sent()
    clock.advanceAtOnce(40_000)
    expect(heard(clock.now() + 1_000 + HOUR)).toEqual([1])
    expect(heard(clock.now() + 1_001 + HOUR)).toEqual([])
  })
  test("another client's proof is late by twice the delay of the last ten minutes", () => {
    heard(clock.now() + HOUR)
    heard(clock.now() - 20_000 + HOUR)
    const until = (ms: number) => {
      clock.advanceAtOnce(ms)
      sent()
      clock.advanceAtOnce(40_000)
      heard(clock.now() - 5_000 + HOUR, { isPrompt: false })
      const known = arrival()
      continuity.forget(1)
      return typeof known === 'object' ? known.lookAt - clock.now() : known
    }
    expect(until(0)).toBe(5_000 + 40_000)
    expect(until(520_000 - 1)).toBe(5_000 + 40_000)
    expect(until(0)).toBe(5_000)
  })
})

describe('our own connection during a missing answer', () => {
  const known = (work: (sentAt: number) => void) => {
    const sentAt = sent({ answered: false })
    work(sentAt)
    clock.advanceAtOnce(60_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    clock.advanceAtOnce(10_000)
    return arrival()
  }
  test('any answer within the ten seconds of the send shows that our network worked', () => {
    const answeredAfter = (ms: number) =>
      known(() => {
        clock.advanceAtOnce(ms)
        continuity.exchanged()
      })
    expect(answeredAfter(0)).toBe('not-arrived')
    clock.advanceAtOnce(60_000)
    expect(answeredAfter(10_000)).toBe('not-arrived')
    clock.advanceAtOnce(60_000)
    expect(answeredAfter(10_001)).toBe('unknown')
  })
  test('an earlier answer does not show that our network worked', () => {
    continuity.exchanged()
    clock.advanceAtOnce(1)
    expect(known(() => undefined)).toBe('unknown')
  })
  test('an unanswered request in that time denies that our network worked', () => {
    const silent = (from: number, to: number) =>
      known(() => {
        continuity.exchanged()
        clock.advanceAtOnce(to)
        continuity.unanswered(to - from)
      })
    expect(silent(10_001, 20_000)).toBe('not-arrived')
    clock.advanceAtOnce(60_000)
    expect(silent(10_000, 20_000)).toBe('unknown')
    clock.advanceAtOnce(60_000)
    expect(silent(-5_000, 0)).toBe('unknown')
    clock.advanceAtOnce(60_000)
    continuity.unanswered(5_000)
    clock.advanceAtOnce(1)
    expect(known(() => continuity.exchanged())).toBe('not-arrived')
  })
  test('one exchange per half second is recorded', () => {
    clock.advanceAtOnce(1_000)
    continuity.exchanged()
    clock.advanceAtOnce(499)
    expect(known(() => continuity.exchanged())).toBe('unknown')
    clock.advanceAtOnce(60_000)
    continuity.exchanged()
    clock.advanceAtOnce(500)
    expect(known(() => continuity.exchanged())).toBe('not-arrived')
  })
})

describe('since when, in detail', () => {
  const begun = () => {
    continuity.reached(null)
    continuity.reached(clock.now())
    return clock.now()
  }
  test('a webhook that was written as the period began confirms it', () => {
    const start = begun()
    clock.advanceAtOnce(5_000)
    heard(start + continuity.skew(SHOP).highest - 1)
    expect(continuity.since(SHOP)).toBeNull()
    heard(start + continuity.skew(SHOP).highest)
    expect(continuity.since(SHOP)).toBe(start)
  })
  test('nothing is certain of a connection without a webhook', () => {
    expect(continuity.since('second')).toBeNull()
  })
  test('a loss while the address is not proven begins no period', () => {
    continuity.reached(null)
    continuity.broken()
    clock.advanceAtOnce(5_000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBeNull()
  })
  test('a loss of one connection begins its period again', () => {
    clock.advanceAtOnce(5_000)
    continuity.broken(SHOP)
    const lost = clock.now()
    clock.advanceAtOnce(5_000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBe(lost)
  })
  test('a jump of the clock begins the period again', () => {
    continuity.start()
    clock.set(clock.now() + 60_000)
    clock.advanceAtOnce(5_000)
    const noticed = clock.now()
    continuity.stop()
    continuity.reportedTime(SHOP, noticed, noticed, noticed + HOUR)
    clock.advanceAtOnce(5_000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBe(noticed)
  })
  test('a webhook without a time says nothing about the clocks', () => {
    const before = continuity.skew('second')
    heard(null, { connectionId: 'second' })
    expect(continuity.skew('second')).toEqual(before)
  })
})

describe('what happened during a send is remembered until it is settled', () => {
  const later = () => {
    clock.advanceAtOnce(40_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    clock.advanceAtOnce(10_000)
  }
  test('an answered request counts after further ones', () => {
    sent({ answered: false })
    clock.advanceAtOnce(4_000)
    continuity.exchanged()
    clock.advanceAtOnce(60_000)
    continuity.exchanged()
    later()
    expect(arrival()).toBe('not-arrived')
  })
  test('an unanswered request counts after further ones', () => {
    sent({ answered: false })
    clock.advanceAtOnce(4_000)
    continuity.exchanged()
    continuity.unanswered(1_000)
    clock.advanceAtOnce(60_000)
    continuity.unanswered(1_000)
    later()
    expect(arrival()).toBe('unknown')
  })
  test('an answered request counts after the clock was set back', () => {
    continuity.exchanged()
    clock.set(clock.now() - 60_000)
    continuity.reached(null)
    continuity.reached(clock.now())
    sent({ answered: false })
    clock.advanceAtOnce(4_000)
    continuity.exchanged()
    later()
    expect(arrival()).toBe('not-arrived')
  })
})

test('the delay of webhooks is that of the last ten minutes', () => {
  heard(clock.now() + HOUR)
  clock.advanceAtOnce(120_000)
  heard(clock.now() - 120_000 + HOUR)
  clock.advanceAtOnce(11 * 60_000)
  heard(clock.now() - 20_000 + HOUR)
  const sentAt = sent()
  clock.advanceAtOnce(31_000)
  heard(sentAt + 30_000 + HOUR)
  expect(arrival()).toEqual({ lookAt: clock.now() + 5_000 + 40_000 })
})

test('where losses elsewhere are told later, nothing is concluded before they would be known', () => {
  const lagMs = 15_000
  continuity = new Continuity(clock, { lagMs })
  continuity.reached(clock.now())
  continuity.reportedTime(SHOP, clock.now(), clock.now(), clock.now() + HOUR)
  clock.advanceAtOnce(1000)
  const ofOneHost = new Continuity(clock)
  ofOneHost.reached(clock.now() - 1000)
  ofOneHost.reportedTime(SHOP, clock.now(), clock.now(), clock.now() + HOUR)
  const sentAt = sent()
  ofOneHost.sent({ messageId: 1, connectionId: SHOP, clientId: 'anna', answered: true, sentAt })
  clock.advanceAtOnce(20_000)
  const webhook = { connectionId: SHOP, clientId: 'anna', seq: 1, receivedAt: clock.now(), isPrompt: true }
  for (const one of [continuity, ofOneHost]) one.heard({ ...webhook, writtenAt: clock.now() + HOUR })
  clock.advanceAtOnce(10_000)
  expect(ofOneHost.arrival(1, clock.now())).toBe('not-arrived')
  expect(arrival()).toEqual({ lookAt: sentAt + 30_000 + lagMs })
  clock.advanceAtOnce(lagMs)
  expect(arrival()).toBe('not-arrived')
})
