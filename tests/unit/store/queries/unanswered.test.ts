import fc from 'fast-check'
import { expect, it } from 'vitest'
import { migrate } from '../../../../src/main/store/migrations.ts'
import { unansweredAmong, unansweredOf } from '../../../../src/main/store/queries/unanswered.ts'
import { applyChanges } from '../../../../src/main/store/rows/changes.ts'
import { Sql } from '../../../../src/main/store/sql.ts'
import type { Message } from '../../../../src/shared/domain.ts'
import { adding, conversation, message } from '../material.ts'

type Kind = 'client' | 'thanks' | 'reply' | 'failed' | 'agent' | 'note' | 'edit'
const kinds = fc.constantFrom<Kind>('client', 'client', 'thanks', 'reply', 'failed', 'agent', 'note', 'edit')

const FIELDS: Record<Kind, Partial<Message>> = {
  client: { text: 'How much is it?' },
  thanks: { text: 'Thank you!' },
  reply: { direction: 'to-chatra', author: { kind: 'employee', id: 5, name: 'Ana' }, state: 'delivered' },
  failed: { direction: 'to-chatra', author: { kind: 'employee', id: 5, name: 'Ana' }, state: 'failed' },
  agent: { author: { kind: 'agent', id: 'a1', name: 'Julia', email: null } },
  note: { direction: 'to-chatra', author: { kind: 'employee', id: 5, name: 'Ana' }, state: 'skipped' },
  edit: { kind: 'edit' },
}

it('who waits is the same, read together or one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(kinds, { maxLength: 12 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.option(fc.nat(7)), { minLength: 8, maxLength: 8 }),
      fc.array(fc.option(fc.nat(60)), { minLength: 8, maxLength: 8 }),
      fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }),
      async (talks, merges, upTo, gaps) => {
        const sql = new Sql(':memory:')
        try {
          migrate(sql)
          talks.forEach((kindsOf, n) => {
            // Into one with a smaller number, so that there is no circle.
            const into = merges[n] ?? n
            const one = conversation({
              id: n + 1,
              connectionId: `shop-${n % 2}`,
              mergedInto: into < n ? into + 1 : null,
              ...(upTo[n] != null && { noAnswerUpTo: upTo[n] }),
            })
            applyChanges(sql, [{ type: 'conversation.add', conversation: one }])
            kindsOf.forEach((kind, index) => {
              // Some are said at the same moment.
              const time = index - (gaps[index % gaps.length] ?? 0)
              const said = { writtenAt: time, receivedAt: time, conversationId: n + 1 }
              const id = index * talks.length + n + 1
              applyChanges(sql, [adding(message({ id, ...said, ...FIELDS[kind] }))])
            })
          })
          const ids = [...talks.map((_, n) => n + 1), 999]
          const expected: unknown[] = []
          for (const id of ids) expected.push(...[(await unansweredOf(sql, id)) ?? []].flat())
          expect(await unansweredAmong(sql, ids)).toEqual(expected)
        } finally {
          sql.close()
        }
      },
    ),
    { numRuns: 300 },
  )
})

it('many conversations are read in several steps, each once', async () => {
  const sql = new Sql(':memory:')
  migrate(sql)
  const ids = Array.from({ length: 250 }, (_, n) => n + 1)
  for (const id of ids) {
    applyChanges(sql, [
      { type: 'conversation.add', conversation: conversation({ id }) },
      adding(message({ id, conversationId: id, ...(id % 50 === 0 ? {} : FIELDS.reply) })),
    ])
  }
  const waiting = await unansweredAmong(sql, ids)
  expect(waiting.map(({ conversationId }) => conversationId)).toEqual([50, 100, 150, 200, 250])
  sql.close()
})
