import { describe, expect, test } from 'vitest'
import {
  CHAT_NAMES_CLIENTS,
  decideComment,
  isNumber,
  NUMBERS_ARE_COMMENTS,
} from '../../../../../src/main/engine/intake/comment/comment.ts'
import { fingerprintOf } from '../../../../../src/main/engine/intake/comment/comment-fingerprint.ts'
import type { CommentState } from '../../../../../src/main/engine/intake/comment/comment-input.ts'
import type { PlanfixComment } from '../../../../../src/main/engine/ports.ts'
import { wordPrint } from '../../../../../src/main/engine/text.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { message } from '../../../../support/builders.ts'
import { comment, conversation, reply, settingsOf, task } from '../../values.ts'

const byChannel = task({ byChannel: true })
let next = 100
/** What is known when a comment of a chat's task is read: nothing by default. */
const state = (changes: Partial<CommentState> = {}): CommentState => ({
  settings: settingsOf(),
  now: 1000,
  task: byChannel,
  conversation: conversation(),
  contactIds: [92],
  known: [],
  recent: [],
  numbersAreComments: null,
  attempts: [],
  maxText: 5000,
  newId: () => next++,
  ...changes,
})
const decide = (one: Partial<PlanfixComment>, changes: Partial<CommentState> = {}, gone = false) =>
  decideComment({ taskId: 100, comment: comment(one), gone, again: true }, state(changes))
type Decision = ReturnType<typeof decide>
const patches = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'message.patch' ? [{ id: change.id, ...change.patch }] : []))
/** All patches of a message together. */
const patched = (decision: Decision, id = 20): object =>
  Object.assign({}, ...patches(decision).filter((one) => one.id === id))
const added = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'message.add' ? [change.message] : []))
const factsOf = ({ changes }: Decision, name: string) =>
  changes.flatMap((change) => (change.type === 'fact.set' && change.key === name ? [change] : []))
/** A reply that a call has announced; its comment is not known. */
const called = (changes: Partial<Message> = {}): Message =>
  reply({
    id: 20,
    originKey: 'w:900',
    channelMessageId: '900',
    planfixTaskId: null,
    planfixCommentId: null,
    chatraMessageId: 'm',
    receivedAt: 0,
    ...changes,
  })

