import { afterEach, expect, test } from 'vitest'
import { tidyAddress } from '../../../src/main/http/tidy-address.ts'
import { type Receiver, startReceiver } from '../../../src/main/webhooks/receiver.ts'
import { rawExchange } from './raw.ts'

const SECRET = 'abcdefghijklmnopqrstuvwxyz'
let receiver: Receiver | null = null
afterEach(() => receiver?.stop())

test.each([
  ['/hooks/shop/s/chatra', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra/', '/hooks/shop/s/chatra'],
  ['//hooks//shop/s///chatra//', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%20', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%20/%0A/?x=//1/', '/hooks/shop/s/chatra?x=//1/'],
  ['/%20/hooks/shop/s/chatra', '/hooks/shop/s/chatra'],
  ['/%22%E2%80%9C/hooks/shop/s/chatra%E2%80%9D%22', '/hooks/shop/s/chatra'],
  ['/files/ab-_c%41', '/files/ab-_c%41'],
  ['/%E2%80', '/%E2%80'],
  ['/%20hooks/shop/s/chatra', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%22', '/hooks/shop/s/chatra'],
  ["/hooks/shop/s/chatra'", '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%E2%80%9D', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%C2%BB', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%C2%A0', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%E2%80%8B', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%3E', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra.', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra),;', '/hooks/shop/s/chatra'],
  ['/hooks/shop/s/chatra%', '/hooks/shop/s/chatra%'],
  ['/healthz?proof=a//b/', '/healthz?proof=a//b/'],
  ['/', '/'],
  ['//', '/'],
  ['', ''],
])('%j is read as %j', (asked, read) => {
  expect(tidyAddress(asked)).toBe(read)
})

test('an event is accepted at an untidily pasted address, and nowhere else', async () => {
  const bodies: string[] = []
  receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    connections: () => [{ id: 'shop', secret: SECRET }],
    accept: async (_id, _source, body) => void bodies.push(body),
    health: () => ({ status: 'ok' }),
  })
  const { port } = receiver
  const status = async (path: string) => {
    const answer = await rawExchange(
      port,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
    )
    return Number(answer.split(' ')[1])
  }
  for (const tail of ['', '/', '//', '%20', '/%20', '?a=1']) {
    expect(await status(`/hooks/shop/${SECRET}/chatra${tail}`)).toBe(200)
  }
  expect(await status(`//hooks//shop/${SECRET}/chatra`)).toBe(200)
  for (const wrong of [
    `/hooks/shop/${SECRET}x/chatra/`,
    `/hooks/shop/${SECRET}/chatra/x`,
    `/hooks/shop/${SECRET}`,
  ]) {
    expect(await status(wrong)).toBe(404)
  }
  expect(bodies).toHaveLength(7)
})
