import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CODE_LIVES_MS } from '../../../src/main/relay/pairing.ts'
import { RelayStore } from '../../../src/main/relay/store.ts'
import { keyPair, makePairingCode, signGreeting } from '../../../src/main/relay-protocol/keys.ts'
import { fromRelay, PATHS } from '../../../src/main/relay-protocol/messages.ts'
import { pairWithRelay } from '../../../src/main/tunnel/relay/pair.ts'
import { desktop, pairedDesktop, type RelayStage, relayStage, until } from '../../support/relay.ts'

let stage: RelayStage
let now: number
const ends: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  now = Date.now()
  stage = await relayStage({ now: () => now })
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  await stage.stop()
})

const pair = (code: string, more: { url?: string; before?: string } = {}) =>
  pairWithRelay({ url: stage.relay.control, code, name: 'laptop', ...more })
const keyOf = (answer: Awaited<ReturnType<typeof pair>>) => (answer.ok ? 'paired' : answer.problem.words.key)
function devices() {
  const store = RelayStore.beside(stage.dir)
  const list = store.devices()
  return store.close().then(() => list)
}
/** Every request of a pairing passes through here, so that it can be inspected and repeated. */
async function listener(change: (path: string, body: string) => string = (_path, body) => body) {
  const requests: { path: string; body: string; answer: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const path = request.url ?? ''
    const answer = await fetch(stage.relay.control + path, { method: 'POST', body })
    const text = change(path, await answer.text())
    requests.push({ path, body, answer: text })
    response.writeHead(answer.status).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(async () => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

describe('a code', () => {
  test('a code pairs one computer, once', async () => {
    const code = await stage.code()
    const paired = await pair(code)
    expect(paired).toMatchObject({ ok: true, key: expect.stringMatching(/^r1\./) })
    expect(keyOf(await pair(code))).toBe('tunnel.problem.relay.code-wrong')
    expect(await devices()).toMatchObject([{ name: 'laptop', device: paired.ok && paired.deviceId }])
  })

  test('a code is invalid after 15 minutes', async () => {
    const code = await stage.code()
    now += CODE_LIVES_MS
    expect(keyOf(await pair(code))).toBe('tunnel.problem.relay.code-wrong')
    expect(await devices()).toEqual([])
  })

  test('a new code invalidates the previous one', async () => {
    const before = await stage.code()
    const code = await stage.code()
    expect(keyOf(await pair(before))).toBe('tunnel.problem.relay.code-wrong')
    expect(keyOf(await pair(code))).toBe('paired')
  })

  test('a code survives nine wrong attempts and not a tenth', async () => {
    const first = await stage.code()
    for (let n = 0; n < 9; n++) {
      expect(keyOf(await pair(makePairingCode()))).toBe('tunnel.problem.relay.code-wrong')
    }
    expect(keyOf(await pair(first))).toBe('paired')
    const second = await stage.code()
    for (let n = 0; n < 10; n++) await pair(makePairingCode())
    expect(keyOf(await pair(second))).toBe('tunnel.problem.relay.code-wrong')
  })

  test('a mistyped code costs no attempt', async () => {
    const code = await stage.code()
    for (let n = 0; n < 12; n++) {
      expect(keyOf(await pair(code.slice(0, -1)))).toBe('tunnel.problem.relay.code-mistyped')
    }
    expect(keyOf(await pair(code))).toBe('paired')
  })
})

describe('an attacker between relay and computer', () => {
  test('an attacker in between learns neither the code nor a key, and can repeat nothing', async () => {
    const between = await listener()
    const code = await stage.code()
    const paired = await pair(code, { url: between.url })
    expect(paired.ok).toBe(true)
    const seen = JSON.stringify(between.requests)
    expect(seen.replaceAll('-', '')).not.toContain(code.replaceAll('-', ''))
    if (paired.ok) for (const part of paired.key.split('.').slice(1)) expect(seen).not.toContain(part)
    // The same request again, against a new code and against none.
    await stage.code()
    for (const { path, body } of between.requests) {
      const again = await fetch(stage.relay.control + path, { method: 'POST', body })
      if (path === PATHS.pairFinish) expect([again.status, await again.text()]).toEqual([403, ''])
    }
    expect(await devices()).toHaveLength(1)
  })

  test("an attacker in between cannot replace the relay's key", async () => {
    const own = keyPair('x25519')
    const between = await listener((path, body) =>
      path === PATHS.pairBegin ? JSON.stringify({ ...JSON.parse(body), key: own.publicKey }) : body,
    )
    expect(keyOf(await pair(await stage.code(), { url: between.url }))).toBe(
      'tunnel.problem.relay.code-wrong',
    )
    expect(await devices()).toEqual([])
  })

  test('an attacker in between cannot impersonate the relay without the code', async () => {
    const other = await relayStage()
    ends.push(() => other.stop())
    const between = await listener((path, body) =>
      path === PATHS.pairFinish ? JSON.stringify({ box: 'A'.repeat(80) }) : body,
    )
    expect(keyOf(await pair(await stage.code(), { url: between.url }))).toBe(
      'tunnel.problem.relay.code-foreign',
    )
  })

  test('an attacker in between gets nothing with a key of small order', async () => {
    await stage.code()
    const begun = await fetch(stage.relay.control + PATHS.pairBegin, {
      method: 'POST',
      body: JSON.stringify({ key: Buffer.alloc(32).toString('base64url') }),
    })
    const { exchange } = (await begun.json()) as { exchange: string }
    const finished = await fetch(stage.relay.control + PATHS.pairFinish, {
      method: 'POST',
      body: JSON.stringify({ exchange, box: 'A'.repeat(80) }),
    })
    expect(finished.status).toBe(403)
  })
})

test('a computer that is paired again with its key keeps its identity', async () => {
  const first = await pair(await stage.code())
  const again = await pair(await stage.code(), first.ok ? { before: first.key } : {})
  expect(again).toEqual(first)
  expect(await devices()).toHaveLength(1)
})

test('an address without a relay is reported', async () => {
  const code = await stage.code()
  const server = createServer((_request, response) => response.end('<html>'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = (server.address() as AddressInfo).port
  expect(keyOf(await pair(code, { url: `http://127.0.0.1:${port}` }))).toBe('tunnel.problem.relay.foreign')
  await new Promise((resolve) => server.close(resolve))
  expect(keyOf(await pair(code, { url: `http://127.0.0.1:${port}` }))).toBe('wizard.problem.network.refused')
  expect(keyOf(await pair(code, { url: 'http://relay.example' }))).toBe('tunnel.problem.relay.address')
})

describe('a connection', () => {
  test('a connection to another relay at the same address is refused before any data', async () => {
    const one = await pairedDesktop(stage)
    const other = await relayStage()
    ends.push(() => other.stop())
    const swapped = desktop({ url: other.relay.control, key: async () => one.key }, one)
    ends.push(() => swapped.provider.stop())
    expect(await swapped.start()).toMatchObject({
      ok: false,
      problem: { words: { key: 'tunnel.problem.relay.identity' }, retries: false },
    })
  })

  test('a connection is not opened by a recorded greeting, another key, or out of turn', async () => {
    const one = await pairedDesktop(stage)
    const { WebSocket } = await import('ws')
    const said = async (answer: (challenge: { nonce: string }) => object) => {
      const socket = new WebSocket(stage.relay.control.replace('http', 'ws') + PATHS.socket)
      const heard: unknown[] = []
      let over = false
      socket.on('close', () => {
        over = true
      })
      socket.on('message', (data) => {
        const message = fromRelay.parse(JSON.parse(String(data)))
        heard.push(message.type === 'refused' ? message.reason : message.type)
        if (message.type === 'challenge') socket.send(JSON.stringify(answer(message)))
      })
      const nonce = 'A'.repeat(43)
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'hello', version: 1, device: one.deviceId, nonce })),
      )
      await until('the line is ended', () => over)
      return heard
    }
    const stranger = keyPair('ed25519')
    const greeting = (relayNonce: string) => ({
      relay: one.key.split('.')[2]!,
      device: one.deviceId,
      desktopNonce: 'A'.repeat(43),
      relayNonce,
    })
    const recorded = signGreeting('desktop', stranger, greeting('B'.repeat(43)))
    const wrong = ['challenge', 'unpaired']
    expect(await said(() => ({ type: 'prove', signature: recorded }))).toEqual(wrong)
    expect(
      await said(({ nonce }) => ({
        type: 'prove',
        signature: signGreeting('desktop', stranger, greeting(nonce)),
      })),
    ).toEqual(wrong)
    expect(await said(() => ({ type: 'ack', batch: 1 }))).toEqual(['challenge', 'protocol'])
    expect(await said(() => ({ type: 'nonsense' }))).toEqual(['challenge', 'protocol'])
  })
})
