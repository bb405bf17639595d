import { describe, expect, test } from 'vitest'
import { joinable, MAX_JOINED, thatFit } from '../../../../../src/main/engine/delivery/planfix/batch.ts'
import type { PlanState } from '../../../../../src/main/engine/delivery/planfix/plan-state.ts'
import { planStep } from '../../../../../src/main/engine/delivery/planfix/planfix-plan.ts'
import type { Conversation, Message, PendingWrite, TaskLink } from '../../../../../src/shared/domain.ts'
import { message, profile } from '../../../../support/builders.ts'
import { clientLink, conversation, settingsOf, task } from '../../values.ts'

const NOW = 1_000_000
const file = { name: 'a.jpg', url: 'https://x.example/a', planfixFileId: null, size: null }
const agent = { kind: 'agent', id: 'j', name: 'Julia', email: null } as const
const attempt: PendingWrite = {
  kind: 'comment',
  sourceObjectId: 's',
  messageIds: [1],
  startedAt: NOW,
  unclearAt: null,
  answered: false,
  text: 't',
  ownerUserId: null,
}
type Changes = Partial<Omit<PlanState, 'conversation' | 'task'>> & {
  conversation?: Partial<Conversation>
  task?: Partial<TaskLink> | null
  email?: string | null
}
/** A conversation with a contact and a task that was read just now; one message waits. */
const state = ({
  conversation: ofIt,
  task: its = {},
  email = null,
  ...changes
}: Changes = {}): PlanState => ({
  settings: settingsOf(),
  conversation: conversation({ contactId: 92, ...ofIt }),
  waiting: [message()],
  client: clientLink({ profile: profile({ email, chatId: 'chat-7' }) }),
  task: its && task({ checkedAt: NOW, ...its }),
  previous: null,
  tasksOfChat: 1,
  noMatchAt: null,
  now: NOW,
  ...changes,
})
const plan = (changes?: Changes) => planStep(state(changes))

describe('the decision whether anything is done', () => {
  test('nothing is done before the time that a failure has set', () => {
    const queue = (notBefore: number) => plan({ conversation: { planfixLane: { failures: 1, notBefore } } })
    expect(queue(NOW + 1)).toEqual({ do: 'wait', until: NOW + 1 })
    expect(queue(NOW)).toMatchObject({ do: 'comment' })
  })
  test('nothing is done while no message is waiting', () => {
    expect(plan({ waiting: [] })).toEqual({ do: 'idle' })
  })
  test('nothing is done while the loop breaker pauses the conversation', () => {
    expect(plan({ conversation: { paused: 'loop-turns', pausedUntil: NOW + 5 } })).toEqual({
      do: 'wait',
      until: NOW + 5,
    })
    expect(plan({ conversation: { paused: 'loop-turns', pausedUntil: null } })).toEqual({ do: 'idle' })
    expect(plan({ conversation: { paused: 'loop-turns', pausedUntil: NOW } })).toMatchObject({
      do: 'comment',
    })
  })
})

describe('an indeterminate write', () => {
  const unclear = (changes: Partial<PendingWrite>, noMatchAt: number | null, now = NOW) =>
    plan({ conversation: { attempt: { ...attempt, ...changes } }, noMatchAt: noMatchAt, now })
  const isLookedFor = { do: 'look', attempt: expect.objectContaining({ kind: 'comment' }) }

  test('an indeterminate write is searched for at once, also without messages', () => {
    expect(unclear({ unclearAt: NOW }, null)).toEqual(isLookedFor)
    expect(plan({ waiting: [], conversation: { attempt } })).toEqual({ do: 'look', attempt })
  })
  test('an indeterminate write may come two seconds later, and is searched for then', () => {
    const at = { unclearAt: NOW, answered: true }
    expect(unclear(at, NOW)).toEqual({ do: 'wait', until: NOW + 2_000 })
    expect(unclear(at, NOW + 1_999, NOW + 1_999)).toEqual({ do: 'wait', until: NOW + 2_000 })
    expect(unclear(at, NOW + 1_999, NOW + 2_000)).toEqual(isLookedFor)
    expect(unclear(at, NOW + 2_000, NOW + 2_000)).toEqual({ do: 'give-up-attempt' })
  })
  test('a write without an answer may come as late as one that timed out, whatever ended the wait', () => {
    const startedAt = NOW + 3
    const settled = { do: 'wait', until: startedAt + 16_000 }
    expect(unclear({ startedAt, unclearAt: startedAt + 10_000 }, NOW + 3)).toEqual(settled)
    expect(unclear({ startedAt, unclearAt: startedAt + 100 }, NOW + 3)).toEqual(settled)
    expect(unclear({ startedAt, unclearAt: null }, NOW + 3)).toEqual(settled)
  })
})