describe('a comment that the Chat API has announced', () => {
  test('its comment becomes known, and the client gets nothing again', () => {
    const one = comment({ text: '“Hello”!' })
    const decision = decide(one, { recent: [called()] })
    expect(decision.skipped).toBe('read-before')
    expect(added(decision)).toEqual([])
    expect(patched(decision)).toEqual({
      id: 20,
      planfixTaskId: 100,
      planfixCommentId: 10,
      text: '“Hello”!',
      files: [],
      fingerprint: fingerprintOf(one),
    })
    expect(decision.changes.map((change) => 'at' in change && change.at)).toContain(1000)
  })
  describe('and that names no client', () => {
    const MINUTE = 60_000
    const unticked = (changes: Partial<CommentState> = {}) =>
      decide({ recipients: [] }, { recent: [called({ state: 'queued', attempts: 0 })], ...changes })
    const waits = (changes: Partial<CommentState>) => !('state' in patched(unticked(changes)))
    const learnt = (decision: Decision) => factsOf(decision, CHAT_NAMES_CLIENTS)

    test('read at once it counts as notifying the client: the account names nobody', () => {
      expect(waits({ now: MINUTE })).toBe(true)
      expect(learnt(unticked({ now: MINUTE }))).toMatchObject([{ value: false }])
      expect(waits({ now: 10 * MINUTE, chatNamesClients: false })).toBe(true)
    })
    test('read late it has become internal, unless the account names nobody', () => {
      const late = unticked({ now: MINUTE + 1 })
      expect(patched(late)).toMatchObject({ state: 'skipped', reason: 'internal-client-not-notified' })
      expect(learnt(late)).toEqual([])
    })
    test('where the account names clients, it has become internal', () => {
      expect(patched(unticked({ chatNamesClients: true }))).toMatchObject({
        state: 'skipped',
        reason: 'internal-client-not-notified',
      })
      expect(learnt(unticked({ chatNamesClients: true }))).toEqual([])
    })
    test('what the client has stays in the chat', () => {
      const decision = decide({ recipients: [] }, { recent: [called()], chatNamesClients: true })
      expect(added(decision)).toEqual([])
    })
  })
  test('one comment that names a client tells that the account names them, whatever others did before', () => {
    const learnt = (chatNamesClients: boolean | null) =>
      factsOf(decide({}, { recent: [called()], chatNamesClients }), CHAT_NAMES_CLIENTS)
    expect(learnt(null)).toMatchObject([{ value: true }])
    expect(learnt(false)).toMatchObject([{ value: true }])
    expect(learnt(true)).toEqual([])
  })
  test('a client of another card counts as notified: Planfix has passed it on to the chat', () => {
    const decision = decide(
      { recipients: ['contact:7'] },
      { recent: [called({ state: 'queued', attempts: 0 })], chatNamesClients: true },
    )
    expect(patched(decision)).not.toHaveProperty('state')
  })
  test('other words near a call are read again, after the rest of the feed', () => {
    const one = comment({ text: 'Hello Anna' })
    const first = decideComment({ taskId: 100, comment: one }, state({ recent: [called()] }))
    expect(first).toMatchObject({
      changes: [
        {
          type: 'job.add',
          job: {
            kind: 'reread',
            key: `comment:${one.id}`,
            data: { taskId: 100, commentId: one.id },
            notBefore: 6000,
          },
        },
      ],
      skipped: 'read-again',
    })
  })
  test('other words at the first reading of a task are decided at once', () => {
    const one = comment({ text: 'Hello Anna' })
    const first = decideComment({ taskId: 100, comment: one, first: true }, state({ recent: [called()] }))
    expect(first.skipped).not.toBe('read-again')
    expect(added(first)).toMatchObject([{ kind: 'edit', targetId: 20, text: 'Hello Anna' }])
  })
  test('other words are an edit', () => {
    const decision = decide({ text: 'Hello Anna' }, { recent: [called()] })
    expect(added(decision)).toMatchObject([{ kind: 'edit', targetId: 20, text: 'Hello Anna' }])
    expect(patched(decision)).toMatchObject({ planfixTaskId: 100, planfixCommentId: 10 })
    expect(patched(decision)).not.toHaveProperty('text')
  })
  test('other words for which the client is not notified are internal', () => {
    const words = { id: 900, text: 'Difficult client', recipients: [] }
    expect(added(decide(words, { recent: [called()] }))).toMatchObject([
      { kind: 'edit', state: 'skipped', reason: 'internal-client-not-notified' },
    ])
  })
  test('fewer parts for which the client is not notified are internal', () => {
    const parts = [1, 2].map((n) => called({ id: 19 + n, channelMessageId: '10', originKey: `w:10:${n}` }))
    expect(added(decide({ recipients: [] }, { recent: parts }))).toMatchObject([
      { kind: 'edit', state: 'skipped', reason: 'internal-client-not-notified' },
    ])
  })
  test('a second part that the call did not have makes other words', () => {
    const parts = [called({ text: 'Hello' }), called({ id: 21, originKey: 'w:900:2', text: 'Anna' })]
    const decision = decide({ text: 'Hello' }, { recent: parts })
    expect(added(decision)).toMatchObject([{ kind: 'delete', targetId: 21 }])
    const shorter = decide(
      { text: `${'a'.repeat(30)} ${'b'.repeat(30)}` },
      { recent: [called()], maxText: 50 },
    )
    expect(added(shorter).map(({ kind }) => kind)).toEqual(['edit', 'text'])
    expect(patched(shorter)).not.toHaveProperty('text')
  })
  test('of two parts each is compared with its own', () => {
    const parts = (second: string) => [
      called({ text: `${'a'.repeat(30)} (1/2)` }),
      called({ id: 21, originKey: 'w:900:2', text: second }),
    ]
    const read = (second: string) =>
      decide({ text: `${'a'.repeat(30)} ${'b'.repeat(30)}` }, { recent: parts(second), maxText: 50 })
    expect(added(read(`${'b'.repeat(30)} (2/2)`))).toEqual([])
    expect(added(read(`${'c'.repeat(30)} (2/2)`))).toMatchObject([{ kind: 'edit', targetId: 21 }])
  })
  test('a comment of a task that was begun by REST is paired with no call', () => {
    const decision = decide({}, { task: task(), recent: [called()] })
    expect(added(decision)).toMatchObject([{ state: 'queued', originKey: 'p:10' }])
  })
  test('without messages of the last hours a comment is new', () => {
    const decision = decideComment({ taskId: 100, comment: comment() }, {
      ...state(),
      recent: undefined,
    } as CommentState)
    expect(added(decision)).toMatchObject([{ state: 'queued' }])
  })
  test('an internal comment is paired with a call by time only when the rest of the feed leaves that call, and stays internal', () => {
    const words = comment({ text: 'Difficult client', recipients: [] })
    const read = (again: boolean) =>
      decideComment({ taskId: 100, comment: words, again }, state({ recent: [called()] }))
    expect(added(read(false))).toMatchObject([
      { kind: 'text', state: 'skipped', reason: 'internal-client-not-notified' },
    ])
    expect(added(read(true))).toMatchObject([
      { kind: 'edit', state: 'skipped', reason: 'internal-client-not-notified' },
    ])
  })
})

