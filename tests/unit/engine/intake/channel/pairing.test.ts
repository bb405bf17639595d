import { describe, expect, test } from 'vitest'
import type { ReplyAuthor } from '../../../../../src/main/engine/intake/channel/author.ts'
import { announcementOf, linkOf, mayBeLate } from '../../../../../src/main/engine/intake/channel/pairing.ts'
import type { WriteOfClient } from '../../../../../src/main/engine/intake/comment/own-comment.ts'
import type { ChannelReply, PlanfixComment } from '../../../../../src/main/engine/ports.ts'
import { wordPrint } from '../../../../../src/main/engine/text.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { message } from '../../../../support/builders.ts'
import { comment, reply, settingsOf } from '../../values.ts'

const MINUTE = 60_000
const NOW = 1_000 * MINUTE
const JULIA = { kind: 'agent', id: 'j', name: 'Julia', email: 'julia@shop.example' } as const
const EMPLOYEES = [{ planfixUserId: 'user:6', email: 'julia@shop.example', name: 'Julia' }]
const settings = settingsOf({ employees: EMPLOYEES })

/** A message that went into Planfix by the Chat API; its comment is not known. */
const said = (changes: Partial<Message> = {}): Message =>
  message({
    state: 'delivered',
    sentAt: NOW,
    sentFingerprint: wordPrint(changes.text ?? 'Hello'),
    planfixTaskId: 100,
    ...changes,
  })
/** A part of a reply that a call has announced; its comment is not known. */
const called = (changes: Partial<Message> = {}): Message =>
  reply({
    id: 20,
    text: 'It left',
    originKey: 'w:900',
    channelMessageId: '900',
    planfixCommentId: null,
    receivedAt: NOW,
    ...changes,
  })
const attempt = (changes: Partial<WriteOfClient> = {}): WriteOfClient => ({
  kind: 'chat',
  sourceObjectId: 's',
  messageIds: [7],
  startedAt: NOW,
  unclearAt: null,
  answered: false,
  text: 'Hello',
  ownerUserId: null,
  byClient: false,
  ...changes,
})

