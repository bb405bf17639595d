import { expect, test } from 'vitest'
import { chatSecretOf } from '../../../src/main/http/chat-call.ts'
import { ChatCalls } from '../../../src/main/ingress/chat-calls.ts'
import { type Configuration, parseConfiguration } from '../../../src/shared/config.ts'
import type { BridgeEvent } from '../../../src/shared/domain.ts'

const SECRET = 'webhook-secret-0123456789'
const configured = (mode: string, webhookSecret: string | undefined = SECRET): Configuration => {
  const parsed = parseConfiguration({
    connections: [
      {
        id: 'shop',
        name: 'shop.example',
        chatra: { publicKey: 'abc' },
        planfix: { baseUrl: 'https://acme.planfix.com/rest', channel: { mode } },
        ...(webhookSecret && { webhookSecret }),
      },
    ],
  })
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.value
}
async function setUp(mode: string, own: string | null = null) {
  const events: BridgeEvent[] = []
  const secrets = { get: async () => own, whereToPut: () => '' }
  const calls = new ChatCalls({
    clock: { now: () => 5 },
    secrets,
    notify: (event) => void events.push(event),
  })
  await calls.follow(configured(mode))
  return { calls, events }
}
const form = (token: string) => Object.entries({ cmd: 'newMessage', token, chatId: 'anna', message: 'Hello' })

test('a connection by the Chat API takes calls with the token that follows from its secret', async () => {
  const { calls } = await setUp('chat-api')
  expect(calls.check('shop', form(chatSecretOf(SECRET)))).toMatchObject({ status: 200 })
  expect(calls.check('shop', form('other'))).toMatchObject({ status: 401 })
})
test('a token of the owner takes the place of the one that follows from the secret', async () => {
  const { calls } = await setUp('chat-api', 'my-own')
  expect(calls.check('shop', form('my-own'))).toMatchObject({ status: 200 })
  expect(calls.check('shop', form(chatSecretOf(SECRET)))).toMatchObject({ status: 401 })
})
test('a connection by REST takes none, as if there were no such address, and its owner is told once', async () => {
  const { calls, events } = await setUp('rest')
  expect(calls.check('shop', form(chatSecretOf(SECRET)))).toBeNull()
  expect(calls.check('shop', form(chatSecretOf(SECRET)))).toBeNull()
  expect(events).toMatchObject([{ key: 'event.chat-not-used', params: { connection: 'shop.example' } }])
})
test('an unknown connection takes none, and nobody is told', async () => {
  const { calls, events } = await setUp('chat-api')
  expect(calls.check('other', form('x'))).toBeNull()
  expect(events).toEqual([])
})
test('what a relay has stored is checked here, and stored without its token', async () => {
  const { calls } = await setUp('chat-api')
  const token = chatSecretOf(SECRET)
  const body = (given: string) => JSON.stringify({ form: form(given) })
  expect(calls.fromRelay('shop', body(token))).not.toContain(token)
  expect(calls.fromRelay('shop', body(token))).toContain('Hello')
  expect(calls.fromRelay('shop', body('other'))).toBeNull()
  expect(calls.fromRelay('shop', '{"form":"no pairs"}')).toBeNull()
})
