import { beforeEach, describe, expect, test } from 'vitest'
import { Continuity } from '../../../src/main/engine/continuity.ts'
import { ManualClock } from './manual-clock.ts'

const SHOP = 'shop'
let clock: ManualClock
let continuity: Continuity
/** Our time; Chatra's clock is an hour ahead where nothing else is said. */
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
  clock = new ManualClock()
  clock.advance(10 * HOUR)
  continuity = new Continuity(clock)
  continuity.reached(clock.now())
  // Chatra has told its time, an hour ahead of ours.
  continuity.toldTime(SHOP, clock.now(), clock.now(), clock.now() + HOUR)
  clock.advance(1000)
})

describe('since when webhooks certainly arrive', () => {
  test('since the address was proven, once a webhook written after that has come in', () => {
    const begun = clock.now()
    continuity.reached(null)
    continuity.reached(begun)
    expect(continuity.since(SHOP)).toBeNull()
    clock.advance(5000)
    heard(begun - 1 + HOUR)
    expect(continuity.since(SHOP)).toBeNull()
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBe(begun)
  })

  test('not without a proven address', () => {
    continuity.reached(null)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBeNull()
  })

  test('whatever may have swallowed one begins it anew, for one connection or for all', () => {
    clock.advance(5000)
    heard(clock.now() + HOUR)
    heard(clock.now(), { connectionId: 'second' })
    continuity.broken('second')
    expect(continuity.since(SHOP)).not.toBeNull()
    expect(continuity.since('second')).toBeNull()
    clock.advance(5000)
    continuity.broken()
    expect(continuity.since(SHOP)).toBeNull()
  })

  test('after a sleep or another network only a new proof counts', () => {
    const before = clock.now()
    clock.advance(5000)
    continuity.doubted()
    continuity.reached(before)
    clock.advance(5000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).toBeNull()
    continuity.reached(clock.now())
    clock.advance(5000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).not.toBeNull()
  })

  test.each([
    ['back', -5 * 60_000],
    ['ahead', 60_000],
  ])('a clock that jumps %s breaks it', (_way, jump) => {
    continuity.start()
    clock.advance(5000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).not.toBeNull()
    clock.set(clock.now() + jump)
    clock.advance(5000)
    expect(continuity.since(SHOP)).toBeNull()
    continuity.stop()
  })
})

