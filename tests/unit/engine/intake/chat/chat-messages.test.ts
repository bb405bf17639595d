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
  test('is new once, and waits to be carried', () => {
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

  test('that is long is carried in parts, its file with the first', () => {
    const file = { name: 'a', url: 'https://x.example/a', size: 3 }
    const parts = messagesOf(decide([said({ text: 'word '.repeat(3_000), file })]))
    expect(parts.map(({ originKey }) => originKey)).toEqual(['c:m1', 'c:m1:2'])
    expect(parts.map(({ files }) => files.length)).toEqual([1, 0])
    for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(9_000)
    expect(parts[0]?.text.length).toBeGreaterThan(8_900)
  })

  test('that is known is not new', () => {
    const decision = decide([said()], { known: new Map([['c:m1', message()]]) })
    expect(messagesOf(decision)).toEqual([])
    expect(decision).toMatchObject({ skipped: 'nothing-new', newFromClient: [] })
  })

  test('that is known gets the file it lacked', () => {
    const file = { name: 'a', url: 'https://x.example/a', size: 3 }
    const decision = decide([said({ file })], { known: new Map([['c:m1', message({ text: 'Hello' })]]) })
    expect(patchesOf(decision)).toMatchObject([{ patch: { files: [{ url: file.url }] } }])
    expect(decision.skipped).toBeNull()
  })

  test('that an event holds twice is carried once, with the file of either', () => {
    const file = { name: 'a', url: 'https://x.example/a', size: 3 }
    for (const twice of [
      [said(), said({ file })],
      [said({ file }), said()],
    ])
      expect(messagesOf(decide(twice))).toMatchObject([{ files: [{ url: file.url }] }])
    expect(decide([said(), said()]).newFromClient).toEqual(['Hello'])
  })

  test('is of now where Chatra tells no time, or one that cannot be', () => {
    const at = (...times: (number | null)[]) =>
      messagesOf(decide(times.map((time, n) => said({ id: `m${n}`, at: time })))).map(
        ({ writtenAt }) => writtenAt,
      )
    expect(at(null, null)).toEqual([NOW, NOW + 1 / 1000])
    expect(at(NOW + 300_000)).toEqual([NOW + 300_000])
    expect(at(NOW + 300_001)).toEqual([NOW])
  })

  test('tells when the client last wrote', () => {
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

  test('is known by its words and its place', () => {
    expect(messagesOf(decide([bare(), bare({ text: 'again' })])).map(({ originKey }) => originKey)).toEqual([
      key,
      `u:client:client:${NOW}:1:${fingerprint('again')}`,
    ])
  })
  const isNew = (written: Message[], ofIt: ChatMessage = bare(), kind: ChatEvent['kind'] = 'fragment') =>
    messagesOf(decide([ofIt], { written, event: { kind } })).length > 0

  test('repeats the same words of a moment ago', () => {
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
  test('repeats an agent’s words of a moment ago', () => {
    const agents = earlier({ author: { kind: 'agent', id: null, name: '', email: null } })
    expect(isNew([agents], bare({ type: 'agent' }))).toBe(false)
    expect(isNew([earlier()], bare({ type: 'agent' }))).toBe(true)
  })
  test('repeats the same words of any time in a transcript, one for each', () => {
    const old = earlier({ receivedAt: 0 })
    expect(isNew([old], bare(), 'transcript')).toBe(false)
    const count = (written: Message[]) =>
      messagesOf(decide([bare(), bare()], { written, event: { kind: 'transcript' } })).length
    expect(count([old])).toBe(1)
    expect(count([old, earlier({ id: 2, receivedAt: 0 })])).toBe(0)
  })
  test('repeats words that have been forgotten or split since, by the print in their key', () => {
    const kept = (print: string) => earlier({ originKey: `u:client:client:7:0:${print}`, text: '' })
    expect(isNew([kept(fingerprint('Hello'))])).toBe(false)
    expect(isNew([kept(fingerprint('other'))])).toBe(true)
  })
  test('repeats the one with the same file, whichever it is', () => {
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

describe('what is not carried', () => {
  test.each<[string, ChatMessage, string]>([
    ['what Chatra itself says', said({ type: 'system' }), 'system-message'],
    ['what is sent automatically', byAgent({ isPushed: true }), 'automatic-message'],
  ])('%s stands in the log with its reason', (_what, one, reason) => {
    expect(addedBy(decide([one]))).toMatchObject([
      { states: [{ state: 'skipped', reason }], message: { state: 'skipped', reason } },
    ])
  })
  test('what agents say, where that is switched off', () => {
    const settings = settingsOf({ options: { mirrorChatraReplies: false } })
    expect(messagesOf(decide([byAgent()], { settings }))).toMatchObject([{ reason: 'mirroring-off' }])
    expect(messagesOf(decide([said()], { settings }))).toMatchObject([{ state: 'queued' }])
    expect(messagesOf(decide([byAgent()]))).toMatchObject([{ state: 'queued' }])
  })
  test('what another computer has carried, as far as a transcript repeats it', () => {
    const takenOver = (at: number | null, kind: ChatEvent['kind'] = 'transcript') =>
      messagesOf(decide([said({ at })], { takenOverAt: 600, event: { kind } }))[0]?.reason
    expect(takenOver(599)).toBe('carried-by-another')
    expect(takenOver(600)).toBeNull()
    expect(takenOver(null)).toBe('carried-by-another')
    expect(takenOver(599, 'fragment')).toBeNull()
    const decision = decide([said({ at: 599 })], { takenOverAt: 600, event: { kind: 'transcript' } })
    expect(decision.newFromClient).toEqual([])
  })
  test('founds no conversation', () => {
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
  test('is the agent whom the message names, with what else is known of him', () => {
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
  test('is the only agent of the chat where the message names none', () => {
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
  test('of the chat is remembered', () => {
    expect(decide([], { event: { agents: [julia] } }).changes).toContainEqual({
      type: 'agent.seen',
      connectionId: 'shop',
      agent: julia,
      at: NOW,
    })
  })
})

describe('an echo', () => {
  test('settles the reply, which has arrived', () => {
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
  test('leaves what is known as it is', () => {
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
  test('is of each reply once', () => {
    const twice = [marked({ id: 'x' }), marked({ id: 'y' })]
    const ids = patchesOf(decide(twice, { replies: [ours(), ours({ id: 5 })] })).map(({ id }) => id)
    expect(ids).toEqual([4, 5])
  })
  test('shows that echoes come, unless it is in a transcript or known by its words alone', () => {
    const seen = { type: 'fact.set', connectionId: 'shop', key: 'echoSeen', value: true }
    const facts = (how: Parameters<typeof decide>[1], one = marked()) =>
      factsOf(decide([one], { replies: [ours()], marksSeen: one.receivedFrom !== null, ...how }))
    expect(facts({})).toEqual([seen])
    expect(facts({ echoSeen: true })).toEqual([])
    expect(facts({ event: { kind: 'transcript' } })).toEqual([])
    expect(facts({}, byAgent())).toEqual([])
  })
  test('that is known by its words alone leaves a line in the log', () => {
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
  test('of a reply that was given up stands where it turned up, and its comment is read again', () => {
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
  test('is remembered once it has been seen, in transcripts and elsewhere', () => {
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
  test('on a message that nobody knows keeps it out, and nothing is proven by the transcript', () => {
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
  test('on a message of before the restore makes it a reply that has arrived', () => {
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

test('what is known when a message is looked at for an echo', () => {
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

test('an introduction or the end of the chat alone is something', () => {
  expect(decide([], { event: { client: profile({ name: 'Anna' }) } }).skipped).toBeNull()
  expect(decide([]).skipped).toBe('nothing-new')
})
