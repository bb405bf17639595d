import { describe, expect, test } from 'vitest'
import {
  goesByChannel,
  isChannelStep,
  planAccepted,
  planChannel,
} from '../../../../../../src/main/engine/delivery/planfix/channel/channel-plan.ts'
import type { PlanState } from '../../../../../../src/main/engine/delivery/planfix/plan-state.ts'
import { planStep } from '../../../../../../src/main/engine/delivery/planfix/planfix-plan.ts'
import type { Message, PendingWrite, TaskLink } from '../../../../../../src/shared/domain.ts'
import { message } from '../../../../../support/builders.ts'
import { clientLink, conversation, settingsOf, task } from '../../../values.ts'

const NOW = 1_000_000
const CHAT_API = { planfix: { baseUrl: 'https://a.example/rest', channel: { mode: 'chat-api' } } }
const agent = { kind: 'agent', id: 'j', name: 'Julia', email: null } as const
const attempt: PendingWrite = {
  kind: 'chat',
  sourceObjectId: 's',
  messageIds: [1],
  startedAt: NOW,
  unclearAt: null,
  answered: false,
  text: 'Hello',
  ownerUserId: null,
}
/** A conversation of the Chat API whose task was read just now; one message waits. */
const state = (changes: Partial<PlanState> = {}): PlanState => ({
  settings: settingsOf(CHAT_API),
  conversation: conversation(),
  waiting: [message()],
  client: clientLink(),
  task: byChannel(),
  previous: null,
  tasksOfChat: 1,
  noMatchAt: null,
  now: NOW,
  ...changes,
})
const byChannel = (changes: Partial<TaskLink> = {}) => task({ byChannel: true, checkedAt: NOW, ...changes })

describe('the way of the next messages', () => {
  const goes = (its: TaskLink | null, options = {}) =>
    goesByChannel({ settings: settingsOf({ ...CHAT_API, options }), task: its })

  test('with REST chosen, nothing goes by the Chat API, not even into its tasks', () => {
    expect(goesByChannel({ settings: settingsOf(), task: null })).toBe(false)
    expect(goesByChannel({ settings: settingsOf(), task: byChannel() })).toBe(false)
  })
  test('a conversation without a task that accepts comments begins by the Chat API', () => {
    expect(goes(null)).toBe(true)
    expect(goes(task({ deleted: true }))).toBe(true)
    expect(goes(task({ ours: false }))).toBe(true)
    expect(goes(task({ refusesComments: true }))).toBe(true)
  })
  test('a task that was begun by REST is finished by REST', () => {
    expect(goes(task({ active: true }))).toBe(false)
    expect(goes(task({ active: true, byChannel: false }))).toBe(false)
    expect(goes(byChannel())).toBe(true)
  })
  test('after a completed task of REST the next one is begun by the Chat API', () => {
    expect(goes(task({ active: false }))).toBe(true)
    expect(goes(byChannel({ active: false }))).toBe(true)
  })
  test('a completed task of REST goes on by REST where no new task is wanted', () => {
    const options = { newTaskWhenNoneActive: false }
    expect(goes(task({ active: false }), options)).toBe(false)
    expect(goes(byChannel({ active: false }), options)).toBe(true)
  })
})

describe('the next step by the Chat API', () => {
  const asked = (askedAt: number, its: TaskLink | null = null) =>
    planChannel(state({ conversation: conversation({ channel: { chatId: 'client', askedAt } }), task: its }))
  const say = { do: 'say', batch: [expect.objectContaining({ id: 1 })] }

  test('a message goes without a title into an open task that was read less than fifteen seconds ago', () => {
    expect(planChannel(state())).toEqual({ ...say, opens: false })
    expect(planChannel(state({ now: NOW + 15_000 }))).toEqual({ ...say, opens: false })
    expect(planChannel(state({ now: NOW + 15_001 }))).toEqual({ do: 'ask-chat' })
  })
  test.each([
    ['there is none', null],
    ['it is completed', byChannel({ active: false })],
    ['it is deleted', byChannel({ deleted: true })],
    ['it was begun by REST', task({ checkedAt: NOW })],
  ])('the chat is asked for its task when %s', (_why, its) => {
    expect(planChannel(state({ task: its }))).toEqual({ do: 'ask-chat' })
  })
  test('the chat is asked for its task when it was never asked', () => {
    expect(planChannel(state({ task: null, now: 15_001 }))).toEqual({ do: 'ask-chat' })
  })
  test('a message begins a task when the chat had none within fifteen seconds', () => {
    expect(asked(NOW)).toEqual({ ...say, opens: true })
    expect(asked(NOW - 15_000)).toEqual({ ...say, opens: true })
    expect(asked(NOW - 15_001)).toEqual({ do: 'ask-chat' })
    expect(asked(NOW, byChannel({ active: false }))).toEqual({ ...say, opens: true })
  })
  test('waiting messages of the client go together, up to one of an agent', () => {
    const waiting: Message[] = [message(), message({ id: 2 }), message({ id: 3, author: agent })]
    expect(planChannel(state({ waiting }))).toEqual({ do: 'say', batch: waiting.slice(0, 2), opens: false })
  })
})

