import { expect, test } from 'vitest'
import { findEcho } from '../../../src/main/engine/intake/echo.ts'
import type { ChatMessage } from '../../../src/main/engine/ports.ts'
import { comparable, fingerprint } from '../../../src/main/engine/text.ts'
import { reply } from './values.ts'

const agent = (changes: Partial<ChatMessage> = {}): ChatMessage => ({
  id: 'new-id',
  type: 'agent',
  text: 'It left today',
  at: 2000,
  agentId: 'julia',
  agentName: 'Julia',
  receivedFrom: null,
  isPushed: false,
  file: null,
  ...changes,
})
const sentPrint = fingerprint(comparable('It left today'))
const ours = (changes = {}) => reply({ sentPrint, sentAt: 1000, ...changes })
const none = new Set<number>()

test('certain by the id the POST returned, whatever the text became', () => {
  expect(findEcho(agent({ id: 'm', text: 'cut' }), [ours({ chatraMessageId: 'm' })], none)?.id).toBe(1)
})

test('an uncertain reply is settled by its words', () => {
  expect(findEcho(agent(), [ours({ state: 'uncertain' })], none)?.id).toBe(1)
  expect(findEcho(agent({ receivedFrom: 'planfix-bridge' }), [ours({ state: 'sending' })], none)?.id).toBe(1)
})

test('an agent who types the words of an earlier reply is no echo', () => {
  expect(findEcho(agent(), [ours({ chatraMessageId: 'other', echoed: true })], none)).toBeNull()
})

test('what another system sent is no echo of ours', () => {
  expect(findEcho(agent({ receivedFrom: 'crm' }), [ours({ state: 'uncertain' })], none)).toBeNull()
})

test('without ids the words at about the same time count, each reply once', () => {
  const replies = [ours({ id: 1, chatraMessageId: 'a' }), ours({ id: 2, chatraMessageId: 'b', sentAt: 1500 })]
  const first = findEcho(agent({ id: null }), replies, none)
  expect(first?.id).toBe(1)
  expect(findEcho(agent({ id: null }), replies, new Set([1]))?.id).toBe(2)
  expect(findEcho(agent({ id: null, at: 10 * 60_000 }), replies, none)).toBeNull()
})
