import { describe, expect, test } from 'vitest'
import { absentFrom } from '../../../../../src/main/engine/intake/chat/transcript.ts'
import { type ChatMessage, DELIVERED_BY_ANOTHER } from '../../../../../src/main/engine/ports.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { message, profile } from '../../../../support/builders.ts'
import { chatEvent, chatState, reply, said } from '../../values.ts'

const SENT = 100_000
/** A send may be carried out until ten seconds after it began. */
const OVER = SENT + 10_000
const uncertain = (changes: Partial<Message> = {}) =>
  reply({ id: 4, state: 'uncertain', sentAt: SENT, chatraClientId: 'client', ...changes })
const before = said({ id: 'b', at: SENT })
const after = said({ id: 'a', at: OVER })

const absent = (
  messages: ChatMessage[],
  {
    found = new Map<ChatMessage, Message>(),
    event = {},
    state = {},
    replies = [uncertain()],
  }: {
    found?: Map<ChatMessage, Message>
    event?: Parameters<typeof chatEvent>[0]
    state?: Parameters<typeof chatState>[0]
    replies?: Message[]
  } = {},
) =>
  absentFrom(
    chatEvent({ kind: 'transcript', messages, ...event }),
    chatState({ uncertain: replies, ...state }),
    found,
  ).map(({ id }) => id)

test('a reply is not in the chat when the transcript covers its send without it', () => {
  expect(absent([before, after])).toEqual([4])
})

describe('transcripts that prove nothing', () => {
  test('an event that is no transcript, or an incomplete one, proves nothing', () => {
    expect(absent([before, after], { event: { kind: 'fragment' } })).toEqual([])
    expect(absent([before, after], { state: { isWhole: false } })).toEqual([])
  })
  test('a transcript that begins later or ends earlier proves nothing', () => {
    expect(absent([after])).toEqual([])
    expect(absent([before])).toEqual([])
    expect(absent([said({ at: SENT + 1 }), after])).toEqual([])
    expect(absent([before, said({ at: OVER - 1 })])).toEqual([])
    expect(absent([])).toEqual([])
  })
  test.each<[string, Partial<Message>]>([
    ['an edit', { kind: 'edit' }],
    ['another device', { chatraClientId: 'other' }],
    ['another computer', { reason: DELIVERED_BY_ANOTHER }],
    ['a time that is not known', { sentAt: null }],
  ])('about a reply of %s', (_what, changes) => {
    expect(absent([before, after], { replies: [uncertain(changes)] })).toEqual([])
  })
  test('a transcript proves nothing about a reply in it', () => {
    const echo = said({ id: 'e', type: 'agent', at: SENT + 5 })
    const found = new Map([[echo, uncertain()]])
    expect(absent([before, echo, after], { found })).toEqual([])
    expect(absent([before, echo, after], { found, replies: [uncertain(), uncertain({ id: 5 })] })).toEqual([
      5,
    ])
  })
})

describe('times of Chatra with an unknown offset', () => {
  const skew = { lowest: -500, highest: 2_000 }
  test('it begins before the send when even the latest possible time does', () => {
    const early = (at: number) => absent([said({ at }), said({ at: OVER + 2_000 })], { state: { skew } })
    expect(early(SENT - 500)).toEqual([4])
    expect(early(SENT - 499)).toEqual([])
  })
  test('it ends after the send when even the earliest possible time does', () => {
    const late = (at: number) => absent([said({ at: SENT - 500 }), said({ at })], { state: { skew } })
    expect(late(OVER + 2_000)).toEqual([4])
    expect(late(OVER + 1_999)).toEqual([])
  })
  test('the end of the visit counts as well', () => {
    const visit = (finishedAt: number | null) => ({ startedAt: null, host: null, pages: [], finishedAt })
    const ends = (finishedAt: number | null) =>
      absent([said({ at: SENT - 500 })], {
        state: { skew },
        event: { client: profile({ visit: visit(finishedAt) }) },
      })
    expect(ends(OVER + 2_000)).toEqual([4])
    expect(ends(OVER + 1_999)).toEqual([])
    expect(ends(null)).toEqual([])
  })
})

describe('a transcript without times', () => {
  const timeless = (id: string, type: ChatMessage['type'] = 'client') => said({ id, type, at: null })
  test('without times an earlier received message begins it', () => {
    const first = timeless('b')
    const known = (receivedAt: number) => new Map([['c:b', message({ receivedAt })]])
    expect(absent([first, after], { state: { known: known(SENT) } })).toEqual([4])
    expect(absent([first, after], { state: { known: known(SENT + 1) } })).toEqual([])
    expect(absent([first, after])).toEqual([])
  })
  test('without times a reply that arrived well before begins it', () => {
    const first = timeless('r', 'agent')
    const begins = (changes: Partial<Message>) =>
      absent([first, after], { found: new Map([[first, reply({ id: 3, ...changes })]]) })
    expect(begins({ sentAt: SENT - 10_001 })).toEqual([4])
    expect(begins({ sentAt: SENT - 10_000 })).toEqual([])
    expect(begins({ sentAt: SENT - 10_001, state: 'uncertain' })).toEqual([])
    expect(begins({ sentAt: null })).toEqual([])
  })
  test('without times a reply that was sent later ends it', () => {
    const last = timeless('r', 'agent')
    const ends = (sentAt: number | null) =>
      absent([before, last], { found: new Map([[last, reply({ id: 6, sentAt })]]) })
    expect(ends(OVER)).toEqual([4])
    expect(ends(OVER - 1)).toEqual([])
    expect(ends(null)).toEqual([])
  })
})
