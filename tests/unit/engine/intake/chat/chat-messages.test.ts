import { describe, expect, test } from 'vitest'
import { decideChat, echoStateOf, marksFact } from '../../../../../src/main/engine/intake/chat/chat.ts'
import type { ChatState } from '../../../../../src/main/engine/intake/chat/chat-state.ts'
import {
  type Change,
  type ChatEvent,
  type ChatMessage,
  RECEIVED_FROM,
} from '../../../../../src/main/engine/ports.ts'
import { comparable, fingerprint } from '../../../../../src/main/engine/text.ts'
import type { AgentSeen, Message } from '../../../../../src/shared/domain.ts'
import { message, profile } from '../../../../support/builders.ts'
import { chatEvent, chatState, clientLink, conversation, reply, said, settingsOf } from '../../values.ts'

const NOW = 1_000_000
/** A client who is known, with a conversation. */
const decide = (
  messages: ChatMessage[],
  { event, ...changes }: Partial<ChatState> & { event?: Partial<ChatEvent> } = {},
) =>
  decideChat(
    chatEvent({ messages, ...event }),
    chatState({ now: NOW, link: clientLink(), conversation: conversation({ id: 8 }), ...changes }),
  )
type Decision = ReturnType<typeof decide>
const addedBy = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'message.add' ? [change] : []))
const messagesOf = (decision: Decision): Message[] => addedBy(decision).map((one) => one.message)
const patchesOf = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'message.patch' ? [change] : []))
const factsOf = ({ changes }: Decision) => changes.filter((change: Change) => change.type === 'fact.set')
const jobsOf = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'job.add' ? [change.job] : []))
const byAgent = (changes: Partial<ChatMessage> = {}) =>
  said({ id: 'a1', type: 'agent', text: 'It left', agentId: 'julia', agentName: 'Julia', ...changes })
const marked = (changes: Partial<ChatMessage> = {}) => byAgent({ receivedFrom: RECEIVED_FROM, ...changes })
const sentFingerprint = fingerprint(comparable('It left'))
const ours = (changes: Partial<Message> = {}) =>
  reply({ id: 4, text: 'It left', sentFingerprint, sentAt: 400, state: 'uncertain', ...changes })
const julia = { id: 'julia', name: 'Julia P.', email: 'julia@shop.example' } as AgentSeen

