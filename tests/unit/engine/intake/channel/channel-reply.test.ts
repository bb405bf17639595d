import { describe, expect, test } from 'vitest'
import type { ReplyAuthor } from '../../../../../src/main/engine/intake/channel/author.ts'
import {
  type ChannelState,
  decideReply,
  READ_IN_TASK,
  RECEIVED_TWICE,
} from '../../../../../src/main/engine/intake/channel/channel-reply.ts'
import type { ChannelReply } from '../../../../../src/main/engine/ports.ts'
import { wordPrint } from '../../../../../src/main/engine/text.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { message } from '../../../../support/builders.ts'
import { conversation, reply as readReply, settingsOf, task } from '../../values.ts'

const MINUTE = 60_000
const NOW = 1_000 * MINUTE
const call: ChannelReply = {
  chatId: 'client',
  messageId: '900',
  text: 'It left',
  files: [],
  authorName: 'Ana',
  authorId: 5,
}
const ana: ReplyAuthor = { id: 5, name: 'Ana', by: 'picture', mayBe: [5] }
/** Nothing is known but the conversation and its task. Numbers begin at 100. */
function state(changes: Partial<ChannelState> = {}): ChannelState {
  let next = 100
  return {
    settings: settingsOf(),
    now: NOW,
    conversation: conversation(),
    task: task(),
    author: ana,
    knowsPeople: true,
    known: [],
    recent: [],
    attempts: [],
    numbersAreComments: null,
    maxText: 5000,
    lineLength: (name) => name.length,
    takeover: null,
    restoredAt: null,
    receivedAt: NOW,
    echoes: [],
    newId: () => next++,
    ...changes,
  }
}
const decide = (changes: Partial<ChannelState> = {}, reply: Partial<ChannelReply> = {}, key = 'w:900') =>
  decideReply({ ...call, ...reply }, key, state(changes))
type Decision = ReturnType<typeof decide>
const additions = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'message.add' ? [change] : []))
const added = (decision: Decision) => additions(decision).map((change) => change.message)
const patches = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'message.patch' ? [{ id: change.id, ...change.patch }] : []))
const jobs = ({ changes }: Decision) =>
  changes.flatMap((change) => (change.type === 'job.add' ? [change.job] : []))
/** A client's message that is in the task. */
const said = (changes: Partial<Message> = {}): Message =>
  message({ state: 'delivered', planfixTaskId: 100, chatraClientId: 'phone', ...changes })

test('the log’s name of a repeated call may never change: it is stored', () => {
  expect(RECEIVED_TWICE).toBe('received-twice')
})