describe('a comment whose number the call has told', () => {
  const known = (changes: Partial<Message> = {}) => [
    called({ planfixTaskId: 100, planfixCommentId: 10, channelMessageId: '10', ...changes }),
  ]

  test('the first read of its comment makes its versions known', () => {
    const decision = decide({ recipients: [] }, { known: known(), numbersAreComments: true })
    expect(decision.skipped).toBe('read-before')
    expect(added(decision)).toEqual([])
    expect(patched(decision)).toHaveProperty('fingerprint')
  })
  test('later versions are decided on like those of other comments', () => {
    const read = known({ fingerprint: fingerprintOf(comment()) })
    expect(decide({}, { known: read })).toEqual({ changes: [], skipped: 'nothing-new' })
    expect(decide({ text: 'Hello Anna' }, { known: read }).skipped).toBeNull()
    expect(added(decide({ text: 'Secret', recipients: [] }, { known: read }))).toMatchObject([
      { state: 'skipped', reason: 'internal-client-not-notified' },
    ])
  })
  test('a deletion before the first read is followed', () => {
    const decision = decide({}, { known: known() }, true)
    expect(decision.skipped).toBeNull()
    expect(added(decision)).toMatchObject([{ kind: 'delete', targetId: 20 }])
  })
  test('a reply that no call announced counts as read', () => {
    expect(decide({ recipients: [] }, { known: known({ channelMessageId: null }) }).skipped).toBeNull()
  })
})

describe('a comment of our own by the Chat API', () => {
  test('a client’s message gets the number of its comment', () => {
    const said = message({ state: 'delivered', sentAt: 0, sentFingerprint: wordPrint('Hello') })
    const decision = decide({ owner: 'contact:92' }, { recent: [said] })
    expect(decision).toEqual({
      changes: [{ type: 'message.patch', id: 1, at: 1000, patch: { planfixCommentId: 10 } }],
      skipped: 'own-comment',
    })
  })
  test('a card of the task is learnt with it', () => {
    const said = message({ state: 'delivered', sentAt: 0, sentFingerprint: wordPrint('Hello') })
    const event = { taskId: 100, comment: comment({ owner: 'contact:92' }), counterparty: 92 }
    expect(decideComment(event, state({ recent: [said] })).changes).toMatchObject([
      { type: 'task.patch', patch: { counterparty: 92 } },
      { type: 'message.patch', id: 1 },
    ])
    const announced = decideComment({ ...event, comment: comment() }, state({ recent: [called()] }))
    expect(announced.changes[0]).toMatchObject({ type: 'task.patch', patch: { counterparty: 92 } })
  })
})

