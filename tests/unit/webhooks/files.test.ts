import { get } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import type { FileDownload } from '../../../src/main/webhooks/file-download.ts'
import { type Receiver, type ReceiverProblem, startReceiver } from '../../../src/main/webhooks/receiver.ts'

let receiver: Receiver
afterEach(() => receiver?.stop())

async function serving(file: (token: string) => Promise<FileDownload | null>) {
  const problems: ReceiverProblem[] = []
  receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    connections: () => [],
    accept: async () => {},
    health: () => ({}),
    file,
    onProblem: (problem) => problems.push(problem),
    limits: { stopMs: 50 },
  })
  return { problems, download: () => fetch(`${receiver.url}/files/token-1`) }
}
const file = (some: Partial<FileDownload> = {}): FileDownload => ({
  name: 'a.pdf',
  type: 'application/pdf',
  size: 5,
  body: Readable.from([Buffer.from('he'), Buffer.from('llo')]),
  ...some,
})

test('a file comes as a download that can run no code', async () => {
  const tokens: string[] = []
  const { download } = await serving(async (token) => {
    tokens.push(token)
    return file()
  })
  const answer = await download()
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="a.pdf"; filename*=UTF-8''a.pdf`,
    'content-length': '5',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
  })
  expect(await answer.text()).toBe('hello')
  expect(tokens).toEqual(['token-1'])
})

test.each([
  ['image/png', 'image/png'],
  ['IMAGE/JPEG; q=1', 'image/jpeg'],
  ['image/svg+xml', 'application/octet-stream'],
  ['text/html', 'application/octet-stream'],
  [null, 'application/octet-stream'],
])('the type %s is served as %s', async (type, served) => {
  const { download } = await serving(async () => file({ type }))
  expect((await download()).headers.get('content-type')).toBe(served)
})

test('a name in any script keeps its letters and cannot break the header', async () => {
  const { download } = await serving(async () => file({ name: 'счёт "№1"\r\nX: y/(ț).pdf' }))
  const answer = await download()
  const encoded = answer.headers.get('content-disposition')?.split("UTF-8''")[1] ?? ''
  expect(decodeURIComponent(encoded)).toBe('счёт "№1"__X: y_(ț).pdf')
  expect(encoded).toMatch(/^[\w.!~%-]+$/)
  expect(answer.headers.get('x')).toBeNull()
})

test('an invalid token is an empty 404', async () => {
  const { download } = await serving(async () => null)
  const answer = await download()
  expect([answer.status, await answer.text()]).toEqual([404, ''])
})

test('an unavailable file is an empty 503 and reported', async () => {
  const { download, problems } = await serving(() => Promise.reject(new Error('Planfix is away')))
  const answer = await download()
  expect([answer.status, await answer.text()]).toEqual([503, ''])
  expect(problems).toEqual([{ kind: 'file', connectionId: null, detail: 'Planfix is away' }])
})

test('a source that breaks off closes the connection: no partial file looks complete', async () => {
  const body = new PassThrough()
  const { download, problems } = await serving(async () => file({ size: null, body }))
  body.write('he')
  const answer = await download()
  body.destroy(new Error('upstream reset'))
  await expect(answer.text()).rejects.toThrow()
  expect(problems[0]).toMatchObject({ kind: 'file', detail: 'upstream reset' })
})

test.each([4, 6])('a source of another size than the announced %i closes the connection', async (size) => {
  const { download } = await serving(async () => file({ size }))
  await expect(download().then((answer) => answer.text())).rejects.toThrow()
})

test('a browser that disconnects stops the source', async () => {
  const body = new PassThrough()
  await serving(async () => file({ size: null, body }))
  body.write('he')
  const request = get(`${receiver.url}/files/t`, (answer) => answer.once('data', () => request.destroy()))
  request.on('error', () => undefined)
  await new Promise((resolve) => body.once('close', resolve))
  expect(body.destroyed).toBe(true)
})

test('a browser that disconnects before the file is found stops the source', async () => {
  const body = new PassThrough()
  const found = Promise.withResolvers<FileDownload>()
  const asked = Promise.withResolvers<void>()
  await serving(() => {
    asked.resolve()
    return found.promise
  })
  const request = get(`${receiver.url}/files/t`)
  request.on('error', () => undefined)
  await asked.promise
  request.destroy()
  await new Promise((resolve) => request.once('close', resolve))
  found.resolve(file({ size: null, body }))
  await new Promise((resolve) => body.once('close', resolve))
  expect(body.destroyed).toBe(true)
})
