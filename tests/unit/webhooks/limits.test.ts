import { get } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { parseCliOptions } from '../../../src/main/cli/options.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../../../src/main/webhooks/receiver.ts'

const SECRET = 'abcdefghijklmnopqrstuvwxyz'
const FEW = { each: { perSecond: 0.1, burst: 5 }, total: { perSecond: 0.1, burst: 5 } }

let receiver: Receiver
afterEach(() => receiver?.stop())

async function start(options: Partial<ReceiverOptions> = {}) {
  let accepted = 0
  receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    connections: () => [{ id: 'shop', secret: SECRET }],
    accept: async () => void accepted++,
    health: () => ({ status: 'ok' }),
    file: async (token) =>
      token.startsWith('ours')
        ? { name: 'a.svg', type: 'image/svg+xml', size: 5, body: Readable.from([Buffer.from('hello')]) }
        : null,
    isFile: (token) => token.startsWith('ours'),
    ...options,
  })
  const statuses = async (count: number, path: string, init: RequestInit = {}) => {
    const all = Array.from({ length: count }, () => fetch(receiver.url + path, init))
    return (await Promise.all(all)).map(({ status }) => status)
  }
  return { statuses, accepted: () => accepted }
}
const count = (statuses: number[], status: number) => statuses.filter((one) => one === status).length

describe('while strangers flood the receiver from the same address', () => {
  test('flooding strangers get 429, and the right address accepts events', async () => {
    const { statuses, accepted } = await start({ limits: { strangers: FEW } })
    const wrong = await statuses(60, '/hooks/shop/wrong-secret/chatra', { method: 'POST', body: '{}' })
    expect([count(wrong, 404), count(wrong, 429)]).toEqual([5, 55])
    expect(count(await statuses(20, '/nowhere'), 429)).toBe(20)
    const right = await statuses(300, `/hooks/shop/${SECRET}/chatra`, { method: 'POST', body: '{}' })
    expect([count(right, 200), accepted()]).toEqual([300, 300])
  })

  test('a valid link gets the file during a flood, and guessed links are 429', async () => {
    const { statuses } = await start({ limits: { strangers: FEW } })
    const guesses = await statuses(40, '/files/guess')
    expect([count(guesses, 404), count(guesses, 429)]).toEqual([5, 35])
    expect(await statuses(3, '/files/ours')).toEqual([200, 200, 200])
  })

  test('an expected proof comes in during a flood, a guessed one is 429', async () => {
    const { statuses } = await start({ limits: { strangers: FEW }, onProof: (nonce) => nonce === 'awaited' })
    await statuses(40, '/healthz?proof=guess')
    expect(await statuses(1, '/healthz?proof=guess')).toEqual([429])
    expect(await statuses(1, '/healthz?proof=awaited')).toEqual([200])
  })
})

describe('a file link', () => {
  test('a link opened again and again is 429 for a while, others are not', async () => {
    const downloads = { each: { perSecond: 0.1, burst: 3 }, total: { perSecond: 100, burst: 100 } }
    const { statuses } = await start({ limits: { downloads } })
    const same = await statuses(20, '/files/ours-1')
    expect([count(same, 200), count(same, 429)]).toEqual([3, 17])
    expect(await statuses(1, '/files/ours-2')).toEqual([200])
  })

  test('a link to an SVG is a download that shows nothing in the browser', async () => {
    await start()
    const { headers } = await fetch(`${receiver.url}/files/ours`)
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="a\.svg"/)
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
  })

  test('a file is streamed: a reader that does not read pauses the source', async () => {
    const body = new PassThrough({ highWaterMark: 64 * 1024 })
    await start({ file: async () => ({ name: 'big.bin', type: null, size: null, body }) })
    const piece = Buffer.alloc(64 * 1024)
    let written = 0
    const feed = () => {
      while (written < 512 && body.write(piece)) written++
      if (written < 512) body.once('drain', feed)
    }
    feed()
    const request = get(`${receiver.url}/files/ours`)
    request.on('error', () => undefined)
    await new Promise<void>((resolve) => request.once('response', (answer) => resolve(void answer.pause())))
    let last = -1
    await expect
      .poll(
        () => {
          const isStill = written === last
          last = written
          return isStill
        },
        { interval: 200, timeout: 5_000 },
      )
      .toBe(true)
    // 32 MiB were offered; only the buffers of two sockets are on their way.
    expect(written * piece.length).toBeLessThan(24 * 1024 * 1024)
    request.destroy()
  })
})

test('the receiver listens on this computer only by default', () => {
  const optionsOf = (...args: string[]) => parseCliOptions('1.2.3', ['serve', ...args])
  expect(optionsOf()).toMatchObject({ serve: { host: '127.0.0.1', metrics: null } })
  expect(optionsOf('--host', '0.0.0.0')).toMatchObject({ serve: { host: '0.0.0.0' } })
})
