import { describe, expect, test } from 'vitest'
import { LoopBreaker, pauseEnds } from '../../../src/main/engine/delivery/loop-breaker.ts'
import { conversationFrom } from '../../../src/main/store/rows/links.ts'
import { conversation } from '../../support/builders.ts'

const MINUTE = 60_000
const NOW = 100 * 24 * 60 * MINUTE

describe('the same text ten times', () => {
  const said = (
    times: readonly { writtenAt: number; receivedAt: number }[],
    direction: 'to-chatra' | 'to-planfix',
  ) => {
    const breaker = new LoopBreaker()
    return times.map((time) => breaker.saw(1, direction, { text: 'hello?', ...time }, NOW)).at(-1)
  }

  test('within a minute of writing stops the conversation', () => {
    const times = Array.from({ length: 10 }, (_, n) => ({ writtenAt: NOW + n * 5_000, receivedAt: NOW }))
    expect(said(times, 'to-planfix')).toBe('same-text')
  })

  test('over a day is no loop, though it is all read in one second', () => {
    const times = Array.from({ length: 30 }, (_, n) => ({
      writtenAt: NOW + n * 20 * MINUTE,
      receivedAt: NOW,
    }))
    expect(said(times, 'to-planfix')).toBeNull()
  })

  test('of comments, whose times are minutes: in one minute it is, over two it is where they were read as they came', () => {
    const at = (writtenAt: number, receivedAt: number) => ({ writtenAt, receivedAt })
    expect(
      said(
        Array.from({ length: 10 }, () => at(NOW, NOW + 5 * MINUTE)),
        'to-chatra',
      ),
    ).toBe('same-text')
    const live = Array.from({ length: 10 }, (_, n) => NOW + 50_000 + n * 2_000)
    expect(
      said(
        live.map((read) => at(read - (read % MINUTE), read)),
        'to-chatra',
      ),
    ).toBe('same-text')
    const slow = Array.from({ length: 20 }, (_, n) => at(NOW + Math.floor(n / 9) * MINUTE, NOW + 9 * MINUTE))
    expect(said(slow, 'to-chatra')).toBeNull()
  })
})

describe('more than thirty turns', () => {
  /** Each of 40 messages is decided on after another delivery; `receivedAt` of the n-th that begins at `sentAt`. */
  const turns = (receivedAt: (sentAt: number) => number) => {
    const breaker = new LoopBreaker()
    return Array.from({ length: 40 }, (_, n) => {
      const sentAt = NOW + n * 1_000
      breaker.delivered(1, sentAt)
      const message = { text: `no. ${n}`, writtenAt: NOW + n * 1_000, receivedAt: receivedAt(sentAt) }
      return breaker.saw(1, 'to-planfix', message, sentAt + 500)
    }).at(-1)
  }

  test('that follow our deliveries stop the conversation, also when they come in before the answers to our calls', () => {
    expect(turns((sentAt) => sentAt + 100)).toBe('turns')
    expect(turns((sentAt) => sentAt)).toBe('turns')
  })

  test('are none when all of it had come in before: a backlog that is carried after a crash', () => {
    expect(turns(() => NOW - 1)).toBeNull()
  })
})

describe('a pause', () => {
  test('ends by itself', () => {
    const paused = conversation({ paused: 'loop-turns', pausedUntil: NOW + 1 })
    expect(pauseEnds(paused, NOW)).toBe(NOW + 1)
    expect(pauseEnds(paused, NOW + 1)).toBeNull()
    expect(pauseEnds(conversation({ paused: null }), NOW)).toBeNull()
    expect(pauseEnds(conversation({ paused: 'loop-turns', pausedUntil: null }), NOW)).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  test('that an older program began ends half an hour after the last activity', () => {
    const { pausedUntil: _, ...old } = conversation({ paused: 'loop-turns', lastActivityAt: NOW })
    expect(conversationFrom({ data: JSON.stringify(old) })?.pausedUntil).toBe(NOW + 30 * MINUTE)
    expect(conversationFrom({ data: JSON.stringify({ ...old, paused: null }) })?.pausedUntil).toBeNull()
  })
})
