import { expect, test } from 'vitest'
import { decideComment } from '../../../src/main/engine/intake/comment.ts'
import { comment, conversation, settingsOf, task } from './values.ts'

const MINUTE = 60_000
const END = 100 * MINUTE
const decided = (at: number | null, first: boolean) => {
  const { changes } = decideComment(
    { taskId: 100, comment: comment({ at }), first },
    {
      ...{ settings: settingsOf(), now: END + 10 * MINUTE, task: task(), conversation: conversation() },
      ...{ contactIds: [92], known: [], attempts: [], maxText: 5000, newId: () => 1 },
      takeover: { at: END + 5 * MINUTE, until: END },
    },
  )
  return changes.flatMap((change) => (change.type === 'message.add' ? [change.message.state] : []))
}

test.each([
  ['long before the former computer’s end', END - 6 * MINUTE, 'skipped'],
  ['shortly before it', END - MINUTE, 'uncertain'],
  ['in the minute of it', END + MINUTE, 'uncertain'],
  ['after it', END + 2 * MINUTE, 'queued'],
  ['nobody knows when', null, 'uncertain'],
] as const)('a reply that was written %s, found at the first look after a takeover', (_when, at, state) => {
  expect(decided(at, true)).toEqual([state])
})

test('a reply that comes after the first look is carried, however near', () => {
  expect(decided(END, false)).toEqual(['queued'])
})
