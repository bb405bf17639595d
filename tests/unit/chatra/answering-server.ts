import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Asked {
  method: string
  path: string
  authorization: string
  body: unknown
}
type Answer = { status: number; body?: string; headers?: Record<string, string> }
/** Answers a request, or uses the raw response itself. */
export type Script = (asked: Asked, response: ServerResponse, request: IncomingMessage) => Answer | undefined

/** A server on loopback that answers by a script and records its requests. */
export async function answeringServer(script: Script) {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const one: Asked = {
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      body: text === '' ? null : JSON.parse(text),
    }
    asked.push(one)
    const answer = script(one, response, request)
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    sockets,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
})
