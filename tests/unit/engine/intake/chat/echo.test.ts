import { describe, expect, test } from 'vitest'
import { type EchoState, findEcho, isDoubtful } from '../../../../../src/main/engine/intake/chat/echo.ts'
import type { ChatMessage } from '../../../../../src/main/engine/ports.ts'
import { comparable, fingerprint } from '../../../../../src/main/engine/text.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { reply } from '../../values.ts'

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
const sentFingerprint = fingerprint(comparable('It left today'))
const ours = (changes: Partial<Message> = {}) => reply({ sentFingerprint, sentAt: 1000, ...changes })
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

describe('a certain echo', () => {
  test('an echo is certain by the id the POST returned, whatever the text', () => {
    expect(echoOf(agent({ id: 'm', text: 'cut' }), [ours({ chatraMessageId: 'm' })])?.by).toBe('id')
  })

  test('an echo is certain by our mark, an uncertain reply before an arrived one', () => {
    const replies = [ours({ id: 1 }), ours({ id: 2, state: 'uncertain' })]
    expect(echoOf(agent(marked), replies)).toMatchObject({ by: 'mark', reply: { id: 2 } })
    expect(idOf(agent(marked), [ours({ state: 'sending' })])).toBe(1)
  })

  test("an echo is certain by Chatra's answer", () => {
    const replies = [ours({ state: 'uncertain' })]
    expect(echoOf(agent(), replies, { writer: 'ours' })?.by).toBe('mark')
    expect(echoOf(agent(), replies, { writer: 'person' })).toBeNull()
  })

  test('a failed or dismissed reply may still have an echo', () => {
    expect(idOf(agent(marked), [ours({ state: 'failed', reason: 'not-arrived' })])).toBe(1)
    expect(idOf(agent(marked), [ours({ state: 'skipped', reason: 'dismissed' })])).toBe(1)
  })
})

describe('a message of a person', () => {
  test('an agent who types the text of an earlier reply is no echo', () => {
    expect(echoOf(agent(), [ours({ chatraMessageId: 'other', echoed: true })])).toBeNull()
  })

  test('a message of another system is no echo of ours', () => {
    expect(echoOf(agent({ receivedFrom: 'crm' }), [ours({ state: 'uncertain' })])).toBeNull()
  })

  test("a message without our mark is a person's, once marks are known to come", () => {
    for (const state of ['sending', 'uncertain', 'delivered'] as const) {
      expect(echoOf(agent(), [ours({ state })], { marksSeen: true })).toBeNull()
      expect(echoOf(agent({ id: null }), [ours({ state })], { marksSeen: true })).toBeNull()
    }
  })

  test("old texts, and that of a certainly refused reply, are a person's", () => {
    expect(echoOf(agent({ at: 10 * 60_000 }), [ours({ state: 'uncertain' })])).toBeNull()
    expect(echoOf(agent(), [ours({ state: 'failed', reason: 'chatra: refused (…)' })])).toBeNull()
    expect(echoOf(agent(), [ours({ state: 'retrying' })])).toBeNull()
  })

  test("the old text of an edited reply is a person's", () => {
    const edited = [
      ours({ chatraMessageId: 'a', echoed: true }),
      ours({ id: 2, kind: 'edit', targetId: 1, sentFingerprint: 'x' }),
    ]
    expect(echoOf(agent({ id: null }), edited)).toBeNull()
  })
})

describe('an echo recognised by its text', () => {
  test('by text an uncertain reply matches, worth a request if there is an id', () => {
    const replies = [ours({ state: 'uncertain' })]
    expect(echoOf(agent(), replies)).toMatchObject({ by: 'words', reply: { id: 1 } })
    const state = { replies, claimed: new Set<number>(), marksSeen: false, writer: null, now: 3000 }
    expect(isDoubtful(agent(), { ...state, inTranscript: false })).toBe(true)
    expect(isDoubtful(agent({ id: null }), { ...state, inTranscript: false })).toBe(false)
    expect(isDoubtful(agent(), { ...state, marksSeen: true, inTranscript: false })).toBe(false)
    expect(isDoubtful(agent({ text: 'Other words' }), { ...state, inTranscript: false })).toBe(false)
  })

  test('without ids equal texts of about the same time match, each reply once', () => {
    const replies = [
      ours({ id: 1, chatraMessageId: 'a' }),
      ours({ id: 2, chatraMessageId: 'b', sentAt: 1500 }),
    ]
    expect(idOf(agent({ id: null }), replies)).toBe(1)
    expect(idOf(agent({ id: null }), replies, { claimed: new Set([1]) })).toBe(2)
    expect(idOf(agent({ id: null, at: 10 * 60_000 }), replies)).toBeNull()
  })

  test('a later transcript without ids and times matches by text', () => {
    const late = { now: 86_400_000, inTranscript: true }
    const replies = [ours({ chatraMessageId: 'a', echoed: true })]
    expect(idOf(agent({ id: null, at: null }), replies, late)).toBe(1)
    expect(idOf(agent({ id: null, at: null }), replies, { now: 86_400_000 })).toBeNull()
  })
})