describe('a reply without an answer', () => {
  test('did not arrive when its client wrote later and the webhook came in, after 30 s', () => {
    const sentAt = sent()
    clock.advance(15_000)
    expect(heard(sentAt + 11_000 + HOUR, { clientId: 'anna' })).toEqual([1])
    expect(arrival()).toEqual({ lookAt: sentAt + 30_000 })
    clock.advance(15_000)
    expect(arrival()).toBe('not-arrived')
  })

  test('nothing is known without a later webhook, however long it takes', () => {
    sent()
    clock.advance(10 * HOUR)
    expect(arrival()).toBe('unknown')
  })

  test('what was written before it could have been carried out proves nothing', () => {
    const sentAt = sent()
    clock.advance(60_000)
    expect(heard(sentAt + 9_000 + HOUR, { clientId: 'anna' })).toEqual([])
    expect(heard(null, { clientId: 'anna' })).toEqual([])
    expect(arrival()).toBe('unknown')
  })

  test('a webhook that was written after it came in proves nothing', () => {
    const sentAt = sent()
    clock.advance(5_000)
    expect(heard(sentAt + 24 * HOUR, { clientId: 'anna' })).toEqual([])
  })

  test('by our own clock alone nothing is proven while the clocks may differ', () => {
    continuity = new Continuity(clock)
    continuity.reached(clock.now())
    const sentAt = sent()
    clock.advance(30_000)
    expect(heard(sentAt + 20_000, { clientId: 'anna', isPrompt: false })).toEqual([])
  })

  test('where webhooks have been two minutes late, another client proves it so much later', () => {
    heard(clock.now() + HOUR)
    clock.advance(120_000)
    heard(clock.now() - 120_000 + HOUR)
    const sentAt = sent()
    clock.advance(31_000)
    heard(sentAt + 30_000 + HOUR)
    expect(arrival()).toEqual({ lookAt: clock.now() + 5_000 + 240_000 })
    heard(clock.now() + HOUR, { clientId: 'anna' })
    clock.advance(5_000)
    expect(arrival()).toBe('not-arrived')
  })

  test.each([
    ['the address was lost', () => continuity.reached(null)],
    ['the computer slept', () => continuity.doubted()],
    ['our receiver refused something', () => continuity.broken()],
  ])('nothing is ever known when %s meanwhile', (_what, breakIt) => {
    sent()
    clock.advance(12_000)
    breakIt()
    continuity.reached(clock.now())
    clock.advance(60_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    expect(arrival()).toBe('unknown')
  })

  test('nothing is known when it was sent before webhooks certainly came', () => {
    const sentAt = clock.now()
    clock.advance(1000)
    continuity.broken()
    sent({ sentAt })
    clock.advance(60_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    expect(arrival()).toBe('unknown')
  })

  describe('and no sign of life from Chatra', () => {
    const later = () => {
      clock.advance(40_000)
      heard(clock.now() + HOUR, { clientId: 'anna' })
      clock.advance(10_000)
    }

    test('nothing is known unless something else was answered while it was under way', () => {
      sent({ answered: false })
      later()
      expect(arrival()).toBe('unknown')
    })

    test('our line worked', () => {
      sent({ answered: false })
      clock.advance(4_000)
      continuity.exchanged()
      later()
      expect(arrival()).toBe('not-arrived')
    })

    test('something else remained unanswered too', () => {
      sent({ answered: false })
      clock.advance(4_000)
      continuity.exchanged()
      clock.advance(10_000)
      continuity.unanswered(8_000)
      later()
      expect(arrival()).toBe('unknown')
    })
  })

  test('once it is settled it is forgotten', () => {
    const sentAt = sent()
    clock.advance(40_000)
    continuity.forget(1)
    expect(heard(sentAt + 30_000 + HOUR, { clientId: 'anna' })).toEqual([])
    expect(arrival()).toBe('unknown')
  })
})

describe('how far Chatra’s clock is from ours', () => {
  const fresh = () => new Continuity(clock)
  test('is not known to two minutes as long as nothing tells', () => {
    expect(fresh().skew(SHOP)).toEqual({ lowest: -120_000, highest: 120_000 })
  })
  test('is told by the answer to a send, to the second and the time the call took', () => {
    const one = fresh()
    one.toldTime(SHOP, 10_000, 12_000, 15_000)
    expect(one.skew(SHOP)).toEqual({ lowest: 2_000, highest: 6_000 })
    expect(one.skew('second')).toEqual({ lowest: -120_000, highest: 120_000 })
  })
  test('is not told by an answer without a time, or one that came before its question', () => {
    const one = fresh()
    one.toldTime(SHOP, 10_000, 12_000, null)
    one.toldTime(SHOP, 10_000, 9_999, 15_000)
    expect(one.skew(SHOP)).toEqual({ lowest: -120_000, highest: 120_000 })
    one.toldTime(SHOP, 10_000, 10_000, 15_000)
    expect(one.skew(SHOP)).toEqual({ lowest: 4_000, highest: 6_000 })
  })
  test('is told by the promptest webhook, which took ten seconds at most', () => {
    const one = fresh()
    const prompt = (late: number, isPrompt = true) =>
      one.heard({
        ...{ connectionId: SHOP, clientId: 'x', seq: 1, isPrompt },
        ...{ receivedAt: clock.now(), writtenAt: clock.now() - late },
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

describe('the clock is watched', () => {
  /** The clock of before is set by so much within a tick; whether webhooks still count as coming in. */
  const isWholeAfter = (jump: number) => {
    continuity.start()
    clock.advance(5_000)
    heard(clock.now() + HOUR)
    clock.set(clock.now() + jump)
    clock.advance(5_000)
    const since = continuity.since(SHOP)
    continuity.stop()
    return since !== null
  }
  test.each([
    [-3_000, true],
    [-3_001, false],
    [30_000, true],
    [30_001, false],
  ])('a step of %i ms is within its measure: %s', (jump, isWhole) => {
    expect(isWholeAfter(jump)).toBe(isWhole)
  })
  test('tick after tick, by one look at a time, and not once it has been stopped', () => {
    continuity.start()
    continuity.start()
    clock.advance(15_000)
    heard(clock.now() + HOUR)
    expect(continuity.since(SHOP)).not.toBeNull()
    continuity.stop()
    continuity.stop()
    clock.set(clock.now() + 3 * HOUR)
    clock.advance(20_000)
    expect(continuity.since(SHOP)).not.toBeNull()
  })
  test('and what was learned from it before a jump is forgotten', () => {
    continuity.start()
    heard(clock.now() + HOUR)
    clock.set(clock.now() - 60_000)
    clock.advance(5_000)
    expect(continuity.skew(SHOP)).toEqual({ lowest: -120_000, highest: 120_000 })
    // A proof by the clock of now counts, though that of before was ahead of it.
    continuity.doubted()
    clock.set(clock.now() - 60_000)
    clock.advance(5_000)
    continuity.reached(clock.now())
    continuity.toldTime(SHOP, clock.now(), clock.now(), clock.now())
    clock.advance(5_000)
    heard(clock.now())
    expect(continuity.since(SHOP)).not.toBeNull()
    continuity.stop()
  })
})

describe('what is remembered of sends', () => {
  test('begins when webhooks certainly come in, and stays while the address is proven again', () => {
    const sentAt = sent()
    continuity.reached(clock.now())
    clock.advance(40_000)
    expect(heard(sentAt + 12_000 + HOUR, { clientId: 'anna' })).toEqual([1])
    const unknown = new Continuity(clock)
    unknown.sent({ messageId: 1, connectionId: SHOP, clientId: 'anna', answered: true, sentAt: clock.now() })
    expect(unknown.arrival(1, clock.now())).toBe('unknown')
  })
  test('also at the very moment at which they began to', () => {
    continuity.broken()
    const sentAt = sent()
    expect(continuity.arrival(1, clock.now())).toEqual({ lookAt: sentAt + 30_000 })
  })
  test('is given up for the connection whose webhooks may have been lost, and for all', () => {
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
  test('is ten thousand of them at most', () => {
    for (let messageId = 1; messageId <= 10_001; messageId++) sent({ messageId })
    const isKnown = (id: number) => continuity.arrival(id, clock.now()) !== 'unknown'
    expect([1, 10_000, 10_001].map(isKnown)).toEqual([true, true, false])
  })
})

describe('what proves that a reply did not arrive', () => {
  test('is the row of the inbox with the first later words of its client, else of another', () => {
    const sentAt = sent()
    clock.advance(20_000)
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
  test('counts from the end of the time in which the send may have been carried out', () => {
    const sentAt = sent()
    clock.advance(60_000)
    // The clocks are known to the second: what was written may be a second older than it says.
    expect(heard(sentAt + 11_000 - 1 + HOUR)).toEqual([])
    expect(heard(sentAt + 11_000 + HOUR)).toEqual([1])
  })
  test('comes from the same connection', () => {
    const sentAt = sent()
    continuity.toldTime('second', clock.now(), clock.now(), clock.now() + HOUR)
    clock.advance(60_000)
    expect(heard(sentAt + 30_000 + HOUR, { connectionId: 'second', clientId: 'anna' })).toEqual([])
    expect(arrival()).toBe('unknown')
  })
  test('waits five seconds for what may have been overtaken', () => {
    sent()
    clock.advance(40_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    expect(arrival()).toEqual({ lookAt: clock.now() + 5_000 })
    clock.advance(4_999)
    expect(arrival()).not.toBe('not-arrived')
    clock.advance(1)
    expect(arrival()).toBe('not-arrived')
  })
  test('comes in at its own time at the earliest', () => {
    sent()
    clock.advance(40_000)
    expect(heard(clock.now() + 1_000 + HOUR)).toEqual([1])
    expect(heard(clock.now() + 1_001 + HOUR)).toEqual([])
  })
  test('of another client is late by twice the delay of the last ten minutes', () => {
    heard(clock.now() + HOUR)
    heard(clock.now() - 20_000 + HOUR)
    const until = (ms: number) => {
      clock.advance(ms)
      sent()
      clock.advance(40_000)
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

describe('whether our own line worked while nobody answered', () => {
  const known = (work: (sentAt: number) => void) => {
    const sentAt = sent({ answered: false })
    work(sentAt)
    clock.advance(60_000)
    heard(clock.now() + HOUR, { clientId: 'anna' })
    clock.advance(10_000)
    return arrival()
  }
  test('is told by anything that was answered in the ten seconds of the send', () => {
    const answeredAfter = (ms: number) =>
      known(() => {
        clock.advance(ms)
        continuity.exchanged()
      })
    expect(answeredAfter(0)).toBe('not-arrived')
    clock.advance(60_000)
    expect(answeredAfter(10_000)).toBe('not-arrived')
    clock.advance(60_000)
    expect(answeredAfter(10_001)).toBe('unknown')
  })
  test('is not told by what was answered before', () => {
    continuity.exchanged()
    clock.advance(1)
    expect(known(() => undefined)).toBe('unknown')
  })
  test('is denied by what stayed unanswered in that time', () => {
    const silent = (from: number, to: number) =>
      known(() => {
        continuity.exchanged()
        clock.advance(to)
        continuity.unanswered(to - from)
      })
    expect(silent(10_001, 20_000)).toBe('not-arrived')
    clock.advance(60_000)
    expect(silent(10_000, 20_000)).toBe('unknown')
    clock.advance(60_000)
    expect(silent(-5_000, 0)).toBe('unknown')
    clock.advance(60_000)
    continuity.unanswered(5_000)
    clock.advance(1)
    expect(known(() => continuity.exchanged())).toBe('not-arrived')
  })
  test('is remembered by one exchange in half a second', () => {
    clock.advance(1_000)
    continuity.exchanged()
    clock.advance(499)
    expect(known(() => continuity.exchanged())).toBe('unknown')
    clock.advance(60_000)
    continuity.exchanged()
    clock.advance(500)
    expect(known(() => continuity.exchanged())).toBe('not-arrived')
  })
})