describe('a message of a client', () => {
  test("a client's message is new once, and waits for delivery", () => {
    const decision = decide([said({ file: { name: 'a', url: 'https://x.example/a', size: 3 } })])
    expect(decision).toMatchObject({ conversationId: 8, newFromClient: ['Hello'], isNewConversation: false })
    expect(decision).toMatchObject({ skipped: null, settledReply: false })
    expect(addedBy(decision)).toEqual([
      {
        type: 'message.add',
        states: [
          { state: 'received', reason: null },
          { state: 'queued', reason: null },
        ],
        message: {
          id: expect.any(Number),
          connectionId: 'shop',
          conversationId: 8,
          direction: 'to-planfix',
          kind: 'text',
          author: { kind: 'client', id: 'client', name: 'Purple Fox' },
          text: 'Hello',
          files: [{ name: 'a', url: 'https://x.example/a', planfixFileId: null, size: 3 }],
          originKey: 'c:m1',
          chatraClientId: 'client',
          chatraMessageId: 'm1',
          channelMessageId: null,
          planfixTaskId: null,
          planfixCommentId: null,
          targetId: null,
          writtenAt: 500,
          receivedAt: NOW,
          position: 500,
          state: 'queued',
          reason: null,
          late: false,
          attempts: 0,
          sentAt: null,
          echoed: false,
          sentFingerprint: null,
          fingerprint: null,
        },
      },
    ])
  })

  test('a long message is delivered in parts, its file with the first', () => {
    const file = { name: 'a', url: 'https://x.example/a', size: 3 }
    const parts = messagesOf(decide([said({ text: 'word '.repeat(3_000), file })]))
    expect(parts.map(({ originKey }) => originKey)).toEqual(['c:m1', 'c:m1:2'])
    expect(parts.map(({ files }) => files.length)).toEqual([1, 0])
    for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(9_000)
    expect(parts[0]?.text.length).toBeGreaterThan(8_900)
  })

  test('a known message is not new', () => {
    const decision = decide([said()], { known: new Map([['c:m1', message()]]) })
    expect(messagesOf(decision)).toEqual([])
    expect(decision).toMatchObject({ skipped: 'nothing-new', newFromClient: [] })
  })

  test('a known message gets its missing file', () => {
    const file = { name: 'a', url: 'https://x.example/a', size: 3 }
    const decision = decide([said({ file })], { known: new Map([['c:m1', message({ text: 'Hello' })]]) })
    expect(patchesOf(decision)).toMatchObject([{ patch: { files: [{ url: file.url }] } }])
    expect(decision.skipped).toBeNull()
  })

  test('a message that is twice in an event is delivered once, with either file', () => {
    const file = { name: 'a', url: 'https://x.example/a', size: 3 }
    for (const twice of [
      [said(), said({ file })],
      [said({ file }), said()],
    ])
      expect(messagesOf(decide(twice))).toMatchObject([{ files: [{ url: file.url }] }])
    expect(decide([said(), said()]).newFromClient).toEqual(['Hello'])
  })

  test('a message without a plausible time is of now', () => {
    const at = (...times: (number | null)[]) =>
      messagesOf(decide(times.map((time, n) => said({ id: `m${n}`, at: time })))).map(
        ({ writtenAt }) => writtenAt,
      )
    expect(at(null, null)).toEqual([NOW, NOW + 1 / 1000])
    expect(at(NOW + 300_000)).toEqual([NOW + 300_000])
    expect(at(NOW + 300_001)).toEqual([NOW])
  })

  test('a message shows that the client is there', () => {
    const left = { conversation: conversation({ id: 8, clientLeft: true }) }
    const patch = (messages: ChatMessage[]) =>
      decide(messages, left).changes.find((change) => change.type === 'conversation.patch')
    expect(patch([said()])).toMatchObject({ patch: { clientLeft: false, lastActivityAt: NOW } })
    expect(patch([byAgent()])).toBeUndefined()
  })

  test('an unknown client is recorded once one message is worth delivering', () => {
    const unknown = { link: null, conversation: null }
    const pushed = said({ id: 'm0', isPushed: true })
    expect(decide([pushed], unknown).isNewConversation).toBe(false)
    expect(decide([pushed, said()], unknown).isNewConversation).toBe(true)
  })

  test('a message records when the client last wrote', () => {
    const saved = (messages: ChatMessage[]) =>
      decide(messages).changes.find((change) => change.type === 'client.save')
    expect(saved([said({ at: 700 }), said({ id: 'm2', at: 600 })])).toMatchObject({
      client: { lastWroteAt: 700 },
    })
    expect(saved([byAgent({ at: 700 })])).toMatchObject({ client: { lastWroteAt: 0 } })
  })
})

