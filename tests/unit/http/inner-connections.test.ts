import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClientIpReader } from '../../../src/main/http/client-ip.ts'
import { announceInner } from '../../../src/main/http/inner-connections.ts'

const reader = createClientIpReader()
const server = createServer((request: IncomingMessage, response) => response.end(reader(request)))
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

/** The sender of a request with X-Forwarded-For 1.2.3.4, on a connection made for `peer`. */
function sender(peer: string | null): Promise<string> {
  const inside = connect((server.address() as AddressInfo).port, '127.0.0.1')
  if (peer !== null) announceInner(inside, peer)
  inside.write('GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.2.3.4\r\nConnection: close\r\n\r\n')
  let said = ''
  inside.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  return new Promise((resolve) =>
    inside.on('close', () => resolve(said.split('\r\n\r\n')[1]?.split('\r\n')[1] ?? said)),
  )
}

test('behind a tunnel a stranger’s own header is not believed', async () => {
  expect(await sender('203.0.113.9')).toContain('203.0.113.9')
})

test('a proxy beside the tunnel’s other end, and one on this computer, are believed', async () => {
  expect(await sender('127.0.0.1')).toContain('1.2.3.4')
  expect(await sender(null)).toContain('1.2.3.4')
})
