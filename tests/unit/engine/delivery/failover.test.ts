import { describe, expect, test } from 'vitest'
import { decideComment } from '../../../../src/main/engine/intake/comment/comment.ts'
import type { CommentState } from '../../../../src/main/engine/intake/comment/comment-input.ts'
import type { PlanfixComment } from '../../../../src/main/engine/ports.ts'
import { message } from '../../../support/builders.ts'
import { comment, conversation, reply, settingsOf, task } from '../values.ts'

const MINUTE = 60_000
const END = 100 * MINUTE
const decided = (at: number | null, first: boolean, more: Partial<CommentState> = {}) => {
  const { changes } = decideComment(
    { taskId: 100, comment: comment({ at }), first },
    {
      settings: settingsOf(),
      now: END + 10 * MINUTE,
      task: task(),
      conversation: conversation(),
      contactIds: [92],
      known: [],
      attempts: [],
      maxText: 5000,
      newId: () => 1,
      takeover: { at: END + 5 * MINUTE, until: END },
      ...more,
    },
  )
  return changes.flatMap((change) => (change.type === 'message.add' ? [change.message.state] : []))
}

test.each([
  ['long before the former computer’s end', END - 6 * MINUTE, 'skipped'],
  ['shortly before it', END - MINUTE, 'uncertain'],
  ['in the minute of it', END + MINUTE, 'uncertain'],
  ['after it', END + 2 * MINUTE, 'queued'],
  ['nobody knows when', null, 'uncertain'],
] as const)(
  'a reply that was written %s is decided on at the first read after a takeover',
  (_when, at, state) => {
    expect(decided(at, true)).toEqual([state])
  },
)

test('a reply that comes after the first read is delivered, however near', () => {
  expect(decided(END, false)).toEqual(['queued'])
})

test.each([
  ['what this computer wrote since it took over', true, 'queued'],
  ['anything else', false, 'uncertain'],
] as const)(
  'a reply after %s is delivered, in the minute of the takeover',
  (_what, isSinceTakeover, state) => {
    expect(decided(END + MINUTE, true, { isSinceTakeover })).toEqual([state])
  },
)

