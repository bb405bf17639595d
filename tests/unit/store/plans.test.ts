import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate } from '../../../src/main/store/migrations.ts'
import { conversationPage, conversationSummaries } from '../../../src/main/store/queries/conversation-list.ts'
import {
  findConversations,
  storedConversation,
  threadMessages,
} from '../../../src/main/store/queries/conversations.ts'
import { outline, pageAfter, pageFrom } from '../../../src/main/store/queries/log-query.ts'
import { LOOKUPS } from '../../../src/main/store/queries/lookups.ts'
import { lifeOf, messageViews } from '../../../src/main/store/queries/message-view.ts'
import { storePart, storeParts } from '../../../src/main/store/queries/report/parts.ts'
import { reportOf } from '../../../src/main/store/queries/report/report.ts'
import { bars, beganAt, dayFigures, gapsSince, settling } from '../../../src/main/store/queries/statistics.ts'
import { recentConversations, unansweredAmong } from '../../../src/main/store/queries/unanswered.ts'
import { applyChanges, CHANGE_STATEMENTS } from '../../../src/main/store/rows/changes.ts'
import { addMessage, patchMessage } from '../../../src/main/store/rows/messages.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import type { LogFilter } from '../../../src/shared/api/log.ts'
import { conversation, message } from './material.ts'

function empty(): Sql {
  const sql = new Sql(':memory:')
  onTestFinished(() => sql.close())
  migrate(sql)
  return sql
}
function planOf(sql: Sql, text: string): string[] {
  const values = Array.from(text.matchAll(/\?/g), () => 1)
  return sql.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, ...values).map(({ detail }) => detail)
}
const scans = (plan: string[]) =>
  plan.filter((step) => step.startsWith('SCAN') && step !== 'SCAN CONSTANT ROW')

const {
  queuesOfMessages,
  inboxPendingOfAll: _allUnsettled,
  queuesOfAttempts: _allOpenWrites,
  queuesOfJobs: _allOpenJobs,
  ...perMessage
} = LOOKUPS

describe('queries for each message read no whole table', () => {
  it.each(Object.entries(perMessage))('the query reads no whole table: %s', (_name, text) => {
    expect(scans(planOf(empty(), text))).toEqual([])
  })

  it.each(Object.entries(CHANGE_STATEMENTS))('the lookup reads no whole table: %s', (_name, text) => {
    expect(scans(planOf(empty(), text))).toEqual([])
  })

  it('adding or changing a message reads no whole table', () => {
    const sql = empty()
    const ran: string[] = []
    const run = sql.run.bind(sql)
    sql.run = (text, ...values) => {
      ran.push(text)
      return run(text, ...values)
    }
    addMessage(sql, message(), [{ state: 'queued', reason: null }], null)
    patchMessage(sql, 10, 1, { state: 'delivered', reason: null, sentAt: 4 })
    expect(ran.length).toBe(4)
    expect(ran.flatMap((text) => scans(planOf(sql, text)))).toEqual([])
  })
})

it('the interface reads big tables by keys and indexes, in batches', async () => {
  const sql = empty()
  addMessage(sql, message(), [{ state: 'queued', reason: null }], null)
  applyChanges(sql, [{ type: 'conversation.add', conversation: conversation() }])
  const asked = new Set<string>()
  for (const name of ['get', 'all', 'column'] as const) {
    const original = sql[name].bind(sql) as (text: string, ...values: never[]) => never
    sql[name] = ((text: string, ...values: never[]) => {
      asked.add(text)
      return original(text, ...values)
    }) as never
  }
  const filters: LogFilter[] = [
    {},
    { connectionId: 'shop', direction: 'to-chatra', from: 1, to: 2 },
    { states: ['failed', 'delivered'], search: 'word' },
    { search: 'word' },
    { employeeId: 5 },
    { conversationId: 1, search: 'word' },
  ]
  for (const filter of filters) {
    await outline(sql, filter)
    await pageFrom(sql, filter, 10, 5)
    await pageAfter(sql, filter, 0, 5)
  }
  await messageViews(sql, [10])
  await lifeOf(sql, 10)
  await storedConversation(sql, 1)
  await threadMessages(sql, 1, 10, 5)
  await findConversations(sql, { text: '#1041', limit: 5 })
  await conversationPage(sql, { only: 'blocked', after: null, limit: 5 })
  await conversationSummaries(sql, [1])
  await recentConversations(sql, 0)
  await unansweredAmong(sql, [1])
  await beganAt(sql)
  await reportOf(sql, { dayStarts: [0], to: 1, firstWeekday: 0 })
  await storeParts(sql, 1, async (part) => storePart(sql, part, 1))
  await settling(sql, 'shop', 0)
  await bars(sql, [0], 1)
  await dayFigures(sql, 0)
  await gapsSince(sql, 0)
  expect(asked.size).toBeGreaterThan(20)
  const big = /^SCAN (messages|entries|inbox|clients|conversations|tasks|events)\b/
  const scanning = [...asked].filter((text) => planOf(sql, text).some((step) => big.test(step)))
  expect(scanning).toEqual([])
})

it('waiting messages come from the index in order, without sorting', () => {
  expect(planOf(empty(), LOOKUPS.waitingOpen)).toEqual([
    'SEARCH messages USING INDEX messages_open (conversation=? AND direction=?)',
  ])
})

it.each(['clientMessageBefore', 'writtenInTask', 'repliedInTask'] as const)(
  'what is said in a task comes from the index in the order of its feed, without sorting: %s',
  (name) => {
    const plan = planOf(empty(), LOOKUPS[name])
    expect(plan[0]).toMatch(/^SEARCH messages USING INDEX messages_task \(connection=\? AND planfix_task=\?/)
    expect(plan.filter((step) => step.includes('TEMP B-TREE'))).toEqual([])
  },
)

it('queues with work are found only in the indexes of open messages', () => {
  const touched = planOf(empty(), queuesOfMessages).filter((step) => / messages\b/.test(step))
  expect(touched.length).toBe(2)
  for (const step of touched)
    expect(step).toMatch(/^SEARCH messages USING (COVERING )?INDEX messages_(open|uncertain)/)
})