describe('a new reply', () => {
  test('a reply is stored with its place in Planfix and queued for the chat', () => {
    const decision = decide()
    expect(decision.skipped).toBeNull()
    expect(additions(decision)[0]?.states).toEqual([
      { state: 'received', reason: null },
      { state: 'queued', reason: null },
    ])
    expect(added(decision)).toEqual([
      readReply({
        id: 100,
        text: 'It left',
        originKey: 'w:900',
        channelMessageId: '900',
        chatraClientId: null,
        planfixTaskId: 100,
        planfixCommentId: null,
        writtenAt: NOW,
        receivedAt: NOW,
        position: 100,
        state: 'queued',
        attempts: 0,
        sentAt: null,
      }),
    ])
  })
  test('a reply whose number is missing is stored without one', () => {
    expect(added(decide({ task: null }, { messageId: null }, 'w::7'))).toMatchObject([
      { originKey: 'w::7', channelMessageId: '', planfixTaskId: null, planfixCommentId: null },
    ])
  })
  test('the number is that of the comment only in an account known for it', () => {
    const comment = (numbersAreComments: boolean | null, messageId: string | null = '900') =>
      added(decide({ numbersAreComments }, { messageId }))[0]?.planfixCommentId
    expect(comment(true)).toBe(900)
    expect(comment(false)).toBeNull()
    expect(comment(null)).toBeNull()
    expect(comment(true, 'a900')).toBeNull()
    expect(comment(true, null)).toBeNull()
  })
  test('the log says how the author is known', () => {
    const how = (author: Partial<ReplyAuthor>) =>
      additions(decide({ author: { ...ana, ...author } })).map(({ states }) => states)
    expect(how({ by: 'name' })).toEqual([
      [
        { state: 'received', reason: 'author-by-name' },
        { state: 'queued', reason: null },
      ],
    ])
    expect(how({ id: null, by: 'unknown' })[0]?.[0]).toEqual({ state: 'received', reason: 'author-unknown' })
  })
  test('an author without a number has the name alone', () => {
    const author: ReplyAuthor = { id: null, name: 'Ana', by: 'unknown', mayBe: [] }
    expect(added(decide({ author }))[0]?.author).toEqual({ kind: 'employee', id: 0, name: 'Ana' })
  })
  test('a long reply becomes several messages, and its files follow the whole text', () => {
    const [one, two] = ['a'.repeat(250), 'b'.repeat(250)]
    const files = [1, 2].map((n) => ({ name: 'image.png', url: `https://a.example/${n}` }))
    const parts = added(decide({ maxText: 300 }, { text: `${one} ${two}`, files }))
    expect(parts.map(({ originKey, position }) => ({ originKey, position }))).toEqual([
      { originKey: 'w:900', position: 100 },
      { originKey: 'w:900:2', position: 101 },
    ])
    expect(parts.map(({ text }) => text)).toEqual([`${one} (1/2)`, `${two} (2/2)`])
    expect(parts.map((part) => part.files)).toEqual([
      [],
      files.map((file) => ({ ...file, size: null, planfixFileId: null })),
    ])
  })
  test('a reply without anything to see is recorded and not sent', () => {
    const decision = decide({}, { text: ' ' })
    expect(decision.skipped).toBe('empty')
    expect(additions(decision)).toMatchObject([
      {
        states: [{ state: 'skipped', reason: 'empty' }],
        message: { state: 'skipped', reason: 'empty', text: '', files: [] },
      },
    ])
  })
  test('a reply with a number gets a tick, once its fate is known', () => {
    expect(jobs(decide({ numbersAreComments: true }))).toMatchObject([
      {
        id: 101,
        connectionId: 'shop',
        conversationId: 1,
        kind: 'tick',
        key: '900',
        data: { channelMessageId: '900' },
        notBefore: NOW,
      },
    ])
    expect(jobs(decide({}, { messageId: null })).map(({ kind }) => kind)).not.toContain('tick')
  })
  test('its comment is looked for a minute later, unless its number is that of the comment', () => {
    const looked = (decision: Decision) => jobs(decision).filter(({ kind }) => kind === 'find-comment')
    expect(looked(decide())).toMatchObject([
      {
        connectionId: 'shop',
        conversationId: 1,
        key: 'w:900',
        data: { chatId: 'client', calledAt: NOW },
        notBefore: NOW + MINUTE,
      },
    ])
    expect(looked(decide({ numbersAreComments: false }))).toHaveLength(1)
    expect(looked(decide({ numbersAreComments: true }))).toEqual([])
    // A chat whose first message has just begun its task.
    expect(looked(decide({ numbersAreComments: true, task: null }))).toHaveLength(1)
    expect(looked(decide({}, { text: ' ' }))).toEqual([])
  })
})

