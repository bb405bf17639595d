import { afterEach, describe, expect, test } from 'vitest'
import { type ChatraCall, createChatraClient } from '../../../src/main/chatra/client.ts'
import { answeringServer, json, type Script } from './answering-server.ts'

const SECRET = 'sEcReT-0123456789'
const PUBLIC = 'PuBlIc42'
const julia = { agentEmail: 'julia@shop.example', agentName: 'Julia' }

let server: Awaited<ReturnType<typeof answeringServer>>
afterEach(() => server?.close())

async function chatra(script: Script, options: { secretKey?: string | null; timeoutMs?: number } = {}) {
  server = await answeringServer(script)
  const calls: ChatraCall[] = []
  const time = { now: 1_760_000_000_000 }
  const client = createChatraClient({
    connection: {
      chatra: {
        baseUrl: `${server.url}/api`,
        publicKey: PUBLIC,
        agent: { email: 'b@shop.example', name: 'B' },
      },
    },
    secretKey: options.secretKey === undefined ? SECRET : options.secretKey,
    onCall: (call) => calls.push(call),
    timeoutMs: options.timeoutMs ?? 5_000,
    now: () => time.now,
  })
  return { client, calls, time, asked: server.asked }
}

describe('sending', () => {
  test('a message is sent with both keys, the agent and our mark', async () => {
    const { client, asked } = await chatra(() =>
      json(200, { id: 'XGDsxHtLppJTJ3vZk', createdAt: 1_760_000_045_000 }),
    )
    const sent = await client.send('visitor 1/ä', 'Hello', julia)
    expect(sent).toEqual({ ok: true, value: { id: 'XGDsxHtLppJTJ3vZk', at: 1_760_000_045_000 } })
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/api/messages/',
        authorization: `Chatra.Simple ${PUBLIC}:${SECRET}`,
        body: { clientId: 'visitor 1/ä', text: 'Hello', ...julia, receivedFrom: 'planfix-bridge' },
      },
    ])
  })

  test('an agent known by id needs no e-mail', async () => {
    const { client, asked } = await chatra(() => json(200, { id: 'm' }))
    await client.send('c', 'Hello', { agentId: 'bnRzp4CioKudG4aHm' })
    expect(asked[0]?.body).toEqual({
      clientId: 'c',
      text: 'Hello',
      agentId: 'bnRzp4CioKudG4aHm',
      receivedFrom: 'planfix-bridge',
    })
  })

  test.each(['', 'ok', '<html>', 'null', '[]', '{"id":{}}', '{"id":""}'])(
    'a 200 with the unreadable body %j is delivered, without an id',
    async (body) => {
      const { client } = await chatra(() => ({ status: 200, body }))
      expect(await client.send('c', 'Hello', julia)).toEqual({ ok: true, value: { id: null, at: null } })
    },
  )

  test('a 200 that breaks off in its body is delivered, without an id', async () => {
    const { client } = await chatra((_asked, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"id":', () => setImmediate(() => response.destroy()))
      return undefined
    })
    expect(await client.send('c', 'Hello', julia)).toEqual({ ok: true, value: { id: null, at: null } })
  })

  test('a text that Chatra might cut is refused before it is sent', async () => {
    const { client, asked } = await chatra(() => json(200, { id: 'm' }))
    expect(await client.send('c', 'x'.repeat(client.maxText + 1), julia)).toMatchObject({
      ok: false,
      error: { code: 'refused', certain: true },
    })
    expect(asked).toEqual([])
  })

  test('the longest text is sent whole', async () => {
    const { client, asked } = await chatra(() => json(200, { id: 'm' }))
    const text = 'я'.repeat(5000)
    await client.send('c', text, julia)
    expect(asked[0]?.body).toMatchObject({ text })
  })

  test('without a secret key nothing is sent', async () => {
    const { client, asked } = await chatra(() => json(200, {}), { secretKey: null })
    const answers = await Promise.all([
      client.send('c', 'x', julia),
      client.edit('m', 'x'),
      client.remove('m'),
      client.message('m'),
      client.client('c'),
      client.checkKeys(),
    ])
    expect(answers.map((answer) => !answer.ok && answer.error.code)).toEqual(Array(6).fill('wrong-keys'))
    expect(asked).toEqual([])
  })

  test('a key that does not fit a header counts as no key', async () => {
    const { client, asked } = await chatra(() => json(200, {}), { secretKey: 'a\nb' })
    expect(await client.message('m')).toMatchObject({ ok: false, error: { code: 'wrong-keys' } })
    expect(asked).toEqual([])
  })
})

