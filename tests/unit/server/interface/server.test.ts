import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Caller, CallerIdentity } from '../../../../src/main/api/dispatcher.ts'
import { AccessKeys } from '../../../../src/main/server/access/keys.ts'
import { openApi } from '../../../../src/main/server/interface/open-api.ts'
import { type Interface, startInterface } from '../../../../src/main/server/interface/server.ts'
import { createRedactor } from '../../../../src/main/settings/redact.ts'
import { calls as contract } from '../../../../src/shared/api.ts'
import { eventPush, plainCaller, recordedFeed, statePush } from '../../api/values.ts'

const feed = recordedFeed()
const calls: { name: unknown; args: unknown }[] = []
const callers: CallerIdentity[] = []
const caller: Caller = {
  call(who, name, args) {
    calls.push({ name, args })
    callers.push(who)
    return plainCaller.call(who, name, args)
  },
}
const redact = createRedactor()
let isReady = true
let metrics: () => Promise<string> = async () => '# a metric\n'
const status = { isReady: () => isReady, health: () => ({ status: 'ok' }), metrics: () => metrics() }
const folder = mkdtempSync(join(tmpdir(), 'bridge-page-'))
const keys = new AccessKeys(join(folder, 'access', 'access.json'))
let ui: Interface
let cookie: string
let origin: string
let port: string

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">')
  writeFileSync(join(folder, 'letters.woff2'), 'x')
  ui = await startInterface({
    caller,
    feed,
    status,
    keys,
    version: '1.2.3',
    port: 0,
    redact,
    pageFolder: folder,
  })
  const url = new URL(ui.url)
  origin = url.origin
  port = url.port
  const answer = await fetch(ui.url, { redirect: 'manual' })
  cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
})
afterAll(async () => {
  // Refused connections must not keep the server from ending.
  await ui.stop()
  rmSync(folder, { recursive: true, force: true })
}, 3000)

interface Sent {
  method?: string
  body?: string | undefined
  headers?: Record<string, string | undefined>
}

/** A request as written: fetch would correct headers and addresses. */
function send(path: string, { method = 'POST', body = '{}', headers = {} }: Sent = {}) {
  const all = { host: `127.0.0.1:${port}`, origin, cookie, 'content-type': 'application/json', ...headers }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port, path, method, headers: given as Record<string, string> },
        (answer) => {
          let text = ''
          answer.on('data', (chunk) => {
            text += chunk
          })
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, body: text, headers: answer.headers }),
          )
        },
      )
      asked.on('error', reject)
      asked.end(method === 'GET' ? undefined : body)
    },
  )
}

/** A WebSocket that records everything from its first moment, and how its opening ended. */
async function live(headers: Record<string, string> = {}, path = '/api/live') {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { cookie, origin, ...headers } })
  const seen: unknown[] = []
  const news = new EventTarget()
  socket.on('message', (data) => {
    seen.push(JSON.parse(String(data)))
    news.dispatchEvent(new Event('told'))
  })
  const status = await new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101))
    socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
  const told = async (count: number) => {
    while (seen.length < count)
      await new Promise((resolve) => news.addEventListener('told', resolve, { once: true }))
    return seen
  }
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  return { socket, status, told, closed }
}

describe('POST /api/call/{name}', () => {
  test('a call is answered with 200, also with a refusal, and is not cached', async () => {
    const good = await send('/api/call/state.get')
    expect([good.status, JSON.parse(good.body).ok]).toEqual([200, true])
    expect(good.headers['cache-control']).toBe('no-store')
    const refused = await send('/api/call/log.retry', { body: '{"id":1}' })
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      200,
      { ok: false, error: { code: 'not-found' } },
    ])
    expect(calls.at(-1)).toEqual({ name: 'log.retry', args: { id: 1 } })
  })

  test.each([
    ['without the key', '/api/call/state.get', { headers: { cookie: undefined } }, 401],
    ['with another key', '/api/call/state.get', { headers: { cookie: 'bridge_1=x' } }, 401],
    ['in disguise without the key', '/%61pi/call/state.get', { headers: { cookie: undefined } }, 401],
    ['for another page', '/api/call/state.get', { headers: { origin: 'http://127.0.0.1:1' } }, 403],
    ['for a page that hides where it is', '/api/call/state.get', { headers: { origin: 'null' } }, 403],
    ['without an origin', '/api/call/state.get', { headers: { origin: undefined } }, 403],
    ['of another name', '/api/call/toString', {}, 404],
    ['of a name that goes up', '/api/call/..%2f..%2fetc', {}, 404],
    ['of no name', '/api/call/', {}, 404],
    ['by GET', '/api/call/state.get', { method: 'GET' }, 404],
    ['that is no JSON', '/api/call/state.get', { body: '{' }, 400],
    ['with an own __proto__', '/api/call/state.get', { body: '{"__proto__":{"x":1}}' }, 400],
    ['of nothing', '/api/call/state.get', { body: '' }, 400],
    [
      'in another form',
      '/api/call/state.get',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
    ],
    ['in plain text', '/api/call/state.get', { headers: { 'content-type': 'text/plain' } }, 415],
    ['that is too long', '/api/call/state.get', { body: `"${'x'.repeat(4 * 1024 * 1024)}"` }, 413],
    [
      'under a foreign name (DNS rebinding)',
      '/api/call/state.get',
      { headers: { host: 'evil.example' } },
      421,
    ],
  ] as [string, string, Sent, number][])('a call %s is refused', async (_what, path, sent, status) => {
    const before = calls.filter(({ name }) => name === 'state.get').length
    const answer = await send(path, sent)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toMatchObject({
      ok: false,
      error: { message: { key: /^error\.call\./ } },
    })
    expect(calls.filter(({ name }) => name === 'state.get')).toHaveLength(before)
  })
})