describe('a message without id and time', () => {
  const bare = (changes: Partial<ChatMessage> = {}) => said({ id: null, at: null, ...changes })
  const key = `u:client:client:${NOW}:0:${fingerprint('Hello')}`
  const earlier = (changes: Partial<Message> = {}) =>
    message({ originKey: 'u:x', receivedAt: NOW, ...changes })

  test('a message without id and time is identified by text and place', () => {
    expect(messagesOf(decide([bare(), bare({ text: 'again' })])).map(({ originKey }) => originKey)).toEqual([
      key,
      `u:client:client:${NOW}:1:${fingerprint('again')}`,
    ])
  })
  const isNew = (written: Message[], ofIt: ChatMessage = bare(), kind: ChatEvent['kind'] = 'fragment') =>
    messagesOf(decide([ofIt], { written, event: { kind } })).length > 0

  test('a message without id repeats an equal text of a moment ago', () => {
    expect(isNew([earlier()])).toBe(false)
    expect(isNew([earlier({ receivedAt: NOW - 9_999 })])).toBe(false)
    expect(isNew([earlier({ receivedAt: NOW - 10_000 })])).toBe(true)
    expect(isNew([earlier({ text: 'other' })])).toBe(true)
    expect(isNew([earlier({ author: { kind: 'agent', id: null, name: '', email: null } })])).toBe(true)
    expect(
      isNew([
        earlier({ originKey: 'c:m0:file', files: [{ name: 'a', url: 'u', planfixFileId: null, size: 1 }] }),
      ]),
    ).toBe(true)
  })
  test("a message without id repeats an agent's equal text of a moment ago", () => {
    const agents = earlier({ author: { kind: 'agent', id: null, name: '', email: null } })
    expect(isNew([agents], bare({ type: 'agent' }))).toBe(false)
    expect(isNew([earlier()], bare({ type: 'agent' }))).toBe(true)
  })
  test('in a transcript a message without id repeats an equal text of any time, once', () => {
    const old = earlier({ receivedAt: 0 })
    expect(isNew([old], bare(), 'transcript')).toBe(false)
    const count = (written: Message[]) =>
      messagesOf(decide([bare(), bare()], { written, event: { kind: 'transcript' } })).length
    expect(count([old])).toBe(1)
    expect(count([old, earlier({ id: 2, receivedAt: 0 })])).toBe(0)
  })
  test('a repeated text that was removed or split is found by its fingerprint', () => {
    const kept = (print: string) => earlier({ originKey: `u:client:client:7:0:${print}`, text: '' })
    expect(isNew([kept(fingerprint('Hello'))])).toBe(false)
    expect(isNew([kept(fingerprint('other'))])).toBe(true)
  })
  test('a message without id repeats the one with the same file', () => {
    const file = { name: 'Hello', url: 'https://x.example/a', size: 3 }
    const stored = { name: 'Hello', url: file.url, planfixFileId: null, size: 3 }
    const [first, second] = [
      earlier({ id: 1, receivedAt: 0 }),
      earlier({ id: 2, receivedAt: 0, files: [stored] }),
    ]
    expect(isNew([first, second], bare({ file }))).toBe(false)
    expect(isNew([first], bare({ file }))).toBe(true)
    expect(isNew([first, second], bare())).toBe(true)
  })
})

describe('messages that are not delivered', () => {
  test.each<[string, ChatMessage, string]>([
    ['what Chatra itself says', said({ type: 'system' }), 'system-message'],
    ['what is sent automatically', byAgent({ isPushed: true }), 'automatic-message'],
  ])('%s stands in the log with its reason', (_what, one, reason) => {
    expect(addedBy(decide([one]))).toMatchObject([
      { states: [{ state: 'skipped', reason }], message: { state: 'skipped', reason } },
    ])
  })
  test('a message of a client whom the owner has blocked stays out of Planfix', () => {
    const blocked = conversation({ blockedAt: 5 })
    expect(messagesOf(decide([said()], { conversation: blocked }))).toMatchObject([{ reason: 'blocked' }])
    expect(messagesOf(decide([said()]))).toMatchObject([{ state: 'queued' }])
  })
  test("agents' messages are not delivered where that is switched off", () => {
    const settings = settingsOf({ options: { mirrorChatraReplies: false } })
    expect(messagesOf(decide([byAgent()], { settings }))).toMatchObject([{ reason: 'mirroring-off' }])
    expect(messagesOf(decide([said()], { settings }))).toMatchObject([{ state: 'queued' }])
    expect(messagesOf(decide([byAgent()]))).toMatchObject([{ state: 'queued' }])
  })
  test('messages delivered by another computer are not repeated by a transcript', () => {
    const takenOver = (at: number | null, kind: ChatEvent['kind'] = 'transcript') =>
      messagesOf(decide([said({ at })], { takenOverAt: 600, event: { kind } }))[0]?.reason
    expect(takenOver(599)).toBe('carried-by-another')
    expect(takenOver(600)).toBeNull()
    expect(takenOver(null)).toBe('carried-by-another')
    expect(takenOver(599, 'fragment')).toBeNull()
    const decision = decide([said({ at: 599 })], { takenOverAt: 600, event: { kind: 'transcript' } })
    expect(decision.newFromClient).toEqual([])
  })
  test('a message that is not delivered creates no conversation', () => {
    const nobody = { link: null, conversation: null }
    expect(decide([said({ type: 'system' })], nobody).conversationId).toBeNull()
    expect(decide([byAgent()], nobody)).toMatchObject({ isNewConversation: true, newFromClient: [] })
    const old = { ...nobody, takenOverAt: 600, event: { kind: 'transcript' as const } }
    expect(decide([said()], old).conversationId).toBeNull()
  })
})

