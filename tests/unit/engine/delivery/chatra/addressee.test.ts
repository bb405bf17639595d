import { expect, test } from 'vitest'
import { beingWritten, mayBeForAnother } from '../../../../../src/main/engine/delivery/chatra/addressee.ts'
import type { Store } from '../../../../../src/main/engine/ports.ts'
import type { ClientLink } from '../../../../../src/shared/domain.ts'
import { newPendingWrite, type PendingWrite } from '../../../../../src/shared/messages/pending-write.ts'
import { conversation, message } from '../../../../support/builders.ts'

const store = { message: async () => message({ chatraClientId: 'phone' }) } as unknown as Store
const devices = (...ids: string[]) => ids.map((clientId) => ({ clientId }) as ClientLink)
const writing = (kind: PendingWrite['kind'], ...ids: string[]) =>
  beingWritten(
    store,
    conversation({
      attempt: newPendingWrite({
        kind,
        sourceObjectId: 's',
        startedAt: 1000,
        text: 'Hello',
        messageIds: [1],
      }),
    }),
    devices(...ids),
  )

test.each(['comment', 'chat'] as const)(
  'a reply to another device waits while a message is being written, by whatever way: %s',
  async (kind) => {
    const phone = await writing(kind, 'phone', 'laptop')
    expect(phone).toEqual({ clientId: 'phone', since: 1000 })
    const reply = message({ direction: 'to-chatra', chatraClientId: 'laptop', receivedAt: 1000 })
    expect(mayBeForAnother(reply, phone)).toBe(true)
    expect(mayBeForAnother({ ...reply, chatraClientId: 'phone' }, phone)).toBe(false)
    expect(mayBeForAnother({ ...reply, receivedAt: 999 }, phone)).toBe(false)
  },
)

test('nothing waits for a card or a task, or where there is one device alone', async () => {
  expect(await writing('contact', 'phone', 'laptop')).toBeNull()
  expect(await writing('chat', 'phone')).toBeNull()
})
