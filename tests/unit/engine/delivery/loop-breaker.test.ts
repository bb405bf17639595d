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

describe('what counts as the same text', () => {
  const last = (
    texts: readonly string[],
    directions: readonly ('to-chatra' | 'to-planfix')[] = ['to-planfix'],
  ) => {
    const breaker = new LoopBreaker()
    return texts.map((text, n) => breaker.saw(1, directions[n % directions.length]!, { text }, NOW)).at(-1)
  }
  const ten = Array.from({ length: 10 }, () => 'ok')

  test('is what reads the same, in one direction', () => {
    expect(last(ten)).toBe('same-text')
    expect(last(ten.slice(1))).toBeNull()
    expect(last(ten.map((text, n) => ' '.repeat(n) + text))).toBe('same-text')
    expect(last([...ten, ...ten].slice(1), ['to-planfix', 'to-chatra'])).toBe('same-text')
    expect(last([...ten, ...ten].slice(2), ['to-planfix', 'to-chatra'])).toBeNull()
  })
  test('is forgotten behind two hundred others, unless it was said again meanwhile', () => {
    const others = (from: number, count: number) => Array.from({ length: count }, (_, n) => `no. ${from + n}`)
    const nine = ten.slice(1)
    expect(last([...nine, ...others(0, 199), 'ok'])).toBe('same-text')
    expect(last([...nine, ...others(0, 200), 'ok'])).toBeNull()
    expect(last([...nine.slice(1), ...others(0, 150), 'ok', ...others(200, 150), 'ok'])).toBe('same-text')
  })
})

describe('when a message was written', () => {
  const tenth = (
    message: { writtenAt?: number; receivedAt?: number },
    direction: 'to-chatra' | 'to-planfix',
    now: number,
  ) => {
    const breaker = new LoopBreaker()
    for (let n = 0; n < 9; n++) breaker.saw(1, direction, { text: 'x', writtenAt: NOW + 1 }, NOW)
    return breaker.saw(1, direction, { text: 'x', ...message }, now)
  }
  test('is now where nothing tells', () => {
    expect(tenth({}, 'to-planfix', NOW + MINUTE)).toBe('same-text')
    expect(tenth({}, 'to-planfix', NOW + MINUTE + 1)).toBeNull()
  })
  test('is what Chatra says, whenever it came in', () => {
    expect(tenth({ writtenAt: NOW + MINUTE, receivedAt: NOW + MINUTE + 1 }, 'to-planfix', 0)).toBe(
      'same-text',
    )
  })
  test('is within the minute that Planfix tells, when it was read, at its end at the latest', () => {
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
  test('up to thirty in a minute are a conversation', () => {
    const breaker = new LoopBreaker()
    const seen = Array.from({ length: 31 }, (_, n) => turn(breaker, n))
    expect(seen.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => null))
    expect(seen[30]).toBe('turns')
  })
  test('are made by clients alone', () => {
    const breaker = new LoopBreaker()
    expect(Array.from({ length: 40 }, (_, n) => turn(breaker, n, 'to-chatra')).at(-1)).toBeNull()
  })
  test('follow a delivery, one each', () => {
    const breaker = new LoopBreaker()
    breaker.delivered(1, NOW)
    const seen = Array.from({ length: 40 }, (_, n) =>
      breaker.saw(1, 'to-planfix', { text: `no. ${n}` }, NOW + n),
    )
    expect(seen.at(-1)).toBeNull()
  })
  test('count from the beginning once the owner lets the conversation go on', () => {
    const breaker = new LoopBreaker()
    for (let n = 0; n < 30; n++) turn(breaker, n)
    breaker.reset(1)
    expect(turn(breaker, 30)).toBeNull()
  })
})

describe('memory', () => {
  /** `count` conversations, of which the first one has said a text nine times. */
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
  test('of a quiet conversation is kept while there are few', () => {
    expect(remembers(crowd(999), MINUTE + 1)).toBe('same-text')
  })
  test('of a conversation that was quiet for a minute goes when there are a thousand', () => {
    expect(remembers(crowd(1_000), MINUTE)).toBe('same-text')
    expect(remembers(crowd(1_000), MINUTE + 1)).toBeNull()
  })
})

test('a pause lasts half an hour', () => {
  expect(PAUSE_MS).toBe(30 * MINUTE)
})