describe('GET /api/live', () => {
  test('the live line sends the state first, then events', async () => {
    const { socket, told } = await live()
    await told(1)
    feed.tell(eventPush(1))
    expect(await told(2)).toEqual([statePush(10), eventPush(1)])
    socket.close()
  })

  test.each([
    ['without the key', { cookie: '' }, '/api/live', 401],
    ['of another page', { origin: 'http://evil.example' }, '/api/live', 403],
    ['of a page on another port', { origin: 'http://127.0.0.1:1' }, '/api/live', 403],
    ['under a foreign name', { host: 'evil.example', origin: 'http://evil.example' }, '/api/live', 421],
    ['in disguise without the key', { cookie: '' }, '/%61pi/live', 401],
    ['elsewhere', {}, '/', 404],
    ['at an address that is none', {}, '/%zz', 400],
  ])('a live line %s is refused', async (_what, headers, path, status) => {
    expect((await live(headers, path)).status).toBe(status)
  })

  test('a page that sends too much is disconnected', async () => {
    const { socket, told, closed } = await live()
    await told(1)
    socket.send('x'.repeat(2000))
    expect(await closed).toBe(1009)
  })

  test('the live address is no page', async () => {
    expect((await send('/api/live', { method: 'GET' })).status).toBe(404)
  })
})

