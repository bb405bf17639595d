import { describe, expect, test } from 'vitest'
import { decideComment } from '../../../../../src/main/engine/intake/comment/comment.ts'
import { fingerprintOf } from '../../../../../src/main/engine/intake/comment/comment-fingerprint.ts'
import type { CommentState } from '../../../../../src/main/engine/intake/comment/comment-input.ts'
import type { PendingWrite } from '../../../../../src/shared/domain.ts'
import { comment, conversation, reply, settingsOf, task } from '../../values.ts'

let next = 100
const state = (changes: Partial<CommentState> = {}): CommentState => ({
  settings: settingsOf(),
  now: 1000,
  task: task(),
  conversation: conversation(),
  contactIds: [92],
  known: [],
  attempts: [],
  maxText: 5000,
  newId: () => next++,
  ...changes,
})
const decide = (one = comment(), changes: Partial<CommentState> = {}, gone = false) =>
  decideComment({ taskId: 100, comment: one, gone }, state(changes))
const added = (decision: ReturnType<typeof decide>) =>
  decision.changes.flatMap((change) => (change.type === 'message.add' ? [change.message] : []))
const patches = (decision: ReturnType<typeof decide>) =>
  decision.changes.flatMap((change) => (change.type === 'message.patch' ? [change.patch] : []))

test('a comment that notifies the client is a reply', () => {
  expect(added(decide())).toMatchObject([
    { state: 'queued', text: 'Hello', direction: 'to-chatra', originKey: 'p:10' },
  ])
})

test.each([
  ['hidden, though the client is notified', comment({ isHidden: true }), 'internal-hidden'],
  ['the client is not notified', comment({ recipients: ['user:6'] }), 'internal-client-not-notified'],
  ['another contact is notified', comment({ recipients: ['contact:93'] }), 'internal-client-not-notified'],
  ['nobody known wrote it', comment({ owner: null }), 'employee-not-allowed'],
])('the comment stays internal: %s', (_why, one, reason) => {
  expect(added(decide(one))).toMatchObject([{ state: 'skipped', reason }])
})

test('with the wider setting every comment is sent, except hidden ones', () => {
  const settings = settingsOf({ options: { sendOnlyWhenClientIsRecipient: false } })
  expect(added(decide(comment({ recipients: [] }), { settings }))[0]?.state).toBe('queued')
  expect(added(decide(comment({ isHidden: true, recipients: [] }), { settings }))[0]?.state).toBe('skipped')
})

test('only employees of the channel reply once any are listed', () => {
  const settings = settingsOf({
    employees: [{ planfixUserId: 'user:5', allowed: false }, { planfixUserId: 'user:6' }],
  })
  expect(added(decide(comment({ owner: 'user:5' }), { settings }))[0]?.reason).toBe('employee-not-allowed')
  expect(added(decide(comment({ owner: 'user:7' }), { settings }))[0]?.reason).toBe('employee-not-allowed')
  expect(added(decide(comment({ owner: 'user:6' }), { settings }))[0]?.state).toBe('queued')
})

const attempt: PendingWrite = {
  kind: 'comment',
  sourceObjectId: 'our-id',
  messageIds: [7],
  startedAt: 0,
  unclearAt: null,
  answered: false,
  text: 'It left  today',
  ownerUserId: 5,
}
test.each([
  ['by source id', comment({ sourceObjectId: 'our-id', text: 'changed by Planfix' }), 'own-comment'],
  ['by its words and author', comment({ text: 'It left today' }), 'own-comment-by-text'],
])('a comment being written is recognised %s', (_how, one, reason) => {
  const { changes, skipped } = decide(one, { attempts: [attempt] })
  expect(skipped).toBe(reason)
  expect(changes.filter(({ type }) => type === 'message.add')).toEqual([])
})

test('the same text of another employee is still a reply', () => {
  expect(
    added(decide(comment({ text: 'It left today', owner: 'user:6' }), { attempts: [attempt] })),
  ).toHaveLength(1)
})

test('the description of the task, shown as the first comment, is ours', () => {
  const one = comment({ text: 'First words\nSource: Chatra', owner: 'user:1' })
  expect(decide(one).skipped).toBe('own-comment')
})

test('a client writes no replies', () => {
  expect(decide(comment({ owner: 'contact:92' })).skipped).toBe('written-by-contact')
})