describe('the numbers of the Chat API', () => {
  const learnt = (one: Partial<PlanfixComment>, changes: Partial<CommentState>) =>
    factsOf(decide(one, changes), NUMBERS_ARE_COMMENTS).map(({ connectionId, key, value }) => ({
      connectionId,
      key,
      value,
    }))
  const fact = (value: boolean) => [{ connectionId: 'shop', key: NUMBERS_ARE_COMMENTS, value }]

  test('the first announced comment tells whether the numbers are those of comments', () => {
    expect(learnt({}, { recent: [called({ channelMessageId: '10' })] })).toEqual(fact(true))
    expect(learnt({}, { recent: [called()] })).toEqual(fact(false))
    const { numbersAreComments: _, ...unasked } = state({ recent: [called()] })
    expect(
      factsOf(decideComment({ taskId: 100, comment: comment() }, unasked), NUMBERS_ARE_COMMENTS),
    ).toHaveLength(1)
  })
  test('it is learnt once', () => {
    expect(learnt({}, { recent: [called()], numbersAreComments: true })).toEqual([])
    expect(learnt({}, { recent: [called()], numbersAreComments: false })).toEqual([])
  })
  test('a call without a number, or with another kind of number, teaches nothing', () => {
    expect(learnt({}, { recent: [called({ channelMessageId: '' })] })).toEqual([])
    expect(learnt({}, { recent: [called({ channelMessageId: 'a10' })] })).toEqual([])
  })
  test('a pair by author and time alone teaches only that numbers are equal', () => {
    const words = { text: 'Edited since' }
    expect(learnt(words, { recent: [called()] })).toEqual([])
    expect(learnt(words, { recent: [called({ channelMessageId: '10' })] })).toEqual(fact(true))
  })
  test('then the comments of all other calls are known', () => {
    const first = called({ channelMessageId: '10' })
    const others = [
      called({ id: 21, channelMessageId: '11', originKey: 'w:11' }),
      called({ id: 22, channelMessageId: '11', originKey: 'w:11:2' }),
      called({ id: 23, channelMessageId: '', originKey: 'w::7' }),
      called({ id: 24, channelMessageId: null }),
      called({ id: 25, channelMessageId: '12', planfixCommentId: 40 }),
      called({ id: 26, channelMessageId: '13', direction: 'to-planfix' }),
    ]
    const decision = decide({}, { recent: [first, ...others] })
    expect(patches(decision).filter(({ id }) => id !== 20)).toEqual([
      { id: 21, planfixCommentId: 11, planfixTaskId: 100 },
      { id: 22, planfixCommentId: 11, planfixTaskId: 100 },
    ])
    const differing = decide({}, { recent: [{ ...first, channelMessageId: '900' }, ...others] })
    expect(patches(differing).filter(({ id }) => id !== 20)).toEqual([])
  })
  test('the other parts of the announced reply are no other calls', () => {
    const parts = [
      called({ channelMessageId: '10', text: 'Hello' }),
      called({ id: 21, channelMessageId: '10', originKey: 'w:10:2', text: 'Anna' }),
    ]
    const decision = decide({ text: 'Hello Anna' }, { recent: parts })
    expect(
      patches(decision).filter(({ id, planfixCommentId }) => id === 21 && planfixCommentId),
    ).toHaveLength(1)
  })
  test.each([
    ['900', true],
    ['9'.repeat(15), true],
    ['9'.repeat(16), false],
    ['', false],
    ['-1', false],
    ['9a', false],
    ['a9', false],
  ])('the text %j is a number of a comment: %j', (text, is) => {
    expect(isNumber(text)).toBe(is)
  })
})
