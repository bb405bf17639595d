import { expect, it } from 'vitest'
import { WebhookActivity } from '../../../src/main/runtime/last-webhooks.ts'

it('a webhook came in last when any of the hosts received one', async () => {
  const stored = { chatra: 500, planfix: 100 }
  const store = { fact: async <T>() => stored as T }
  const activity = new WebhookActivity()
  activity.note('shop', 'chatra', 400)
  activity.note('shop', 'planfix', 200)
  await activity.recall(store, 'shop')
  expect(activity.of('shop')).toEqual({ chatra: 500, planfix: 200, 'planfix-chat': null })
  expect(activity.changes()).toHaveLength(1)
  expect(activity.changes()).toEqual([])
})
