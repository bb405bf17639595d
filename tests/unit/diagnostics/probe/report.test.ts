import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Reason } from '../../../../src/main/diagnostics/probe/question.ts'
import { questions } from '../../../../src/main/diagnostics/probe/questions/index.ts'
import { probeReport } from '../../../../src/main/diagnostics/probe/report.ts'
import type { Finding, Probing } from '../../../../src/main/diagnostics/probe/runner.ts'

const about = { version: '0.1.0', at: Date.UTC(2026, 2, 2, 9, 30), platform: 'linux', node: '24.0.0' }
const probing = (change: Partial<Probing>): Probing => ({
  findings: [],
  learned: {},
  left: { tasks: [], card: null, chatCard: false },
  requests: 100,
  ...change,
})
const text = (one: Probing) => JSON.stringify(probeReport(about, [{ mode: 'rest', probing: one }]))

test('it holds the positions, and codes in place of reasons', () => {
  const [first, second] = questions
  const findings: Finding[] = [
    { question: first!, position: 'seen', reason: null },
    {
      question: second!,
      position: null,
      reason: { why: 'missing-scope', status: 405, vendorCode: 5, scope: 'task_add' },
    },
  ]
  const left = { tasks: [{ taskId: 1041, comments: 2, isOpen: true }], card: null, chatCard: true }
  expect(probeReport(about, [{ mode: 'chat-api', probing: probing({ findings, left }) }])).toMatchObject({
    report: 'probe',
    day: '2026-03-02',
    connections: [
      {
        mode: 'chat-api',
        answers: { 'chatra-echo': 'seen' },
        unanswered: {
          'chatra-mark': { why: 'missing-scope', status: 405, vendorCode: 5, scope: 'task_add' },
        },
        left: { openTasks: 1, comments: 2, contact: false, chatContact: true },
      },
    ],
  })
})

/** What an account could say, in any place where it is heard: it starts with a letter that no word of ours has. */
const secret = fc.string({ minLength: 4, unit: 'grapheme' }).map((tail) => `ж${tail}`)

test('no name, token, address or number of an account can be in it', () => {
  fc.assert(
    fc.property(secret, fc.integer({ min: 10_000 }), fc.nat(questions.length - 1), (word, number, n) => {
      const question = questions[n]!
      const reason = { why: 'refused', status: number, vendorCode: number } as Reason
      const written = text(
        probing({
          findings: [
            { question, position: word, reason: null },
            { question, position: null, reason },
          ],
          learned: { zoneMs: number, tokenUserId: number },
          left: {
            tasks: [{ taskId: number, comments: 0, isOpen: false }],
            card: { id: number, name: word, sourceObjectId: word },
            chatCard: false,
          },
        }),
      )
      expect(written).not.toContain('ж')
      expect(written).not.toContain(`${number}`)
    }),
  )
})
