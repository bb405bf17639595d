import { expect, test } from 'vitest'
import { takenBack } from '../../../../../src/main/engine/intake/channel/taken-back.ts'
import { GONE } from '../../../../../src/main/engine/intake/comment/comment-fingerprint.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { conversation, reply, settingsOf } from '../../values.ts'

const called = (changes: Partial<Message> = {}): Message =>
  reply({ id: 20, originKey: 'w:900', channelMessageId: '900', planfixCommentId: null, ...changes })
const taken = (parts: readonly Message[], changes: readonly Message[] = []) =>
  takenBack(parts, {
    settings: settingsOf(),
    conversation: conversation(),
    now: 1000,
    task: { taskId: 100 },
    changes,
    newId: () => 50,
  })
const patched = (id: number, ...of: Parameters<typeof taken>) =>
  taken(...of).flatMap((one) => (one.type === 'message.patch' && one.id === id ? [one.patch] : []))
const added = (...of: Parameters<typeof taken>) =>
  taken(...of).flatMap((one) => (one.type === 'message.add' ? [one.message] : []))

test('a reply that is in the chat is deleted there, and is not looked for again', () => {
  const one = called({ chatraMessageId: 'm' })
  expect(added([one])).toMatchObject([{ kind: 'delete', targetId: 20, state: 'queued' }])
  expect(patched(20, [one])).toEqual([{ fingerprint: GONE }])
})

test('a reply that waits is not sent', () => {
  const one = called({ state: 'queued', attempts: 0, sentAt: null })
  expect(added([one])).toEqual([])
  expect(patched(20, [one])).toEqual([{ state: 'skipped', reason: 'deleted-before-sent', fingerprint: GONE }])
})

test('of a reply that became two messages both are deleted', () => {
  const parts = [called(), called({ id: 21, originKey: 'w:900:2' })]
  expect(added(parts).map(({ targetId }) => targetId)).toEqual([20, 21])
})
