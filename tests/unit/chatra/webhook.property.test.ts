import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readChatEvent } from '../../../src/main/chatra/webhook.ts'
import { client, fragment, started, transcript } from './samples.ts'

const anything = fc.jsonValue({ noUnicodeString: false, maxDepth: 4 })
const hostile = fc.oneof(
  anything,
  fc.constantFrom('', ' ', '\ud800', '\u0000', '__proto__', Number.MAX_VALUE, -0, 1e21, 'x'.repeat(10_000)),
  fc.constantFrom([], [[]], [null], {}, { id: {} }, JSON.parse('{"__proto__":{"id":"x"}}')),
)
const clientKeys = [...Object.keys(client), 'unknown'] as const
const oddClient = fc.dictionary(fc.constantFrom(...clientKeys), hostile).map((odd) => ({ ...client, ...odd }))
const oddMessage = fc.dictionary(
  fc.constantFrom(
    'id',
    'type',
    'text',
    'message',
    'createdAt',
    'agentId',
    'agentName',
    'receivedFrom',
    'isPushed',
    'file',
  ),
  fc.oneof(hostile, fc.constantFrom('client', 'agent', 'system')),
)
const oddEvent = fc
  .tuple(
    fc.constantFrom<object>(fragment, started, transcript),
    oddClient,
    fc.array(fc.oneof(oddMessage, hostile)),
    fc.dictionary(fc.constantFrom('agents', 'agent', 'chatStartedPage', 'message', 'eventName'), hostile),
  )
  .map(([base, oneClient, messages, odd]) => ({ ...base, client: oneClient, messages, ...odd }))

test('arbitrary JSON is refused with a reason or read, and never throws', () => {
  fc.assert(
    fc.property(hostile, (body) => {
      const read = readChatEvent(body)
      expect(read.ok || read.reason.length > 0).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('any event is read into the same structure', () => {
  fc.assert(
    fc.property(oddEvent, (body) => {
      const read = readChatEvent(body)
      if (!read.ok) {
        expect(read.reason).toMatch(/^(unknown event "|[\w[\].]+: )/)
        return
      }
      const { client: profile, messages, agents, startPage } = read.event
      expect(profile.id).not.toBe('')
      expect(profile.chatId).not.toBe('')
      expect(profile.name === null || profile.name.length <= 200).toBe(true)
      expect(
        Object.values(profile.extra).every((value) => typeof value === 'string' && value.length <= 500),
      ).toBe(true)
      expect(Object.keys(profile.extra).length).toBeLessThanOrEqual(30)
      for (const message of messages) {
        expect(['client', 'agent', 'system']).toContain(message.type)
        expect(message.text.trim() !== '' || message.file !== null).toBe(true)
        expect(message.text.isWellFormed()).toBe(true)
        expect(message.at === null || Number.isInteger(message.at)).toBe(true)
      }
      expect(agents.every(({ id }) => typeof id === 'string' && id !== '')).toBe(true)
      expect(startPage === null || /^https?:/.test(startPage.link)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('valid messages survive beside any others', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 5 }), fc.array(hostile, { maxLength: 5 }), (before, after) => {
      const good = { id: 'good-one', type: 'client', text: 'Hello' }
      const read = readChatEvent({ ...fragment, messages: [...before, good, ...after] })
      expect(
        read.ok && read.event.messages.some(({ id, text }) => id === 'good-one' && text === 'Hello'),
      ).toBe(true)
    }),
  )
})

test('half a million nested lists are refused without a stack overflow', () => {
  const deep = '['.repeat(250_000) + ']'.repeat(250_000)
  const body = `{"eventName":"chatFragment","client":{"id":"c","info":{"a":${deep}}},"messages":[${deep}],"agents":${deep}}`
  expect(readChatEvent(JSON.parse(body))).toMatchObject({ ok: false })
})
