import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { createTransport as chatraTransport } from '../../src/main/chatra/transport.ts'
import { systemProxies } from '../../src/main/desktop/system-proxy.ts'
import { type FindProxy, findProxiesBy, post } from '../../src/main/http/outgoing.ts'
import { environmentProxy } from '../../src/main/http/proxy.ts'
import { createTransport as planfixTransport } from '../../src/main/planfix/transport.ts'
import { systemClock } from '../../src/main/process/clock.ts'
import { openSocket } from '../../src/main/tunnel/relay/transports.ts'
import { sshTunnel } from '../../src/main/tunnel/ssh/provider.ts'
import { authority, otherName, serverKey } from '../fixtures/certificates.ts'
import { type ConnectProxy, connectProxy } from '../support/connect-proxy.ts'

/**
 * An office: no name is resolved here, every call goes through its proxy, and the services' certificates are
 * signed by an authority that only the computer knows.
 */
const HOST = 'other.example'
const URL_OF_SERVICE = `https://${HOST}`

const INFO = { writes: false, about: 'account', scope: 'user_readonly' } as const

const bundled = tls.getCACertificates('default')
let server: Server
let sockets: WebSocketServer
let proxy: ConnectProxy
const wayBack: FindProxy = (url) => environmentProxy(url, process.env)

beforeEach(async () => {
  server = createServer({ cert: otherName, key: serverKey }, (request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ path: request.url }))
  })
  sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.send('here'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy = await connectProxy((server.address() as AddressInfo).port)
  tls.setDefaultCACertificates([...bundled, authority])
  findProxiesBy(() => proxy.url)
})
afterEach(async () => {
  findProxiesBy(wayBack)
  tls.setDefaultCACertificates(bundled)
  for (const socket of sockets.clients) socket.terminate()
  proxy.stop()
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

const chatra = () => chatraTransport({ baseUrl: URL_OF_SERVICE, timeoutMs: 5_000 })
const callChatra = () => chatra().call({ method: 'GET', path: '/me', label: '/me' }, 'Chatra.Simple x')
const planfix = () =>
  planfixTransport({ baseUrl: `${URL_OF_SERVICE}/rest`, token: 't', clock: systemClock, timeoutMs: 5_000 })
const line = () =>
  new Promise<string>((resolve) => {
    void openSocket(URL_OF_SERVICE, { message: resolve, closed: ({ kind }) => resolve(kind) }).then(
      (opened) => {
        if (!opened.ok) resolve(JSON.stringify(opened.trouble))
      },
    )
  })

describe('in an office with a proxy and an authority of its own', () => {
  test('calls to Chatra arrive', async () => {
    expect(await callChatra()).toMatchObject({ kind: 'answer', status: 200, body: '{"path":"/me"}' })
    expect(proxy.asked).toEqual([`${HOST}:443`])
  })

  test('calls to Planfix arrive, and a connection is used again', async () => {
    const one = planfix()
    for (let n = 0; n < 2; n++)
      expect(await one.send({ method: 'GET', path: '/user/list', ...INFO })).toMatchObject({
        ok: true,
        value: { status: 200, body: { path: '/rest/user/list' } },
      })
    expect(proxy.asked).toEqual([`${HOST}:443`])
    one.close()
  })

  test('the line to a relay opens, by WebSocket and by requests', async () => {
    expect(await line()).toBe('here')
    const signal = AbortSignal.timeout(5_000)
    expect(await post(`${URL_OF_SERVICE}/x`, { body: '{}', headers: {}, signal })).toEqual({
      status: 200,
      text: '{"path":"/x"}',
    })
    expect(proxy.asked).toEqual([`${HOST}:443`, `${HOST}:443`])
  })

  test('a proxy learns who calls, where its address says so', async () => {
    findProxiesBy(() => proxy.url.replace('://', '://ana:p%40ss@'))
    await callChatra()
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('ana:p@ss').toString('base64')}`])
  })

  test('a proxy that refuses fails a call before anything of it is sent', async () => {
    proxy.refuses(407)
    expect(await callChatra()).toMatchObject({ kind: 'silence', begun: false, code: 'ERR_PROXY_TUNNEL' })
    const answer = await planfix().send({ method: 'POST', path: '/task/', body: {}, ...INFO, writes: true })
    expect(answer).toMatchObject({ ok: false, error: { certain: true } })
  })

  test('a service that an unknown authority vouches for is refused, also behind a proxy', async () => {
    tls.setDefaultCACertificates(bundled)
    expect(await callChatra()).toMatchObject({ kind: 'silence', begun: false })
  })

  test('a connection to an SSH server opens through the proxy', async () => {
    const ssh = sshTunnel({
      settings: {
        host: HOST,
        port: 22,
        user: 'ana',
        remoteHost: null,
        remotePort: 0,
        publicUrl: null,
      },
      secrets: async () => ({ key: null, passphrase: null, password: 'x' }),
      hostKeys: { known: async () => null, pin: async () => undefined, refused: async () => undefined },
    })
    await ssh.start({ host: '127.0.0.1', port: 1 }, () => undefined)
    await ssh.stop()
    expect(proxy.asked).toEqual([`${HOST}:22`])
  })

  test('calls to this computer take the direct way', async () => {
    const port = (server.address() as AddressInfo).port
    const call = chatraTransport({ baseUrl: `https://127.0.0.1:${port}`, timeoutMs: 5_000 })
    await call.call({ method: 'GET', path: '/me', label: '/me' }, '')
    expect(proxy.asked).toEqual([])
  })

  test("the desktop takes the proxy of the system's settings, else the environment's", async () => {
    const place = proxy.url.replace('http://', '')
    const answering = (text: string) => ({ resolveProxy: async () => text })
    expect(await systemProxies(answering(`PROXY ${place}; DIRECT`), {})(URL_OF_SERVICE)).toBe(proxy.url)
    const environment = { HTTPS_PROXY: 'http://env:3128' }
    expect(await systemProxies(answering('DIRECT'), environment)(URL_OF_SERVICE)).toBe('http://env:3128')
    const broken = { resolveProxy: () => Promise.reject(new Error('x')) }
    expect(await systemProxies(broken, {})(URL_OF_SERVICE)).toBeNull()
  })
})