test('an edited comment becomes an edit of the message in the chat', () => {
  const known = [reply({ fingerprint: fingerprintOf(comment()), chatraMessageId: 'm' })]
  const decision = decide(comment({ text: 'Hello again' }), { known })
  expect(added(decision)).toMatchObject([{ kind: 'edit', targetId: 1, text: 'Hello again', state: 'queued' }])
  expect(decide(comment(), { known }).changes).toEqual([])
})

test('a deleted comment is deleted in the chat, and one not sent yet is never sent', () => {
  const sent = [reply({ fingerprint: fingerprintOf(comment()) })]
  expect(added(decide(comment({ isDeleted: true }), { known: sent }))).toMatchObject([
    { kind: 'delete', targetId: 1 },
  ])
  const waiting = [reply({ state: 'queued' })]
  const decision = decide(comment({ text: '' }), { known: waiting }, true)
  expect(patches(decision)).toMatchObject([{ state: 'skipped', reason: 'deleted-before-sent' }])
})

test('an edit that hides a sent comment changes nothing, with a log line and a note', () => {
  const known = [reply({ fingerprint: fingerprintOf(comment()) })]
  const first = decide(comment({ text: 'secret', isHidden: true }), { known })
  expect(added(first)).toMatchObject([
    { kind: 'edit', state: 'skipped', reason: 'internal-hidden', text: 'secret', targetId: 1 },
  ])
  const notes = (decision: ReturnType<typeof decide>) =>
    decision.changes.flatMap((change) => (change.type === 'job.add' ? [change.job.data] : []))
  expect(notes(first)).toEqual([{ what: 'kept-inside', messageId: 1, taskId: 100 }])
  const second = decide(comment({ text: 'more', isHidden: true }), { known, changes: added(first) })
  expect(added(second)).toMatchObject([{ state: 'skipped', text: 'more' }])
  expect(notes(second)).toEqual([])
})

test('an internal note that is opened to the client later is sent', () => {
  const known = [reply({ state: 'skipped', reason: 'internal-client-not-notified', fingerprint: 'x' })]
  expect(patches(decide(comment(), { known }))).toMatchObject([{ state: 'queued', text: 'Hello' }])
  const still = decide(comment({ recipients: [] }), { known })
  expect(added(still)).toEqual([])
  expect(patches(still)).toEqual([{ fingerprint: fingerprintOf(comment({ recipients: [] })) }])
})

test('a fingerprint of an older version changes only the fingerprint', () => {
  const known = [reply({ fingerprint: 'of-before', text: 'Hello' })]
  const decision = decide(comment(), { known })
  expect(decision.changes).toEqual([
    { type: 'message.patch', id: 1, at: 1000, patch: { fingerprint: fingerprintOf(comment()) } },
  ])
  expect(decide(comment(), { known: [{ ...known[0]!, fingerprint: fingerprintOf(comment()) }] })).toEqual({
    changes: [],
    skipped: 'nothing-new',
  })
})

test('a reply and its further messages belong to the device that wrote before it', () => {
  expect(added(decide(comment(), { device: 'phone' }))[0]?.chatraClientId).toBe('phone')
  const known = [reply({ fingerprint: 'x', chatraClientId: 'phone' })]
  const grown = decide(comment({ text: 'word '.repeat(2000) }), { known, device: 'laptop' })
  expect(new Set(added(grown).map(({ chatraClientId }) => chatraClientId))).toEqual(new Set(['phone']))
})

test("notifying the card that is now the task's counterparty notifies the client", () => {
  const one = comment({ recipients: ['contact:7'] })
  expect(added(decide(one, { contactIds: [92, 7] }))[0]?.state).toBe('queued')
  const decision = decideComment({ taskId: 100, comment: one, counterparty: 7 }, state())
  expect(decision.changes).toContainEqual(
    expect.objectContaining({ type: 'task.patch', patch: { counterparty: 7 } }),
  )
})

test('an empty comment is recorded until it has text and is opened', () => {
  const [first] = added(decide(comment({ text: '' })))
  expect(first).toMatchObject({ state: 'skipped', reason: 'empty' })
  const filled = decide(comment({ text: 'Hello' }), { known: [first!] })
  expect(patches(filled)).toMatchObject([{ state: 'queued', text: 'Hello' }])
  const [internal] = added(decide(comment({ text: '', recipients: [] })))
  expect(internal).toMatchObject({ state: 'skipped', reason: 'internal-client-not-notified' })
  expect(patches(decide(comment({ text: 'Hello' }), { known: [internal!] }))).toMatchObject([
    { state: 'queued' },
  ])
})

