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

test('an interrupted reply holds others back for a while after the start, and is never sent again by itself', () => {
  const interrupted = reply({ ...uncertain, reason: INTERRUPTED })
  const awake = { waiting: [interrupted, later], awakeSince: 100_000, echoSeen: true }
  expect(planReply(state({ ...awake, now: 100_000 + HOLD_MS - 1 }))).toMatchObject({ do: 'wait' })
  // What has been seen of Chatra's webhooks proves nothing of this one: each try may have found nobody.
  for (const after of [HOLD_MS, 10 * HOLD_MS, 1000 * HOLD_MS])
    expect(planReply(state({ ...awake, now: 100_000 + after }))).toMatchObject({ do: 'send', message: later })
})
