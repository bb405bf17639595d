import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach } from 'vitest'
import { createPlanfixClient } from '../../../src/main/planfix/client.ts'
import { systemClock } from '../../../src/main/process/clock.ts'
import { connectionTo } from './connection.ts'

export const TOKEN = 'very-secret-token-4711'
export const running: { close(): void }[] = []
afterEach(() => {
  for (const one of running.splice(0)) one.close()
})

type Handler = (request: IncomingMessage & { text: string }, response: ServerResponse) => void
interface Sent {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: unknown
}

export async function serve(handler: Handler) {
  const sent: Sent[] = []
  const server: Server = createServer(async (request, response) => {
    const body = await text(request)
    sent.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: body && JSON.parse(body),
    })
    handler(Object.assign(request, { text: body }), response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  running.push({ close })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent }
}

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

export function clientOf(url: string, options: Partial<Parameters<typeof createPlanfixClient>[0]> = {}) {
  const client = createPlanfixClient({
    connection: connectionTo(`${url}/rest`),
    token: TOKEN,
    clock: systemClock,
    ...options,
  })
  running.push(client)
  return client
}

export const comment = {
  text: { paragraphs: [{ label: null, text: 'Hello' }] },
  owner: 'contact:92',
  recipients: { roles: ['assignee' as const], users: [] },
  fileIds: [],
  writtenAt: null,
  sourceObjectId: '2b7e1516-28ae-5d2a-96ab-f7158809cf4f',
}

export const errorOf = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }) => {
  if (result.ok) throw new Error('expected a failure')
  return result.error as Extract<
    Awaited<ReturnType<ReturnType<typeof clientOf>['ping']>>,
    { ok: false }
  >['error']
}