describe('the device that a reply answers', () => {
  const device = (...recent: Message[]) => added(decide({ recent }))[0]?.chatraClientId

  test('the device of the last message that is in the task is answered', () => {
    expect(device(said(), said({ id: 2, chatraClientId: 'laptop' }))).toBe('laptop')
    expect(device(said(), said({ id: 2, state: 'queued', chatraClientId: 'laptop' }))).toBe('phone')
    expect(device(said(), readReply({ id: 2, chatraClientId: 'laptop' }))).toBe('phone')
  })
  test('of messages that came into the task in another order than they were written the last one there counts', () => {
    const earlier = said({ writtenAt: 10, sentAt: 30, chatraClientId: 'phone' })
    const laptop = said({ id: 2, writtenAt: 11, sentAt: 20, chatraClientId: 'laptop' })
    expect(device(earlier, laptop)).toBe('phone')
  })
  test('while it is not known whether the message of another device is in the task, the task is read', () => {
    const laptop = said({ id: 2, state: 'retrying', planfixTaskId: 100, chatraClientId: 'laptop' })
    expect(decide({ recent: [said(), laptop] }).skipped).toBe(READ_IN_TASK)
    expect(decide({ recent: [said(), { ...laptop, chatraClientId: 'phone' }] }).skipped).toBeNull()
  })
  test('what an agent wrote is from no device of the client', () => {
    const julia = { kind: 'agent', id: 'j', name: 'Julia', email: null } as const
    expect(device(said(), said({ id: 2, author: julia, chatraClientId: 'laptop' }))).toBe('phone')
    expect(device()).toBeNull()
  })
  test('a call that may be for one of several devices in several tasks is read in its task', () => {
    const other = said({ id: 2, chatraClientId: 'laptop', planfixTaskId: 101 })
    const decision = decide({ recent: [said(), other] })
    expect(decision.skipped).toBe(READ_IN_TASK)
    expect(decision.changes).toMatchObject([
      { type: 'job.add', job: { kind: 'find-comment', key: 'w:900', notBefore: NOW } },
    ])
  })
  test.each([
    ['of one device in two tasks', said({ id: 2, planfixTaskId: 101 })],
    ['of two devices in one task', said({ id: 2, chatraClientId: 'laptop' })],
    [
      'of an agent in another task',
      said({
        id: 2,
        author: { kind: 'agent', id: 'j', name: 'Julia', email: null },
        planfixTaskId: 101,
        chatraClientId: 'laptop',
      }),
    ],
    [
      'that is a reply',
      readReply({ id: 2, author: { kind: 'client', id: 'x', name: '' }, planfixTaskId: 9 }),
    ],
  ])('a message %s leaves no doubt', (_which, one) => {
    expect(decide({ recent: [said(), one] }).skipped).toBeNull()
  })
})

describe('the right to answer', () => {
  const settings = settingsOf({
    employees: [
      { planfixUserId: 'user:5' },
      { planfixUserId: 'user:6', allowed: false },
      { planfixUserId: 'user:7' },
    ],
  })
  const fate = (author: Partial<ReplyAuthor>, changes: Partial<ChannelState> = {}) =>
    decide({ settings, author: { ...ana, ...author }, ...changes }).skipped
  const nobody = { id: null, by: 'unknown' } as const
  const refused = 'employee-not-allowed'

  test('an employee who is allowed answers, whoever else Planfix notifies', () => {
    expect(settings.options.sendOnlyWhenClientIsRecipient).toBe(true)
    expect(fate({})).toBeNull()
  })
  test('an employee who is not allowed does not answer', () => {
    const decision = decide({ settings, author: { ...ana, id: 6 } })
    expect(decision.skipped).toBe(refused)
    expect(additions(decision)).toMatchObject([
      { states: [{ state: 'skipped', reason: refused }], message: { state: 'skipped', text: 'It left' } },
    ])
    expect(jobs(decision)).toMatchObject([{ kind: 'tick' }])
  })
  test('one of several employees of a name answers only when each of them may', () => {
    expect(fate({ ...nobody, mayBe: [5, 7] })).toBeNull()
    expect(fate({ ...nobody, mayBe: [5, 6] })).toBe(refused)
    expect(fate({ ...nobody, mayBe: [6, 5] })).toBe(refused)
  })
  test('a name of no employee answers only where every employee may, or where the names are unknown', () => {
    expect(fate({ ...nobody, mayBe: [] })).toBe(refused)
    expect(fate({ ...nobody, mayBe: [] }, { knowsPeople: false })).toBeNull()
    expect(fate({ ...nobody, mayBe: [] }, { settings: settingsOf() })).toBeNull()
  })
  test('a reply of an unknown author without anything to see is empty', () => {
    const author: ReplyAuthor = { ...ana, ...nobody, mayBe: [] }
    expect(decide({ author }, { text: '' }).skipped).toBe('empty')
  })
})

