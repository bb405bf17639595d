import { expect, test } from 'vitest'
import {
  HOLD_MS,
  INTERRUPTED,
  planReply,
  type ReplyState,
  TARGET_NOT_ARRIVED,
  WAITS_FOR_TARGET,
} from '../../../../../src/main/engine/delivery/chatra/chatra-plan.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { conversation, reply } from '../../values.ts'

const state = (changes: Partial<ReplyState>): ReplyState => ({
  writing: null,
  conversation: conversation(),
  waiting: [],
  targets: new Map(),
  arrivals: new Map(),
  now: 0,
  ...changes,
})
const uncertain = reply({ state: 'uncertain', sentAt: 0, attempts: 1 })
const later = reply({ id: 2, state: 'queued' })
const change = (kind: 'edit' | 'delete', changes: Partial<Message> = {}) =>
  reply({ id: 3, kind, state: 'queued', targetId: 1, ...changes })
const over = (target: Message) => new Map([[target.id, target]])

test('an uncertain reply delays later ones for thirty seconds and is never repeated', () => {
  const waiting = [uncertain, later]
  expect(planReply(state({ waiting, now: HOLD_MS - 1 }))).toEqual({ do: 'wait', until: HOLD_MS })
  for (const now of [HOLD_MS, 10 * HOLD_MS, 1000 * HOLD_MS]) {
    const alone = planReply(state({ waiting: [uncertain], now }))
    expect(planReply(state({ waiting, now }))).toMatchObject({ do: 'send', message: { id: 2 } })
    expect(alone).toEqual({ do: 'idle' })
  }
})

test('an uncertain reply is settled as not arrived, also during a pause', () => {
  const arrivals = new Map([[1, 'not-arrived' as const]])
  const step = { do: 'settle-as-not-arrived', message: uncertain }
  expect(planReply(state({ waiting: [uncertain, later], arrivals, now: HOLD_MS }))).toEqual(step)
  const paused = conversation({ paused: 'loop' })
  expect(planReply(state({ conversation: paused, waiting: [uncertain], arrivals }))).toEqual(step)
})

test('later replies do not wait for a later decision; the queue checks again then', () => {
  const arrivals = new Map([[1, { lookAt: 90_000 }]])
  const now = HOLD_MS
  expect(planReply(state({ waiting: [uncertain, later], arrivals, now }))).toMatchObject({ do: 'send' })
  expect(planReply(state({ waiting: [uncertain], arrivals, now }))).toEqual({ do: 'wait', until: 90_000 })
})

test('a time from a clock that was ahead delays nothing', () => {
  const ahead = reply({ ...uncertain, sentAt: 86_400_000 })
  expect(planReply(state({ waiting: [ahead, later], now: 1000 }))).toMatchObject({ do: 'send' })
})

test('a reply that was interrupted while it was being sent is uncertain', () => {
  const sending = reply({ state: 'sending' })
  expect(planReply(state({ waiting: [sending] }))).toEqual({ do: 'mark-uncertain', message: sending })
  const interrupted = reply({ ...uncertain, reason: INTERRUPTED })
  expect(planReply(state({ waiting: [interrupted], now: 1000 * HOLD_MS }))).toEqual({ do: 'idle' })
})

test('a stopped conversation sends nothing', () => {
  expect(planReply(state({ conversation: conversation({ paused: 'loop' }), waiting: [later] }))).toEqual({
    do: 'idle',
  })
})

test.each(['uncertain', 'sending', 'queued', 'retrying'] as const)(
  'an edit or a deletion of a reply that is %s waits, says so once, delays nothing',
  (itsState) => {
    const target = reply({ state: itsState, sentAt: 0 })
    for (const kind of ['edit', 'delete'] as const) {
      const waits = change(kind, { id: 2 })
      const targets = over(target)
      const next = reply({ id: 4, state: 'queued' })
      const now = HOLD_MS
      expect(planReply(state({ waiting: [waits, next], targets, now }))).toEqual({
        do: 'let-wait',
        message: waits,
      })
      const said = { ...waits, reason: WAITS_FOR_TARGET }
      expect(planReply(state({ waiting: [said, next], targets, now }))).toEqual({ do: 'send', message: next })
    }
  },
)

test('an edit is executed once the reply has arrived, and dropped otherwise', () => {
  const waits = change('delete', { reason: WAITS_FOR_TARGET })
  const arrived = reply({ state: 'delivered', chatraMessageId: 'm' })
  expect(planReply(state({ waiting: [waits], targets: over(arrived) }))).toMatchObject({ do: 'change' })
  for (const target of [
    reply({ state: 'failed', reason: 'not-arrived' }),
    reply({ state: 'skipped', reason: 'dismissed' }),
  ])
    expect(planReply(state({ waiting: [waits], targets: over(target) }))).toMatchObject({
      do: 'drop',
      reason: TARGET_NOT_ARRIVED,
    })
})

test('a retried reply that was deleted meanwhile is not sent', () => {
  const again = reply({ state: 'queued', reason: 'retried by hand' })
  const waits = change('delete', { reason: WAITS_FOR_TARGET })
  expect(planReply(state({ waiting: [again, waits], targets: over(again) }))).toMatchObject({
    do: 'drop',
    message: { id: 1 },
    reason: 'deleted-before-sent',
  })
})

test('of several waiting edits only the last one is executed', () => {
  const [first, second] = [change('edit'), change('edit', { id: 4 })]
  const targets = over(reply({ state: 'uncertain', sentAt: 0 }))
  expect(planReply(state({ waiting: [first, second], targets, now: HOLD_MS }))).toMatchObject({
    do: 'drop',
    message: { id: 3 },
    reason: 'changed-again',
  })
})

test.each([later, change('edit'), change('delete')])(
  'nothing for the test visitor is sent (%#)',
  (message) => {
    const test = state({ waiting: [message], targets: over(reply({ state: 'delivered' })), isTest: true })
    expect(planReply(test)).toEqual({ do: 'drop', message, reason: 'test-visitor' })
  },
)