describe('a comment of a chat’s task', () => {
  const link = (
    one: Partial<PlanfixComment>,
    recent: readonly Message[],
    { isOpen = true, attempts = [] as readonly WriteOfClient[] } = {},
  ) => {
    const found = linkOf(comment({ id: 50, at: NOW, ...one }), isOpen, {
      settings,
      attempts,
      now: NOW,
      recent,
    })
    return found && { kind: found.kind, ids: found.messages.map(({ id }) => id) }
  }

  describe('a comment of the client', () => {
    const clients = { owner: 'contact:92', text: 'Hello!' }

    test('a comment of the client is the message with its words, of which the comment is not known', () => {
      const other = said({ id: 2, text: 'Bye' })
      expect(link(clients, [other, said()])).toEqual({ kind: 'ours', ids: [1] })
      expect(link(clients, [other])).toBeNull()
      expect(link(clients, [said({ planfixCommentId: 40 })])).toBeNull()
    })
    test('a comment of the client is never the message of an agent', () => {
      expect(link(clients, [said({ author: JULIA })])).toBeNull()
    })
    test('messages that went into Planfix together have one comment', () => {
      const print = wordPrint('Hello')
      const joined = [said(), said({ id: 2, text: 'there', sentFingerprint: print })]
      const later = said({ id: 3, sentAt: NOW + 1 })
      const other = said({ id: 4, text: 'Bye' })
      const known = said({ id: 5, planfixCommentId: 40 })
      expect(link(clients, [...joined, later, other, known])).toEqual({ kind: 'ours', ids: [1, 2] })
    })
    test('a comment of the client is never a reply, and waits for no write', () => {
      expect(link({ ...clients, text: 'It left' }, [called()])).toBeNull()
      expect(link(clients, [], { attempts: [attempt()] })).toBeNull()
    })
  })

  describe('a comment of an employee', () => {
    const julias = { owner: 'user:6', text: 'Hello' }

    test('an agent’s message comes back under the employee of the same address', () => {
      const recent = [said({ author: JULIA })]
      expect(link(julias, recent)).toEqual({ kind: 'ours', ids: [1] })
      expect(link({ ...julias, owner: null }, recent)).toEqual({ kind: 'ours', ids: [1] })
      expect(link({ ...julias, owner: 'user:5' }, recent)).toBeNull()
      expect(link({ ...julias, text: 'Bye' }, recent)).toBeNull()
      expect(link(julias, [said({ author: JULIA, planfixCommentId: 40 })])).toBeNull()
    })
    test('the message of an agent who is no employee may come back under any employee', () => {
      const stranger = { ...JULIA, id: 'o', email: null }
      expect(link({ ...julias, owner: 'user:5' }, [said({ author: stranger })])).toEqual({
        kind: 'ours',
        ids: [1],
      })
    })
    test('a comment with the words of a client is an employee’s own', () => {
      expect(link(julias, [said()])).toBeNull()
    })
    test('an agent’s message comes back within ten minutes, by clocks that differ by two', () => {
      const recent = [said({ author: JULIA })]
      const ours = { kind: 'ours', ids: [1] }
      expect(link({ ...julias, at: null }, recent)).toEqual(ours)
      expect(link({ ...julias, at: NOW - 2 * MINUTE }, recent)).toEqual(ours)
      expect(link({ ...julias, at: NOW - 2 * MINUTE - 1 }, recent)).toBeNull()
      expect(link({ ...julias, at: NOW + 10 * MINUTE }, recent)).toEqual(ours)
      expect(link({ ...julias, at: NOW + 10 * MINUTE + 1 }, recent)).toBeNull()
      expect(link({ ...julias, at: NOW }, [said({ author: JULIA, sentAt: null })])).toBeNull()
    })
    test('the messages of an agent that went in together have one comment', () => {
      const joined = [1, 2].map((id) => said({ id, author: JULIA }))
      expect(link(julias, [...joined, said({ id: 3, author: JULIA, sentAt: NOW + 1 })])).toEqual({
        kind: 'ours',
        ids: [1, 2],
      })
    })
    test('a comment may be the message that is still under way', () => {
      const under = (changes: Partial<WriteOfClient>, owner = 'user:6') =>
        link({ ...julias, owner }, [], { attempts: [attempt({ text: 'Other' }), attempt(changes)] })
      expect(under({})).toEqual({ kind: 'ours', ids: [] })
      expect(under({ ownerUserId: 6 })).toEqual({ kind: 'ours', ids: [] })
      expect(under({ ownerUserId: 6 }, 'user:5')).toBeNull()
      expect(under({ byClient: true })).toBeNull()
      expect(under({ kind: 'comment' })).toBeNull()
      expect(under({ text: 'Bye' })).toBeNull()
    })
  })

  describe('a reply that a call has announced', () => {
    const anas = { owner: 'user:5', ownerName: 'Ana', text: 'It left.' }
    const first = { kind: 'reply', ids: [20] }

    test('a reply is recognised by its author and words at any time', () => {
      expect(link({ ...anas, at: null }, [called()])).toEqual(first)
      expect(link({ ...anas, at: null }, [called()], { isOpen: false })).toEqual(first)
      expect(link({ ...anas, at: null, owner: null }, [called()])).toEqual(first)
      expect(link({ ...anas, at: null, text: 'Soon' }, [called()])).toBeNull()
      expect(link({ ...anas, owner: 'user:6' }, [called()])).toBeNull()
    })
    test.each([
      ['is paired with a comment', { planfixCommentId: 40 }],
      ['came by no call', { channelMessageId: null }],
      ['is an edit', { kind: 'edit' }],
      ['goes into Planfix', { direction: 'to-planfix' }],
    ] as const)('a message that %s is not announced', (_which, changes) => {
      expect(link(anas, [called(changes)])).toBeNull()
    })
    test('a message that no employee wrote is not announced', () => {
      const note = called({ author: { kind: 'bridge' } as Message['author'] })
      expect(link(anas, [note])).toBeNull()
      expect(link({ ...anas, owner: null }, [note])).toBeNull()
    })
    test('the first of two replies with the same words is taken', () => {
      expect(link(anas, [called(), called({ id: 21, channelMessageId: '901' })])).toEqual(first)
    })
    test('the number of the comment counts more than the words of an earlier call', () => {
      const numbered = called({ id: 21, channelMessageId: '50' })
      expect(link(anas, [called(), numbered])).toEqual({ kind: 'reply', ids: [21] })
    })
    test('the number counts when author or words fit', () => {
      const numbered = called({ channelMessageId: '50', receivedAt: 0 })
      expect(link({ ...anas, text: 'Soon' }, [numbered])).toEqual(first)
      expect(link({ ...anas, owner: 'user:6' }, [numbered])).toEqual(first)
      expect(link({ ...anas, owner: 'user:6', text: 'Soon' }, [numbered])).toBeNull()
    })
    test('an edited reply is recognised by its author within two minutes, unless it is internal', () => {
      const edited = { ...anas, text: 'Soon' }
      expect(link({ ...edited, at: NOW + 2 * MINUTE }, [called()])).toEqual({ ...first, kind: 'perhaps' })
      expect(link({ ...edited, at: NOW + 2 * MINUTE + 1 }, [called()])).toBeNull()
      expect(link({ ...edited, at: NOW - 2 * MINUTE }, [called()])).toEqual({ ...first, kind: 'perhaps' })
      expect(link({ ...edited, at: NOW - 2 * MINUTE - 1 }, [called()])).toBeNull()
      expect(link({ ...edited, at: NOW, owner: 'user:6' }, [called()])).toBeNull()
      expect(link(edited, [called()], { isOpen: false })).toBeNull()
    })
    test('the words count more than the time', () => {
      const other = called({ id: 21, text: 'Soon', channelMessageId: '901' })
      expect(link(anas, [other, called()])).toEqual(first)
    })
    test('an author without a number is recognised by the name', () => {
      const by = (name: string) => called({ author: { kind: 'employee', id: 0, name } })
      expect(link({ ...anas, ownerName: 'Rusu Ana' }, [by('Ana Rusu')])).toEqual(first)
      expect(link({ ...anas, ownerName: 'Rusu Ana' }, [by('Ana')])).toBeNull()
      expect(link(anas, [by('')])).toEqual(first)
    })
    test('the parts of a long reply belong together, by their words without their numbers', () => {
      const parts = [
        called({ text: 'It (1/2)' }),
        called({ id: 21, text: 'left (2/2)', originKey: 'w:900:2' }),
      ]
      expect(link({ ...anas, at: null }, parts)).toEqual({ kind: 'reply', ids: [20, 21] })
    })
    test('calls without a number are told apart, and their parts belong together', () => {
      const of = (id: number, text: string, originKey: string) =>
        called({ id, text, originKey, channelMessageId: '' })
      const recent = [
        of(20, 'Good morning', 'w::71'),
        of(21, 'It (1/2)', 'w::72'),
        of(22, 'left (2/2)', 'w::72:2'),
        of(23, 'Bye', 'w::73'),
      ]
      expect(link(anas, recent)).toEqual({ kind: 'reply', ids: [21, 22] })
      expect(link({ ...anas, text: 'Bye' }, recent)).toEqual({ kind: 'reply', ids: [23] })
      expect(link({ ...anas, text: 'Edited' }, recent)).toEqual({ ...first, kind: 'perhaps' })
    })
  })
})

