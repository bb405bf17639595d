import { describe, expect, test } from 'vitest'
import { decideComment } from '../../../../../src/main/engine/intake/comment/comment.ts'
import type { CommentState } from '../../../../../src/main/engine/intake/comment/comment-input.ts'
import { comment, conversation, settingsOf, task } from '../../values.ts'

const DAY = 24 * 3_600_000
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
const inside = (fields: Parameters<typeof comment>[0] = {}) => comment({ recipients: ['user:6'], ...fields })
const decide = (one = inside(), changes: Partial<CommentState> = {}, first = false) =>
  decideComment({ taskId: 100, comment: one, first }, state(changes))
const jobs = (decision: ReturnType<typeof decide>) =>
  decision.changes.flatMap((change) => (change.type === 'job.add' ? [change.job] : []))
const told = (decision: ReturnType<typeof decide>) =>
  decision.changes.flatMap((change) =>
    change.type === 'conversation.patch' ? [change.patch.insideTold] : [],
  )

describe('the first comment of an employee that does not notify the client', () => {
  test('is explained to him in a note about it, and that is recorded', () => {
    const decision = decide()
    const [added] = decision.changes.flatMap((one) => (one.type === 'message.add' ? [one.message] : []))
    expect(added).toMatchObject({ state: 'skipped', reason: 'internal-client-not-notified' })
    expect(jobs(decision)).toMatchObject([
      {
        kind: 'note',
        key: 'stays-inside:10',
        conversationId: conversation().id,
        data: { what: 'stays-inside', messageId: added?.id, taskId: 100 },
        notBefore: 1000,
      },
    ])
    expect(told(decision)).toEqual([[5]])
  })

  test('is explained once to each employee in each conversation', () => {
    const again = { conversation: conversation({ insideTold: [5] }) }
    expect(decide(inside({ id: 11 }), again).changes.map(({ type }) => type)).toEqual(['message.add'])
    const other = decide(inside({ id: 12, owner: 'user:6' }), again)
    expect(jobs(other)).toHaveLength(1)
    expect(told(other)).toEqual([[5, 6]])
  })

  test('with files alone is explained too, and a long one once', () => {
    expect(jobs(decide(inside({ text: '', files: [{ id: 1, name: 'a.png', size: 1 }] })))).toHaveLength(1)
    const long = decide(inside({ text: 'word '.repeat(3000) }))
    expect(long.changes.filter(({ type }) => type === 'message.add').length).toBeGreaterThan(1)
    expect(jobs(long)).toHaveLength(1)
  })

  test.each<[string, Parameters<typeof decide>]>([
    ['it goes to the client', [comment()]],
    ['it is hidden, so internal on purpose', [inside({ isHidden: true })]],
    [
      'its author may not reply at all',
      [inside(), { settings: settingsOf({ employees: [{ planfixUserId: 'user:6' }] }) }],
    ],
    [
      'the owner wants no such notes',
      [inside(), { settings: settingsOf({ options: { explainInternal: false } }) }],
    ],
    ['people made the task', [inside(), { task: task({ ours: false }) }]],
    ['a program wrote it with our token', [inside(), { tokenUserId: 5 }]],
    ['it is no comment but a reminder', [inside({ type: 'Reminder' })]],
    ['it shows nothing', [inside({ text: ' \u200b' })]],
    ['it is older than a day', [inside({ at: 1000 }), { now: 1001 + DAY }]],
    ['it is read at the first look after a takeover', [inside(), {}, true]],
  ])('is not explained when %s', (_why, args) => {
    const decision = decide(...args)
    expect(decision.changes.map((change) => change?.type)).toEqual(['message.add'])
  })

  test('is explained within a day, and when its time is not known', () => {
    expect(jobs(decide(inside({ at: 1000 }), { now: 1000 + DAY }))).toHaveLength(1)
    expect(jobs(decide(inside({ at: null }), { now: 2 * DAY }))).toHaveLength(1)
    expect(jobs(decide(inside(), { tokenUserId: 6 }))).toHaveLength(1)
  })
})
