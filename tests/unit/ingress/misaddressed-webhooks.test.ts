import { describe, expect, test } from 'vitest'
import { MisaddressedWebhooks } from '../../../src/main/ingress/misaddressed-webhooks.ts'
import { startReceiver } from '../../../src/main/webhooks/receiver.ts'
import type { BridgeEvent } from '../../../src/shared/domain.ts'

const SECRET = 'a-secret-that-nobody-guesses'

describe('an event at an address that belongs to no connection', () => {
  test.each([
    ['with a part of its secret', `/hooks/shop/${SECRET.slice(0, 9)}/chatra`, 'shop'],
    ['that ends in its secret', `/hooks/shop/${SECRET}`, 'shop'],
    ['that ends in the id', '/hooks/shop', 'shop'],
    ['with another name of the service', `/hooks/shop/${SECRET}/chatras?x=1`, 'shop'],
  ])('an event at %s is refused silently, and its id is reported', async (_how, path, id) => {
    const came: string[] = []
    const receiver = await startReceiver({
      host: '127.0.0.1',
      port: 0,
      connections: () => [{ id: 'shop', secret: SECRET }],
      accept: async () => undefined,
      health: () => ({}),
      onWrongAddress: (one) => void came.push(one),
    })
    try {
      const answer = await fetch(receiver.url + path, { method: 'POST', body: '{}' })
      expect([answer.status, await answer.text()]).toEqual([404, ''])
      expect(came).toEqual([id])
      for (const [method, strange] of [
        ['GET', path],
        ['POST', '/wp-login.php'],
        ['POST', `/hooks/shop/${SECRET}/chatra`],
      ] as const)
        await fetch(receiver.url + strange, { method, ...(method === 'POST' && { body: '{}' }) })
      expect(came).toEqual([id])
    } finally {
      await receiver.stop()
    }
  })

  test('a wrong address is notified once an hour per connection, an unknown id never', () => {
    const told: BridgeEvent[] = []
    let now = 1_000_000
    const wrong = new MisaddressedWebhooks({
      clock: { now: () => now },
      connections: () => [
        { id: 'shop', name: 'Shop' },
        { id: 'store', name: 'Store' },
      ],
      notify: (event) => void told.push(event),
    })
    for (const id of ['shop', 'shop', 'store', 'admin']) wrong.arrived(id)
    expect(told.map(({ connectionId }) => connectionId)).toEqual(['shop', 'store'])
    now += 3_600_000
    wrong.arrived('shop')
    expect(told).toHaveLength(3)
    expect(told[2]).toMatchObject({ key: 'event.wrong-address', params: { connection: 'Shop' } })
  })
})
