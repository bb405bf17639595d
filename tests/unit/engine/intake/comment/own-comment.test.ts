import { describe, expect, test } from 'vitest'
import {
  type OwnMarks,
  recognise,
  type WriteOfClient,
} from '../../../../../src/main/engine/intake/comment/own-comment.ts'
import type { PlanfixComment } from '../../../../../src/main/engine/ports.ts'
import { printOfText } from '../../../../../src/main/engine/text.ts'
import { comment, reply, task } from '../../values.ts'

const MINUTE = 60_000
const START = 100 * MINUTE
const write = (changes: Partial<WriteOfClient> = {}): WriteOfClient => ({
  kind: 'comment',
  sourceObjectId: 'our-id',
  messageIds: [7],
  startedAt: START,
  unclearAt: null,
  answered: false,
  text: 'Да',
  ownerUserId: null,
  ...changes,
})
const ofClient = write({ byClient: true })
const note = write({ kind: 'chore' })
const asJulia = write({ ownerUserId: 5 })

const by = (changes: Partial<PlanfixComment>, marks: Partial<OwnMarks> = {}) =>
  recognise(comment({ text: 'Да', at: START, ...changes }), {
    task: task(),
    known: [],
    attempts: [],
    contactIds: [92],
    now: START + 1000,
    ...marks,
  })

test.each<[string, Partial<PlanfixComment>, Partial<OwnMarks>, ReturnType<typeof recognise>]>([
  ['nothing of ours is under way', {}, {}, null],
  ['our source id', { sourceObjectId: 'our-id', text: 'other words' }, { attempts: [ofClient] }, 'by-id'],
  ['it mirrors a client’s message', {}, { known: [reply({ direction: 'to-planfix' })] }, 'by-id'],
  ['the client’s words under his card', { owner: 'contact:92' }, { attempts: [ofClient] }, 'by-text'],
  [
    'the client’s words under the token’s user',
    { owner: 'user:1' },
    { attempts: [ofClient], tokenUserId: 1 },
    'by-text',
  ],
  ['an employee who writes the same as the client', {}, { attempts: [ofClient], tokenUserId: 1 }, null],
  ['the same, while nobody knows the token’s user', {}, { attempts: [ofClient] }, null],
  [
    'a note of ours under the token’s user',
    { owner: 'user:1' },
    { attempts: [note], tokenUserId: 1 },
    'by-text',
  ],
  ['an employee who writes the same as a note', {}, { attempts: [note], tokenUserId: 1 }, null],
  ['a mirrored agent under her own name', {}, { attempts: [asJulia] }, 'by-text'],
  ['another employee with the same words', { owner: 'user:6' }, { attempts: [asJulia] }, null],
  ['the account hands ids back, and it has none', {}, { attempts: [asJulia], idsHandedBack: true }, null],
  ['it has somebody else’s id', { sourceObjectId: 'theirs' }, { attempts: [asJulia] }, null],
  [
    'written an hour later',
    { at: START + 60 * MINUTE },
    { attempts: [asJulia], now: START + 60 * MINUTE },
    null,
  ],
  ['read late, but written then', {}, { attempts: [asJulia], now: START + 60 * MINUTE }, 'by-text'],
  ['read then, its zone not known yet', { at: START - 300 * MINUTE }, { attempts: [asJulia] }, 'by-text'],
])('%s', (_what, changes, marks, outcome) => {
  expect(by(changes, marks)).toBe(outcome)
})

test.each<[string, Partial<PlanfixComment>, Partial<OwnMarks>, ReturnType<typeof recognise>]>([
  ['the first comment of the feed with the task’s words', { owner: 'user:1' }, {}, 'description'],
  ['the same, under the client’s card', { owner: 'contact:92' }, { tokenUserId: 1 }, 'description'],
  ['an employee who pastes them', {}, { tokenUserId: 1 }, null],
  ['pasted after a message of the client', { owner: 'user:1' }, { isLater: true }, null],
  ['pasted once the description is known', { id: 11 }, { task: task({ descriptionCommentId: 10 }) }, null],
  [
    'the description that was edited',
    { text: 'other' },
    { task: task({ descriptionCommentId: 10 }) },
    'description',
  ],
])('description: %s', (_what, changes, marks, outcome) => {
  expect(by({ text: 'First words\nSource: Chatra', ...changes }, marks)).toBe(outcome)
})

