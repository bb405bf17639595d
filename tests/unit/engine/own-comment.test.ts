import { expect, test } from 'vitest'
import { type OwnMarks, type PendingWrite, recognise } from '../../../src/main/engine/intake/own-comment.ts'
import type { PlanfixComment } from '../../../src/main/engine/ports.ts'
import { comment, reply, task } from './values.ts'

const MINUTE = 60_000
const START = 100 * MINUTE
const write = (changes: Partial<PendingWrite> = {}): PendingWrite => ({
  ...{ kind: 'comment', sourceObjectId: 'our-id', messageIds: [7], startedAt: START },
  ...{ unclearAt: null, timedOut: false, text: 'Да', ownerUserId: null },
  ...changes,
})
const ofClient = write({ byClient: true })
const note = write({ kind: 'chore' })
const asJulia = write({ ownerUserId: 5 })

const by = (changes: Partial<PlanfixComment>, marks: Partial<OwnMarks> = {}) =>
  recognise(comment({ text: 'Да', at: START, ...changes }), {
    ...{ task: task(), known: [], attempts: [], contactIds: [92], now: START + 1000 },
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