describe('a reply that is found at the first read after a restore', () => {
  const BACKUP = END - 60 * MINUTE
  const found = (
    at: number | null,
    changes: Partial<CommentState> = {},
    fields: Partial<PlanfixComment> = {},
  ) =>
    decideComment(
      { taskId: 100, comment: comment({ at, ...fields }), first: true },
      {
        settings: settingsOf(),
        now: END + 10 * MINUTE,
        task: task(),
        conversation: conversation(),
        contactIds: [92],
        known: [],
        attempts: [],
        maxText: 5000,
        newId: () => 7,
        device: 'device',
        takeover: { at: END + 5 * MINUTE, until: END, cause: 'restore', backupAt: BACKUP },
        ...changes,
      },
    )
  const stateOf = (...args: Parameters<typeof found>) =>
    found(...args).changes.flatMap((change) =>
      change.type === 'message.add' ? [[change.message.state, change.message.reason]] : [change.type],
    )

  test.each([
    ['before the backup', BACKUP - 6 * MINUTE, ['skipped', 'carried-before-restore']],
    ['since the backup', BACKUP + MINUTE, ['uncertain', 'carried-before-restore']],
    ['as the store was lost', END, ['uncertain', 'carried-before-restore']],
    ['after it was lost', END + 2 * MINUTE, ['queued', null]],
    ['nobody knows when', null, ['uncertain', 'carried-before-restore']],
  ] as const)('a reply written %s is decided on after a restore', (_when, at, state) => {
    expect(stateOf(at)).toEqual([state])
  })

  const echo = message({
    id: 3,
    direction: 'to-chatra',
    state: 'delivered',
    reason: 'carried-before-restore',
    text: 'Good day',
    originKey: 'e:m1',
    chatraMessageId: 'm1',
    writtenAt: BACKUP + 2 * MINUTE,
  })

  test('a reply whose echo was seen in the chat is settled', () => {
    const { changes } = found(BACKUP + MINUTE, { echoes: [echo] }, { id: 55, text: 'Good day' })
    expect(changes).toMatchObject([
      { type: 'message.patch', id: 3, patch: { originKey: 'p:55', planfixCommentId: 55, conversationId: 1 } },
    ])
  })

  test('a reply with its files as links after the text is settled by its echo', () => {
    const files = [{ id: 1, name: 'a.pdf', size: null }]
    const withLink = { ...echo, text: 'Good day\na.pdf: https://bridge.example/f/1' }
    expect(stateOf(BACKUP + MINUTE, { echoes: [withLink] }, { text: 'Good day', files })).toEqual([
      'message.patch',
    ])
  })

  test.each([
    ['says something else', { text: 'Another day' }],
    ['was seen before it was written', { writtenAt: BACKUP - 20 * MINUTE }],
  ])('a reply is not settled where the echo %s', (_how, change) => {
    const state = stateOf(BACKUP + MINUTE, { echoes: [{ ...echo, ...change }] }, { text: 'Good day' })
    expect(state).toEqual([['uncertain', 'carried-before-restore']])
  })

  test('one echo settles one of two equal replies', () => {
    const parts = stateOf(BACKUP + MINUTE, { echoes: [echo], maxText: 40 }, { text: 'Good day '.repeat(8) })
    expect(parts.length).toBeGreaterThan(1)
    expect(parts).not.toContain('message.patch')
  })

  test('a comment with a source id is our own: only programs set them', () => {
    expect(found(BACKUP + MINUTE, {}, { sourceObjectId: 'x' })).toMatchObject({
      changes: [{ type: 'fact.set', key: 'commentIdsHandedBack' }],
      skipped: 'own-comment',
    })
  })

  describe('and is known to the restored store as internal', () => {
    const note = reply({
      id: 9,
      state: 'skipped',
      reason: 'internal-client-not-notified',
      sentAt: null,
      attempts: 0,
    })
    const patchOf = (...args: Parameters<typeof found>) =>
      Object.assign(
        {},
        ...found(...args).changes.map((change) =>
          change.type === 'message.patch' ? { [change.id]: change.patch } : {},
        ),
      ) as Record<number, object>

    test('it may have been opened, and sent, since the backup', () => {
      expect(patchOf(BACKUP - 20 * MINUTE, { known: [note] })[9]).toMatchObject({
        state: 'uncertain',
        reason: 'carried-before-restore',
      })
    })
    test('the echo that was seen in the chat settles it', () => {
      const patches = patchOf(BACKUP - 20 * MINUTE, { known: [note], echoes: [echo] }, { text: 'Good day' })
      expect(patches[9]).toMatchObject({ state: 'delivered', chatraMessageId: 'm1', echoed: true })
      expect(patches[3]).toMatchObject({
        state: 'skipped',
        reason: 'own-echo (message 9)',
        chatraMessageId: null,
      })
    })
    test('another echo does not settle it', () => {
      const patches = patchOf(BACKUP - 20 * MINUTE, { known: [note], echoes: [echo] })
      expect(patches[9]).toMatchObject({ state: 'uncertain' })
      expect(patches[3]).toBeUndefined()
    })
    test('it is sent when the comment was written after the store was lost', () => {
      expect(patchOf(END + 2 * MINUTE, { known: [note] })[9]).toMatchObject({ state: 'queued' })
    })
    test('a part that it grew by may have been sent, too', () => {
      const said = reply({ id: 9, text: 'Hello', sentAt: BACKUP, chatraMessageId: 'm0' })
      const grown = found(
        BACKUP - 20 * MINUTE,
        { known: [said], maxText: 40 },
        { text: 'Hello Anna '.repeat(6) },
      )
      const states = grown.changes.flatMap((change) =>
        change.type === 'message.add' ? [[change.message.kind, change.message.state]] : [],
      )
      expect(states).toContainEqual(['edit', 'queued'])
      expect(states).toContainEqual(['text', 'uncertain'])
      expect(states).not.toContainEqual(['text', 'queued'])
    })
  })

  test('an internal comment stays internal after a restore', () => {
    expect(stateOf(BACKUP + MINUTE, { echoes: [echo] }, { text: 'Good day', isHidden: true })).toEqual([
      ['skipped', 'internal-hidden'],
    ])
  })
})
