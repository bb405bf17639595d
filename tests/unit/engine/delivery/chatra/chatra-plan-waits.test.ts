import { describe, expect, test } from 'vitest'
import {
  generalSpeaker,
  planReply,
  type ReplyState,
  speakerOf,
  speakersOf,
  TARGET_ID_UNKNOWN,
} from '../../../../../src/main/engine/delivery/chatra/chatra-plan.ts'
import { DELIVERED_BY_ANOTHER } from '../../../../../src/main/engine/ports.ts'
import type { AgentSeen, Message } from '../../../../../src/shared/domain.ts'
import { conversation, reply, settingsOf } from '../../values.ts'

const NOW = 100_000
const plan = (changes: Partial<ReplyState>) =>
  planReply({
    conversation: conversation(),
    waiting: [],
    targets: new Map(),
    arrivals: new Map(),
    writing: null,
    now: NOW,
    ...changes,
  })
const queued = (id: number, changes: Partial<Message> = {}) => reply({ id, state: 'queued', ...changes })
const targets = (...messages: Message[]) => new Map(messages.map((one) => [one.id, one]))

describe('a reply waits', () => {
  test('a reply waits for the time that a failure has set', () => {
    const queue = (notBefore: number) =>
      plan({ conversation: conversation({ chatraLane: { failures: 1, notBefore } }), waiting: [queued(1)] })
    expect(queue(NOW + 1)).toEqual({ do: 'wait', until: NOW + 1 })
    expect(queue(NOW)).toMatchObject({ do: 'send' })
  })
  test('a reply waits for the end of a pause', () => {
    const paused = conversation({ paused: 'loop-turns', pausedUntil: NOW + 5_000 })
    expect(plan({ conversation: paused, waiting: [queued(1)] })).toEqual({ do: 'wait', until: NOW + 5_000 })
  })
  test("a reply waits for another device's message in progress, a second each time", () => {
    const writing = { clientId: 'desk', since: NOW - 10 }
    const first = { attempts: 0, receivedAt: NOW, chatraClientId: 'phone' }
    expect(plan({ waiting: [queued(1, first)], writing })).toEqual({ do: 'wait', until: NOW + 1_000 })
    const later = { ...writing, since: NOW + 1 }
    expect(plan({ waiting: [queued(1, first)], writing: later })).toMatchObject({ do: 'send' })
    const same = { ...writing, clientId: 'phone' }
    expect(plan({ waiting: [queued(1, first)], writing: same })).toMatchObject({ do: 'send' })
    const edit = queued(2, { ...first, kind: 'edit', targetId: 1 })
    const sent = targets(reply({ id: 1, chatraMessageId: 'm1' }))
    expect(plan({ waiting: [edit], targets: sent, writing })).toMatchObject({ do: 'change' })
  })
  test('a reply waits until the first moment at which more may be known', () => {
    const uncertain = [1, 2].map((id) => reply({ id, state: 'uncertain', sentAt: NOW - 50_000 }))
    const at = (...times: number[]) => new Map(times.map((lookAt, n) => [n + 1, { lookAt }]))
    expect(plan({ waiting: uncertain, arrivals: at(NOW + 900, NOW + 300) })).toEqual({
      do: 'wait',
      until: NOW + 300,
    })
    expect(plan({ waiting: uncertain, arrivals: at(NOW - 900) })).toEqual({ do: 'wait', until: NOW + 1 })
  })
  test("a reply waits for an uncertain one before it, except another computer's", () => {
    const behind = (changes: Partial<Message>) =>
      plan({ waiting: [reply({ id: 1, state: 'uncertain', sentAt: NOW, ...changes }), queued(2)] })
    expect(behind({})).toEqual({ do: 'wait', until: NOW + 30_000 })
    expect(behind({ sentAt: NOW + 30_000 })).toEqual({ do: 'wait', until: NOW + 60_000 })
    expect(behind({ sentAt: NOW + 30_001 })).toMatchObject({ do: 'send' })
    expect(behind({ sentAt: null, receivedAt: NOW - 1_000 })).toEqual({ do: 'wait', until: NOW + 29_000 })
    expect(behind({ reason: DELIVERED_BY_ANOTHER })).toMatchObject({ do: 'send' })
  })
})