describe('several replies with the same text', () => {
  const first = (replies: Message[], changes: Partial<ChatMessage> = marked) => idOf(agent(changes), replies)
  test('a reply being sent or uncertain is preferred to waiting and arrived ones', () => {
    const delivered = ours({ id: 1, echoed: true })
    const quiet = ours({ id: 2 })
    const retrying = ours({ id: 3, state: 'retrying' })
    for (const state of ['sending', 'uncertain'] as const)
      expect(first([delivered, quiet, retrying, ours({ id: 4, state })])).toBe(4)
    expect(first([delivered, quiet, retrying])).toBe(3)
    expect(first([delivered, quiet])).toBe(2)
    expect(first([delivered])).toBeNull()
  })
  test('an edit matches only a message with an id, once it was executed', () => {
    const edit = (changes: Partial<Message>) => ours({ id: 2, kind: 'edit', ...changes })
    const known = ours({ id: 1, chatraMessageId: 'm', echoed: true })
    expect(first([known, edit({})])).toBe(2)
    expect(first([edit({ echoed: true })])).toBeNull()
    expect(first([edit({ state: 'queued' })])).toBeNull()
    expect(first([ours({ chatraMessageId: 'm' })])).toBeNull()
    expect(first([edit({})], {})).toBe(2)
  })
  test('without an id the reply of about that time matches, seen or not', () => {
    const far = ours({ id: 1, sentAt: 400_000, chatraMessageId: 'a' })
    const seen = ours({ id: 2, echoed: true, chatraMessageId: 'b' })
    const unseen = ours({ id: 3, chatraMessageId: 'c' })
    const noId = { id: null }
    expect(first([far, seen, unseen], { ...marked, ...noId })).toBe(3)
    expect(first([far, seen], { ...marked, ...noId })).toBe(2)
    expect(first([far, seen], noId)).toBe(2)
    expect(first([far], noId)).toBeNull()
    expect(first([seen, unseen, ours({ id: 4, state: 'uncertain' })], noId)).toBe(4)
  })
})

test('only a sent text that is no deletion has an echo', () => {
  for (const changes of [{ sentAt: null }, { kind: 'delete' }, { sentFingerprint: 'x' }] as const)
    expect(echoOf(agent(marked), [ours({ state: 'uncertain', ...changes })])).toBeNull()
})

test('texts are of about the same time within five minutes', () => {
  const at = (ms: number) => idOf(agent({ at: 1000 + ms }), [ours({ state: 'uncertain' })])
  expect([299_999, 300_000, -299_999, -300_000].map(at)).toEqual([1, null, 1, null])
  const late = (now: number) => idOf(agent({ at: null }), [ours({ state: 'uncertain' })], { now })
  expect([300_999, 301_000].map(late)).toEqual([1, null])
  const unclear = { inTranscript: true, now: 9e9 }
  expect(idOf(agent({ at: 9e9 }), [ours({ state: 'uncertain' })], unclear)).toBeNull()
})

test('a reply that did not arrive may be matched by its text', () => {
  expect(idOf(agent(), [ours({ state: 'failed', reason: 'not-arrived' })])).toBe(1)
})

test("Chatra's answer takes precedence over missing marks", () => {
  const replies = [ours({ state: 'uncertain' })]
  expect(echoOf(agent(), replies, { writer: 'ours', marksSeen: true })?.by).toBe('mark')
})

test('no request is needed for client, automatic or certain messages', () => {
  const replies = [ours({ state: 'uncertain' })]
  const state = {
    replies,
    claimed: new Set<number>(),
    marksSeen: false,
    writer: 'person' as const,
    now: 3000,
    inTranscript: false,
  }
  expect(isDoubtful(agent(), state)).toBe(true)
  for (const changes of [
    { type: 'client' },
    { type: 'system' },
    { isPushed: true },
    marked,
  ] as Partial<ChatMessage>[])
    expect(isDoubtful(agent(changes), state)).toBe(false)
})

test("a text under another id than its reply's is no echo of it", () => {
  expect(echoOf(agent(), [ours({ chatraMessageId: 'other' })])).toBeNull()
})

test('a message without an id is the echo of a reply rather than of an edit with the same text', () => {
  const edit = ours({ id: 2, kind: 'edit', targetId: 9, state: 'sending' })
  expect(idOf(agent({ id: null }), [ours(), edit])).toBe(1)
})
