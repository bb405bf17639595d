import { describe, expect, test } from 'vitest'
import { LoopBreaker, PAUSE_MS, pauseEnds } from '../../../../src/main/engine/delivery/loop-breaker.ts'
import { conversationFrom } from '../../../../src/main/store/rows/links.ts'
import { conversation } from '../../../support/builders.ts'

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

  test('ten equal texts written within a minute stop the conversation', () => {
    const times = Array.from({ length: 10 }, (_, n) => ({ writtenAt: NOW + n * 5_000, receivedAt: NOW }))
    expect(said(times, 'to-planfix')).toBe('same-text')
  })

  test('ten equal texts over a day are no loop, though read in one second', () => {
    const times = Array.from({ length: 30 }, (_, n) => ({
      writtenAt: NOW + n * 20 * MINUTE,
      receivedAt: NOW,
    }))
    expect(said(times, 'to-planfix')).toBeNull()
  })

  test('ten equal comments within one minute are a loop, over two they are not', () => {
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

  test('thirty-one turns after our deliveries stop the conversation', () => {
    expect(turns((sentAt) => sentAt + 100)).toBe('turns')
    expect(turns((sentAt) => sentAt)).toBe('turns')
  })

  test('thirty-one messages received before are no turns: a backlog after a crash', () => {
    expect(turns(() => NOW - 1)).toBeNull()
  })
})