describe('the page', () => {
  const policyOf = (headers: Headers) => headers.get('content-security-policy') ?? ''

  test('the page sets the key as a cookie for this address, and drops the token', async () => {
    const answer = await fetch(ui.url, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(answer.headers.get('set-cookie')).toMatch(
      new RegExp(
        `^bridge_${port}=[\\w-]+\\.\\d+\\.[\\w-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict$`,
      ),
    )
    expect(answer.headers.get('set-cookie')).not.toContain(new URL(ui.url).searchParams.get('token'))
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('the page is shown with an invalid token, without a cookie', async () => {
    const answer = await fetch(`${origin}/?token=${'x'.repeat(43)}`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null])
    expect(await answer.text()).toContain('csp-nonce')
  })

  test('the page has a fresh nonce in policy and document, and allows no inline code', async () => {
    const pages = await Promise.all([1, 2].map(() => fetch(`${origin}/`)))
    const nonces = await Promise.all(
      pages.map(async (page) => /content="([^"]+)"/.exec(await page.text())?.[1] ?? ''),
    )
    expect(new Set(nonces).size).toBe(2)
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/)
    const policy = policyOf((pages[0] as Response).headers)
    expect(policy).toContain(`style-src 'self' 'nonce-${nonces[0]}'`)
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port};`)
    expect(policy).not.toContain('unsafe')
    expect(pages[0]?.headers.get('cache-control')).toBe('no-store')
  })

  test('the page has types for its parts, and serves nothing else', async () => {
    expect((await fetch(`${origin}/letters.woff2`)).headers.get('content-type')).toBe('font/woff2')
    expect((await fetch(`${origin}/log`)).status).toBe(404)
    expect((await fetch(`${origin}/..%2f..%2fpackage.json`)).status).toBe(404)
    expect((await send('/../../package.json', { method: 'GET' })).status).toBe(404)
  })
})

test('the token is in no log line', () => {
  expect(redact(`opened ${ui.url}`)).not.toContain(new URL(ui.url).searchParams.get('token') ?? '?')
})

test('stopping closes the live pages at once', async () => {
  const second = await startInterface({
    caller,
    feed,
    status,
    keys,
    version: '1.2.3',
    port: 0,
    redact,
    pageFolder: folder,
  })
  const url = new URL(second.url)
  const key = (await fetch(second.url, { redirect: 'manual' })).headers.get('set-cookie') ?? ''
  const socket = new WebSocket(`ws://${url.host}/api/live`, {
    headers: { cookie: key.split(';')[0] ?? '', origin: url.origin },
  })
  await new Promise((resolve) => socket.once('message', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await second.stop()
  expect(await closed).toBe(1001)
  await expect(fetch(url.origin)).rejects.toThrow()
})

describe('status for operators', () => {
  const ask = async (path: string) => {
    const answer = await fetch(origin + path)
    return [answer.status, await answer.text()]
  }

  test('liveness is always 200, readiness is 503 while events cannot be stored', async () => {
    expect(await ask('/livez')).toMatchObject([200, '{"status":"ok"}'])
    expect(await ask('/readyz')).toMatchObject([200, '{"status":"ok"}'])
    isReady = false
    expect(await ask('/readyz')).toMatchObject([503, '{"status":"unavailable"}'])
    expect(await ask('/livez')).toEqual([200, '{"status":"ok"}'])
    isReady = true
  })

  test('metrics come as Prometheus expects them, and as 503 when the store cannot be read', async () => {
    expect(await ask('/metrics')).toEqual([200, '# a metric\n'])
    const { headers } = await fetch(`${origin}/metrics`)
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    metrics = () => Promise.reject(new Error('SQLITE_IOERR'))
    expect(await ask('/metrics')).toMatchObject([503, '{"status":"unavailable"}'])
  })
})

describe('several people', () => {
  /** A call with a key, or as a user whom the proxy names. */
  const call = (at: string, name: string, headers: Record<string, string>) =>
    fetch(`${at}/api/call/${name}`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', ...headers },
    })

  test('a named key opens the page and makes calls, until it is revoked', async () => {
    const key = keys.add('Julia', 'reader') ?? ''
    const opened = await fetch(`${origin}/?token=${key}`, { redirect: 'manual' })
    expect([opened.status, opened.headers.get('set-cookie')?.includes(key)]).toEqual([303, false])
    const bearer = { authorization: `Bearer ${key}` }
    expect((await call(origin, 'state.get', bearer)).status).toBe(200)
    expect((await fetch(`${origin}/api/openapi.json`, { headers: bearer })).status).toBe(200)
    keys.revoke('Julia')
    expect((await call(origin, 'state.get', bearer)).status).toBe(401)
    expect((await fetch(`${origin}/?token=${key}`, { redirect: 'manual' })).status).toBe(401)
  })

  test('each call says who made it, with the role', async () => {
    const key = keys.add('script', 'operator') ?? ''
    await call(origin, 'state.get', { authorization: `Bearer ${key}` })
    expect(callers.at(-1)).toEqual({ trusted: true, name: 'script', role: 'operator' })
  })

  test('behind a proxy the page is reached by its name, and the proxy’s users have their roles', async () => {
    const reach = {
      origin: 'https://bridge.shop.example',
      header: { name: 'x-user', roles: new Map([['ana@shop.example', 'owner' as const]]) },
    }
    const other = await startInterface({
      ...{ caller, feed, status, keys, version: '1', port: 0, redact, pageFolder: folder, reach },
    })
    expect(other.url).toMatch(/^https:\/\/bridge\.shop\.example\/\?token=/)
    const at = { port: other.port, host: 'bridge.shop.example' }
    const ask = (headers: Record<string, string>, path = '/api/call/state.get', method = 'POST') =>
      new Promise<{ status: number | undefined; headers: IncomingHttpHeaders }>((resolve) =>
        request(
          {
            ...{ method, path, port: at.port, host: '127.0.0.1' },
            headers: { host: at.host, 'content-type': 'application/json', ...headers },
          },
          (answer) => {
            answer.resume()
            resolve({ status: answer.statusCode, headers: answer.headers })
          },
        ).end(method === 'POST' ? '{}' : undefined),
      )
    const fromPage = { origin: reach.origin }
    expect((await ask({ ...fromPage, 'x-user': 'ana@shop.example' })).status).toBe(200)
    expect(callers.at(-1)).toMatchObject({ name: 'ana@shop.example', role: 'owner' })
    await ask({ ...fromPage, 'x-user': 'boris@shop.example' })
    expect(callers.at(-1)).toMatchObject({ name: 'boris@shop.example', role: 'reader' })
    expect((await ask({ ...fromPage, 'x-user': ' ' })).status).toBe(401)
    expect((await ask({ origin: 'https://evil.example', 'x-user': 'ana@shop.example' })).status).toBe(403)
    expect((await ask({ ...fromPage, host: 'evil.example', 'x-user': 'ana@shop.example' })).status).toBe(421)
    const login = await ask({}, `/?token=${new URL(other.url).searchParams.get('token')}`, 'GET')
    expect(String(login.headers['set-cookie'])).toContain('; Secure')
    // Strangers may come by the proxy: no figures without a login.
    expect((await ask({}, '/metrics', 'GET')).status).toBe(401)
    expect((await ask({}, '/livez', 'GET')).status).toBe(200)
    await other.stop()
  })

  test('without the option a header of a user counts for nothing', async () => {
    expect((await call(origin, 'state.get', { origin, 'x-user': 'ana@shop.example' })).status).toBe(401)
  })
})

test('the OpenAPI document has every call with its arguments and results', () => {
  const { paths, openapi } = openApi('1.2.3') as { openapi: string; paths: Record<string, { post: object }> }
  expect(openapi).toBe('3.1.0')
  expect(Object.keys(paths)).toEqual(Object.keys(contract).map((name) => `/api/call/${name}`))
  expect(JSON.stringify(paths['/api/call/log.retry'])).toContain('"id":{"type":"integer"')
})
