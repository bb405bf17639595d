import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Fault, FaultPlan, type FaultRule } from './faults.ts'

/** One request as a simulator got it, and how it was answered. `time` is milliseconds since 1970. */
export interface RecordedRequest {
  n: number
  time: number
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  /** Parsed JSON or form; a multipart or other body stays a Buffer; undefined when there was none. */
  body: unknown
  /** Status sent back, or the fault's name when no answer was given. */
  answered: number | string
  /** The answer's body, as given by the handler. */
  answer?: unknown
}

export interface SimRequest {
  method: string
  path: string
  /** The path as it came, before any percent-decoding. */
  rawPath?: string
  query: Record<string, string>
  headers: Record<string, string>
  body: unknown
  /** The body before parsing. */
  raw: Buffer
}

export interface SimResponse {
  status: number
  /** An object is sent as JSON, a string as it is (text/html unless told otherwise), a Buffer as bytes. */
  body?: unknown
  headers?: Record<string, string>
}

export type Handler = (request: SimRequest) => SimResponse | Promise<SimResponse>

/** A loopback HTTP server that records what it was asked and misbehaves on demand. */
export class SimulatorServer {
  readonly requests: RecordedRequest[] = []
  readonly faults = new FaultPlan()
  /** Off for long load runs, where the record itself would be the load. */
  recording = true
  /** Paths that are no part of the simulated service (control, pages): never recorded, never hit by a fault. */
  outside: (path: string) => boolean = () => false
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private readonly handler: Handler
  private counted = 0

  constructor(handler: Handler) {
    this.handler = handler
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' })
        response.end(`simulator bug: ${error instanceof Error ? error.stack : String(error)}`)
      })
    })
    this.server.keepAliveTimeout = 30_000
    this.server.on('connection', (socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    })
  }

  /** Listens on 127.0.0.1; port 0 takes a free one. Answers the origin, e.g. http://127.0.0.1:4000 */
  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming)
    const record: RecordedRequest = {
      n: ++this.counted,
      time: Date.now(),
      method: request.method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      body: request.body,
      answered: 'pending',
    }
    const outside = this.outside(request.path)
    if (this.recording && !outside) this.requests.push(record)
    const fault = outside ? undefined : this.faults.take(request.method, request.path)
    if (fault) {
      record.answered = fault.kind
      if (await this.misbehave(fault, request, incoming, response)) return
    }
    const answer = await this.handler(request)
    record.answered = answer.status
    record.answer = answer.body
    send(response, answer)
  }

  /** True when the request has been dealt with (or left hanging) and no ordinary answer is to follow. */
  private async misbehave(
    fault: Fault,
    request: SimRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    switch (fault.kind) {
      case 'latency':
        await pause(fault.ms)
        return false
      case 'status':
        if (fault.afterWrite) await this.handler(request)
        send(response, {
          status: fault.status,
          body: fault.body,
          ...(fault.headers && { headers: fault.headers }),
        })
        return true
      case 'timeout-before-write':
        return true
      case 'timeout-after-write':
        await this.handler(request)
        return true
      case 'timeout-then-late-write':
        setTimeout(() => void this.handler(request), fault.ms).unref()
        return true
      case 'reset-before-write':
        incoming.socket.resetAndDestroy()
        return true
      case 'reset-after-write':
        await this.handler(request)
        incoming.socket.resetAndDestroy()
        return true
    }
  }
}

export type { Fault, FaultRule }

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function readRequest(incoming: IncomingMessage): Promise<SimRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const raw = Buffer.concat(chunks)
  const url = new URL(incoming.url ?? '/', 'http://simulator')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: incoming.method ?? 'GET',
    path: decoded(url.pathname),
    rawPath: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body: parseBody(raw, headers['content-type'] ?? ''),
    raw,
  }
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** `badJson` stands for a body that claims to be JSON and is not, so that a handler can refuse it as the real service does. */
export const badJson = Symbol('badJson')

function parseBody(raw: Buffer, type: string): unknown {
  if (raw.length === 0) return undefined
  if (type.includes('application/json')) {
    try {
      return JSON.parse(raw.toString('utf8')) as unknown
    } catch {
      return badJson
    }
  }
  if (type.includes('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(raw.toString('utf8')))
  }
  return raw
}

function send(response: ServerResponse, answer: SimResponse): void {
  if (response.destroyed) return
  const { body } = answer
  const [payload, type] =
    body === undefined
      ? ['', undefined]
      : typeof body === 'string'
        ? [body, 'text/html; charset=utf-8']
        : Buffer.isBuffer(body)
          ? [body, 'application/octet-stream']
          : [JSON.stringify(body), 'application/json; charset=utf-8']
  response.writeHead(answer.status, { ...(type && { 'content-type': type }), ...answer.headers })
  response.end(payload)
}
