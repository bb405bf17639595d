import { expect, test } from 'vitest'
import type { JobState } from '../../src/main/engine/delivery/jobs/job.ts'
import { verify } from '../../src/main/engine/delivery/jobs/verify.ts'
import { ok } from '../../src/shared/errors.ts'
import { comment, conversation, reply, settingsOf } from '../unit/engine/values.ts'

/** A feed with two comments "ok": no. 10 is linked to a message, no. 11 is not. */
function stateWith(attempt: object | null) {
  const removed: number[] = []
  const now = conversation({ attempt: attempt as never })
  const state = {
    job: { data: { taskId: 100, sourceObjectId: 'source', text: 'ok' } },
    conversation: conversation(),
    now: 0,
    slot: async () => undefined,
    connection: {
      settings: settingsOf(),
      planfix: {
        comments: async () =>
          ok({
            comments: [11, 10].map((id) => comment({ id, text: 'ok', owner: 'contact:92' })),
            complete: true,
            sorted: true,
          }),
        deleteComment: async (id: number) => ok(void removed.push(id)),
      },
    },
    context: {
      clock: { now: () => 0 },
      store: {
        conversation: async () => now,
        fact: async () => null,
        messagesOfTask: async () => [reply({ direction: 'to-planfix', planfixCommentId: 10 })],
      },
    },
  } as unknown as JobState<'verify'>
  return { state, removed }
}

test('a second copy of a comment that was written twice is removed', async () => {
  const { state, removed } = stateWith(null)
  expect(await verify(state)).toEqual({ done: [] })
  expect(removed).toEqual([11])
})

test('while a comment is being written no other counts as its second copy', async () => {
  const { state, removed } = stateWith({ kind: 'comment', text: 'ok' })
  expect(await verify(state)).toEqual({ waits: 5000 })
  expect(removed).toEqual([])
})