describe('the author', () => {
  const author = (one: ChatMessage, agents: AgentSeen[] = []) =>
    messagesOf(decide([one], { event: { agents } }))[0]?.author
  test('the author is the agent named by the message, with all known facts', () => {
    expect(author(byAgent(), [{ ...julia, id: 'other' }, julia])).toEqual({
      kind: 'agent',
      id: 'julia',
      name: 'Julia',
      email: 'julia@shop.example',
    })
    expect(author(byAgent({ agentName: null }), [julia])).toMatchObject({ name: 'Julia P.' })
    expect(author(byAgent({ agentId: 'x', agentName: null }), [julia])).toEqual({
      kind: 'agent',
      id: 'x',
      name: '',
      email: null,
    })
  })
  test("the author is the chat's only agent where the message names none", () => {
    const nameless = byAgent({ agentId: null, agentName: null })
    expect(author(nameless, [julia])).toEqual({
      kind: 'agent',
      id: 'julia',
      name: 'Julia P.',
      email: 'julia@shop.example',
    })
    expect(author(nameless, [julia, { ...julia, id: 'other' }])).toEqual({
      kind: 'agent',
      id: null,
      name: '',
      email: null,
    })
    expect(author(nameless, [])).toMatchObject({ id: null })
  })
  test("the chat's agent is stored", () => {
    expect(decide([], { event: { agents: [julia] } }).changes).toContainEqual({
      type: 'agent.seen',
      connectionId: 'shop',
      agent: julia,
      at: NOW,
    })
  })
})

describe('an echo', () => {
  test('an echo settles the reply, which has arrived', () => {
    const decision = decide([marked({ id: 'm9' })], { replies: [ours()], echoSeen: true, marksSeen: true })
    expect(decision).toMatchObject({ skipped: 'own-echo', settledReply: true })
    expect(messagesOf(decision)).toEqual([])
    expect(patchesOf(decision)).toEqual([
      {
        type: 'message.patch',
        id: 4,
        at: NOW,
        patch: { echoed: true, chatraMessageId: 'm9', state: 'delivered', reason: 'echo-seen' },
      },
    ])
  })
  test('an echo keeps the known facts', () => {
    const known = { state: 'delivered', chatraMessageId: 'm9' } as const
    const patch = (changes: Partial<Message>, id: string | null = 'm9') =>
      patchesOf(decide([marked({ id })], { replies: [ours(changes)] })).map((one) => one.patch)
    expect(patch(known)).toEqual([{ echoed: true }])
    expect(patch({ ...known, echoed: true })).toEqual([])
    expect(patch({ state: 'delivered', chatraMessageId: null }, null)).toEqual([{ echoed: true }])
    expect(patch({ state: 'delivered', kind: 'edit', chatraMessageId: null })).toEqual([{ echoed: true }])
    expect(patch({ chatraMessageId: 'm9', echoed: true })).toEqual([
      { echoed: true, state: 'delivered', reason: 'echo-seen' },
    ])
  })
  test('an echo matches each reply once', () => {
    const twice = [marked({ id: 'x' }), marked({ id: 'y' })]
    const ids = patchesOf(decide(twice, { replies: [ours(), ours({ id: 5 })] })).map(({ id }) => id)
    expect(ids).toEqual([4, 5])
  })
  test('an echo proves echoes, except in a transcript or by text alone', () => {
    const seen = { type: 'fact.set', connectionId: 'shop', key: 'echoSeen', value: true }
    const facts = (how: Parameters<typeof decide>[1], one = marked()) =>
      factsOf(decide([one], { replies: [ours()], marksSeen: one.receivedFrom !== null, ...how }))
    expect(facts({})).toEqual([seen])
    expect(facts({ echoSeen: true })).toEqual([])
    expect(facts({ event: { kind: 'transcript' } })).toEqual([])
    expect(facts({}, byAgent())).toEqual([])
  })
  test('an echo matched by text alone leaves a line in the log', () => {
    const decision = decide([byAgent({ at: 500 })], { replies: [ours()], now: 2_000 })
    expect(messagesOf(decision)).toMatchObject([
      {
        kind: 'event',
        direction: 'to-planfix',
        text: 'It left',
        reason: 'own-echo (message 4)',
        originKey: 'echo:4:2000:0',
        state: 'skipped',
        connectionId: 'shop',
      },
    ])
    const again = decide([byAgent({ id: null, at: 500 })], {
      replies: [ours({ echoed: true, chatraMessageId: 'm' })],
      now: 2_000,
    })
    expect(messagesOf(again)).toEqual([])
    expect(messagesOf(decide([marked()], { replies: [ours()] }))).toEqual([])
  })
  test('an echo of a failed reply keeps its place, and the comment is read again', () => {
    const given = (changes: Partial<Message>, at: number | null = 700) =>
      decide([marked({ at })], { replies: [ours({ planfixTaskId: 100, planfixCommentId: 10, ...changes })] })
    const dismissed = given({ state: 'skipped', reason: 'dismissed' })
    expect(patchesOf(dismissed)).toMatchObject([{ patch: { state: 'delivered', sentAt: 700 } }])
    expect(jobsOf(dismissed)).toMatchObject([{ kind: 'reread' }])
    expect(patchesOf(given({ state: 'failed', reason: 'not-arrived' }, null))).toMatchObject([
      { patch: { sentAt: NOW } },
    ])
    const told = jobsOf(given({ state: 'failed', reason: 'not-arrived' }))
    expect(told).toMatchObject([{ kind: 'reread' }, { kind: 'note', data: { what: 'arrived-after-all' } }])
    expect(jobsOf(given({ state: 'failed', reason: 'other' }))).toMatchObject([{ kind: 'reread' }])
    expect(jobsOf(given({ state: 'skipped', reason: 'not-arrived' }))).toMatchObject([{ kind: 'reread' }])
    const uncertain = given({})
    expect(jobsOf(uncertain)).toEqual([])
    expect(patchesOf(uncertain)[0]?.patch).not.toHaveProperty('sentAt')
  })
})

