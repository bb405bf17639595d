import { expect, test } from 'vitest'
import { withClient } from '../../../src/main/engine/index.ts'
import type { ClientLink, Conversation } from '../../../src/shared/domain.ts'
import { conversation } from '../../support/builders.ts'

const device = (clientId: string, name: string, lastWroteAt: number): ClientLink => ({
  connectionId: 'shop',
  clientId,
  conversationId: 1,
  profile: { id: clientId, name } as ClientLink['profile'],
  lastWroteAt,
  lastVisitAt: null,
})

const store = (conversations: Conversation[], clients: ClientLink[]) => ({
  conversation: async (id: number) => conversations.find((one) => one.id === id) ?? null,
  clientsOf: async (id: number) => clients.filter((one) => one.conversationId === id),
})

test('an event names the client whose device wrote last', async () => {
  const found = store([conversation({ id: 1 })], [device('a', 'Anna', 10), device('b', 'Ana M.', 20)])
  const event = { params: { conversation: 1, task: 7 } }
  expect(await withClient(found, event)).toEqual({ params: { conversation: 1, task: 7, client: 'Ana M.' } })
})

test('an event of a merged conversation names the client of the other one', async () => {
  const both = [conversation({ id: 1 }), conversation({ id: 2, mergedInto: 1 })]
  const found = store(both, [device('a', 'Anna', 10)])
  expect((await withClient(found, { params: { conversation: 2 } })).params).toMatchObject({ client: 'Anna' })
})

test('an event stays as it is without a conversation or a client', async () => {
  const found = store([conversation({ id: 1 })], [])
  const all: Record<string, number>[] = [{ task: 7 }, { conversation: 1 }, { conversation: 99 }]
  for (const params of all) expect(await withClient(found, { params })).toEqual({ params })
})
