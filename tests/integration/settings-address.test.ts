import { createServer as createHttpServer, request, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import tls from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AddressProof } from '../../src/main/ingress/public-address.ts'
import { isTextKey, LANGUAGES, translate } from '../../src/shared/i18n/index.ts'
import { authority, expired, good, otherName, serverKey } from '../fixtures/certificates.ts'
import { Bridge } from '../support/bridge.ts'

let bridge: Bridge
const ends: (() => void)[] = []
beforeEach(async () => {
  bridge = await Bridge.start(null)
})
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await bridge.stop()
})

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
/** Simulates that the computer trusts the authority of the test. */
function trustAuthority() {
  const before = tls.getCACertificates('default')
  tls.setDefaultCACertificates([...before, authority])
  ends.push(() => tls.setDefaultCACertificates(before))
}
const secureServer = async (cert: string, answer = '{"status":"ok"}') => {
  const server = createHttpsServer(
    { key: serverKey, cert },
    (_request, response) => void response.end(answer),
  )
  return `https://127.0.0.1:${await listening(server)}`
}
/** A proxy in front of the bridge: passes everything on to it, or to nothing. */
async function proxy(to: () => string): Promise<{ address: string; seen: string[] }> {
  const seen: string[] = []
  const server = createHttpServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`)
    const passed = request(`${to()}${incoming.url}`, { method: incoming.method }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(passed)
  })
  return { address: `http://127.0.0.1:${await listening(server)}`, seen }
}
const proof = (address: string) => bridge.app.proveAddress(address)

describe('a public address', () => {
  test('an address is proven by a request that comes in at our own receiver', async () => {
    const front = await proxy(() => bridge.app.hooksUrl)
    const proven = await bridge.get('setup.publicAddress', { address: front.address })
    const expected = { provider: 'own', address: front.address, state: 'proven', problem: null }
    expect(proven).toMatchObject({ ...expected, provenAt: expect.any(Number) })
    expect((await bridge.get('state.get', {})).publicAddress).toMatchObject(expected)
    expect(front.seen).toHaveLength(1)
    await bridge.restart()
    const again = async () => (await bridge.get('state.get', {})).publicAddress.state === 'proven'
    await bridge.until('a proof at the start', again)
  })

  test("an address is proven on the owner's request, and not automatically", async () => {
    const front = await proxy(() => bridge.app.hooksUrl)
    await bridge.get('setup.publicAddress', { address: front.address })
    await bridge.get('settings.save', { settings: { theme: 'dark' } })
    await proof(front.address)
    expect(front.seen).toHaveLength(2)
    expect(new Set(front.seen).size).toBe(2)
  })

  test('an address that leads to another bridge is not ours', async () => {
    const other = await Bridge.start(null)
    expect(await proof(other.app.hooksUrl)).toMatchObject({
      state: 'failing',
      problem: 'settings.address.problem.foreign',
    })
    await other.stop()
  })

  test('a request with an old nonce proves nothing', async () => {
    const front = await proxy(() => bridge.app.hooksUrl)
    await proof(front.address)
    const old = front.seen[0]!.replace('GET ', '')
    const liar = createHttpServer((_incoming, outgoing) => {
      void fetch(`${bridge.app.hooksUrl}${old}`).then(() => outgoing.end('{"status":"ok"}'))
    })
    expect(await proof(`http://127.0.0.1:${await listening(liar)}`)).toMatchObject({ state: 'failing' })
  })
})

describe('a fault of a public address is named:', () => {
  const failing = async (address: string) => {
    const { state, problem } = await proof(address)
    expect(state).toBe('failing')
    if (problem === null || !isTextKey(problem)) throw new Error(`${problem} is in no catalogue`)
    for (const language of LANGUAGES) expect(translate(language, problem)).not.toMatch(/[{}]/)
    return problem.replace('settings.address.problem.', '')
  }

  test('an address without https is refused', async () => {
    expect(await failing('http://hooks.shop.example')).toBe('not-https')
  })

  test('an address without an answer is reported', async () => {
    const server = createHttpServer()
    const port = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await failing(`http://127.0.0.1:${port}`)).toBe('refused')
  })

  test('a proxy that does not reach the bridge is reported', async () => {
    expect(await failing((await proxy(() => 'http://127.0.0.1:1')).address)).toBe('behind')
  })

  test('an answer of another program is reported', async () => {
    trustAuthority()
    expect(await failing(await secureServer(good))).toBe('foreign')
  })

  test('an address without encryption is reported', async () => {
    const plain = createHttpServer((_incoming, outgoing) => void outgoing.end('hello'))
    expect(await failing(`https://127.0.0.1:${await listening(plain)}`)).toBe('not-secure')
  })

  test('an untrusted, expired or foreign certificate is reported', async () => {
    expect(await failing(await secureServer(good))).toBe('certificate-untrusted')
    trustAuthority()
    expect(await failing(await secureServer(expired))).toBe('certificate-expired')
    expect(await failing(await secureServer(otherName))).toBe('certificate-name')
  })

  test('a missing answer is reported as a time-out', async () => {
    const silent = createTcpServer(() => undefined)
    const address = `http://127.0.0.1:${await listening(silent)}`
    expect(await new AddressProof().prove(address, 50)).toMatchObject({
      ok: false,
      problem: { key: 'settings.address.problem.time-out' },
    })
  })

  test('a broken connection is reported', async () => {
    const rude = createTcpServer((socket) => socket.destroy())
    expect(await failing(`http://127.0.0.1:${await listening(rude)}`)).toBe('broken')
  })
})

test('healthz answers the same with and without a proof', async () => {
  const ask = async (query: string) => (await fetch(`${bridge.app.hooksUrl}/healthz${query}`)).text()
  expect(await ask('?proof=made-up')).toBe(await ask(''))
})