describe('a call of the Chat API', () => {
  const call: ChannelReply = {
    chatId: 'client',
    messageId: '900',
    text: 'It left',
    files: [],
    authorName: 'Ana',
    authorId: 5,
  }
  const ana: ReplyAuthor = { id: 5, name: 'Ana', by: 'picture', mayBe: [5] }
  const unknown: ReplyAuthor = { id: null, name: 'Ana', by: 'unknown', mayBe: [] }
  interface More {
    author?: ReplyAuthor
    numbersAreComments?: boolean
    known?: readonly Message[]
    commentId?: number | null
    attempts?: readonly WriteOfClient[]
  }
  const announced = (
    changes: Partial<ChannelReply>,
    recent: readonly Message[],
    { author = ana, known = [], commentId = null, attempts = [], numbersAreComments }: More = {},
  ) => {
    const facts = {
      settings,
      attempts,
      now: NOW,
      recent,
      ...(numbersAreComments !== undefined && { numbersAreComments }),
    }
    const found = announcementOf({ ...call, ...changes }, author, known, commentId, facts)
    if (found === null || found.kind === 'twice') return found
    return { kind: found.kind, ids: found.messages.map(({ id }) => id) }
  }
  const numberless = { messageId: null }

  test('a call that nothing repeats or announces is new', () => {
    expect(announced({}, [])).toBeNull()
    expect(announced(numberless, [])).toBeNull()
  })

  describe('a repeated call', () => {
    test('a call with a known number is a repetition', () => {
      expect(announced({ text: 'Other' }, [], { known: [called()] })).toEqual({ kind: 'twice' })
    })
    test('the same words with another number are another reply', () => {
      expect(announced({ messageId: '901' }, [called()])).toBeNull()
    })
    test('a call without a number repeats one with its words and files within an hour', () => {
      const earlier = (changes: Partial<Message>) => announced(numberless, [called(changes)])
      const twice = { kind: 'twice' }
      expect(earlier({ channelMessageId: '' })).toEqual(twice)
      expect(earlier({ receivedAt: NOW - 60 * MINUTE + 1 })).toEqual(twice)
      expect(earlier({ receivedAt: NOW - 60 * MINUTE })).toBeNull()
      expect(earlier({ text: 'Bye' })).toBeNull()
      expect(earlier({ channelMessageId: null })).toBeNull()
      expect(earlier({ kind: 'edit' })).toBeNull()
      expect(earlier({ direction: 'to-planfix' })).toBeNull()
    })
    test('files are part of what a call says', () => {
      const file = (name: string) => ({ name, url: 'https://a.example/f', planfixFileId: null, size: null })
      const withFiles = (...names: string[]) =>
        announced({ ...numberless, files: [file('a'), file('b')] }, [called({ files: names.map(file) })])
      expect(withFiles('a', 'b')).toEqual({ kind: 'twice' })
      expect(withFiles('a', 'c')).toBeNull()
      expect(withFiles('ab')).toBeNull()
      expect(withFiles('a')).toBeNull()
    })
    test('a long reply without a number is repeated, too', () => {
      const parts = [
        called({ channelMessageId: '', originKey: 'w::7', text: 'It (1/2)' }),
        called({ id: 21, channelMessageId: '', originKey: 'w::7:2', text: 'left (2/2)' }),
      ]
      expect(announced(numberless, parts)).toEqual({ kind: 'twice' })
    })
  })

  describe('a message of ours that comes back', () => {
    const julia: ReplyAuthor = { id: 6, name: 'Julia', by: 'picture', mayBe: [6] }
    const mine = (changes: Partial<Message> = {}) => said({ text: 'It left', author: JULIA, ...changes })
    const back = (changes: Partial<Message>, author = julia) => announced({}, [mine(changes)], { author })
    const ours = { kind: 'ours', ids: [1] }

    test('an agent’s message comes back by the words and the employee', () => {
      expect(back({})).toEqual(ours)
      expect(back({}, unknown)).toEqual(ours)
      expect(back({}, ana)).toBeNull()
      expect(back({ author: { ...JULIA, id: 'o', email: null } }, ana)).toEqual(ours)
      expect(back({ text: 'Bye' })).toBeNull()
      expect(back({ author: { kind: 'client', id: 'client', name: 'Anna' } })).toBeNull()
      expect(back({ direction: 'to-chatra' })).toBeNull()
    })
    test('an agent’s message comes back within ten minutes', () => {
      expect(back({ sentAt: NOW - 10 * MINUTE + 1 })).toEqual(ours)
      expect(back({ sentAt: NOW - 10 * MINUTE })).toBeNull()
      expect(back({ sentAt: null })).toBeNull()
    })
    test('an agent’s message comes back once', () => {
      expect(back({ channelMessageId: '899' })).toBeNull()
    })
    test('a call without a number may repeat what came back', () => {
      const again = (channelMessageId: string) =>
        announced(numberless, [mine({ channelMessageId })], { author: julia })
      expect(again('')).toEqual(ours)
      expect(again('899')).toBeNull()
    })
    test('the same words of an agent come back one after the other', () => {
      const recent = [mine(), mine({ id: 2 }), mine({ id: 3, sentAt: NOW + 1 })]
      expect(announced({}, recent, { author: julia })).toEqual({ kind: 'ours', ids: [1, 2] })
    })
    test('a message may come back while it is still under way', () => {
      const under = (changes: Partial<WriteOfClient>, author = ana) =>
        announced({}, [], {
          author,
          attempts: [attempt({ text: 'Other' }), attempt({ text: 'It left', ...changes })],
        })
      expect(under({})).toEqual({ kind: 'ours', ids: [] })
      expect(under({ ownerUserId: 5 })).toEqual({ kind: 'ours', ids: [] })
      expect(under({ ownerUserId: 6 })).toBeNull()
      expect(under({ byClient: true })).toBeNull()
      expect(under({ kind: 'comment' })).toBeNull()
    })
  })

  describe('a reply that the change feed has read before', () => {
    const read = (changes: Partial<Message> = {}) => reply({ id: 20, text: 'It left', ...changes })
    const first = { kind: 'reply', ids: [20] }

    test('a reply that was read before is recognised by author and words', () => {
      expect(announced({}, [read()])).toEqual(first)
      expect(announced(numberless, [read()])).toEqual(first)
      expect(announced({}, [read()], { author: unknown })).toEqual(first)
      expect(announced({}, [read()], { author: { ...ana, id: 6 } })).toBeNull()
      expect(announced({}, [read()], { author: { ...unknown, name: 'Ion' } })).toBeNull()
      expect(announced({}, [read({ text: 'Bye' })])).toBeNull()
      const note = read({ author: { kind: 'bridge' } as Message['author'] })
      expect(announced({}, [note])).toBeNull()
      expect(announced({}, [note], { author: unknown })).toBeNull()
    })
    test('a reply that a call has announced already is not announced again', () => {
      expect(announced({}, [read({ channelMessageId: '899' })])).toBeNull()
      expect(announced({}, [called({ channelMessageId: null })])).toBeNull()
    })
    test('the parts of one comment are one reply', () => {
      const parts = [read({ text: 'It (1/2)' }), read({ id: 21, text: 'left (2/2)' })]
      expect(announced({}, [...parts, read({ id: 22, planfixCommentId: 11, text: 'x' })])).toEqual({
        kind: 'reply',
        ids: [20, 21],
      })
    })
    test('the number may be that of a comment of this author which was edited since, unless it never is', () => {
      const edited = [read({ planfixCommentId: 900, text: 'Edited since' })]
      expect(announced({}, edited)).toEqual(first)
      expect(announced({}, edited, { numbersAreComments: false })).toBeNull()
      expect(announced({ messageId: '901' }, edited)).toBeNull()
      expect(announced({}, edited, { author: { ...ana, id: 6 } })).toBeNull()
    })
    test('a known number of the comment decides alone', () => {
      const recent = [read(), read({ id: 21, planfixCommentId: 900, text: 'Edited since' })]
      expect(announced({}, recent, { commentId: 900 })).toEqual({ kind: 'reply', ids: [21] })
      expect(announced({}, recent, { commentId: 901 })).toBeNull()
    })
  })
})

