import { expect, test } from 'vitest'
import { explained, skippedEvent } from '../../../../src/main/engine/intake/skipped.ts'
import type { InboxRow } from '../../../../src/main/engine/ports.ts'

const row = (source: InboxRow['source']): InboxRow =>
  ({ seq: 12, connectionId: 'shop', source, receivedAt: 4_000 }) as InboxRow

test('an unusable event leaves one line in the log with the reason', () => {
  expect(skippedEvent(row('chatra'), 'bad-body', 7)).toEqual({
    type: 'message.add',
    states: [{ state: 'skipped', reason: 'bad-body' }],
    message: {
      id: 7,
      connectionId: 'shop',
      conversationId: null,
      direction: 'to-planfix',
      kind: 'event',
      author: { kind: 'bridge' },
      text: '',
      files: [],
      originKey: 'inbox:12',
      chatraClientId: null,
      chatraMessageId: null,
      channelMessageId: null,
      planfixTaskId: null,
      planfixCommentId: null,
      targetId: null,
      writtenAt: 4_000,
      receivedAt: 4_000,
      position: 4_000,
      state: 'skipped',
      reason: 'bad-body',
      late: false,
      attempts: 0,
      sentAt: null,
      echoed: false,
      sentFingerprint: null,
      fingerprint: null,
    },
  })
})

test('an event of Planfix has the direction to Chatra', () => {
  expect(skippedEvent(row('planfix'), 'gone', 7, { planfixTaskId: 41 }, 'failed')).toMatchObject({
    states: [{ state: 'failed', reason: 'gone' }],
    message: { direction: 'to-chatra', planfixTaskId: 41, state: 'failed' },
  })
})

test('an explaining line is skipped unless it is marked as failed', () => {
  const line = { connectionId: 'shop', key: 'k', direction: 'to-planfix', text: 'Hi', reason: 'why' } as const
  const at = { now: 5, newId: () => 9 }
  expect(explained(line, at)).toMatchObject({
    states: [{ state: 'skipped', reason: 'why' }],
    message: { id: 9, originKey: 'k', text: 'Hi', state: 'skipped' },
  })
  expect(explained(line, at, 'failed')).toMatchObject({ message: { state: 'failed' } })
})
