import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Receiver,
  type ReceiverOptions,
  type ReceiverProblem,
  startReceiver,
} from '../../../src/main/webhooks/receiver.ts'
import { rawExchange, untilClosed } from '../http/raw.ts'

const SECRET = 'abcdefghijklmnopqrstuvwxyz'
const HOOK = `/hooks/shop/${SECRET}/chatra`
const PLANFIX = `/hooks/shop/${SECRET}/planfix`

let receiver: Receiver
afterEach(() => receiver?.stop())

async function start(options: Partial<ReceiverOptions> = {}) {
  const accepted: [string, string, string][] = []
  const problems: ReceiverProblem[] = []
  receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    connections: () => [
      { id: 'shop', secret: SECRET },
      { id: 'new', secret: null },
    ],
    accept: async (...event) => void accepted.push(event),
    health: () => ({ status: 'ok', connections: 2 }),
    onProblem: (problem) => problems.push(problem),
    ...options,
  })
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(receiver.url + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
  return { accepted, problems, post }
}

describe('an event', () => {
  test('an event is answered 200 with an empty body', async () => {
    const { post, accepted } = await start()
    const answer = await post(HOOK, '{"eventName":"chatFragment"}')
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(accepted).toEqual([['shop', 'chatra', '{"eventName":"chatFragment"}']])
  })

  test('an event is answered only after it is on disk', async () => {
    const order: string[] = []
    let onDisk = () => {}
    const { post } = await start({
      accept: () =>
        new Promise((resolve) => {
          onDisk = () => {
            order.push('on disk')
            resolve()
          }
          setImmediate(() => onDisk())
        }),
    })
    await post(HOOK, '{}').then(() => order.push('answered'))
    expect(order).toEqual(['on disk', 'answered'])
  })

  test('an event that cannot be stored is answered 503, empty, and reported', async () => {
    const { post, problems } = await start({ accept: () => Promise.reject(new Error('disk full')) })
    const answer = await post(HOOK, '{}')
    expect([answer.status, await answer.text()]).toEqual([503, ''])
    expect(problems).toEqual([{ kind: 'store', connectionId: 'shop', detail: 'disk full' }])
  })

  test('an event is stored unchanged, to the last digit', async () => {
    const { post, accepted } = await start()
    const body =
      ' {"a": 12345678901234567890.000, "__proto__": {"x": 1}, "constructor": null, "a": 1e999, "я": "\\ud800"}\n'
    expect((await post(HOOK, body)).status).toBe(200)
    expect(accepted[0]?.[2]).toBe(body)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('an event may be nested half a million deep', async () => {
    const { post, accepted } = await start()
    const body = `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
    expect((await post(HOOK, body)).status).toBe(200)
    expect(accepted[0]?.[2]).toBe(body)
  })

  test('an event with invalid UTF-8 is stored with replacement marks', async () => {
    const { post, accepted } = await start()
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"}')])
    expect((await post(HOOK, body)).status).toBe(200)
    expect(JSON.parse(accepted[0]![2]).a).toMatch(/^\ufffd+$/)
  })

  test('an event with a byte order mark is stored without it', async () => {
    const { post, accepted } = await start()
    expect((await post(HOOK, '\ufeff{"a":1}')).status).toBe(200)
    expect(accepted[0]?.[2]).toBe('{"a":1}')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'json',
    '',
    'multipart/form-data; boundary=x',
    'a/b;;;"',
  ])('an event is accepted with any declared type: %j', async (type) => {
    const { accepted } = await start()
    const head = `POST ${HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 7\r\nConnection: close\r\n\r\n`
    expect(await rawExchange(receiver.port, `${head}{"a":1}`)).toMatch(/^HTTP\/1\.1 200 /)
    expect(accepted[0]?.[2]).toBe('{"a":1}')
  })

  test('an event is accepted without a type and in chunks', async () => {
    const { accepted } = await start()
    const head = `POST ${HOOK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`
    const answer = await rawExchange(receiver.port, `${head}3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(accepted[0]?.[2]).toBe('{"a":1}')
  })

  test("an event's address may have a query", async () => {
    const { post } = await start()
    expect((await post(`${HOOK}?utm=1`, '{}')).status).toBe(200)
  })

  test.each(['', ' ', 'x', '[]', '[{}]', '"{}"', '1', 'null', 'true', '{"a":', '{}{}', '\u0000'])(
    'a body that is no JSON object is 400: %j',
    async (body) => {
      const { post, accepted } = await start()
      const answer = await post(HOOK, body)
      expect([answer.status, await answer.text()]).toEqual([400, ''])
      expect(accepted).toEqual([])
    },
  )

  test('a request without a body is 400', async () => {
    await start()
    const head = `POST ${HOOK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    expect(await rawExchange(receiver.port, head)).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('a body of exactly 1 MiB is accepted, one byte more is 413', async () => {
    const { post } = await start()
    const body = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`
    expect((await post(HOOK, body(1024 * 1024))).status).toBe(200)
    const answer = await post(HOOK, body(1024 * 1024 + 1))
    expect([answer.status, await answer.text()]).toEqual([413, ''])
  })

  test('a body that exceeds 1 MiB in chunks is 413, and the sender gets it', async () => {
    await start()
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const head = `POST ${HOOK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`
    const answer = await rawExchange(receiver.port, `${head}${chunk.repeat(40)}0\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\n\r\n$/s)
  })
})

describe('a hint from Planfix', () => {
  test('a hint may be a form', async () => {
    const { post, accepted } = await start()
    const type = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }
    expect((await post(PLANFIX, 'task=123&__proto__=x&name=%D0%90+%zz', type)).status).toBe(200)
    expect(accepted).toEqual([['shop', 'planfix', '{"task":"123","__proto__":"x","name":"А %zz"}']])
  })

  test('a hint may be JSON', async () => {
    const { post, accepted } = await start()
    expect((await post(PLANFIX, '{"task": 123}')).status).toBe(200)
    expect(accepted).toEqual([['shop', 'planfix', '{"task": 123}']])
  })

  test('a hint is a form only when it is declared so', async () => {
    const { post } = await start()
    expect((await post(PLANFIX, 'task=123', { 'content-type': 'text/plain' })).status).toBe(400)
  })

  test('a form is not accepted for Chatra', async () => {
    const { post } = await start()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post(HOOK, 'task=123', type)).status).toBe(400)
  })
})

describe('a wrong address', () => {
  const strange = [
    ['POST', `/hooks/shop/${SECRET}x/chatra`],
    ['POST', `/hooks/shop/${SECRET.slice(1)}/chatra`],
    ['POST', `/hooks/shop/${SECRET.toUpperCase()}/chatra`],
    ['POST', `/hooks/other/${SECRET}/chatra`],
    ['POST', `/hooks/new/null/chatra`],
    ['POST', `/hooks/new//chatra`],
    ['POST', `/hooks/__proto__/${SECRET}/chatra`],
    ['POST', `/hooks/shop/${SECRET}/planfixx`],
    ['POST', `/hooks/shop/%zz/chatra`],
    ['POST', `/hooks/shop/${'x'.repeat(6_000)}/chatra`],
    ['GET', HOOK],
    ['PUT', HOOK],
    ['OPTIONS', HOOK],
    ['PROPFIND', HOOK],
    ['HEAD', '/healthz'],
    ['POST', '/healthz'],
    ['GET', '/'],
    ['GET', '/files/x/y'],
  ] as const

  test.each(strange)('the wrong address %s %s is an empty 404', async (method, path) => {
    const { accepted } = await start()
    const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`
    const [status, ...rest] = (await rawExchange(receiver.port, head)).split('\r\n')
    expect(status).toBe('HTTP/1.1 404 Not Found')
    expect(rest.at(-1)).toBe('')
    expect(accepted).toEqual([])
  })

  test.each([
    ['x'.repeat(3 * 1024 * 1024), 'application/json'],
    ['not json', 'no type at all'],
    ['', 'application/json'],
  ])('a wrong address is 404 with any body', async (body, type) => {
    await start()
    const head = `POST /hooks/shop/wrong/chatra HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
    const answer = await rawExchange(receiver.port, head + body)
    expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 404 Not Found')
  })

  test('an address becomes wrong as soon as the secret changes', async () => {
    let secret = SECRET
    const { post } = await start({ connections: () => [{ id: 'shop', secret }] })
    expect((await post(HOOK, '{}')).status).toBe(200)
    secret = 'another-secret-of-good-length'
    expect((await post(HOOK, '{}')).status).toBe(404)
    expect((await post(`/hooks/shop/${secret}/chatra`, '{}')).status).toBe(200)
  })

  test('a wrong address answers like an address that does not exist', async () => {
    const { post } = await start()
    const seen = async (path: string) => {
      const answer = await post(path, '{}')
      return [answer.status, await answer.text(), [...answer.headers.keys()]]
    }
    expect(await seen('/hooks/shop/wrong/chatra')).toEqual(await seen('/nowhere'))
  })
})

describe('other requests', () => {
  test('healthz returns the health', async () => {
    await start()
    const answer = await fetch(`${receiver.url}/healthz`)
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok', connections: 2 }])
  })

  test('no answer names a server or its version', async () => {
    const { post } = await start()
    const answers = [
      await post(HOOK, '{}'),
      await post(HOOK, 'x'),
      await post('/x', '{}'),
      await fetch(`${receiver.url}/healthz`),
    ]
    for (const { headers } of answers) {
      expect([...headers.keys()].filter((name) => /server|powered|via/i.test(name))).toEqual([])
    }
    expect(await rawExchange(receiver.port, 'NONSENSE\r\n\r\n')).toBe(
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    )
  })

  test('endless headers are refused', async () => {
    await start()
    const answer = await rawExchange(receiver.port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  })

  test.each([
    ['headers', `POST ${HOOK} HTTP/1.1\r\nHost: x\r\n`],
    ['a body', `POST ${HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`],
    ['anything', ''],
  ])('a sender that never ends %s is disconnected', async (_what, bytes) => {
    const { accepted } = await start({ limits: { requestMs: 200 } })
    await rawExchange(receiver.port, bytes)
    expect(accepted).toEqual([])
  })

  test('one connection carries many events', async () => {
    const { accepted } = await start()
    const one = `POST ${HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`
    const last = one.replace('Host: x', 'Host: x\r\nConnection: close')
    const answers = await rawExchange(receiver.port, one + one + last)
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
    expect(accepted).toHaveLength(3)
  })

  test('a port in use is reported', async () => {
    await start()
    await expect(start({ port: receiver.port })).rejects.toThrow(/EADDRINUSE/)
  })
})

describe('stopping', () => {
  test('stopping answers requests in flight', async () => {
    let finish = () => {}
    const begun = Promise.withResolvers<void>()
    const { post } = await start({
      accept: () =>
        new Promise((resolve) => {
          finish = resolve
          begun.resolve()
        }),
    })
    const answer = post(HOOK, '{}')
    await begun.promise
    const stopped = receiver.stop()
    finish()
    const { status, headers } = await answer
    expect([status, headers.get('connection')]).toEqual([200, 'close'])
    await stopped
  })

  test('stopping closes requests that do not end in time', async () => {
    const begun = Promise.withResolvers<void>()
    const { post } = await start({
      accept: () => {
        begun.resolve()
        return new Promise(() => {})
      },
      limits: { stopMs: 50 },
    })
    const answer = post(HOOK, '{}')
    const cut = expect(answer).rejects.toThrow()
    await begun.promise
    await receiver.stop()
    await cut
  })

  test('stopping closes connections that wait for a next event', async () => {
    await start()
    const socket = connect(receiver.port, '127.0.0.1')
    socket.write(`POST ${HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`)
    await new Promise((resolve) => socket.once('data', resolve))
    const closed = untilClosed(socket)
    await receiver.stop()
    await closed
    await expect(fetch(`${receiver.url}/healthz`)).rejects.toThrow()
  })

  test('stopping twice is the same as once', async () => {
    await start()
    await Promise.all([receiver.stop(), receiver.stop()])
    await receiver.stop()
  })
})
