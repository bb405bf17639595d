import { describe, expect, test } from 'vitest'
import { goneComment } from '../../../../src/main/engine/intake/comment/comment-input.ts'
import { deliveredBefore, inDoubt } from '../../../../src/main/engine/intake/delivered-before.ts'
import { partsOf } from '../../../../src/main/engine/intake/parts.ts'
import type { Change, Takeover } from '../../../../src/main/engine/ports.ts'
import { comparable, fingerprint } from '../../../../src/main/engine/text.ts'
import { comment, reply } from '../values.ts'

const MINUTE = 60_000
const UNTIL = 1_000 * MINUTE
const other: Takeover = { at: UNTIL + 5_000, until: UNTIL }
const restore: Takeover = { ...other, cause: 'restore', backupAt: UNTIL - 60 * MINUTE }

describe('a comment that exists when this computer takes over', () => {
  const at = (time: number | null, takeover: Takeover | null = other) =>
    deliveredBefore(comment({ at: time }), takeover)

  test('a comment written well before the takeover was delivered by the other computer', () => {
    expect(at(UNTIL - 5 * MINUTE - 1)).toBe('skipped')
    expect(at(UNTIL - 5 * MINUTE)).toBe('uncertain')
  })
  test('a comment of about that time, or without a time, may have been delivered', () => {
    expect(at(UNTIL + MINUTE)).toBe('uncertain')
    expect(at(null)).toBe('uncertain')
  })
  test('a comment written after the takeover was not delivered', () => {
    expect(at(UNTIL + MINUTE + 1)).toBeNull()
    expect(at(0, null)).toBeNull()
  })
  test('after a restore a comment since the backup is in doubt', () => {
    expect(at(UNTIL - 65 * MINUTE - 1, restore)).toBe('skipped')
    expect(at(UNTIL - 65 * MINUTE, restore)).toBe('uncertain')
    expect(at(UNTIL - 10 * MINUTE, restore)).toBe('uncertain')
  })
})

describe('a reply that may have been sent before', () => {
  type Added = Extract<Change, { type: 'message.add' }>
  const added = (changes = {}): Added => ({
    type: 'message.add',
    states: [{ state: 'received', reason: null }],
    message: reply({
      id: 9,
      text: 'It left',
      state: 'queued',
      sentAt: null,
      fingerprint: 'print',
      ...changes,
    }),
  })
  const about = comment({ at: UNTIL })

  test('a possibly sent reply is stored, so that its echo settles it', () => {
    expect(inDoubt([added()], 'uncertain', about, { takeover: other, now: 5 })).toEqual([
      {
        ...added(),
        states: [
          { state: 'received', reason: null },
          { state: 'uncertain', reason: 'carried-by-another' },
        ],
        message: {
          ...added().message,
          state: 'uncertain',
          reason: 'carried-by-another',
          sentAt: UNTIL,
          sentFingerprint: fingerprint(comparable('It left')),
        },
      },
    ])
    expect(inDoubt([added()], 'skipped', comment({ at: null }), { takeover: restore, now: 5 })).toMatchObject(
      [{ message: { state: 'skipped', reason: 'carried-before-restore', sentAt: 5 } }],
    )
    expect(inDoubt([added()], 'skipped', about, { now: 5 })).toMatchObject([
      { message: { reason: 'carried-by-another' } },
    ])
  })

  const echo = (changes = {}) =>
    reply({ id: 30, text: 'It left', writtenAt: UNTIL, reason: 'carried-before-restore', ...changes })
  const settle = (echoes: ReturnType<typeof echo>[], parts = [added()], one = about) =>
    inDoubt(parts, 'uncertain', one, { takeover: restore, echoes, now: 5 })

  test('a possibly sent reply is settled by an echo with its text', () => {
    const { author, text, files, originKey, planfixTaskId, planfixCommentId, conversationId } =
      added().message
    expect(settle([echo({ id: 29, text: 'other words' }), echo()])).toEqual([
      {
        type: 'message.patch',
        id: 30,
        at: 5,
        patch: {
          author,
          text,
          files,
          originKey,
          planfixTaskId,
          planfixCommentId,
          channelMessageId: null,
          conversationId,
          fingerprint: 'print',
          reason: 'carried-before-restore',
        },
      },
    ])
  })
  test('a possibly sent reply of several lines is settled by its echo', () => {
    const text = 'It left\ntoday'
    expect(settle([echo({ text })], [added({ text })])).toMatchObject([{ type: 'message.patch', id: 30 }])
  })
  test('an echo from well before the comment does not settle it', () => {
    expect(settle([echo({ writtenAt: UNTIL - 5 * MINUTE })])).toMatchObject([{ type: 'message.patch' }])
    expect(settle([echo({ writtenAt: UNTIL - 5 * MINUTE - 1 })])).toMatchObject([{ type: 'message.add' }])
    expect(settle([echo({ writtenAt: 0 })], [added()], comment({ at: null }))).toMatchObject([
      { type: 'message.patch' },
    ])
  })
  test('each echo settles one reply', () => {
    expect(settle([echo()], [added(), added({ id: 10 })])).toMatchObject([
      { type: 'message.patch', id: 30 },
      { type: 'message.add', message: { id: 10 } },
    ])
    expect(settle([echo(), echo({ id: 31 })], [added(), added({ id: 10 })])).toMatchObject([
      { id: 30 },
      { id: 31 },
    ])
  })
  test('a possibly sent reply is recognised by its text without its file lines', () => {
    const [part] = partsOf(
      {
        text: 'Two',
        files: [
          { id: 1, name: 'a', size: 1 },
          { id: 2, name: 'b', size: 1 },
        ],
      },
      500,
      () => 10,
    )
    const withFiles = added({ text: 'Two', files: part?.files })
    expect(
      settle([echo({ text: 'Two\na: https://x.example/1\nb: https://x.example/2' })], [withFiles]),
    ).toMatchObject([{ type: 'message.patch' }])
    expect(settle([echo({ text: 'Two\na: https://x.example/1' })], [withFiles])).toMatchObject([
      { type: 'message.add' },
    ])
  })
})

test('a deleted comment is known only by its number', () => {
  expect(goneComment(7)).toEqual({
    id: 7,
    type: 'Comment',
    text: '',
    owner: null,
    ownerName: '',
    recipients: [],
    files: [],
    isHidden: false,
    isDeleted: true,
    sourceObjectId: null,
    at: null,
  })
})
