import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { downloadFrom } from '../../../src/main/ingress/address-download.ts'

let server: Server
let here: string
const asked: string[] = []
beforeEach(async () => {
  asked.length = 0
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/moved') response.writeHead(302, { location: '/file' }).end()
    else if (request.url === '/circle') response.writeHead(302, { location: '/circle' }).end()
    else if (request.url === '/inside') response.writeHead(302, { location: 'https://10.0.0.1/file' }).end()
    else if (request.url === '/gone') response.writeHead(404).end()
    else if (request.url === '/broken') response.writeHead(502).end()
    else response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 5 }).end('Hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const OUTSIDE = 'https://acme.planfix.com/rest'

test('a file is read, also behind a redirect, with its size and type', async () => {
  for (const path of ['/file', '/moved']) {
    const read = await downloadFrom(`${here}${path}`, here)
    expect(read).toMatchObject({ size: 5, type: 'text/plain' })
    expect(read && (await text(read.body))).toBe('Hello')
  }
})
test('a file that is gone, and a redirect in a circle, lead to nothing; a service in trouble is an error', async () => {
  expect(await downloadFrom(`${here}/gone`, here)).toBeNull()
  expect(await downloadFrom(`${here}/circle`, here)).toBeNull()
  await expect(downloadFrom(`${here}/broken`, here)).rejects.toThrow('HTTP 502')
})
test('an account outside never leads to this computer or its network, by name, number or redirect', async () => {
  for (const address of [
    `${here}/file`,
    'https://localhost/file',
    'https://10.1.2.3/file',
    'https://192.168.0.1/file',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/file',
    'https://[fd00::1]/file',
    'https://[::ffff:10.0.0.1]/file',
    'http://files.example/file',
    'file:///etc/passwd',
    'no address',
  ])
    expect(await downloadFrom(address, OUTSIDE)).toBeNull()
  expect(asked).toEqual([])
  expect(await downloadFrom(`${here}/inside`, here)).toBeNull()
})
test('a name that leads into this network is refused when it is connected to', async () => {
  const seen: InternalAxiosRequestConfig[] = []
  await downloadFrom('https://files.example/a', OUTSIDE, async (config) => {
    seen.push(config)
    throw new AxiosError('only the agent is of interest', 'ECONNREFUSED', config)
  }).catch(() => undefined)
  const agent = seen[0]?.httpsAgent as { options: { lookup: Lookup } } | undefined
  const found = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
    agent?.options.lookup('localhost', { all: true }, (error) => resolve(error)),
  )
  expect(found?.code).toBe('ERR_INSIDE')
})
type Lookup = (
  host: string,
  options: { all: boolean },
  done: (error: NodeJS.ErrnoException | null) => void,
) => void
