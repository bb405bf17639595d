import { describe, expect, it, onTestFinished } from 'vitest'
import { CHANGE_STATEMENTS } from '../../../src/main/store/changes.ts'
import { LOOKUPS } from '../../../src/main/store/lookups.ts'
import { addMessage, patchMessage } from '../../../src/main/store/messages.ts'
import { migrate } from '../../../src/main/store/migrations.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { message } from './material.ts'

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

const { lanesOfMessages, lanesOfChores: _allOpenChores, ...perMessage } = LOOKUPS

describe('what is asked for each message reads no whole table', () => {
  it.each(Object.entries(perMessage))('%s', (_name, text) => {
    expect(scans(planOf(empty(), text))).toEqual([])
  })

  it.each(Object.entries(CHANGE_STATEMENTS))('%s', (_name, text) => {
    expect(scans(planOf(empty(), text))).toEqual([])
  })

  it('nor does adding or changing a message', () => {
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

it('waiting messages come from the index in order, without sorting', () => {
  expect(planOf(empty(), LOOKUPS.waitingOpen)).toEqual([
    'SEARCH messages USING INDEX messages_open (conversation=? AND direction=?)',
  ])
})

it('lanes with work are found in the indexes of open messages alone', () => {
  const touched = planOf(empty(), lanesOfMessages).filter((step) => / messages\b/.test(step))
  expect(touched.length).toBe(2)
  for (const step of touched)
    expect(step).toMatch(/^SEARCH messages USING (COVERING )?INDEX messages_(open|uncertain)/)
})