describe('a message that Planfix has accepted without a known task', () => {
  const accepted = { ...attempt, acceptedAt: NOW }
  const planned = (noMatchAt: number | null, now = NOW) => planAccepted(accepted, state({ noMatchAt, now }))

  test('its task is searched for at once', () => {
    expect(planned(null)).toEqual({ do: 'find-said', attempt: accepted })
  })
  test('its task is searched for again every two seconds', () => {
    expect(planned(NOW + 5, NOW + 5)).toEqual({ do: 'wait', until: NOW + 2005 })
    expect(planned(NOW + 5, NOW + 2004)).toEqual({ do: 'wait', until: NOW + 2005 })
    expect(planned(NOW + 5, NOW + 2005)).toEqual({ do: 'find-said', attempt: accepted })
  })
  test('a message without a task after half a minute is given up', () => {
    expect(planned(NOW + 29_999, NOW + 40_000)).toEqual({ do: 'find-said', attempt: accepted })
    expect(planned(NOW + 30_000, NOW + 30_000)).toEqual({ do: 'give-up-attempt' })
  })
})

test('a step belongs to the Chat API when it calls it, or searches for what it wrote', () => {
  expect(['ask-chat', 'say', 'find-said'].map((one) => isChannelStep({ do: one }))).toEqual([
    true,
    true,
    true,
  ])
  expect(isChannelStep({ do: 'look', attempt })).toBe(true)
  expect(isChannelStep({ do: 'look', attempt: { ...attempt, kind: 'comment' } })).toBe(false)
  expect(isChannelStep({ do: 'look' })).toBe(false)
  expect(isChannelStep({ do: 'comment', attempt })).toBe(false)
})

describe('a conversation with the Chat API', () => {
  test('the next message is said, and nothing is searched for by REST', () => {
    expect(planStep(state({ conversation: conversation({ contactId: null }) }))).toMatchObject({ do: 'say' })
    expect(planStep(state({ task: null }))).toEqual({ do: 'ask-chat' })
  })
  test('an accepted message is searched for before anything else is said', () => {
    const accepted = { ...attempt, acceptedAt: NOW }
    expect(planStep(state({ conversation: conversation({ attempt: accepted }) }))).toEqual({
      do: 'find-said',
      attempt: accepted,
    })
    expect(planStep(state({ conversation: conversation({ attempt }) }))).toEqual({ do: 'look', attempt })
  })
  const file = { name: 'a.jpg', url: 'https://x.example/a', planfixFileId: null, size: null }
  const lateFile = message({ originKey: 'm:1:file', files: [file] })
  test.each([
    ['what an agent adds', conversation({ clientLeft: true }), message({ author: agent }), 'comment'],
    ['a file that came after its message', conversation(), lateFile, 'upload'],
  ])('after the end, %s goes into the last task by REST', (_what, its, one, step) => {
    const ofTask = (of: TaskLink | null) =>
      planStep(state({ conversation: its, waiting: [one], task: of, now: NOW + 60_000 })).do
    expect(ofTask(byChannel({ active: false }))).toBe(step)
    expect(ofTask(null)).toBe('ask-chat')
    expect(ofTask(byChannel({ deleted: true }))).toBe('ask-chat')
    expect(ofTask(byChannel({ ours: false }))).toBe('ask-chat')
  })
})
