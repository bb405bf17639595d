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