describe('a call that comes late', () => {
  const ana: ReplyAuthor = { id: 5, name: 'Ana', by: 'picture', mayBe: [5] }
  const read = (changes: Partial<Message> = {}) => reply({ receivedAt: NOW, ...changes })
  const isLate = (changes: Partial<Message> = {}, author = ana) =>
    mayBeLate(author, { recent: [read(changes)], now: NOW })

  test('a comment of its author that no call has announced may be the one', () => {
    expect(isLate()).toBe(true)
    expect(isLate({}, { ...ana, id: null })).toBe(true)
    expect(mayBeLate(ana, { recent: [], now: NOW })).toBe(false)
  })
  test.each([
    ['goes into Planfix', { direction: 'to-planfix' }],
    ['has no comment', { planfixCommentId: null }],
    ['was announced', { channelMessageId: '899' }],
    ['was read an hour ago', { receivedAt: NOW - 60 * MINUTE }],
    ['stayed inside, so that no call comes', { state: 'skipped', reason: 'internal-client-not-notified' }],
    ['has another author', { author: { kind: 'employee', id: 6, name: 'Ana' } }],
    ['is no employee’s', { author: { kind: 'agent', id: '5', name: 'Ana', email: null } }],
  ] as const)('a message that %s is not', (_which, changes) => {
    expect(isLate(changes)).toBe(false)
  })
  test('an author without a number is compared by name', () => {
    const author: ReplyAuthor = { id: null, name: 'Ion', by: 'unknown', mayBe: [] }
    expect(isLate({}, author)).toBe(false)
    const agent = { kind: 'agent', id: '5', name: 'Ana', email: null } as const
    expect(isLate({ author: agent }, { ...author, name: 'Ana' })).toBe(false)
  })
  test('a comment read within the hour counts', () => {
    expect(isLate({ receivedAt: NOW - 60 * MINUTE + 1 })).toBe(true)
  })
})
