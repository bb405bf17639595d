import { describe, expect, test } from 'vitest'
import type { Message } from '../../../../src/shared/domain.ts'
import { firstUnanswered } from '../../../../src/shared/messages/unanswered.ts'
import { TEST_VISITOR } from '../../../../src/shared/setup/test-visitor.ts'
import { message } from '../../../support/builders.ts'

let next = 1
const client = (fields: Partial<Message> = {}) => message({ id: next++, ...fields })
const reply = (fields: Partial<Message> = {}) =>
  client({
    direction: 'to-chatra',
    author: { kind: 'employee', id: 5, name: 'Ana' },
    state: 'delivered',
    ...fields,
  })
const agent = (reason: string | null = null) =>
  client({ author: { kind: 'agent', id: 'a', name: 'Ana', email: null }, reason })

describe('a message without an answer', () => {
  test('the first message after the last answer waits', () => {
    const waiting = client()
    expect(firstUnanswered([client(), reply(), waiting, client()])).toBe(waiting)
  })
  test.each([
    ['a reply', reply()],
    ['a reply whose result is unclear', reply({ state: 'uncertain' })],
    ['a reply on its way', reply({ state: 'queued' })],
    ['a message typed inside Chatra', agent()],
    ['a message that is not mirrored', agent('mirroring-off')],
  ])('an answer is: %s', (_what, answer) => expect(firstUnanswered([client(), answer])).toBeNull())
  test.each([
    ['a reply that failed', reply({ state: 'failed' })],
    ['an internal comment', reply({ state: 'skipped' })],
    ["Chatra's own words", agent('automatic-message')],
    ['an edit', reply({ kind: 'edit' })],
    ['an event', client({ kind: 'event' })],
  ])('no answer is: %s', (_what, other) => {
    const waiting = client()
    expect(firstUnanswered([waiting, other])).toBe(waiting)
  })
  test('the test visitor of the set-up waits for nothing', () => {
    expect(firstUnanswered([client({ chatraClientId: TEST_VISITOR })])).toBeNull()
  })
  test.each(['blocked', 'dismissed', 'forgotten'])(
    'a message that is not passed on by wish waits for nothing: %s',
    (reason) => expect(firstUnanswered([client({ state: 'skipped', reason })])).toBeNull(),
  )
  test.each([
    'Thank you!',
    'Perfect.',
    'You are very kind 🙂',
    'Mulțumesc frumos, o zi bună!',
    'Спасибо большое, всего доброго',
  ])('after an answer, words that only end the conversation wait for nothing: %s', (text) => {
    expect(firstUnanswered([client(), reply(), client({ text })])).toBeNull()
    const first = client({ text })
    expect(firstUnanswered([first]), 'as first words they do').toBe(first)
  })
  test.each(['OK', 'Thanks, and the price?', 'Thank you, I take 2', 'Perfect, send it to Balti', 'Хорошо'])(
    'after an answer, other words wait: %s',
    (text) => {
      const last = client({ text })
      expect(firstUnanswered([client(), reply(), last])).toBe(last)
    },
  )
  test.each([
    ['an edit', client({ kind: 'edit' })],
    ['an event', client({ kind: 'event' })],
    ["Chatra's own words", agent('automatic-message')],
    ['a reply that failed', reply({ state: 'failed' })],
    ['what went to the client', client({ direction: 'to-chatra', state: 'failed' })],
  ])('nothing waits but a client’s words: %s', (_what, one) => expect(firstUnanswered([one])).toBeNull())
  test.each([
    ['on its way', client({ reason: 'blocked' })],
    ['not passed on for another reason', client({ state: 'skipped', reason: 'empty' })],
    ['not passed on for no reason', client({ state: 'skipped', reason: null })],
  ])('a client’s words wait: %s', (_what, one) => expect(firstUnanswered([one])).toBe(one))
  test('a question, a number or a long text is no ending', () => {
    const ends = (text: string) => firstUnanswered([client(), reply(), client({ text })]) === null
    expect(ends('Thanks')).toBe(true)
    expect(ends('Thanks?')).toBe(false)
    expect(ends('Thanks 2')).toBe(false)
    expect(ends('thanks '.repeat(17).padEnd(120, '!'))).toBe(true)
    expect(ends('thanks '.repeat(17).padEnd(121, '!'))).toBe(false)
  })
  test('an empty conversation waits for nothing', () => expect(firstUnanswered([])).toBeNull())
})
