import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { AddressProof } from '../../../src/main/ingress/public-address.ts'
import { type ReceiverOptions, startReceiver } from '../../../src/main/webhooks/receiver.ts'
import { freePort } from '../../support/free-port.ts'

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function web(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bridge(limits: ReceiverOptions['limits'] = {}) {
  const proof = new AddressProof()
  const receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    connections: () => [{ id: 'shop', secret: 'right-secret-0123456789' }],
    accept: async () => {},
    health: () => ({ status: 'ok' }),
    onProof: (nonce) => proof.arrived(nonce),
    file: async () => null,
    limits,
  })
  ends.push(() => receiver.stop())
  return { proof, url: receiver.url }
}
const problem = (what: string) => ({ ok: false, problem: { key: `settings.address.problem.${what}` } })

describe('an address is proven', () => {
  test('an address is proven by a request that came in at our own receiver', async () => {
    const { proof, url } = await bridge()
    expect(await proof.prove(url)).toEqual({ ok: true })
  })

  test('an address is proven by the arrival alone, whatever the answer is', async () => {
    const { proof, url } = await bridge()
    const swallows = await web((request) => void fetch(`${url}${request.url}`))
    expect(await proof.prove(swallows)).toEqual({ ok: true })
    const answersFirst = await web((request, answer) => {
      answer.end('queued', () => void fetch(`${url}${request.url}`))
    })
    expect(await proof.prove(answersFirst)).toEqual({ ok: true })
  })

  test('one proof serves all simultaneous callers', async () => {
    const { proof, url } = await bridge()
    let requests = 0
    const counts = await web((request, answer) => {
      requests++
      void fetch(`${url}${request.url}`).then(() => answer.end())
    })
    await Promise.all([proof.prove(counts), proof.prove(counts), proof.prove(`${counts}/`)])
    expect(requests).toBe(1)
  })

  test('an address is proven while the receiver is flooded from the same address', async () => {
    const { proof, url } = await bridge({
      strangers: { each: { perSecond: 1, burst: 5 }, total: { perSecond: 1, burst: 5 } },
    })
    const flood = await Promise.all(
      Array.from({ length: 40 }, () => fetch(`${url}/healthz?proof=guess`).then(({ status }) => status)),
    )
    expect(flood.filter((status) => status === 429).length).toBeGreaterThan(30)
    expect(await proof.prove(url)).toEqual({ ok: true })
  })
})

describe('an address is not proven', () => {
  test.each<[string, RequestListener]>([
    ['answers 200 to everything', (_request, answer) => void answer.end('{"status":"ok"}')],
    ['says the nonce back', (request, answer) => void answer.end(request.url)],
    ['sends to a login page', (_request, answer) => void answer.writeHead(302, { location: '/login' }).end()],
    ['knows nothing', (_request, answer) => void answer.writeHead(404).end()],
  ])('by something that %s', async (_what, listener) => {
    const { proof } = await bridge()
    expect(await proof.prove(await web(listener))).toMatchObject(problem('foreign'))
  })

  test('an address is not proven by another bridge', async () => {
    const [ours, theirs] = [await bridge(), await bridge()]
    expect(await ours.proof.prove(theirs.url)).toMatchObject(problem('foreign'))
  })

  test('a proxy that does not reach us proves nothing and is reported', async () => {
    const { proof } = await bridge()
    const gateway = await web((_request, answer) => void answer.writeHead(502).end())
    expect(await proof.prove(gateway)).toMatchObject(problem('behind'))
  })

  test('an answer of ngrok in our place is reported with its code', async () => {
    const { proof } = await bridge()
    const edge = await web(
      (_request, answer) => void answer.writeHead(404, { 'ngrok-error-code': 'ERR_NGROK_3200' }).end(),
    )
    expect(await proof.prove(edge)).toMatchObject({
      problem: { key: 'tunnel.problem.ngrok.offline', params: { code: 'ERR_NGROK_3200' } },
    })
  })

  test('an address is not proven by silence or an invalid address', async () => {
    const { proof } = await bridge()
    expect(await proof.prove(`http://127.0.0.1:${await freePort()}`)).toMatchObject(problem('refused'))
    const silent = await web(() => {})
    expect(await proof.prove(silent, 300)).toMatchObject(problem('time-out'))
    expect(await proof.prove('http://bridge.example')).toMatchObject(problem('not-https'))
  })

  test('an address is not proven by a late or guessed nonce', async () => {
    const { proof, url } = await bridge()
    let late = ''
    const slow = await web((request) => {
      late = request.url ?? ''
    })
    expect(await proof.prove(slow, 200)).toMatchObject(problem('time-out'))
    expect(proof.arrived(new URL(late, url).searchParams.get('proof') ?? '')).toBe(false)
    expect(proof.arrived('guess')).toBe(false)
  })
})
