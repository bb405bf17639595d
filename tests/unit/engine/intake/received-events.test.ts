import { expect, test } from 'vitest'
import { receivedChange } from '../../../../src/main/engine/intake/received-events.ts'
import type { ChatEvent, InboxRow } from '../../../../src/main/engine/ports.ts'
import { TEST_VISITOR } from '../../../../src/shared/setup/test-visitor.ts'

const event = (kind: ChatEvent['kind'], id = 'anna') => ({ kind, client: { id } }) as ChatEvent
const row = (receivedAt: number) => ({ connectionId: 'shop', receivedAt }) as InboxRow

test('the first event of a kind is recorded beside those of other kinds', () => {
  expect(receivedChange({ started: 5 }, event('transcript'), row(100_000))).toEqual([
    {
      type: 'fact.set',
      connectionId: 'shop',
      key: 'receivedEvents',
      value: { started: 5, transcript: 100_000 },
    },
  ])
})

test('a lively chat is recorded once a minute', () => {
  expect(receivedChange({ fragment: 100_000 }, event('fragment'), row(159_999))).toEqual([])
  expect(receivedChange({ fragment: 100_000 }, event('fragment'), row(160_000))).toHaveLength(1)
})

test('the test visitor says nothing about Chatra', () => {
  expect(receivedChange(null, event('started', TEST_VISITOR), row(100_000))).toEqual([])
})

test('the very first event is recorded', () => {
  expect(receivedChange(null, event('started'), row(100_000))).toMatchObject([
    { value: { started: 100_000 } },
  ])
})
