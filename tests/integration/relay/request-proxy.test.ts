import { randomBytes } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileDownload } from '../../../src/main/webhooks/file-download.ts'
import { type Receiver, startReceiver } from '../../../src/main/webhooks/receiver.ts'
import { plainHttpProxy } from '../../support/proxies.ts'
import { type Desktop, hook, pairedDesktop, type RelayStage, relayStage, until } from '../../support/relay.ts'

let stage: RelayStage
let receiver: Receiver
let desktop: Desktop
let file: (token: string) => Promise<FileDownload | null>
let proofs: string[]
beforeEach(async () => {
  proofs = []
  stage = await relayStage({ leaseMs: 3_000 })
  receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    connections: () => [],
    health: () => ({ status: 'ok' }),
    accept: async () => undefined,
    file: (token) => file(token),
    onProof: (nonce) => proofs.push(nonce) > 0,
  })
  desktop = await pairedDesktop(stage)
})
afterEach(async () => {
  await desktop.provider.stop()
  await receiver.stop()
  await stage.stop()
})

const open = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(stage.relay.control + path, { agent: false }, resolve).on('error', reject)
  })
async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
const start = () => desktop.start({ host: '127.0.0.1', port: receiver.port })

describe('a file', () => {
  const content = randomBytes(3 * 1024 * 1024 + 17)
  const download = (body: Readable, size: number | null = content.length): FileDownload => ({
    name: 'Schiță <1>.svg',
    type: 'image/svg+xml',
    size,
    body,
  })

  test.each(['WebSocket', 'long polling'])(
    'a file arrives complete over %s, as a download that can run no code',
    async (way) => {
      const proxy = await plainHttpProxy(Number(new URL(stage.relay.control).port))
      if (way === 'long polling') desktop = await pairedDesktop(stage, { url: proxy.url })
      file = async (token) => (token === 'right' ? download(Readable.from([content])) : null)
      await start()
      const answer = await open('/files/right')
      expect(answer.statusCode).toBe(200)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-length': String(content.length),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
      expect(answer.headers['content-disposition']).toMatch(/^attachment; .*Schi%C8%9B%C4%83/)
      expect((await bytesOf(answer)).equals(content)).toBe(true)
      const wrong = await open('/files/wrong')
      expect([wrong.statusCode, (await bytesOf(wrong)).length]).toEqual([404, 0])
      await desktop.provider.stop()
      await proxy.stop()
    },
  )

  test('a file is read no faster than its reader takes it, while events pass', async () => {
    let made = 0
    const endless = Readable.from(
      (async function* () {
        for (;;) {
          made += 64 * 1024
          yield Buffer.alloc(64 * 1024)
        }
      })(),
      { highWaterMark: 1 },
    )
    file = async () => download(endless, null)
    await start()
    const answer = await open('/files/slow')
    answer.pause()
    await until('the address is known', async () => (await hook(stage.relay.control, '-')).status === 400)
    let before = -1
    await until('it stands still', async () => {
      const still = made === before
      before = made
      for (let n = 0; n < 20; n++) await hook(stage.relay.control, '{}')
      return still
    })
    expect(made).toBeLessThan(16 * 1024 * 1024)
    await until('the events came', () => desktop.inbox.events.length >= 20)
    const at = made
    answer.resume()
    await until('it goes on', () => made > at + 1024 * 1024)
    answer.destroy()
    await until('the source is stopped', () => endless.destroyed)
  })

  test('a file that breaks off does not look complete', async () => {
    file = async () =>
      download(
        Readable.from(
          (async function* () {
            yield content.subarray(0, 100_000)
            throw new Error('broken')
          })(),
        ),
        null,
      )
    await start()
    await expect(open('/files/broken').then(bytesOf)).rejects.toThrow()
  })

  test('without a desktop a file is answered 503 with a plain text and a retry time', async () => {
    const answer = await open('/files/any')
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['retry-after']]).toEqual([
      503,
      'text/plain; charset=utf-8',
      '60',
    ])
    expect((await bytesOf(answer)).toString()).toMatch(/^The computer that has this file .* later\.\n$/)
  })

  test('a file is reachable only by its token, and nothing else on the computer', async () => {
    const asked: string[] = []
    file = async (token) => {
      asked.push(token)
      return null
    }
    await start()
    for (const path of [
      '/files/..%2fhealthz',
      '/files/a%20b',
      '/files/',
      '/files/a/b',
      '/hooks/x/y/chatra',
    ]) {
      expect((await open(path)).statusCode).toBe(404)
    }
    expect(asked).toEqual([])
  })
})

describe('a proof of the public address', () => {
  test("a proof arrives at the desktop's receiver before it is answered", async () => {
    await start()
    const answer = await open('/healthz?proof=abc-123')
    expect([answer.statusCode, proofs]).toEqual([200, ['abc-123']])
    expect(JSON.parse((await bytesOf(answer)).toString())).toEqual({ status: 'ok', desktop: 'connected' })
  })

  test('a proof fails without a desktop, while the relay itself is healthy', async () => {
    expect((await open('/healthz?proof=abc-123')).statusCode).toBe(503)
    const health = await open('/healthz')
    expect(health.statusCode).toBe(200)
    expect(JSON.parse((await bytesOf(health)).toString())).toEqual({ status: 'ok', desktop: 'away' })
  })
})
