import { describe, expect, test } from 'vitest'
import { decideComment } from '../../../../src/main/engine/intake/comment/comment.ts'
import type { CommentState } from '../../../../src/main/engine/intake/comment/comment-input.ts'
import type { PlanfixComment } from '../../../../src/main/engine/ports.ts'
import { message } from '../../../support/builders.ts'
import { comment, conversation, settingsOf, task } from '../values.ts'

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

  test('an internal comment stays internal after a restore', () => {
    expect(stateOf(BACKUP + MINUTE, { echoes: [echo] }, { text: 'Good day', isHidden: true })).toEqual([
      ['skipped', 'internal-hidden'],
    ])
  })
})