describe('editing, removing, reading', () => {
  test('an edit is a PUT of the text and a removal a DELETE', async () => {
    const { client, asked } = await chatra(() => json(200, { id: 'm/1' }))
    expect(await client.edit('m/1', 'New')).toEqual({ ok: true, value: undefined })
    expect(await client.remove('m/1')).toEqual({ ok: true, value: undefined })
    expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PUT', '/api/messages/m%2F1', { text: 'New' }],
      ['DELETE', '/api/messages/m%2F1', null],
    ])
  })

  test('an edit answered with null changed nothing', async () => {
    const { client } = await chatra(() => json(200, null))
    expect(await client.edit('m', 'New')).toMatchObject({ ok: false, error: { code: 'object-gone' } })
  })

  test.each(['', '.', '..'])('the id %j, which no address can contain, does not exist', async (id) => {
    const { client, asked } = await chatra(() => json(200, {}))
    for (const answer of [await client.remove(id), await client.client(id), await client.message(id)]) {
      expect(answer).toMatchObject({ ok: false, error: { code: 'object-gone' } })
    }
    expect(asked).toEqual([])
  })

  test('a message is read by its id', async () => {
    const { client } = await chatra(() =>
      json(200, { id: 'm', type: 'agent', text: 'Hi', agentId: 'a', createdAt: 1_760_000_045_000, x: 1 }),
    )
    expect(await client.message('m')).toMatchObject({
      ok: true,
      value: { id: 'm', type: 'agent', text: 'Hi', agentId: 'a', at: 1_760_000_045_000, file: null },
    })
  })

  test('a client is read by its id', async () => {
    const { client, asked } = await chatra(() =>
      json(200, { id: 'c d', chatId: 'ch', basicInfo: { name: 'Anna' } }),
    )
    expect(await client.client('c d')).toMatchObject({ ok: true, value: { id: 'c d', name: 'Anna' } })
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/api/clients/c%20d' })
  })

  test('an invalid answer is named with its path', async () => {
    const { client } = await chatra(() => json(200, { id: 'm' }))
    expect(await client.message('m')).toMatchObject({
      ok: false,
      error: {
        code: 'bad-answer',
        detail: 'GET /messages/{id}: answer.type: expected "client" or "agent"',
      },
    })
  })

  test('a body null means that the object does not exist', async () => {
    const { client } = await chatra(() => json(200, null))
    expect(await client.client('c')).toMatchObject({ ok: false, error: { code: 'object-gone' } })
  })
})

