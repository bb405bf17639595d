import { describe, expect, test } from 'vitest'
import {
  ASSIGNER_AGAIN_MS,
  assignerIs,
  latest,
  notArrived,
  notDone,
  noteAbout,
  pollFastUntil,
  reasonOf,
  rereadOf,
  stateChange,
  stillRefused,
  taskPatch,
} from '../../../../src/main/engine/delivery/patches.ts'
import { bridgeError } from '../../../../src/shared/errors.ts'
import { profile, taskLink } from '../../../support/builders.ts'
import { reply } from '../values.ts'

const NOW = 1_000_000
const newId = () => 77

test('the latest device is the one that wrote last', () => {
  const link = (clientId: string, lastWroteAt: number) => ({
    connectionId: 'shop',
    clientId,
    conversationId: 1,
    profile: profile(),
    lastWroteAt,
    lastVisitAt: null,
  })
  expect(latest([link('one', 1), link('two', 3), link('three', 2)])?.clientId).toBe('two')
  expect(latest([])).toBeNull()
})

test('a change of a task names the task of its connection', () => {
  expect(taskPatch(taskLink({ taskId: 7 }), { active: false })).toEqual({
    type: 'task.patch',
    connectionId: 'shop',
    taskId: 7,
    patch: { active: false },
  })
})

test('a change of state can be bound to the states it starts from', () => {
  const message = reply({ id: 3 })
  const change = { type: 'message.patch', id: 3, at: NOW, patch: { state: 'failed', reason: 'why' } }
  expect(stateChange(message, 'failed', 'why', NOW)).toEqual(change)
  expect(stateChange(message, 'failed', 'why', NOW, ['uncertain'])).toEqual({
    ...change,
    from: ['uncertain'],
  })
})

test('the reason names the service, the code and the message', () => {
  expect(reasonOf(bridgeError('planfix', 'refused', 'HTTP 400'))).toBe('planfix: refused (HTTP 400)')
})

test("a mark is hot until three seconds after Planfix's minute has ended", () => {
  expect(pollFastUntil(90_000, 0)).toBe(123_000)
  expect(pollFastUntil(120_000, 0)).toBe(183_000)
  // Its clock is 40 s fast: its minute ends 40 s earlier by ours.
  expect(pollFastUntil(90_000, 40_000)).toBe(143_000)
  expect(pollFastUntil(90_000, -40_000)).toBe(103_000)
})

test('the acceptance of clients as assigners is stored with its time', () => {
  expect(assignerIs('no', 'shop', NOW)).toEqual([
    { type: 'fact.set', connectionId: 'shop', key: 'assigner', value: 'no' },
    { type: 'fact.set', connectionId: 'shop', key: 'assignerAt', value: NOW },
  ])
})

describe('participants without whom a task was accepted', () => {
  const fact = { configured: ['user:5', 'group:2'], gone: ['user:5'], at: NOW }
  test('participants without which a task was accepted stay out for a week', () => {
    expect(ASSIGNER_AGAIN_MS).toBe(604_800_000)
    expect(stillRefused(fact, ['user:5', 'group:2'], NOW + ASSIGNER_AGAIN_MS)).toEqual(['user:5'])
    expect(stillRefused(fact, ['user:5', 'group:2'], NOW + ASSIGNER_AGAIN_MS + 1)).toEqual([])
  })
  test('omitted participants are tried again once others are configured', () => {
    expect(stillRefused(fact, ['user:5'], NOW)).toEqual([])
    expect(stillRefused(null, ['user:5'], NOW)).toEqual([])
  })
})

describe('a note about a reply', () => {
  test('a note about a reply is a separate job for each reply, subject and file', () => {
    const message = reply({ id: 3, conversationId: 9, planfixTaskId: 41 })
    expect(noteAbout(message, { what: 'file-not-delivered', file: 'a.jpg' }, NOW, newId)).toEqual({
      type: 'job.add',
      job: {
        id: 77,
        connectionId: 'shop',
        conversationId: 9,
        kind: 'note',
        key: 'file-not-delivered:3:a.jpg',
        data: { what: 'file-not-delivered', file: 'a.jpg', messageId: 3, taskId: 41 },
        notBefore: NOW,
        failures: 0,
        attempt: null,
      },
    })
    expect(noteAbout(reply({ id: 3, conversationId: null }), { what: 'loop' }, NOW, newId)).toMatchObject({
      job: { conversationId: 0, key: 'loop:3:' },
    })
  })
  test('a note about a reply says what was not done', () => {
    expect(notDone(reply({ kind: 'edit' }))).toBe('not-changed')
    expect(notDone(reply({ kind: 'delete' }))).toBe('not-removed')
    expect(notDone(reply({ kind: 'text' }))).toBe('not-delivered')
  })
})

test('the comment of a reply is read again, if there is one', () => {
  const message = reply({ conversationId: null, planfixTaskId: 41, planfixCommentId: 12 })
  expect(rereadOf(message, NOW, newId)).toEqual([
    {
      type: 'job.add',
      job: {
        id: 77,
        connectionId: 'shop',
        conversationId: 0,
        kind: 'reread',
        key: 'comment:12',
        data: { taskId: 41, commentId: 12 },
        notBefore: NOW,
        failures: 0,
        attempt: null,
      },
    },
  ])
  expect(rereadOf({ ...message, conversationId: 9 }, NOW, newId)).toMatchObject([
    { job: { conversationId: 9 } },
  ])
  expect(rereadOf({ ...message, planfixTaskId: null }, NOW, newId)).toEqual([])
  expect(rereadOf({ ...message, planfixCommentId: null }, NOW, newId)).toEqual([])
})

test('a reply that did not arrive fails only while uncertain, with a note', () => {
  const [change, note] = notArrived(reply({ id: 3 }), NOW, newId)
  expect(change).toEqual({
    type: 'message.patch',
    id: 3,
    at: NOW,
    patch: { state: 'failed', reason: 'not-arrived' },
    from: ['uncertain'],
  })
  expect(note).toMatchObject({
    type: 'job.add',
    job: { kind: 'note', data: { what: 'not-delivered', reason: 'not-arrived' } },
  })
})