describe('our mark', () => {
  const marksSeen = (key: string) => ({ type: 'fact.set', connectionId: 'shop', key, value: true })
  test('our mark is recorded once seen, in transcripts and elsewhere', () => {
    expect(marksFact('transcript')).toBe('marksInTranscripts')
    expect(factsOf(decide([marked()], { echoSeen: true }))).toEqual([marksSeen('marksSeen')])
    expect(factsOf(decide([marked()], { echoSeen: true, marksSeen: true }))).toEqual([])
    expect(factsOf(decide([marked()], { echoSeen: true, event: { kind: 'transcript' } }))).toEqual([
      marksSeen('marksInTranscripts'),
    ])
    expect(factsOf(decide([said({ receivedFrom: RECEIVED_FROM }), byAgent()], { echoSeen: true }))).toEqual(
      [],
    )
  })
  test('an unknown message with our mark is not delivered, and proves nothing', () => {
    const uncertain = [ours({ id: 6, sentFingerprint: 'x', chatraClientId: 'client', sentAt: 400 })]
    const around = [said({ id: 'b', at: 300 }), said({ id: 'c', at: 20_000 })]
    const absent = (messages: ChatMessage[]) =>
      decide(messages, { uncertain, event: { kind: 'transcript' }, now: 30_000, known: new Map() })
    expect(absent(around).settledReply).toBe(true)
    expect(patchesOf(absent(around))).toMatchObject([
      { id: 6, patch: { state: 'failed', reason: 'not-arrived' } },
    ])
    const stray = absent([...around, marked()])
    expect(messagesOf(stray).map(({ originKey }) => originKey)).toEqual(['c:b', 'c:c'])
    expect(patchesOf(stray)).toEqual([])
  })
  test('an unknown message with our mark from before a restore is an arrived reply', () => {
    const restored = (changes: Partial<ChatMessage>, restoredAt?: number) =>
      messagesOf(decide([marked({ at: 500, ...changes })], restoredAt === undefined ? {} : { restoredAt }))
    expect(restored({}, 501)).toMatchObject([
      {
        direction: 'to-chatra',
        author: { kind: 'bridge' },
        originKey: 'e:a1',
        state: 'delivered',
        reason: 'carried-before-restore',
        echoed: true,
        sentAt: 500,
        sentFingerprint,
        conversationId: 8,
        text: 'It left',
        chatraMessageId: 'a1',
      },
    ])
    expect(restored({}, 500)).toEqual([])
    expect(restored({})).toEqual([])
    expect(restored({ at: null }, NOW + 1)).toMatchObject([{ sentAt: NOW }])
    expect(restored({ id: null }, 501)).toMatchObject([
      { originKey: `e:client:500:${fingerprint('It left')}` },
    ])
    const long = 'word '.repeat(3_000).trim()
    expect(restored({ text: long }, 501)).toMatchObject([{ text: long }])
    const decision = decide([marked({ at: 500 })], { restoredAt: 501 })
    expect(addedBy(decision)).toMatchObject([
      { states: [{ state: 'delivered', reason: 'carried-before-restore' }] },
    ])
  })
})

