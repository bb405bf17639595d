import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A load balancer: each request to the next host, and to another one where a host takes no connections. */
export interface Front {
  url: string
  /** Requests that went to two hosts. */
  doubled: number
  stop(): Promise<void>
}

/** A host that does not answer in this time is given up: its request may have been carried out. */
const PATIENCE_MS = 2000

/** `isDoubled`: whether this event goes to two hosts at once, as a retry of Chatra that overtakes it. */
export async function startFront(ports: readonly number[], isDoubled: () => boolean): Promise<Front> {
  let turn = 0
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method = 'GET', url = '/', headers } = incoming
      const body = Buffer.concat(chunks)
      const send = (port: number) => pass(port, { method, path: url, headers, body })
      const first = turn++
      const order = ports.map((_, n) => ports[(first + n) % ports.length]!)
      if (method === 'POST' && isDoubled()) {
        front.doubled += 1
        void tried(order.slice(1), send)
      }
      void tried(order, send).then(({ status, text }) => answer.writeHead(status).end(text))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const front: Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    doubled: 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return front
}

interface Answer {
  status: number
  text: string
}
interface Passed {
  method: string
  path: string
  headers: NodeJS.Dict<string | string[]>
  body: Buffer
}

/** Null: nobody listens there. */
function pass(port: number, { method, path, headers, body }: Passed): Promise<Answer | null> {
  return new Promise((resolve) => {
    const out = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 502, text }))
      response.on('error', () => resolve({ status: 502, text: '' }))
    })
    out.setTimeout(PATIENCE_MS, () => out.destroy(new Error('late')))
    out.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? null : { status: 504, text: '' }),
    )
    out.end(body)
  })
}

async function tried(
  ports: readonly number[],
  send: (port: number) => Promise<Answer | null>,
): Promise<Answer> {
  for (const port of ports) {
    const answer = await send(port)
    if (answer !== null) return answer
  }
  return { status: 502, text: '' }
}