test('an id of one of several writes is ours, a missing or foreign id is not', () => {
  const attempts = [write({ sourceObjectId: 'other' }), write()]
  expect(by({ sourceObjectId: 'our-id', text: 'x' }, { attempts })).toBe('by-id')
  expect(by({ text: 'x' }, { attempts: [write({ sourceObjectId: null as unknown as string })] })).toBeNull()
  expect(by({}, { known: [reply()] })).toBeNull()
})

test('a text that was removed matches no comment', () => {
  expect(by({ text: '' }, { attempts: [write({ text: '', ownerUserId: 5 })] })).toBeNull()
})

test.each<[string, PlanfixComment['owner'], Partial<WriteOfClient>, Partial<OwnMarks>, boolean]>([
  ['nobody known', null, { ownerUserId: 6 }, {}, true],
  ['one of several cards of the client', 'contact:92', {}, { contactIds: [7, 92] }, true],
  ['a card of somebody else', 'contact:8', {}, { contactIds: [7, 92] }, false],
  ['a card, for an employee’s words', 'contact:92', { ownerUserId: 5 }, {}, false],
  ['any user, while nobody knows which one the token has', 'user:9', {}, {}, true],
  ['any user, for a client’s words', 'user:', { byClient: true }, {}, true],
  ['a robot', 'robot:1', {}, {}, false],
])('words of ours under %s', (_whose, owner, changes, marks, isOurs) => {
  expect(by({ owner }, { attempts: [write(changes)], ...marks })).toBe(isOurs ? 'by-text' : null)
})

test('a comment is near a write from three minutes before it to five after', () => {
  const at = (ms: number) => by({ at: START + ms }, { attempts: [asJulia], now: START + 60 * MINUTE })
  expect([-3 * MINUTE - 1, -3 * MINUTE, 5 * MINUTE, 5 * MINUTE + 1].map(at)).toEqual([
    null,
    'by-text',
    'by-text',
    null,
  ])
  const early = (attempt: WriteOfClient) =>
    by({ at: null }, { attempts: [attempt], now: START + 60 * MINUTE })
  expect(early({ ...asJulia, startedAt: 0 })).toBeNull()
  expect(
    by({ at: null }, { attempts: [write({ ownerUserId: 5, startedAt: -MINUTE })], now: 60 * MINUTE }),
  ).toBeNull()
})

describe('the description', () => {
  const words = 'First words\nSource: Chatra'
  const first = (
    changes: Partial<PlanfixComment>,
    its: Parameters<typeof task>[0] = {},
    marks: Partial<OwnMarks> = {},
  ) => by({ text: words, ...changes }, { task: task(its), ...marks })
  const printed = { descriptionText: '', descriptionPrint: printOfText(words) }

  test('the description is recognised by the fingerprint of its text', () => {
    expect(first({ owner: null }, printed)).toBe('description')
    expect(first({ owner: null, text: 'other' }, printed)).toBeNull()
    expect(first({ owner: null }, { descriptionText: '', descriptionPrint: '' })).toBeNull()
    expect(first({ owner: null, text: '' }, { descriptionText: '', descriptionPrint: '' })).toBeNull()
    expect(first({ owner: null }, { ...printed, descriptionText: undefined })).toBe('description')
    expect(
      first({ owner: null, text: 'x' }, { descriptionPrint: 'other', descriptionText: undefined }),
    ).toBeNull()
  })
  test("the description has no author, the client's card, or the token's user", () => {
    expect(first({ owner: 'user:5' }, printed, { tokenUserId: 5 })).toBe('description')
    expect(first({ owner: 'user:6' }, printed, { tokenUserId: 5 })).toBeNull()
    expect(first({ owner: 'robot:1' }, printed)).toBeNull()
  })
})