test('the facts for matching an echo are complete', () => {
  const one = byAgent()
  const state = { replies: [ours()], marksSeen: false, writers: new Map(), now: NOW, claimed: new Set([1]) }
  expect(echoStateOf(chatEvent({ messages: [one] }), one, state)).toEqual({
    replies: state.replies,
    claimed: state.claimed,
    marksSeen: false,
    writer: null,
    now: NOW,
    inTranscript: false,
  })
  const event = chatEvent({ kind: 'transcript', messages: [one, marked()] })
  expect(echoStateOf(event, one, { ...state, writers: new Map([[one, 'ours']]) })).toMatchObject({
    marksSeen: true,
    writer: 'ours',
    inTranscript: true,
  })
  expect(echoStateOf(chatEvent(), one, { ...state, marksSeen: true }).marksSeen).toBe(true)
})

test('an introduction or the end of the chat alone is a result', () => {
  expect(decide([], { event: { client: profile({ name: 'Anna' }) } }).skipped).toBeNull()
  expect(decide([]).skipped).toBe('nothing-new')
})

describe('what is repeated', () => {
  const bare = (changes: Partial<ChatMessage> = {}) => said({ id: null, at: null, ...changes })
  const earlier = (changes: Partial<Message> = {}) =>
    message({ originKey: 'u:x', receivedAt: NOW, ...changes })

  test('a message with an id is new, though its text was written a moment ago', () => {
    expect(messagesOf(decide([said({ id: 'm9', at: NOW })], { written: [earlier()] }))).toHaveLength(1)
  })

  test('texts of a transcript are counted apart from each other', () => {
    const written = [earlier(), earlier({ id: 2, text: 'Bye' })]
    const decision = decide([bare(), bare({ text: 'Bye' })], { written, event: { kind: 'transcript' } })
    expect(messagesOf(decision)).toEqual([])
  })

  test('an old message with another file is not repeated', () => {
    const file = (url: string) => ({ name: 'a', url, size: 3 })
    const old = earlier({ receivedAt: 0, files: [{ ...file('https://x.example/a'), planfixFileId: null }] })
    const again = (url: string) => messagesOf(decide([bare({ file: file(url) })], { written: [old] }))
    expect(again('https://x.example/a')).toEqual([])
    expect(again('https://x.example/b')).toHaveLength(1)
  })

  test('an echo that comes a second time changes nothing of its reply', () => {
    const seen = ours({ state: 'delivered', echoed: true, chatraMessageId: 'a1' })
    const { changes } = decide([marked()], { replies: [seen], marksSeen: true, echoSeen: true })
    expect(changes.map(({ type }) => type)).not.toContain('message.patch')
    expect(changes.map(({ type }) => type)).not.toContain(undefined)
  })

  test('a reply that a transcript contains did arrive', () => {
    const open = ours({ chatraClientId: 'client' })
    const around = [said({ id: 'm1', at: 1 }), marked({ at: 400 }), said({ id: 'm2', at: 900_000 })]
    const decision = decide(around, { event: { kind: 'transcript' }, replies: [open], uncertain: [open] })
    expect(patchesOf(decision)).toMatchObject([{ id: 4, patch: { state: 'delivered' } }])
    expect(jobsOf(decision).map(({ kind }) => kind)).not.toContain('note')
    expect(decision.changes.map(({ type }) => type)).not.toContain(undefined)
  })

  test('an echo of a lost reply to an unknown client needs no conversation', () => {
    const unknown = { link: null, conversation: null, restoredAt: NOW }
    expect(messagesOf(decide([marked({ at: 10 })], unknown))).toMatchObject([{ conversationId: null }])
  })
})
