import { expect, it } from 'vitest'
import type { Message } from '../../../../src/shared/domain.ts'
import { adding, conversation, message, reply, store } from '../material.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const MINUTE = 60_000
/** Two days, the first a Sunday. */
const query = { dayStarts: [10 * DAY, 11 * DAY], to: 12 * DAY, firstWeekday: 6 }
const at = (time: number) => ({ writtenAt: time, receivedAt: time })
const ana = { author: { kind: 'employee', id: 5, name: 'Ana' } as const }

async function filled(messages: Message[]) {
  const db = await store()
  const ids = new Set(messages.map(({ conversationId }) => conversationId ?? 0))
  await db.commit([...ids].map((id) => ({ type: 'conversation.add', conversation: conversation({ id }) })))
  await db.commit(messages.map((one) => adding(one)))
  return db
}
let id = 0
const client = (conversationId: number, time: number, more: Partial<Message> = {}) =>
  message({ id: ++id, conversationId, ...at(time), ...more })
const answer = (conversationId: number, time: number, more: Partial<Message> = {}) =>
  reply({ id: ++id, conversationId, ...at(time), sentAt: time, state: 'delivered', ...ana, ...more })

it('chats are counted by day, and their first reply by person, weekday and hour', async () => {
  const [sunday, monday] = [10 * DAY, 11 * DAY]
  const db = await filled([
    client(1, sunday + 9 * HOUR),
    answer(1, sunday + 9 * HOUR + 2 * MINUTE),
    client(1, sunday + 9 * HOUR + 5 * MINUTE),
    answer(1, sunday + 9 * HOUR + 6 * MINUTE),
    // Answered after midnight, inside Chatra.
    client(2, sunday + 23 * HOUR),
    client(2, monday + HOUR, {
      author: { kind: 'agent', id: 'a1', name: 'Julia', email: null },
    }),
    // The same client on another day is another chat; nobody answers but a robot, and one inside.
    client(1, monday + 9 * HOUR),
    answer(1, monday + 9 * HOUR + MINUTE, { state: 'skipped', reason: 'internal-hidden' }),
    client(1, monday + 9 * HOUR + MINUTE, {
      author: { kind: 'agent', id: 'a1', name: 'Julia', email: null },
      reason: 'automatic-message',
    }),
    // Before and after the period.
    client(3, 12 * DAY + 1),
  ])
  const report = await db.report(query)
  expect(report.total).toEqual({
    ...{ chats: 3, answered: 2, medianMs: 61 * MINUTE, p90Ms: 2 * HOUR },
    // Julia's reply after two hours, and the chat without one.
    ...{ fromClients: 4, replies: 3, late: 2 },
  })
  expect(report.employees).toEqual([
    { name: 'Ana', inChatra: false, replies: 2, firstReplies: 1, medianMs: 2 * MINUTE, p90Ms: 2 * MINUTE },
    { name: 'Julia', inChatra: true, replies: 1, firstReplies: 1, medianMs: 2 * HOUR, p90Ms: 2 * HOUR },
  ])
  expect(report.weekdays.map(({ chats }) => chats)).toEqual([1, 0, 0, 0, 0, 0, 2])
  expect(report.weekdays[0]).toEqual({ chats: 1, answered: 0, medianMs: null, p90Ms: null })
  expect(report.hours.flatMap(({ chats }, hour) => (chats > 0 ? [[hour, chats]] : []))).toEqual([
    [9, 2],
    [23, 1],
  ])
})

it('nine of ten chats are answered within the 90 % time', async () => {
  const db = await filled(
    Array.from({ length: 10 }, (_, n) => [
      client(n + 1, 10 * DAY + n * MINUTE),
      answer(n + 1, 10 * DAY + n * MINUTE + (n + 1) * 1000),
    ])
      .flat()
      .sort((one, other) => one.id - other.id),
  )
  expect((await db.report(query)).total).toMatchObject({ medianMs: 5500, p90Ms: 9000 })
})

it('a chat is late when its first reply took more than an hour, or has not come within one', async () => {
  const late = async (...messages: Message[]) => (await (await filled(messages)).report(query)).total.late
  const start = 11 * DAY
  expect(await late(client(1, start), answer(1, start + HOUR))).toBe(0)
  expect(await late(client(1, start), answer(1, start + HOUR + 1))).toBe(1)
  expect(await late(client(1, 12 * DAY - HOUR))).toBe(0)
  expect(await late(client(1, 12 * DAY - HOUR - 1))).toBe(1)
})

it('another connection, and an empty period, have no chats', async () => {
  const db = await filled([client(1, 10 * DAY)])
  expect((await db.report({ ...query, connectionId: 'other' })).total.chats).toBe(0)
  expect((await db.report({ ...query, dayStarts: [11 * DAY] })).total).toMatchObject({
    chats: 0,
    medianMs: null,
  })
})
