import { describe, expect, test } from 'vitest'
import { type EchoState, findEcho, isDoubtful } from '../../../src/main/engine/intake/echo.ts'
import type { ChatMessage } from '../../../src/main/engine/ports.ts'
import { comparable, fingerprint } from '../../../src/main/engine/text.ts'
import type { Message } from '../../../src/shared/domain.ts'
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
const ours = (changes: Partial<Message> = {}) => reply({ sentPrint, sentAt: 1000, ...changes })
const marked = { receivedFrom: 'planfix-bridge' }
const echoOf = (message: ChatMessage, replies: Message[], changes: Partial<EchoState> = {}) => {
  const known = {
    replies,
    claimed: new Set<number>(),
    marksSeen: false,
    writer: null,
    now: 3000,
    inTranscript: false,
  }
  return findEcho(message, { ...known, ...changes })
}
const idOf = (...how: Parameters<typeof echoOf>) => echoOf(...how)?.reply.id ?? null

describe('certain', () => {
  test('by the id the POST returned, whatever the text became', () => {
    expect(echoOf(agent({ id: 'm', text: 'cut' }), [ours({ chatraMessageId: 'm' })])?.by).toBe('id')
  })

  test('by our mark: an uncertain reply goes before one that arrived', () => {
    const replies = [ours({ id: 1 }), ours({ id: 2, state: 'uncertain' })]
    expect(echoOf(agent(marked), replies)).toMatchObject({ by: 'mark', reply: { id: 2 } })
    expect(idOf(agent(marked), [ours({ state: 'sending' })])).toBe(1)
  })

  test('by what Chatra says when it is asked', () => {
    const replies = [ours({ state: 'uncertain' })]
    expect(echoOf(agent(), replies, { writer: 'ours' })?.by).toBe('mark')
    expect(echoOf(agent(), replies, { writer: 'person' })).toBeNull()
  })

  test('a reply that was given up as not arrived, or dismissed, may turn up', () => {
    expect(idOf(agent(marked), [ours({ state: 'failed', reason: 'not-arrived' })])).toBe(1)
    expect(idOf(agent(marked), [ours({ state: 'skipped', reason: 'dismissed' })])).toBe(1)
  })
})

describe("a person's", () => {
  test('an agent who types the words of an earlier reply is no echo', () => {
    expect(echoOf(agent(), [ours({ chatraMessageId: 'other', echoed: true })])).toBeNull()
  })

  test('what another system sent is no echo of ours', () => {
    expect(echoOf(agent({ receivedFrom: 'crm' }), [ours({ state: 'uncertain' })])).toBeNull()
  })

  test('without our mark, once marks are known to come, whatever is being sent', () => {
    for (const state of ['sending', 'uncertain', 'delivered'] as const) {
      expect(echoOf(agent(), [ours({ state })], { marksSeen: true })).toBeNull()
      expect(echoOf(agent({ id: null }), [ours({ state })], { marksSeen: true })).toBeNull()
    }
  })

  test('the words of long ago, and those of a reply that Chatra certainly refused', () => {
    expect(echoOf(agent({ at: 10 * 60_000 }), [ours({ state: 'uncertain' })])).toBeNull()
    expect(echoOf(agent(), [ours({ state: 'failed', reason: 'chatra: refused (…)' })])).toBeNull()
    expect(echoOf(agent(), [ours({ state: 'retrying' })])).toBeNull()
  })

  test('the old words of a reply that has been edited since', () => {
    const edited = [
      ours({ chatraMessageId: 'a', echoed: true }),
      ours({ id: 2, kind: 'edit', targetId: 1, sentPrint: 'x' }),
    ]
    expect(echoOf(agent({ id: null }), edited)).toBeNull()
  })
})

describe('by words, where nothing else can tell', () => {
  test('an uncertain reply, which is worth a question where there is an id to ask about', () => {
    const replies = [ours({ state: 'uncertain' })]
    expect(echoOf(agent(), replies)).toMatchObject({ by: 'words', reply: { id: 1 } })
    const state = { replies, claimed: new Set<number>(), marksSeen: false, writer: null, now: 3000 }
    expect(isDoubtful(agent(), { ...state, inTranscript: false })).toBe(true)
    expect(isDoubtful(agent({ id: null }), { ...state, inTranscript: false })).toBe(false)
    expect(isDoubtful(agent(), { ...state, marksSeen: true, inTranscript: false })).toBe(false)
    expect(isDoubtful(agent({ text: 'Other words' }), { ...state, inTranscript: false })).toBe(false)
  })

  test('without ids the words at about the same time count, each reply once', () => {
    const replies = [
      ours({ id: 1, chatraMessageId: 'a' }),
      ours({ id: 2, chatraMessageId: 'b', sentAt: 1500 }),
    ]
    expect(idOf(agent({ id: null }), replies)).toBe(1)
    expect(idOf(agent({ id: null }), replies, { claimed: new Set([1]) })).toBe(2)
    expect(idOf(agent({ id: null, at: 10 * 60_000 }), replies)).toBeNull()
  })

  test('a transcript of the day after that tells neither ids nor times', () => {
    const late = { now: 86_400_000, inTranscript: true }
    const replies = [ours({ chatraMessageId: 'a', echoed: true })]
    expect(idOf(agent({ id: null, at: null }), replies, late)).toBe(1)
    expect(idOf(agent({ id: null, at: null }), replies, { now: 86_400_000 })).toBeNull()
  })
})
