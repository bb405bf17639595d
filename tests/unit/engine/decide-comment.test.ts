import { expect, test } from 'vitest'
import { type CommentState, decideComment } from '../../../src/main/engine/intake/comment.ts'
import { printOf } from '../../../src/main/engine/intake/comment-print.ts'
import type { Attempt } from '../../../src/shared/domain.ts'
import { comment, conversation, reply, settingsOf, task } from './values.ts'

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
])('stays inside: %s', (_why, one, reason) => {
  expect(added(decide(one))).toMatchObject([{ state: 'skipped', reason }])
})

test('with the wider setting every comment goes out, but never a hidden one', () => {
  const settings = settingsOf({ options: { sendOnlyWhenClientIsRecipient: false } })
  expect(added(decide(comment({ recipients: [] }), { settings }))[0]?.state).toBe('queued')
  expect(added(decide(comment({ isHidden: true, recipients: [] }), { settings }))[0]?.state).toBe('skipped')
})

test('only employees of the channel answer once any are listed', () => {
  const settings = settingsOf({
    employees: [{ planfixUserId: 'user:5', allowed: false }, { planfixUserId: 'user:6' }],
  })
  expect(added(decide(comment({ owner: 'user:5' }), { settings }))[0]?.reason).toBe('employee-not-allowed')
  expect(added(decide(comment({ owner: 'user:7' }), { settings }))[0]?.reason).toBe('employee-not-allowed')
  expect(added(decide(comment({ owner: 'user:6' }), { settings }))[0]?.state).toBe('queued')
})

const attempt: Attempt = {
  kind: 'comment',
  sourceObjectId: 'our-id',
  messageIds: [7],
  startedAt: 0,
  unclearAt: null,
  timedOut: false,
  text: 'It left  today',
  ownerUserId: 5,
}
test.each([
  ['by source id', comment({ sourceObjectId: 'our-id', text: 'changed by Planfix' }), 'own-comment'],
  ['by its words and author', comment({ text: 'It left today' }), 'own-comment-by-text'],
])('what is being written just now is recognised %s', (_how, one, reason) => {
  const { changes, skipped } = decide(one, { attempts: [attempt] })
  expect(skipped).toBe(reason)
  expect(changes.filter(({ type }) => type === 'message.add')).toEqual([])
})

test('the same words of another employee are a reply all the same', () => {
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

test('a sent comment that is edited becomes an edit of the message in the chat', () => {
  const known = [reply({ fingerprint: printOf(comment()), chatraMessageId: 'm' })]
  const decision = decide(comment({ text: 'Hello again' }), { known })
  expect(added(decision)).toMatchObject([{ kind: 'edit', targetId: 1, text: 'Hello again', state: 'queued' }])
  expect(decide(comment(), { known }).changes).toEqual([])
})

test('a deleted comment is deleted in the chat; one not sent yet is never sent', () => {
  const sent = [reply({ fingerprint: printOf(comment()) })]
  expect(added(decide(comment({ isDeleted: true }), { known: sent }))).toMatchObject([
    { kind: 'delete', targetId: 1 },
  ])
  const waiting = [reply({ state: 'queued' })]
  const decision = decide(comment({ text: '' }), { known: waiting }, true)
  expect(patches(decision)).toMatchObject([{ state: 'skipped', reason: 'deleted-before-sent' }])
})

test('an edit that hides a sent comment carries nothing out; the log has a line, and the employee is told once', () => {
  const known = [reply({ fingerprint: printOf(comment()) })]
  const first = decide(comment({ text: 'secret', isHidden: true }), { known })
  expect(added(first)).toMatchObject([
    { kind: 'edit', state: 'skipped', reason: 'internal-hidden', text: 'secret', targetId: 1 },
  ])
  const notes = (decision: ReturnType<typeof decide>) =>
    decision.changes.flatMap((change) => (change.type === 'chore.add' ? [change.chore.data] : []))
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
  expect(patches(still)).toEqual([{ fingerprint: printOf(comment({ recipients: [] })) }])
})

test('a print of an older version changes nothing but the print', () => {
  const known = [reply({ fingerprint: 'of-before', text: 'Hello' })]
  const decision = decide(comment(), { known })
  expect(decision.changes).toEqual([
    { type: 'message.patch', id: 1, at: 1000, patch: { fingerprint: printOf(comment()) } },
  ])
  expect(decide(comment(), { known: [{ ...known[0]!, fingerprint: printOf(comment()) }] })).toEqual({
    changes: [],
    skipped: 'nothing-new',
  })
})

test('a reply is bound to the device whose message stands before it, and so are its further messages', () => {
  expect(added(decide(comment(), { device: 'phone' }))[0]?.chatraClientId).toBe('phone')
  const known = [reply({ fingerprint: 'x', chatraClientId: 'phone' })]
  const grown = decide(comment({ text: 'word '.repeat(2000) }), { known, device: 'laptop' })
  expect(new Set(added(grown).map(({ chatraClientId }) => chatraClientId))).toEqual(new Set(['phone']))
})

test('notifying the card that is the task’s counterparty by now is notifying the client', () => {
  const one = comment({ recipients: ['contact:7'] })
  expect(added(decide(one, { contactIds: [92, 7] }))[0]?.state).toBe('queued')
  const decision = decideComment({ taskId: 100, comment: one, counterparty: 7 }, state())
  expect(decision.changes).toContainEqual(
    expect.objectContaining({ type: 'task.patch', patch: { counterparty: 7 } }),
  )
})

test('an empty comment is kept in mind until it says something, and is opened', () => {
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