describe('a pause', () => {
  test('a pause ends by itself', () => {
    const paused = conversation({ paused: 'loop-turns', pausedUntil: NOW + 1 })
    expect(pauseEnds(paused, NOW)).toBe(NOW + 1)
    expect(pauseEnds(paused, NOW + 1)).toBeNull()
    expect(pauseEnds(conversation({ paused: null }), NOW)).toBeNull()
    expect(pauseEnds(conversation({ paused: 'loop-turns', pausedUntil: null }), NOW)).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  test("an older program's pause ends half an hour after the last activity", () => {
    const { pausedUntil: _, ...old } = conversation({ paused: 'loop-turns', lastActivityAt: NOW })
    expect(conversationFrom({ data: JSON.stringify(old) })?.pausedUntil).toBe(NOW + 30 * MINUTE)
    expect(conversationFrom({ data: JSON.stringify({ ...old, paused: null }) })?.pausedUntil).toBeNull()
  })
})

describe('equal texts', () => {
  const last = (
    texts: readonly string[],
    directions: readonly ('to-chatra' | 'to-planfix')[] = ['to-planfix'],
  ) => {
    const breaker = new LoopBreaker()
    return texts.map((text, n) => breaker.saw(1, directions[n % directions.length]!, { text }, NOW)).at(-1)
  }
  const ten = Array.from({ length: 10 }, () => 'ok')

  test('texts that read the same in one direction count as equal', () => {
    expect(last(ten)).toBe('same-text')
    expect(last(ten.slice(1))).toBeNull()
    expect(last(ten.map((text, n) => ' '.repeat(n) + text))).toBe('same-text')
    expect(last([...ten, ...ten].slice(1), ['to-planfix', 'to-chatra'])).toBe('same-text')
    expect(last([...ten, ...ten].slice(2), ['to-planfix', 'to-chatra'])).toBeNull()
  })
  test('a text is forgotten after two hundred others, unless it was repeated', () => {
    const others = (from: number, count: number) => Array.from({ length: count }, (_, n) => `no. ${from + n}`)
    const nine = ten.slice(1)
    expect(last([...nine, ...others(0, 199), 'ok'])).toBe('same-text')
    expect(last([...nine, ...others(0, 200), 'ok'])).toBeNull()
    expect(last([...nine.slice(1), ...others(0, 150), 'ok', ...others(200, 150), 'ok'])).toBe('same-text')
  })
})

describe('the time of a message', () => {
  const tenth = (
    message: { writtenAt?: number; receivedAt?: number },
    direction: 'to-chatra' | 'to-planfix',
    now: number,
  ) => {
    const breaker = new LoopBreaker()
    for (let n = 0; n < 9; n++) breaker.saw(1, direction, { text: 'x', writtenAt: NOW + 1 }, NOW)
    return breaker.saw(1, direction, { text: 'x', ...message }, now)
  }
  test('a message without any time counts as written now', () => {
    expect(tenth({}, 'to-planfix', NOW + MINUTE)).toBe('same-text')
    expect(tenth({}, 'to-planfix', NOW + MINUTE + 1)).toBeNull()
  })
  test("Chatra's time counts, whenever the message came in", () => {
    expect(tenth({ writtenAt: NOW + MINUTE, receivedAt: NOW + MINUTE + 1 }, 'to-planfix', 0)).toBe(
      'same-text',
    )
  })
  test("Planfix's minute counts, up to the time of the read", () => {
    const read = (receivedAt: number, writtenAt = NOW) => tenth({ writtenAt, receivedAt }, 'to-chatra', 0)
    expect(read(NOW + 5_000)).toBe('same-text')
    // Written before the others: they do not count.
    expect(read(NOW)).toBeNull()
    expect(read(NOW - 5_000)).toBeNull()
    expect(read(NOW + 9 * MINUTE)).toBe('same-text')
    expect(read(NOW + 9 * MINUTE, NOW + MINUTE)).toBeNull()
    expect(tenth({ writtenAt: NOW }, 'to-chatra', 0)).toBeNull()
    expect(read(NOW + 9 * MINUTE, NOW + MINUTE + 1)).toBeNull()
  })
})

describe('turns', () => {
  const turn = (breaker: LoopBreaker, n: number, direction: 'to-chatra' | 'to-planfix' = 'to-planfix') => {
    const at = NOW + n * 100
    breaker.delivered(1, at)
    return breaker.saw(1, direction, { text: `no. ${n}`, writtenAt: at, receivedAt: at }, at)
  }
  test('up to thirty turns in a minute are a conversation', () => {
    const breaker = new LoopBreaker()
    const seen = Array.from({ length: 31 }, (_, n) => turn(breaker, n))
    expect(seen.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => null))
    expect(seen[30]).toBe('turns')
  })
  test('turns are made only by clients', () => {
    const breaker = new LoopBreaker()
    expect(Array.from({ length: 40 }, (_, n) => turn(breaker, n, 'to-chatra')).at(-1)).toBeNull()
  })
  test('turns follow a delivery, one each', () => {
    const breaker = new LoopBreaker()
    breaker.delivered(1, NOW)
    const seen = Array.from({ length: 40 }, (_, n) =>
      breaker.saw(1, 'to-planfix', { text: `no. ${n}` }, NOW + n),
    )
    expect(seen.at(-1)).toBeNull()
  })
  test('turns count from zero once the owner ends the pause', () => {
    const breaker = new LoopBreaker()
    for (let n = 0; n < 30; n++) turn(breaker, n)
    breaker.reset(1)
    expect(turn(breaker, 30)).toBeNull()
  })
})

describe('memory', () => {
  /** `count` conversations; in the first one a text has come nine times. */
  const crowd = (count: number) => {
    const breaker = new LoopBreaker()
    for (let n = 0; n < 9; n++) breaker.saw(1, 'to-planfix', { text: 'x', writtenAt: NOW }, NOW)
    for (let id = 2; id <= count; id++) breaker.saw(id, 'to-planfix', { text: 'y' }, NOW)
    return breaker
  }
  const remembers = (breaker: LoopBreaker, ms: number) => {
    breaker.saw(2, 'to-planfix', { text: 'z' }, NOW + ms)
    return breaker.saw(1, 'to-planfix', { text: 'x', writtenAt: NOW }, NOW + ms)
  }
  test('a quiet conversation is kept in memory while there are few', () => {
    expect(remembers(crowd(999), MINUTE + 1)).toBe('same-text')
  })
  test('a conversation quiet for a minute is dropped when there are a thousand', () => {
    expect(remembers(crowd(1_000), MINUTE)).toBe('same-text')
    expect(remembers(crowd(1_000), MINUTE + 1)).toBeNull()
  })
})

test('a pause lasts half an hour', () => {
  expect(PAUSE_MS).toBe(30 * MINUTE)
})

test('a comment without a time of receipt counts as written at its minute', () => {
  const breaker = new LoopBreaker()
  const said = { text: 'hello?', writtenAt: NOW }
  const verdicts = Array.from({ length: 10 }, () => breaker.saw(1, 'to-chatra', said, NOW))
  expect(verdicts.at(-1)).toBe('same-text')
})
