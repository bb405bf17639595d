import { expect, test } from 'vitest'
import { newMessage } from '../../../../src/shared/messages/new-message.ts'

const given = {
  id: 1,
  connectionId: 'shop',
  conversationId: 2,
  direction: 'to-planfix',
  author: { kind: 'client', id: 'client', name: 'Anna' },
  text: 'Hello',
  originKey: 'c:m1',
  writtenAt: 500,
  receivedAt: 600,
  position: 500,
} as const

test('a new message is a text that waits and that neither service knows', () => {
  expect(newMessage(given)).toEqual({
    ...given,
    kind: 'text',
    files: [],
    chatraClientId: null,
    chatraMessageId: null,
    channelMessageId: null,
    planfixTaskId: null,
    planfixCommentId: null,
    targetId: null,
    state: 'queued',
    reason: null,
    late: false,
    attempts: 0,
    sentAt: null,
    echoed: false,
    sentFingerprint: null,
    fingerprint: null,
  })
})

test('what is known of a new message replaces what is usual', () => {
  const known = { state: 'skipped', reason: 'robot', chatraMessageId: 'm1' } as const
  expect(newMessage({ ...given, ...known })).toMatchObject(known)
})