test('a long reply is split into numbered parts, the files with the last one', () => {
  const files = [{ id: 124, name: 'price.pdf', size: 1 }]
  const parts = added(decide(comment({ text: 'word '.repeat(2000), files })))
  expect(parts).toHaveLength(3)
  expect(parts.every((part) => part.text.length <= 5000)).toBe(true)
  expect(parts.map((part) => part.files.length)).toEqual([0, 0, 1])
  expect(parts[2]?.text).toMatch(/\(3\/3\)$/)
})

describe('facts learnt from a comment', () => {
  const facts = (decision: ReturnType<typeof decide>) =>
    decision.changes.filter(({ type }) => type === 'fact.set' || type === 'task.patch')
  const fact = (key: string, value: unknown) => ({ type: 'fact.set', connectionId: 'shop', key, value })

  test('a comment shows that the account returns our ids', () => {
    const given = comment({ sourceObjectId: 'x' })
    expect(facts(decide(given))).toEqual([fact('commentIdsHandedBack', true)])
    expect(facts(decide(given, { idsHandedBack: true }))).toEqual([])
    expect(facts(decide(comment()))).toEqual([])
  })
  test("a note of ours shows who the token's user is", () => {
    const note = [reply({ direction: 'to-planfix', author: { kind: 'bridge' } })]
    const told = (owner: string | null, changes: Partial<CommentState> = {}) =>
      facts(decide(comment({ owner }), { known: note, ...changes }))
    expect(told('user:12')).toEqual([fact('tokenUserId', 12)])
    expect(told('user:12', { tokenUserId: null })).toEqual([fact('tokenUserId', 12)])
    expect(told('user:12', { tokenUserId: 12 })).toEqual([])
    for (const owner of [null, 'contact:12', 'user:', 'xuser:12', 'user:12x']) expect(told(owner)).toEqual([])
    expect(told('user:12', { known: [reply({ direction: 'to-planfix' })] })).toEqual([])
  })
  test("a comment shows whose card is the task's counterparty", () => {
    const seen = (counterparty: number | null | undefined, its: Parameters<typeof task>[0] = {}) =>
      facts(decideComment({ taskId: 100, comment: comment(), counterparty }, state({ task: task(its) })))
    const patch = (counterparty: number | null) => ({
      type: 'task.patch',
      connectionId: 'shop',
      taskId: 100,
      patch: { counterparty },
    })
    expect(seen(7)).toEqual([patch(7)])
    expect(seen(null, { counterparty: 7 })).toEqual([patch(null)])
    expect(seen(7, { counterparty: 7 })).toEqual([])
    expect(seen(null)).toEqual([])
    expect(seen(undefined, { counterparty: 7 })).toEqual([])
  })
  test('a comment shows which one is the description', () => {
    const one = comment({ id: 9, text: 'First words\nSource: Chatra', owner: 'user:1' })
    expect(facts(decide(one))).toEqual([
      { type: 'task.patch', connectionId: 'shop', taskId: 100, patch: { descriptionCommentId: 9 } },
    ])
    const ofOurs = [reply({ direction: 'to-planfix' })]
    expect(facts(decide(one, { known: ofOurs }))).toEqual([])
  })
})