describe('an edit or a deletion', () => {
  const said = reply({ id: 1, chatraMessageId: 'm1' })
  const edit = (id: number, changes: Partial<Message> = {}) =>
    queued(id, { kind: 'edit', targetId: 1, ...changes })

  test('an interrupted edit or deletion is repeated', () => {
    const step = plan({ waiting: [edit(2, { state: 'sending' })], targets: targets(said) })
    expect(step).toMatchObject({ do: 'change', target: { id: 1 } })
  })
  test('an edit or a deletion of an unknown message is dropped', () => {
    const drop = { do: 'drop', reason: 'target-unknown' }
    expect(plan({ waiting: [edit(2)] })).toMatchObject(drop)
    expect(plan({ waiting: [edit(2, { targetId: null })], targets: targets(said) })).toMatchObject(drop)
  })
  test('an edit or a deletion of a message without a known id is dropped', () => {
    const target = reply({ id: 1, chatraMessageId: null })
    expect(plan({ waiting: [edit(2)], targets: targets(target) })).toMatchObject({
      do: 'drop',
      reason: TARGET_ID_UNKNOWN,
    })
  })
  test('an edit or a deletion is superseded only by a later one of the same reply', () => {
    const other = reply({ id: 9, chatraMessageId: 'm9' })
    const known = targets(said, other)
    expect(plan({ waiting: [edit(2), edit(3, { targetId: 9 })], targets: known })).toMatchObject({
      do: 'change',
      message: { id: 2 },
    })
    expect(plan({ waiting: [edit(2), queued(3, { targetId: 1 })], targets: known })).toMatchObject({
      do: 'change',
      message: { id: 2 },
    })
    const removal = edit(2, { kind: 'delete' })
    expect(plan({ waiting: [removal, edit(3)], targets: known })).toMatchObject({
      do: 'change',
      message: { id: 2 },
    })
  })
  test('an edit or a deletion is settled or reported also during a pause', () => {
    const stopped = conversation({ paused: 'loop-turns', pausedUntil: null })
    const unsaid = reply({ id: 1, state: 'uncertain', sentAt: 0 })
    expect(plan({ conversation: stopped, waiting: [edit(2)] })).toMatchObject({ do: 'drop' })
    expect(plan({ conversation: stopped, waiting: [edit(2)], targets: targets(unsaid) })).toMatchObject({
      do: 'let-wait',
    })
  })
  test('an edit of another reply does not cancel this one', () => {
    const removal = queued(3, { kind: 'delete', targetId: 9 })
    expect(plan({ waiting: [queued(2), removal] })).toMatchObject({ do: 'send', message: { id: 2 } })
    const ofThis = edit(3, { targetId: 2 })
    expect(plan({ waiting: [queued(2), ofThis] })).toMatchObject({ do: 'send', message: { id: 2 } })
  })
})

describe('the speaker', () => {
  const employees = [
    { planfixUserId: 'user:5', name: 'Julia', email: 'julia@shop.example' },
    { planfixUserId: 'user:6', chatraAgentId: 'agent-oleg', email: 'oleg@shop.example' },
    { planfixUserId: 'user:7' },
  ]
  const chatra = { publicKey: 'k', agent: { email: 'Shop@shop.example', name: 'Shop' } }
  const each = settingsOf({ chatra, employees, options: { sendAsEmployee: true } })
  const one = settingsOf({ chatra, employees })
  const agents = [
    { id: 'a-shop', email: 'SHOP@shop.example', name: null },
    { id: 'a-julia', email: 'julia@SHOP.example', name: null },
    { id: 'a-none', email: null, name: null },
  ] as AgentSeen[]
  const by = (id: number) => reply({ author: { kind: 'employee', id, name: 'From Planfix' } })
  const general = { agentEmail: 'Shop@shop.example', agentName: 'Shop' }

  test('the general agent is found by its address where it was seen', () => {
    expect(generalSpeaker(each, [])).toEqual(general)
    expect(generalSpeaker(each, agents)).toEqual({ agentId: 'a-shop' })
    expect(speakerOf(by(5), one, [])).toEqual(general)
    expect(speakerOf(by(5), one, agents)).toEqual({ agentId: 'a-shop' })
    expect(speakerOf(reply({ author: { kind: 'bridge' } }), each, [])).toEqual(general)
  })
  test('the employee is the chosen agent, else the seen one, else by address and name', () => {
    expect(speakerOf(by(6), each, agents)).toEqual({ agentId: 'agent-oleg' })
    expect(speakerOf(by(5), each, agents)).toEqual({ agentId: 'a-julia' })
    expect(speakerOf(by(5), each, [])).toEqual({ agentEmail: 'julia@shop.example', agentName: 'Julia' })
    const nameless = settingsOf({
      chatra,
      employees: [{ planfixUserId: 'user:5', email: 'julia@shop.example' }],
      options: { sendAsEmployee: true },
    })
    expect(speakerOf(by(5), nameless, [])).toMatchObject({ agentName: 'From Planfix' })
  })
  test('the general agent is used for an employee without address or entry', () => {
    expect(speakerOf(by(7), each, [])).toEqual(general)
    expect(speakerOf(by(99), each, [])).toEqual(general)
  })
  test('the general agent is the last choice, by address at the end, each once', () => {
    expect(speakersOf(by(6), each, agents)).toEqual([
      { agentId: 'agent-oleg' },
      { agentId: 'a-shop' },
      general,
    ])
    expect(speakersOf(by(6), each, [])).toEqual([{ agentId: 'agent-oleg' }, general])
    expect(speakersOf(by(7), each, agents)).toEqual([{ agentId: 'a-shop' }, general])
    expect(speakersOf(by(7), each, [])).toEqual([general])
  })
})

test('a queue that waits after a failure wakes when more is known of an uncertain reply', () => {
  const uncertain = reply({ id: 1, state: 'uncertain', sentAt: NOW - 50_000 })
  const queue = conversation({ chatraLane: { failures: 1, notBefore: NOW + 900 } })
  const at = (lookAt: number) => new Map([[1, { lookAt }]])
  const step = (lookAt: number) => plan({ conversation: queue, waiting: [uncertain], arrivals: at(lookAt) })
  expect(step(NOW + 300)).toEqual({ do: 'wait', until: NOW + 300 })
  expect(step(NOW + 2_000)).toEqual({ do: 'wait', until: NOW + 900 })
})

test('an agent without an e-mail speaks for nobody', () => {
  const nameless = { id: 'x', email: null, name: 'X' } as unknown as AgentSeen
  expect(generalSpeaker(settingsOf(), [nameless])).not.toHaveProperty('agentId')
})
