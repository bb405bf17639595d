import { describe, expect, test } from 'vitest'
import { fingerprintOf } from '../../../../../src/main/engine/intake/comment/comment-fingerprint.ts'
import type { CommentState } from '../../../../../src/main/engine/intake/comment/comment-input.ts'
import {
  changesOf,
  replyMessage,
  WAITS,
} from '../../../../../src/main/engine/intake/comment/reply-changes.ts'
import type { ReplyAct } from '../../../../../src/main/engine/intake/comment/reply-plan.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { comment, conversation, reply, settingsOf, task } from '../../values.ts'

const NOW = 5_000
function state(changes: Partial<CommentState> = {}): CommentState {
  let next = 100
  return {
    settings: settingsOf(),
    now: NOW,
    task: task({ taskId: 41 }),
    conversation: conversation({ id: 8 }),
    contactIds: [92],
    known: [],
    attempts: [],
    maxText: 5000,
    newId: () => next++,
    ...changes,
  }
}
const about = comment({ id: 12, at: 700, owner: 'user:6', ownerName: 'Oleg' })
const print = fingerprintOf(about)
const file = { name: 'a', url: null, planfixFileId: 3, size: 1 }
const part = { text: 'new words', files: [file] }
const known = (changes: Partial<Message> = {}) => reply({ id: 2, fingerprint: print, ...changes })
const changes = (acts: ReplyAct[], replies: Message[] = [], more: Partial<CommentState> = {}) =>
  changesOf(acts, about, replies, state(more))
const waits = [
  { state: 'received', reason: null },
  { state: 'queued', reason: null },
]
const author = { kind: 'employee', id: 6, name: 'Oleg' }

test('a message of a comment contains all known facts, and waits', () => {
  const how = { part, id: 50, position: 49, key: 'p:12' }
  expect(replyMessage(how, WAITS, about, state({ device: 'phone' }))).toEqual({
    type: 'message.add',
    states: waits,
    message: {
      id: 50,
      connectionId: 'shop',
      conversationId: 8,
      direction: 'to-chatra',
      kind: 'text',
      author,
      text: 'new words',
      files: [file],
      originKey: 'p:12',
      chatraClientId: 'phone',
      chatraMessageId: null,
      channelMessageId: null,
      planfixTaskId: 41,
      planfixCommentId: 12,
      targetId: null,
      writtenAt: 700,
      receivedAt: NOW,
      position: 49,
      state: 'queued',
      reason: null,
      late: false,
      attempts: 0,
      sentAt: null,
      echoed: false,
      sentFingerprint: null,
      fingerprint: print,
    },
  })
})

test('a message of a comment without author and time has no author, and is of now', () => {
  const unknown = comment({ owner: null, ownerName: '', at: null })
  const how = { part, id: 50, position: 50, key: 'p:10' }
  const kept = [{ state: 'skipped', reason: 'internal-hidden' }] as const
  expect(replyMessage(how, kept, unknown, state()).message).toMatchObject({
    author: { kind: 'employee', id: 0, name: '' },
    writtenAt: NOW,
    chatraClientId: null,
    state: 'skipped',
    reason: 'internal-hidden',
  })
})

describe('the text that is to be sent', () => {
  test('a new text is a separate message', () => {
    expect(changes([{ do: 'say', part, again: null, behind: null }])).toMatchObject([
      {
        type: 'message.add',
        states: waits,
        message: { id: 100, position: 100, originKey: 'p:12:again:100', text: 'new words', files: [file] },
      },
    ])
  })
  test('a new text follows the waiting part directly, in order', () => {
    const first = known({ position: 7 })
    const act: ReplyAct = { do: 'say', part, again: null, behind: first }
    expect(changes([act, act], [first])).toMatchObject([
      { message: { position: 7 + 1 / 1024 } },
      { message: { position: 7 + 2 / 1024 } },
    ])
  })
  test('a new text uses the row of an unsent message, unless that changed meanwhile', () => {
    const again = known({ state: 'skipped', reason: 'internal-hidden' })
    const act: ReplyAct = { do: 'say', part, again, behind: null }
    const patch = {
      state: 'queued',
      reason: null,
      text: 'new words',
      files: [file],
      author,
      position: 100,
    }
    const expected = { type: 'message.patch', id: 2, at: NOW, from: ['skipped'], patch }
    expect(changes([act], [again])).toEqual([expected])
    expect(changes([act], [again], { device: 'phone' })).toEqual([
      { ...expected, patch: { ...patch, chatraClientId: 'phone' } },
    ])
  })
})

test('a waiting message gets the new text, unless it changed meanwhile', () => {
  const message = known({ state: 'retrying' })
  expect(changes([{ do: 'reword', message, part }], [message])).toEqual([
    {
      type: 'message.patch',
      id: 2,
      at: NOW,
      patch: { text: 'new words', files: [file], author },
      from: ['retrying'],
    },
  ])
})

