import { expect, test } from 'vitest'
import { newPendingWrite } from '../../../../src/shared/messages/pending-write.ts'

const given = { kind: 'comment', sourceObjectId: 'our-id', startedAt: 500, text: 'Hello' } as const

test('a pending write that begins is under way, without messages and author', () => {
  expect(newPendingWrite(given)).toEqual({
    ...given,
    messageIds: [],
    unclearAt: null,
    answered: false,
    ownerUserId: null,
  })
})

test('what is known of a pending write replaces what is usual', () => {
  expect(newPendingWrite({ ...given, messageIds: [7], ownerUserId: 5 })).toMatchObject({
    messageIds: [7],
    ownerUserId: 5,
  })
})
