import { describe, expect, test } from 'vitest'
import { fileOf, isLateFile, lateFile, lateFileKey } from '../../../../src/main/engine/intake/late-file.ts'
import type { Message, PendingWrite } from '../../../../src/shared/domain.ts'
import { message } from '../../../support/builders.ts'
import { conversation, said } from '../values.ts'

const file = { name: 'a.jpg', url: 'https://files.example/a', size: 3 }
const withFile = said({ text: 'a.jpg', file })
const known = (changes: Partial<Message> = {}) =>
  message({ id: 5, originKey: 'c:m1', text: 'Look', state: 'delivered', ...changes })
const attempt: PendingWrite = {
  kind: 'comment',
  sourceObjectId: 's',
  messageIds: [5],
  startedAt: 0,
  unclearAt: null,
  answered: false,
  text: 'Look',
  ownerUserId: null,
}
const state = (changes = {}) => ({
  known: new Map<string, Message>(),
  written: [] as Message[],
  now: 1000,
  newId: () => 77,
  ...changes,
})
const decide = (changes: Partial<Message> = {}, more = {}, at = conversation({ id: 8 })) =>
  lateFile(withFile, known(changes), at, state(more))

test('a file of a webhook is identified by its address alone', () => {
  expect(fileOf(withFile)).toEqual([{ name: 'a.jpg', url: file.url, planfixFileId: null, size: 3 }])
  expect(fileOf(said())).toEqual([])
})

test("only a message with a file and a file's key is a late file", () => {
  const files = fileOf(withFile)
  expect(lateFileKey('c:m1')).toBe('c:m1:file')
  expect(isLateFile({ originKey: 'c:m1:file', files })).toBe(true)
  expect(isLateFile({ originKey: 'c:m1', files })).toBe(false)
  expect(isLateFile({ originKey: 'c:m1:file', files: [] })).toBe(false)
})

describe('a message that is seen again with its file', () => {
  test.each(['queued', 'retrying'] as const)('a message that is %s gets its late file', (itsState) => {
    const patch = { type: 'message.patch', id: 5, at: 1000, patch: { files: fileOf(withFile) } }
    expect(decide({ state: itsState })).toEqual([patch])
    const other = conversation({ attempt: { ...attempt, messageIds: [6] } })
    expect(decide({ state: itsState }, {}, other)).toEqual([patch])
    expect(lateFile(withFile, known({ state: itsState }), null, state())).toEqual([patch])
  })

  test('a delivered message is followed by its late file', () => {
    const follows = [
      {
        type: 'message.add',
        message: {
          ...known(),
          id: 77,
          originKey: 'c:m1:file',
          text: 'a.jpg',
          files: fileOf(withFile),
          receivedAt: 1000,
          conversationId: 8,
          planfixTaskId: null,
          planfixCommentId: null,
          state: 'queued',
          reason: null,
          late: false,
          attempts: 0,
        },
        states: [
          { state: 'received', reason: null },
          { state: 'queued', reason: null },
        ],
      },
    ]
    const carried = { planfixTaskId: 100, planfixCommentId: 12, late: true, attempts: 2, reason: 'x' }
    expect(decide(carried)).toEqual(follows)
    expect(decide({ ...carried, state: 'queued' }, {}, conversation({ id: 8, attempt }))).toEqual(follows)
    expect(lateFile(withFile, known({ conversationId: 3 }), null, state())).toMatchObject([
      { message: { conversationId: 3 } },
    ])
  })

  test.each<[string, Partial<Message>]>([
    ['it had a file', { files: fileOf(withFile) }],
    ['it is a reply of ours', { direction: 'to-chatra' }],
    ['it only explains an event', { kind: 'event' }],
    ['it was not carried', { state: 'skipped' }],
    ['its words have been forgotten', { text: '' }],
  ])('stays as it is where %s', (_why, changes) => {
    expect(decide(changes)).toEqual([])
  })

  test('a late file does not follow twice', () => {
    const followed = message({ originKey: 'c:m1:file' })
    expect(decide({}, { known: new Map([['c:m1:file', followed]]) })).toEqual([])
    expect(decide({}, { written: [message({ originKey: 'c:m0' }), followed] })).toEqual([])
    expect(decide({}, { written: [message({ originKey: 'c:m0' })] })).toHaveLength(1)
  })

  test('a repeated message without a file changes nothing', () => {
    expect(lateFile(said(), known(), conversation(), state())).toEqual([])
  })
})