describe('the first read of a comment', () => {
  test('the parts of a first comment are numbered from the second on', () => {
    const parts = added(decide(comment({ text: 'word '.repeat(30) }), { maxText: 60 }))
    expect(parts.length).toBeGreaterThan(2)
    expect(parts.map(({ originKey }) => originKey)).toEqual(
      parts.map((_, n) => (n === 0 ? 'p:10' : `p:10:${n + 1}`)),
    )
    expect(parts.map(({ position }) => position)).toEqual(parts.map(({ id }) => id))
  })
  test('a comment without content is recorded at the first read', () => {
    expect(added(decide(comment({ text: ' ' })))).toMatchObject([
      { text: '', files: [], state: 'skipped', reason: 'empty', originKey: 'p:10' },
    ])
    expect(added(decide(comment({ text: '', isHidden: true })))).toMatchObject([
      { text: '', files: [], reason: 'internal-hidden' },
    ])
    expect(decide().skipped).toBeNull()
  })
  test("file names are reserved where the lines' length is unknown", () => {
    const files = [1, 2].map((id) => ({ id, name: 'n'.repeat(40), size: 1 }))
    expect(added(decide(comment({ text: '', files }), { maxText: 60 }))).toHaveLength(2)
    expect(added(decide(comment({ text: '', files }), { maxText: 60, lineLength: () => 5 }))).toHaveLength(1)
  })
  test('a comment that is already deleted delivers nothing', () => {
    expect(decide(comment({ isDeleted: true }))).toEqual({ changes: [], skipped: 'deleted' })
    expect(decide(comment(), {}, true)).toEqual({ changes: [], skipped: 'deleted' })
  })
  test("after a restore a program's comment is ignored: only programs set source ids", () => {
    const restore = { at: 2_000, until: 1_000, cause: 'restore', backupAt: 0 } as const
    const look = (first: boolean, changes: Partial<CommentState>, sourceObjectId: string | null = 'x') =>
      decideComment(
        { taskId: 100, comment: comment({ sourceObjectId, at: 5_000_000 }), first },
        state({ idsHandedBack: true, ...changes }),
      ).skipped
    expect(look(true, { takeover: restore })).toBe('own-comment')
    expect(look(false, { takeover: restore })).toBeNull()
    expect(look(true, { takeover: { at: 2_000, until: 1_000 } })).toBeNull()
    expect(look(true, { takeover: restore }, null)).toBeNull()
  })

  test("after a restore an agent's message that the Chat API wrote under an employee is known by the name before it", () => {
    const restore = { at: 2_000, until: 1_000, cause: 'restore', backupAt: 0 } as const
    const look = (text: string, { first = true, byChannel = true } = {}) =>
      decideComment(
        { taskId: 100, comment: comment({ text, at: 5_000_000 }), first },
        state({ takeover: restore, task: task({ byChannel }) }),
      ).skipped
    expect(look('Julia (Chatra): We are open')).toBe('own-comment')
    expect(look('Julia (Chatra), written 2026-03-02 09:05 UTC: We are open')).toBe('own-comment')
    expect(look('Julia (Chatra):')).toBe('own-comment')
    expect(look('Julia (Chatra) says: We are open')).toBeNull()
    expect(look('See\nJulia (Chatra): We are open')).toBeNull()
    expect(look('Julia (Chatra): We are open', { first: false })).toBeNull()
    expect(look('Julia (Chatra): We are open', { byChannel: false })).toBeNull()
  })
})

test('a message of another kind does not make a comment known', () => {
  for (const changes of [{ kind: 'event' }, { direction: 'to-planfix', kind: 'edit' }] as const)
    expect(decide(comment(), { known: [reply(changes)] }).skipped).not.toBe('nothing-new')
})

test('a new part of a known comment is for the device of the others', () => {
  const known = [
    reply({ fingerprint: fingerprintOf(comment()), chatraClientId: null }),
    reply({ id: 2, text: 'x', chatraClientId: 'phone', state: 'skipped', reason: 'internal-hidden' }),
  ]
  const decision = decide(comment({ text: 'word '.repeat(60) }), { known, maxText: 60, device: 'desk' })
  const said = added(decision).filter(({ kind }) => kind === 'text')
  expect(said.length).toBeGreaterThan(0)
  expect(new Set(said.map(({ chatraClientId }) => chatraClientId))).toEqual(new Set(['phone']))
})

test('an internal comment is recorded with its text', () => {
  expect(added(decide(comment({ isHidden: true, text: 'For us' })))).toMatchObject([{ text: 'For us' }])
})

test('a version with other words is no skipped comment, the same version is one', () => {
  const known = [reply({ text: 'Hello', chatraMessageId: 'm', fingerprint: fingerprintOf(comment()) })]
  expect(decide(comment({ text: 'Hi' }), { known }).skipped).toBeNull()
  expect(decide(comment(), { known })).toEqual({ changes: [], skipped: 'nothing-new' })
})

test('an edit of a reply is no part of its comment', () => {
  const print = { chatraMessageId: 'm', fingerprint: fingerprintOf(comment()) }
  const edit = reply({ id: 2, kind: 'edit', targetId: 1, text: 'Hello', ...print })
  expect(decide(comment(), { known: [reply({ text: 'Hello', ...print }), edit] }).changes).toEqual([])
})

test("a comment that mirrors a client's message is our own", () => {
  const known = [reply({ direction: 'to-planfix' })]
  expect(decide(comment({ text: 'Hi' }), { known })).toMatchObject({ skipped: 'own-comment' })
})