describe('failures', () => {
  test.each([
    [401, 'wrong-keys', true, 'later'],
    [402, 'no-plan', true, 'later'],
    [403, 'wrong-keys', true, 'later'],
    [404, 'object-gone', true, 'never'],
    [408, 'failing', true, 'later'],
    [413, 'refused', true, 'never'],
    [422, 'refused', true, 'never'],
    [429, 'rate-limited', true, 'later'],
    [302, 'failing', true, 'later'],
    [500, 'unclear', false, 'later'],
    [502, 'unclear', false, 'later'],
  ])('a write answered %i is %s', async (status, code, certain, when) => {
    const { client } = await chatra(() => json(status, { code: 'x', message: 'y' }))
    expect(await client.send('c', 'x', julia)).toMatchObject({
      ok: false,
      error: { code, certain, status, retry: { when } },
    })
  })

  test('a read answered 502 is merely failing', async () => {
    const { client } = await chatra(() => ({ status: 502 }))
    expect(await client.message('m')).toMatchObject({ ok: false, error: { code: 'failing', certain: true } })
  })

  test.each([
    ['120', 120_000],
    [new Date(1_760_000_030_000).toUTCString(), 30_000],
    ['999999999', 3_600_000],
  ])('Retry-After %s is obeyed', async (header, wait) => {
    const { client, time } = await chatra(() => json(429, {}, { 'retry-after': header }))
    expect(await client.message('m')).toMatchObject({
      error: { code: 'rate-limited', retry: { when: 'at', time: time.now + wait } },
    })
  })

  test.each(['soon', '-5', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'Retry-After %s is not obeyed',
    async (header) => {
      const { client } = await chatra(() => json(429, {}, { 'retry-after': header }))
      expect(await client.message('m')).toMatchObject({
        error: { code: 'rate-limited', retry: { when: 'later' } },
      })
    },
  )

  test('a 403 within a minute of an accepted call is a rate limit, later it is the keys', async () => {
    let status = 200
    const { client, time } = await chatra(() => json(status, { id: 'm' }))
    await client.send('c', 'x', julia)
    status = 403
    time.now += 59_000
    expect(await client.send('c', 'x', julia)).toMatchObject({ error: { code: 'rate-limited' } })
    time.now += 2_000
    expect(await client.send('c', 'x', julia)).toMatchObject({ error: { code: 'wrong-keys' } })
  })

  test('a redirect is not followed', async () => {
    const { client, asked } = await chatra(() => ({ status: 307, headers: { location: '/elsewhere' } }))
    await client.send('c', 'x', julia)
    expect(asked.map(({ path }) => path)).toEqual(['/api/messages/'])
  })

  test('a write without an answer in time is indeterminate, with a time-out', async () => {
    const { client } = await chatra(() => undefined, { timeoutMs: 100 })
    expect(await client.send('c', 'x', julia)).toMatchObject({
      error: { code: 'unclear', certain: false, detail: expect.stringMatching(/^time-out/) },
    })
  })

  test('the time-out also covers an answer that trickles', async () => {
    const timers: NodeJS.Timeout[] = []
    const { client } = await chatra(
      (_asked, response) => {
        response.writeHead(200)
        timers.push(setInterval(() => response.write(' '), 20))
        return undefined
      },
      { timeoutMs: 150 },
    )
    const answer = await client.message('m')
    timers.forEach(clearInterval)
    expect(answer).toMatchObject({ error: { code: 'failing', detail: expect.stringMatching(/^time-out/) } })
  })

  test('a connection reset after the request is indeterminate for a write', async () => {
    const { client } = await chatra((_asked, _response, request) => {
      request.socket.resetAndDestroy()
      return undefined
    })
    expect(await client.send('c', 'x', julia)).toMatchObject({ error: { code: 'unclear', certain: false } })
  })

  test('a refused connection is unreachable: nothing was sent', async () => {
    const { client } = await chatra(() => undefined)
    await server.close()
    expect(await client.send('c', 'x', julia)).toMatchObject({
      error: { code: 'unreachable', certain: true, detail: expect.stringContaining('ECONNREFUSED') },
    })
  })

  test('a failed TLS handshake is unreachable: nothing was sent', async () => {
    server = await answeringServer(() => undefined)
    const client = createChatraClient({
      connection: {
        chatra: {
          baseUrl: server.url.replace('http:', 'https:'),
          publicKey: PUBLIC,
          agent: { email: 'b@x.y', name: 'B' },
        },
      },
      secretKey: SECRET,
    })
    expect(await client.send('c', 'x', julia)).toMatchObject({
      error: { code: 'unreachable', certain: true },
    })
    expect(server.asked).toEqual([])
  })

  test('a huge answer is not read to its end', async () => {
    const { client } = await chatra(() => ({ status: 200, body: `"${'x'.repeat(2 * 1024 * 1024)}"` }))
    expect(await client.message('m')).toMatchObject({ ok: false, error: { code: 'failing' } })
  })

  test.each([
    [{ code: 'bad_request', message: 'text is required' }, 'bad_request text is required'],
    [{ error: 'text is required' }, 'text is required'],
  ])("Chatra's own message is kept: %j", async (body, words) => {
    const { client } = await chatra(() => json(422, body))
    expect(await client.edit('m', 'x')).toMatchObject({
      error: { detail: `PUT /messages/{id} answered 422: ${words}` },
    })
  })

  test('the text of an HTML page is kept without its tags', async () => {
    const { client } = await chatra(() => ({
      status: 422,
      body: '<html><body><h1>No</h1><p>text</p></body></html>',
    }))
    expect(await client.edit('m', 'x')).toMatchObject({
      error: { detail: 'PUT /messages/{id} answered 422: an HTML page: No text' },
    })
  })

  test('neither errors nor calls show a key, also when Chatra repeats it', async () => {
    const { client, calls } = await chatra(({ authorization }) =>
      json(401, { message: `bad ${authorization}` }),
    )
    const answer = await client.send('c', 'x', julia)
    const shown = JSON.stringify([answer, calls])
    expect(shown).toContain('bad Chatra.Simple ***:***')
    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain(PUBLIC)
  })

  test('each call is reported once, without ids', async () => {
    const { client, calls } = await chatra(() => json(404, {}))
    await client.client('secret-client')
    expect(calls).toEqual([{ method: 'GET', path: '/clients/{id}', status: 404, ms: expect.any(Number) }])
  })
})
