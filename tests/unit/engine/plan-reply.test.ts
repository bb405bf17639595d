import { expect, test } from 'vitest'
import {
  HOLD_MS,
  INTERRUPTED,
  planReply,
  type ReplyState,
} from '../../../src/main/engine/delivery/chatra-plan.ts'
import { conversation, reply } from './values.ts'

const state = (changes: Partial<ReplyState>): ReplyState => ({
  conversation: conversation(),
  waiting: [],
  targets: new Map(),
  echoSeen: true,
  repeatsSeenMs: 0,
  awakeSince: 0,
  now: 0,
  ...changes,
})
const uncertain = reply({ state: 'uncertain', sentAt: 0, attempts: 1 })
const later = reply({ id: 2, state: 'queued' })

test('an uncertain reply holds back later ones for thirty seconds, then counts as not sent where echoes come', () => {
  expect(planReply(state({ waiting: [uncertain, later], now: HOLD_MS - 1 }))).toEqual({
    do: 'wait',
    until: HOLD_MS,
  })
  expect(planReply(state({ waiting: [uncertain, later], now: HOLD_MS }))).toMatchObject({
    do: 'settle-as-not-sent',
  })
})

test('where no echo has ever been seen it is never repeated, and later ones go on', () => {
  const plan = planReply(state({ waiting: [uncertain, later], now: HOLD_MS, echoSeen: false }))
  expect(plan).toMatchObject({ do: 'send', message: { id: 2 } })
})

test('the computer slept: its echo may have come while nobody listened, so it is not repeated', () => {
  const plan = planReply(state({ waiting: [uncertain], now: HOLD_MS + 5 * 60_000 }))
  expect(plan).toMatchObject({ do: 'mark-uncertain' })
  const marked = reply({ ...uncertain, reason: INTERRUPTED })
  expect(planReply(state({ waiting: [marked, later], now: HOLD_MS + 5 * 60_000 }))).toMatchObject({
    do: 'send',
    message: { id: 2 },
  })
})

test('a reply repeated three times without an echo is left to the owner', () => {
  const tired = reply({ ...uncertain, attempts: 3 })
  expect(planReply(state({ waiting: [tired], now: HOLD_MS }))).toEqual({ do: 'idle' })
})

test('a stopped conversation sends nothing', () => {
  expect(planReply(state({ conversation: conversation({ paused: 'loop' }), waiting: [later] }))).toEqual({
    do: 'idle',
  })
})

test('an interrupted reply is repeated only where Chatra is known to repeat webhooks for longer than the bridge was away', () => {
  const interrupted = reply({ ...uncertain, reason: INTERRUPTED })
  const awake = { waiting: [interrupted], awakeSince: 100_000, repeatsSeenMs: 100_001 }
  expect(planReply(state({ ...awake, now: 100_000 + HOLD_MS - 1 }))).toMatchObject({ do: 'wait' })
  expect(planReply(state({ ...awake, now: 100_000 + HOLD_MS }))).toMatchObject({ do: 'settle-as-not-sent' })
  // All tries that have been seen may have fallen into the time away.
  expect(planReply(state({ ...awake, repeatsSeenMs: 100_000, now: 100_000 + HOLD_MS }))).toEqual({
    do: 'idle',
  })
  expect(planReply(state({ ...awake, repeatsSeenMs: 0, now: 100_000 + HOLD_MS }))).toEqual({ do: 'idle' })
})
