import { expect, it } from 'vitest'
import type { ApiContext } from '../../../../src/main/api/context.ts'
import { shownPayload } from '../../../../src/main/api/log/raw-payload.ts'

const context = {
  application: {
    configuration: {
      connections: [
        { id: 'shop', webhookSecret: 'hook-secret-0123456789', chatra: { publicKey: 'public-key-1' } },
      ],
    },
  },
  secrets: {
    get: async (id: string, name: string) => (id === 'shop' ? `${name.toLowerCase()}-value` : null),
  },
} as unknown as ApiContext
const show = (value: unknown) => shownPayload(JSON.stringify(value), context)

it('a payload is pretty-printed', async () => {
  expect(await show({ client: { id: 'c1' } })).toBe('{\n  "client": {\n    "id": "c1"\n  }\n}')
})

it('secrets are hidden by name or value, at any position', async () => {
  const text = await show({
    secretKey: 'abc',
    token: 5,
    apiKey: 'k',
    publicKey: 'p',
    'api-key': 'q',
    webhookSecret: 'w',
    nested: [{ password: 'hunter2', authorization: { scheme: 'x' }, empty: { token: null } }],
    link: 'https://bridge.example/hooks/shop/hook-secret-0123456789/chatra',
    text: 'my key is chatra_secret_key-value and planfix_token-value, public-key-1',
  })
  for (const secret of [
    'abc',
    '"k"',
    '"q"',
    '"w"',
    '"p"',
    'hunter2',
    'scheme',
    'hook-secret',
    '-value',
    'key-1',
  ])
    expect(text).not.toContain(secret)
  expect(JSON.parse(text).nested[0].empty.token).toBeNull()
})

it('identifiers of a client are not hidden', async () => {
  const client = { name: 'Anna', email: 'anna@example.com', phone: '+37360000000', keyboard: 'ro' }
  expect(JSON.parse(await show({ client }))).toEqual({ client })
})

it('a payload that is no JSON is shown unchanged, without secrets', async () => {
  expect(await shownPayload('not json, hook-secret-0123456789', context)).toBe('not json, ***')
})
