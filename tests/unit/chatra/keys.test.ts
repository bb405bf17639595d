import { afterEach, describe, expect, test } from 'vitest'
import { createChatraClient } from '../../../src/main/chatra/client.ts'
import { type Asked, answeringServer, json, type Script } from './answering-server.ts'

const RIGHT = 'Chatra.Simple pub:right-secret'
const julia = { agentEmail: 'julia@shop.example', agentName: 'Julia' }

let server: Awaited<ReturnType<typeof answeringServer>>
afterEach(() => server?.close())

async function chatra(script: Script, secretKey = 'right-secret') {
  server = await answeringServer(script)
  const connection = {
    chatra: { baseUrl: server.url, publicKey: 'pub', agent: { email: 'b@shop.example', name: 'B' } },
  }
  return createChatraClient({ connection, secretKey })
}

/** Chatra in one position of `bad-key-status`, `unknown-id-status`, `unknown-client-send` and `error-body`. */
function position(badKey: number, unknownId: number | null, words = true): Script {
  const error = (status: number, message: string) =>
    words ? json(status, { code: status, message }) : { status }
  return ({ authorization, method, path, body }: Asked) => {
    if (authorization !== RIGHT) return error(badKey, 'Invalid credentials')
    if (path === '/clients/anna') return json(200, { id: 'anna' })
    if (method === 'GET')
      return unknownId === null ? json(200, null) : error(unknownId, `Unknown client ${path}`)
    const { clientId } = body as { clientId: string }
    return error(400, clientId === 'anna' ? 'Text is not allowed' : 'No such client')
  }
}
const badKeys = [401, 403, 400]
const unknownIds = [404, 400, null]
const everyPosition = badKeys.flatMap((badKey) => unknownIds.map((unknownId) => [badKey, unknownId] as const))

describe('checking keys', () => {
  test.each(everyPosition)(
    'right keys are accepted (bad key %s, unknown id %s)',
    async (badKey, unknownId) => {
      const client = await chatra(position(badKey, unknownId))
      expect(await client.probeKeys()).toEqual({ ok: true, value: { certain: true } })
    },
  )

  test.each([401, 403])('wrong keys answered %i are refused', async (badKey) => {
    const client = await chatra(position(badKey, 404), 'wrong')
    expect(await client.checkKeys()).toMatchObject({ ok: false, error: { code: 'wrong-keys' } })
  })

  test("wrong keys answered 400 are refused when Chatra's text says so", async () => {
    const client = await chatra(position(400, 404), 'wrong')
    expect(await client.checkKeys()).toMatchObject({ ok: false, error: { code: 'wrong-keys', status: 400 } })
  })

  test('wrong keys answered 400 without a text are accepted with a doubt', async () => {
    const client = await chatra(position(400, 404, false), 'wrong')
    expect(await client.probeKeys()).toEqual({ ok: true, value: { certain: false } })
  })

  test('right keys that look like wrong ones are accepted with a doubt', async () => {
    const client = await chatra(position(400, 400, false))
    expect(await client.probeKeys()).toEqual({ ok: true, value: { certain: false } })
    expect(await client.checkKeys()).toEqual({ ok: true, value: undefined })
  })

  test('an account without a paid plan is named', async () => {
    const client = await chatra(() => json(402, { error: 'Upgrade' }))
    expect(await client.checkKeys()).toMatchObject({ error: { code: 'no-plan' } })
  })

  test('a web page does not count as Chatra', async () => {
    const client = await chatra(() => ({ status: 200, body: '<html>Welcome</html>' }))
    expect(await client.checkKeys()).toMatchObject({ error: { code: 'bad-answer' } })
  })

  test('a failing Chatra proves nothing about the keys', async () => {
    const client = await chatra(() => ({ status: 503 }))
    expect(await client.checkKeys()).toMatchObject({ error: { code: 'failing' } })
  })

  test('the altered secret differs from ours', async () => {
    const client = await chatra(position(400, 400))
    await client.checkKeys()
    expect(server.asked.map(({ authorization }) => authorization === RIGHT)).toEqual([true, false])
  })
})

describe('a send answered 400', () => {
  test.each(everyPosition)(
    'a 400 is a refusal when the client exists (bad key %s, unknown id %s)',
    async (badKey, unknownId) => {
      const client = await chatra(position(badKey, unknownId))
      expect(await client.send('anna', 'x', julia)).toMatchObject({
        error: { code: 'refused', certain: true, detail: expect.stringContaining('Text is not allowed') },
      })
    },
  )

  test.each(everyPosition)(
    'a 400 is object-gone when the client is missing (bad key %s, unknown id %s)',
    async (badKey, unknownId) => {
      const client = await chatra(position(badKey, unknownId))
      expect(await client.send('nobody', 'x', julia)).toMatchObject({
        error: { code: 'object-gone', certain: true },
      })
    },
  )

  test('a 400 is wrong-keys when reading the client is refused alike', async () => {
    const client = await chatra(position(400, 404), 'wrong')
    expect(await client.send('anna', 'x', julia)).toMatchObject({
      error: { code: 'wrong-keys', certain: true },
    })
  })

  test('a 400 is object-gone in the worst position with recently accepted keys', async () => {
    const client = await chatra(position(400, 400, false))
    await client.client('anna')
    expect(await client.send('nobody', 'x', julia)).toMatchObject({ error: { code: 'object-gone' } })
  })

  test('a 400 makes the send wait when its reason is unknown', async () => {
    const client = await chatra(({ method }) => ({ status: method === 'POST' ? 400 : 503 }))
    expect(await client.send('anna', 'x', julia)).toMatchObject({
      error: { code: 'failing', certain: true, retry: { when: 'later' } },
    })
  })

  test('a 400 costs one more read, not a second send', async () => {
    const client = await chatra(position(401, 404))
    await client.send('anna', 'x', julia)
    expect(server.asked.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })
})

test('an edit answered 400 is refused when the message exists', async () => {
  const client = await chatra(({ method }) => (method === 'PUT' ? { status: 400 } : json(200, { id: 'm' })))
  expect(await client.edit('m', 'x')).toMatchObject({ error: { code: 'refused' } })
})
