import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { droppingProxy, plainHttpProxy } from '../../support/proxies.ts'
import { type Desktop, hook, pairedDesktop, type RelayStage, relayStage, until } from '../../support/relay.ts'

let stage: RelayStage
let ends: (() => Promise<unknown>)[]
beforeEach(async () => {
  ends = []
  // Pings every 500 ms; a busy machine delays one by less than the lease.
  stage = await relayStage({ leaseMs: 1_500 })
})
afterEach(async () => {
  for (const end of ends.toReversed()) await end()
  await stage.stop()
})

const port = () => Number(new URL(stage.relay.control).port)
async function paired(url?: string): Promise<Desktop> {
  const one = await pairedDesktop(stage, url === undefined ? {} : { url })
  ends.push(() => one.provider.stop())
  return one
}
const send = async (from: number, to: number) => {
  for (let n = from; n < to; n++) expect((await hook(stage.relay.control, `{"n":${n}}`)).status).toBe(200)
}
const numbered = (to: number) => Array.from({ length: to }, (_, n) => `{"n":${n}}`)
const known = () =>
  until('the address is known', async () => (await hook(stage.relay.control, '-')).status === 400)

test('behind a proxy without WebSockets the same events come by long polling, with pings', async () => {
  const proxy = await plainHttpProxy(port())
  ends.push(() => proxy.stop())
  const desktop = await paired(proxy.url)
  expect((await desktop.start()).ok).toBe(true)
  await known()
  expect(proxy.upgrades).toBe(1)
  await send(0, 5)
  await until('they come', () => desktop.inbox.events.length === 5)
  // Silence, with pings to answer, over several leases.
  const before = proxy.requests
  await until('pings passed', () => proxy.requests > before + 8)
  await send(5, 10)
  await until('they come', () => desktop.inbox.events.length === 10)
  expect(desktop.inbox.bodies).toEqual(numbered(10))
  expect(desktop.changes).toEqual([])
})

test('polling is tried when a proxy accepts a WebSocket but forwards nothing', async () => {
  const { WebSocketServer } = await import('ws')
  const behind = await plainHttpProxy(port())
  ends.push(() => behind.stop())
  const mute = new WebSocketServer({ noServer: true })
  const front = createServer((request, response) => {
    void fetch(`${behind.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { 'x-relay-line': String(request.headers['x-relay-line'] ?? '') },
      body: request as never,
      duplex: 'half',
    } as RequestInit).then(
      async (answer) => response.writeHead(answer.status).end(await answer.text()),
      () => response.destroy(),
    )
  })
  front.on('upgrade', (request, socket, head) =>
    mute.handleUpgrade(request, socket, head, (one) => one.close()),
  )
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  ends.push(async () => front.closeAllConnections())
  const desktop = await paired(`http://127.0.0.1:${(front.address() as AddressInfo).port}`)
  expect((await desktop.start()).ok).toBe(true)
  await known()
  await send(0, 3)
  await until('they come', () => desktop.inbox.events.length === 3)
  await desktop.provider.stop()
  front.close()
})

describe('a connection that died silently', () => {
  test('a dead line is noticed by two missed pings and reopened, without loss or duplicates', async () => {
    const proxy = await droppingProxy(port())
    ends.push(() => proxy.stop())
    const desktop = await paired(proxy.url)
    await desktop.start()
    await known()
    await send(0, 3)
    await until('they come', () => desktop.inbox.events.length === 3)
    proxy.drop()
    await send(3, 6)
    await until('it is noticed', () => desktop.changes.some(({ type }) => type === 'doubtful'))
    await until('they come', () => desktop.inbox.events.length === 6)
    await send(6, 9)
    await until('they come', () => desktop.inbox.events.length === 9)
    expect(desktop.inbox.bodies).toEqual(numbered(9))
  })

  test('a dead line is reopened at once on wake, without waiting for a ping', async () => {
    await stage.restart({ leaseMs: 30_000 })
    const proxy = await droppingProxy(port())
    ends.push(() => proxy.stop())
    const desktop = await paired(proxy.url)
    await desktop.start()
    await known()
    proxy.drop()
    await send(0, 3)
    const begun = performance.now()
    desktop.provider.wake?.()
    await until('they come', () => desktop.inbox.events.length === 3)
    expect(performance.now() - begun).toBeLessThan(3_000)
  })

  test('after a lost acknowledgement the events come again and are recognised', async () => {
    const proxy = await droppingProxy(port())
    ends.push(() => proxy.stop())
    const desktop = await paired(proxy.url)
    await desktop.start()
    await known()
    desktop.inbox.stored = () => proxy.drop()
    await send(0, 3)
    await until('the first is stored', () => desktop.inbox.events.length > 0)
    desktop.inbox.stored = () => {}
    await send(3, 6)
    await until('all come', () => desktop.inbox.events.length === 6)
    await send(6, 7)
    await until('the last comes', () => desktop.inbox.events.length === 7)
    expect(desktop.inbox.bodies).toEqual(numbered(7))
  })
})

test("the relay keeps the events while the desktop's disk is full", async () => {
  const desktop = await paired()
  await desktop.start()
  await known()
  desktop.inbox.failing = true
  await send(0, 3)
  await stage.restart()
  desktop.inbox.failing = false
  await until('they come', () => desktop.inbox.events.length === 3)
  expect(desktop.inbox.bodies).toEqual(numbered(3))
})

test('a crowd of silent strangers does not block a desktop', async () => {
  const many = { perSecond: 10_000, burst: 10_000 }
  await stage.restart({ leaseMs: 30_000, limits: { strangers: { each: many, total: many } } })
  const desktop = await paired()
  const { WebSocket } = await import('ws')
  const crowd = Array.from(
    { length: 250 },
    () => new WebSocket(`${stage.relay.control.replace('http', 'ws')}/relay/socket`),
  )
  for (const one of crowd) one.on('error', () => undefined)
  ends.push(async () => {
    for (const one of crowd) one.terminate()
  })
  await until('they stand at the door', () =>
    crowd.every(({ readyState }) => readyState !== WebSocket.CONNECTING),
  )
  expect((await desktop.start()).ok).toBe(true)
  // The earlier connections were closed.
  await until(
    'some are gone',
    () => crowd.filter(({ readyState }) => readyState === WebSocket.CLOSED).length >= 50,
  )
  expect(crowd.filter(({ readyState }) => readyState === WebSocket.OPEN).length).toBeGreaterThan(0)
})