describe('a reply that is known', () => {
  test('a repeated call changes nothing', () => {
    const known = [readReply({ channelMessageId: '900' })]
    expect(decide({ known })).toEqual({ changes: [], skipped: RECEIVED_TWICE })
  })
  test('a message of ours that comes back gets the number of the call', () => {
    const recent = [1, 2].map((id) =>
      said({
        id,
        author: { kind: 'agent', id: 'j', name: 'Julia', email: null },
        sentAt: NOW,
        sentFingerprint: wordPrint('It left'),
      }),
    )
    const decision = decide({ recent })
    expect(decision.skipped).toBe('own-comment')
    expect(decision.changes).toEqual(
      [1, 2].map((id) => ({ type: 'message.patch', id, at: NOW, patch: { channelMessageId: '900' } })),
    )
    expect(patches(decide({ recent }, { messageId: null }))[0]).toEqual({ id: 1, channelMessageId: '' })
  })
  test('a reply that was read before gets the number of the call, and a tick', () => {
    const decision = decide({ recent: [readReply({ text: 'It left' })] })
    expect(decision.skipped).toBe('read-before')
    expect(patches(decision)).toEqual([{ id: 1, channelMessageId: '900' }])
    expect(jobs(decision)).toMatchObject([{ kind: 'tick', key: '900' }])
  })
  test('a known number of the comment says which reply was read before', () => {
    const recent = [readReply({ text: 'Edited since', planfixCommentId: 900 })]
    expect(decide({ recent, numbersAreComments: true }).skipped).toBe('read-before')
    expect(decide({ recent, numbersAreComments: false }).skipped).toBeNull()
    // Within the hour its call may come late, with the words from before the edit: the task is read.
    const fresh = recent.map((one) => ({ ...one, receivedAt: state().now }))
    expect(decide({ recent: fresh, numbersAreComments: false }).skipped).toBe('read-in-task')
  })
  test('where the number is that of the comment, another comment of the author keeps no call back', () => {
    const recent = [readReply({ text: 'Another', planfixCommentId: 800, receivedAt: NOW })]
    expect(decide({ recent, numbersAreComments: true }).skipped).toBeNull()
    expect(decide({ recent, numbersAreComments: null }).skipped).toBe(READ_IN_TASK)
  })
  test('a reply kept inside because the client was not notified goes out after all', () => {
    const kept = (changes: Partial<Message>, recent: readonly Message[] = []) =>
      patches(
        decide({
          recent: [
            ...recent,
            readReply({
              id: 9,
              text: 'It left',
              state: 'skipped',
              reason: 'internal-client-not-notified',
              chatraClientId: null,
              ...changes,
            }),
          ],
        }),
      )
    const queued = { id: 9, channelMessageId: '900', state: 'queued', reason: null }
    expect(kept({})).toEqual([{ ...queued, chatraClientId: null }])
    expect(kept({}, [said()])).toEqual([{ ...queued, chatraClientId: 'phone' }])
    expect(kept({ chatraClientId: 'laptop' }, [said()])).toEqual([{ ...queued, chatraClientId: 'laptop' }])
    expect(kept({ reason: 'employee-not-allowed' })).toEqual([{ id: 9, channelMessageId: '900' }])
    expect(kept({ state: 'delivered' })).toEqual([{ id: 9, channelMessageId: '900' }])
  })
})