describe('the card of a client', () => {
  const card = (changes: Changes) =>
    plan({ ...changes, conversation: { contactId: null, ...changes.conversation } })
  const email = 'anna@mail.example'
  test('a card is created without an address to search for, or without a match', () => {
    expect(card({})).toEqual({ do: 'create-contact' })
    expect(card({ email, conversation: { emailSearched: email } })).toEqual({ do: 'create-contact' })
    expect(card({ email, conversation: { emailSearched: 'other@mail.example' } })).toMatchObject({
      do: 'find-contact',
    })
  })
  test('a card is searched for by the address', () => {
    expect(card({ email })).toEqual({ do: 'find-contact', email })
    expect(card({ email, sameAddress: null })).toEqual({ do: 'find-contact', email })
    expect(card({ email, sameAddress: { join: 'card', contactId: null } })).toEqual({
      do: 'find-contact',
      email,
    })
  })
  test('a card of another conversation with the address is used, unless separated', () => {
    expect(card({ email, sameAddress: { join: 'card', contactId: 7 } })).toEqual({
      do: 'use-card',
      contactId: 7,
      email,
    })
    expect(card({ email, sameAddress: { join: 'separate', contactId: 7 } })).toEqual({
      do: 'own-card',
      email,
    })
  })
})

describe('the task', () => {
  const made = (changes: Changes) => {
    const step = plan(changes)
    return step.do === 'create-task' ? step : null
  }
  const keeps = settingsOf({ options: { newTaskWhenNoneActive: false } })
  const closed = { active: false }

  test("a task is created with the first messages, under the chat's next number", () => {
    const waiting = [message({ id: 1 }), message({ id: 2 })]
    const previous = task({ taskId: 41 })
    expect(plan({ task: null, waiting, previous, tasksOfChat: 2 })).toEqual({
      do: 'create-task',
      batch: waiting,
      previous,
      chatId: 'chat-7',
      n: 3,
    })
  })
  test('a task is created without text when the first message has a file', () => {
    expect(made({ task: null, waiting: [message({ files: [file] })] })?.batch).toEqual([])
  })
  test('a task is searched for first where it may exist', () => {
    expect(plan({ task: null, conversation: { searchTask: true } })).toEqual({ do: 'find-task' })
    expect(plan({ conversation: { searchTask: true } })).toMatchObject({ do: 'comment' })
  })
  test.each([
    ['was deleted', { deleted: true }],
    ['belongs to somebody else', { ours: false }],
    ['takes no comments', { refusesComments: true }],
    ['is closed', closed],
  ] as [string, Partial<TaskLink>][])('a new task is created when the current one %s', (_why, its) => {
    expect(made({ task: its })).not.toBeNull()
  })
  test('a task links to the previous one as long as that exists', () => {
    const previous = task({ taskId: 41 })
    expect(made({ task: { taskId: 50, ...closed }, previous })?.previous?.taskId).toBe(50)
    expect(made({ task: { taskId: 50, deleted: true }, previous })?.previous?.taskId).toBe(41)
    expect(made({ task: { taskId: 50, deleted: true } })?.previous?.taskId).toBe(50)
    expect(made({ task: null })?.previous).toBeNull()
  })
  test('a task stays in use, closed or not, where the owner wants that', () => {
    expect(plan({ settings: keeps, task: closed })).toMatchObject({ do: 'comment' })
    expect(plan({ settings: keeps, task: { checkedAt: 0 } })).toMatchObject({ do: 'comment' })
  })
  test('a task is read again after fifteen seconds and two polls', () => {
    const isChecked = (age: number, pollSeconds = 5) =>
      plan({
        settings: settingsOf({ planfix: { baseUrl: 'https://a.example/rest', pollSeconds } }),
        task: { checkedAt: NOW - age },
      }).do === 'check-task'
    expect([isChecked(15_000), isChecked(15_001)]).toEqual([false, true])
    expect([isChecked(40_000, 20), isChecked(40_001, 20)]).toEqual([false, true])
    expect(plan({ task: { checkedAt: 0, taskId: 50 } })).toMatchObject({ task: { taskId: 50 } })
  })
  test("a closed task accepts an agent's additions after the end", () => {
    const ends = (clientLeft: boolean, ...waiting: Message[]) =>
      plan({ task: closed, conversation: { clientLeft }, waiting }).do
    const words = message({ author: agent })
    expect(ends(true, words)).toBe('comment')
    expect(ends(false, words)).toBe('create-task')
    expect(ends(true, message())).toBe('create-task')
    expect(ends(true, words, message())).toBe('create-task')
  })
  test('a closed task accepts a file that comes after its message', () => {
    const late = message({ originKey: 'c:m1:file', files: [{ ...file, planfixFileId: 3 }] })
    expect(plan({ task: closed, waiting: [late] }).do).toBe('comment')
    expect(plan({ task: closed, waiting: [late, message()] }).do).toBe('create-task')
  })
})