describe('an edit or a deletion', () => {
  const said = known({ chatraMessageId: 'm', attempts: 3, sentAt: 9, echoed: true, sentFingerprint: 'x' })
  test('an edit or a deletion waits like a message, and knows its target', () => {
    expect(changes([{ do: 'edit', reply: said, part }], [said])).toEqual([
      {
        type: 'message.add',
        states: waits,
        message: {
          ...said,
          id: 100,
          kind: 'edit',
          text: 'new words',
          files: [file],
          targetId: 2,
          originKey: 'p:10:edit:100',
          conversationId: 8,
          chatraMessageId: null,
          receivedAt: NOW,
          writtenAt: NOW,
          position: 100,
          attempts: 0,
          sentAt: null,
          echoed: false,
          sentFingerprint: null,
          state: 'queued',
          reason: null,
        },
      },
    ])
  })
  test('a deletion keeps the removed text', () => {
    expect(changes([{ do: 'remove', reply: said }], [said])).toMatchObject([
      {
        states: waits,
        message: { kind: 'delete', text: said.text, targetId: 2, originKey: 'p:10:delete:100' },
      },
    ])
  })
})

describe('jobs and messages that are dropped', () => {
  const dropped = (itsState: Message['state']) =>
    changes([{ do: 'drop', message: known({ state: itsState }), reason: 'replaced' }], [known()])
  test.each(['received', 'queued', 'retrying'] as const)(
    'a dropped message is skipped from any waiting state when it is %s',
    (itsState) => {
      expect(dropped(itsState)).toEqual([
        {
          type: 'message.patch',
          id: 2,
          at: NOW,
          patch: { state: 'skipped', reason: 'replaced' },
          from: ['received', 'queued', 'retrying'],
        },
      ])
    },
  )
  test('a dropped message that does not wait is skipped from its own state', () => {
    expect(dropped('failed')).toMatchObject([{ from: ['failed'] }])
    const message = known({ state: 'skipped' })
    expect(changes([{ do: 'explain', message, reason: 'internal-hidden' }], [message])).toMatchObject([
      { patch: { state: 'skipped', reason: 'internal-hidden' }, from: ['skipped'] },
    ])
  })
})

describe('the fingerprint of the comment', () => {
  test('the fingerprint is written to each message, in its existing patch if any', () => {
    const [one, two, three] = [
      known({ id: 1, fingerprint: 'old', state: 'queued' }),
      known({ id: 2, fingerprint: null }),
      known({ id: 3 }),
    ]
    expect(changes([{ do: 'reword', message: one, part }], [one, two, three])).toEqual([
      expect.objectContaining({
        id: 1,
        patch: { text: 'new words', files: [file], author, fingerprint: print },
      }),
      { type: 'message.patch', id: 2, at: NOW, patch: { fingerprint: print } },
    ])
    expect(changes([], [three])).toEqual([])
  })
})

describe('a new version that stays internal', () => {
  const said = known({ id: 2, chatraMessageId: 'm' })
  const keep: ReplyAct = { do: 'keep-inside', reply: said, part, reason: 'internal-hidden' }
  const note = (messageId: number | null) => ({
    type: 'job.add',
    job: {
      id: 101,
      connectionId: 'shop',
      conversationId: 8,
      kind: 'note',
      key: 'kept-inside:12',
      data: { what: 'kept-inside', messageId, taskId: 41 },
      notBefore: NOW,
      failures: 0,
      attempt: null,
    },
  })

  test('an employee whose new version stays internal gets a note and a log line', () => {
    expect(changes([keep], [said])).toEqual([
      expect.objectContaining({
        states: [{ state: 'skipped', reason: 'internal-hidden' }],
        message: expect.objectContaining({
          kind: 'edit',
          targetId: 2,
          state: 'skipped',
          reason: 'internal-hidden',
        }),
      }),
      note(2),
    ])
  })
  test('a note is written about a dropped edit, not about an unsent message', () => {
    const edit = known({ id: 3, kind: 'edit', targetId: 2, state: 'queued' })
    const [, told] = changes([{ do: 'drop', message: edit, reason: 'internal-hidden' }])
    expect(told).toEqual({ ...note(2), job: { ...note(2).job, id: 100 } })
    for (const [message, reason] of [
      [edit, 'replaced'],
      [known({ kind: 'text', state: 'queued' }), 'internal-hidden'],
    ] as const)
      expect(changes([{ do: 'drop', message, reason }])).toHaveLength(1)
  })
  test('an employee gets one note about the same version', () => {
    const before = known({ id: 5, kind: 'edit', state: 'skipped', reason: 'internal-hidden' })
    expect(changes([keep], [said], { changes: [before] })).toHaveLength(1)
    expect(changes([keep], [said], { changes: [known({ id: 5, kind: 'edit' })] })).toHaveLength(2)
  })
})

test('a reply that is sent again keeps its recipient while no device is known', () => {
  const again = known({ state: 'skipped', reason: 'empty' })
  const [patch] = changes([{ do: 'say', part, again, behind: null }], [again])
  expect(patch).toMatchObject({ type: 'message.patch', id: 2 })
  expect(patch).not.toHaveProperty('patch.chatraClientId')
})
