import { describe, expect, test } from 'vitest'
import {
  clientMessageBefore,
  placedMessageBefore,
} from '../../../../../src/main/engine/intake/comment/message-before.ts'
import type { Store } from '../../../../../src/main/engine/ports.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { message, taskLink } from '../../../../support/builders.ts'

const MINUTE = 60_000
const NOW = 20 * MINUTE
const TASK = taskLink({ taskId: 500, byChannel: true })
/** Planfix gives the minute in which it was written. */
const COMMENT = { id: 70, at: 10 * MINUTE }

/** A client's message in the task; `comment` null = its comment is not known yet. */
const said = (device: string, sentAt: number, comment: number | null): Message =>
  message({
    direction: 'to-planfix',
    author: { kind: 'client', id: device, name: device },
    chatraClientId: device,
    planfixTaskId: TASK.taskId,
    planfixCommentId: comment,
    state: 'delivered',
    sentAt,
  })

const storeOf = (messages: readonly Message[]) =>
  ({
    clientMessageBefore: async () => null,
    messagesSince: async () => messages,
  }) as unknown as Store
const deviceBefore = async (messages: readonly Message[], readAt?: number) =>
  (
    await clientMessageBefore(
      storeOf(messages),
      TASK,
      1,
      { ...COMMENT, ...(readAt !== undefined && { readAt }) },
      NOW,
    )
  )?.chatraClientId ?? null
const later = async (messages: readonly Message[]) =>
  (await placedMessageBefore(storeOf(messages), TASK, 1, COMMENT, NOW))?.chatraClientId ?? null

describe("the client's message before a comment in a chat's task", () => {
  const phone = said('phone', 9 * MINUTE, 69)

  test('a message whose comment is known stands where its comment stands', async () => {
    expect(await deviceBefore([phone, said('laptop', 10 * MINUTE, 71)])).toBe('phone')
    expect(await deviceBefore([phone, said('laptop', 10 * MINUTE, 68)])).toBe('laptop')
  })

  test('one whose comment is unknown counts by its time, to the minute of the comment', async () => {
    expect(await deviceBefore([phone, said('laptop', 10.5 * MINUTE, null)])).toBe('laptop')
    expect(await deviceBefore([phone, said('laptop', 11 * MINUTE, null)])).toBe('phone')
  })

  test('one that came after the reading began stands after what was read', async () => {
    const laptop = said('laptop', 10.5 * MINUTE, null)
    expect(await deviceBefore([phone, laptop], 10.4 * MINUTE)).toBe('phone')
    expect(await deviceBefore([phone, laptop], 10.6 * MINUTE)).toBe('laptop')
  })

  test('what was decided at the reading stays while the place of another message is unknown', async () => {
    expect(await later([phone, said('laptop', 10.5 * MINUTE, null)])).toBeNull()
    expect(await later([phone, said('laptop', 10.5 * MINUTE, 71)])).toBe('phone')
    expect(await later([phone, said('laptop', 12 * MINUTE, null)])).toBe('phone')
  })
})