describe('a comment', () => {
  test('a comment contains the joinable messages', () => {
    const waiting = [message({ id: 1 }), message({ id: 2 })]
    expect(plan({ waiting })).toEqual({ do: 'comment', batch: waiting, task: task({ checkedAt: NOW }) })
  })
  test('a comment comes after its files were uploaded, one by one', () => {
    const upload = (...files: Message['files']) => plan({ waiting: [message({ files })] })
    const done = { ...file, planfixFileId: 3 }
    expect(upload(file)).toMatchObject({ do: 'upload', index: 0, message: { files: [file] } })
    expect(upload(done, file)).toMatchObject({ do: 'upload', index: 1 })
    expect(upload(done)).toMatchObject({ do: 'comment' })
    expect(upload({ ...file, linkOnly: true })).toMatchObject({ do: 'comment' })
  })
})

describe('messages are joined', () => {
  const joined = (...waiting: Message[]) => joinable(waiting).length
  const by = (author: Message['author'], changes: Partial<Message> = {}) => message({ author, ...changes })
  const anna = (id: string, name = 'Anna') => by({ kind: 'client', id, name })

  test("messages of one author are joined: a client's devices are one, agents are not", () => {
    expect(joined(anna('phone'), anna('desk', 'A.'))).toBe(2)
    expect(joined(anna('phone'), by(agent))).toBe(1)
    expect(joined(by(agent), anna('phone'))).toBe(1)
    expect(joined(by(agent), by(agent), by({ ...agent, id: 'o' }))).toBe(2)
    expect(joined()).toBe(0)
  })
  test('messages are joined up to one with a file, which is separate', () => {
    const withFile = message({ files: [file] })
    expect(joined(message(), withFile)).toBe(1)
    expect(joined(withFile, message())).toBe(1)
  })
  test('up to a hundred messages are joined', () => {
    expect(MAX_JOINED).toBe(100)
    expect(joined(...Array.from({ length: 101 }, () => message()))).toBe(100)
  })
  test('messages are joined up to 9,500 characters', () => {
    const long = (length: number) => message({ text: 'x'.repeat(length) })
    expect(joined(long(9_000), long(500))).toBe(2)
    expect(joined(long(9_000), long(501))).toBe(1)
    expect(joined(long(3_000), long(6_000), long(501))).toBe(2)
    expect(joined(long(20_000), long(1))).toBe(1)
  })
  test('messages are joined in halves until they fit, at least one', () => {
    const sizes: number[] = []
    const fits = (most: number) => (some: readonly number[]) => {
      sizes.push(some.length)
      return some.length <= most
    }
    expect(thatFit([1, 2, 3, 4, 5], fits(2))).toEqual([1, 2])
    expect(sizes).toEqual([5, 3, 2])
    expect(thatFit([1, 2, 3], fits(3))).toEqual([1, 2, 3])
    expect(thatFit([1, 2, 3], fits(0))).toEqual([1])
    expect(thatFit([], fits(0))).toEqual([])
  })
})

test('a client who no longer has an e-mail gets a card without a search', () => {
  const step = plan({ conversation: { contactId: null, emailSearched: 'anna@mail.example' }, email: null })
  expect(step).toEqual({ do: 'create-contact' })
})

describe('one author', () => {
  const joined = (...authors: Message['author'][]) =>
    joinable(authors.map((author, id) => message({ id, author }))).length
  const ana = { kind: 'employee', id: 5, name: 'Ana' } as const
  const bridge = { kind: 'bridge' } as Message['author']
  const client = message().author

  test('an employee is one author by number and name', () => {
    expect(joined(ana, ana)).toBe(2)
    expect(joined(ana, { ...ana, id: 6 })).toBe(1)
    expect(joined(ana, { ...ana, name: 'Oleg' })).toBe(1)
    expect(joined(ana, { ...agent, id: '5', name: 'Ana' })).toBe(1)
  })
  test('an agent is one author by id, name and e-mail', () => {
    expect(joined(agent, agent)).toBe(2)
    expect(joined(agent, { ...agent, id: 'k' })).toBe(1)
    expect(joined(agent, { ...agent, name: 'Julia P.' })).toBe(1)
    expect(joined(agent, { ...agent, email: 'julia@shop.example' })).toBe(1)
  })
  test('the bridge is an author, and no client', () => {
    expect(joined(bridge, bridge)).toBe(2)
    expect(joined(bridge, client)).toBe(1)
    expect(joined(client, bridge)).toBe(1)
  })
})