describe('a call from before a restore', () => {
  const takeover = {
    at: NOW,
    until: NOW - MINUTE,
    cause: 'restore',
    backupAt: NOW - 60 * MINUTE,
  } as const
  const from = (receivedAt: number) => additions(decide({ takeover, receivedAt }))

  test('a call from well before the backup was answered by what was lost', () => {
    expect(from(NOW - 70 * MINUTE)).toMatchObject([
      { message: { state: 'skipped', reason: 'carried-before-restore', sentAt: NOW - 70 * MINUTE } },
    ])
  })
  test('a call since the backup may have been answered', () => {
    expect(from(NOW - 30 * MINUTE)).toMatchObject([
      { message: { state: 'uncertain', reason: 'carried-before-restore', sentAt: NOW - 30 * MINUTE } },
    ])
  })
  test('the device whose message is still to be found in the task was answered, so that the echo is recognised', () => {
    const recent = [said({ state: 'queued' })]
    const device = (before: ChannelState['takeover']) =>
      added(decide({ takeover: before, receivedAt: NOW - 30 * MINUTE, recent }))[0]?.chatraClientId
    expect(device(takeover)).toBe('phone')
    expect(device(null)).toBeNull()
  })
  test('a call that may be the echo of an agent’s message which is to be written again is read in the task', () => {
    const agents = (changes: Partial<Message> = {}) =>
      message({
        author: { kind: 'agent', id: 'j', name: 'Julia', email: null },
        text: 'It left.',
        planfixCommentId: null,
        ...changes,
      })
    const echo = (one: Message, restoredAt: number | null = NOW) =>
      decide({ restoredAt, recent: [one] }, { text: 'Julia (Chatra): It left' }).skipped
    expect(echo(agents())).toBe(READ_IN_TASK)
    expect(echo(agents(), null)).not.toBe(READ_IN_TASK)
    expect(echo(agents({ writtenAt: NOW }))).not.toBe(READ_IN_TASK)
    expect(echo(agents({ text: 'Soon' }))).not.toBe(READ_IN_TASK)
    expect(echo(agents({ text: '' }))).not.toBe(READ_IN_TASK)
    expect(echo(agents({ planfixCommentId: 10 }))).not.toBe(READ_IN_TASK)
    expect(echo(agents({ direction: 'to-chatra' }))).not.toBe(READ_IN_TASK)
    expect(echo(agents({ author: { kind: 'client', id: 'client', name: 'Anna' } }))).not.toBe(READ_IN_TASK)
  })
  test('a call that is repeated after the restore, of a reply whose echo alone is known, is read in the task', () => {
    const repeated = (text: string, before: ChannelState['takeover'] = null) =>
      decide({ restoredAt: NOW, takeover: before, echoes: [readReply({ text })] }).skipped
    expect(repeated('It left!')).toBe(READ_IN_TASK)
    expect(repeated('It left\nhttps://shop.example/files/1')).toBe(READ_IN_TASK)
    expect(repeated('It arrived')).toBeNull()
    expect(repeated('')).toBeNull()
    expect(repeated('It left!', takeover)).toBeNull()
  })
  test('a call from after the lost time is answered', () => {
    expect(from(NOW + 1)).toMatchObject([{ message: { state: 'queued' } }])
  })
  test('a call that does not go out is in no doubt', () => {
    expect(additions(decide({ takeover, receivedAt: NOW - 30 * MINUTE }, { text: '' }))).toMatchObject([
      { message: { state: 'skipped', reason: 'empty' } },
    ])
  })
  test('a reply that was seen in the chat is settled by it', () => {
    const echo = readReply({ id: 30, text: 'It left', writtenAt: NOW - 30 * MINUTE, reason: 'echo-seen' })
    const settled = (receivedAt: number) =>
      patches(decide({ takeover, receivedAt, echoes: [echo], recent: [] }))
    expect(settled(NOW - 30 * MINUTE)).toMatchObject([
      { id: 30, originKey: 'w:900', channelMessageId: '900' },
    ])
    expect(settled(NOW - 20 * MINUTE)).toEqual([])
  })
})
