import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { realClock, type SimClock } from './clock.ts'
import { type Fault, FaultPlan, type FaultRule } from './faults.ts'

/** One request as a simulator received it, and its answer. `time` is milliseconds since 1970. */
export interface RecordedRequest {
  n: number
  time: number
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  /** Parsed JSON or form; a multipart or other body stays a Buffer; undefined when there was none. */
  body: unknown
  /** The sent status, or the fault's name when no answer was sent. */
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
  /** An object is sent as JSON, a string as it is (text/html by default), a Buffer as bytes. */
  body?: unknown
  headers?: Record<string, string>
}

/** The outcome of a request: an answer, no answer ever, or a closed connection. */
export type Exchange = SimResponse | 'hang' | 'reset'

export type Handler = (request: SimRequest) => SimResponse | Promise<SimResponse>

/** A loopback HTTP server that records its requests and shows faults on demand. */
export class SimulatorServer {
  readonly requests: RecordedRequest[] = []
  readonly faults = new FaultPlan()
  /** Requests inside the simulated service by the first part of their path, e.g. `rest`; kept without recording. */
  readonly counts = new Map<string, number>()
  /** Off for long load runs, where the record itself would be the load. */
  recording = true
  /** Paths outside the simulated service (control, pages): never recorded, never affected by a fault. */
  outside: (path: string) => boolean = () => false
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private readonly handler: Handler
  private readonly clock: SimClock
  private counted = 0

  constructor(handler: Handler, clock: SimClock = realClock) {
    this.handler = handler
    this.clock = clock
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

  /** Listens on 127.0.0.1; port 0 takes a free one. Returns the origin, e.g. http://127.0.0.1:4000 */
  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** All present connections break; what came in through them is carried out as if they had not. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const became = await this.exchange(await readRequest(incoming))
    if (became === 'reset') incoming.socket.resetAndDestroy()
    else if (became !== 'hang') send(response, became)
  }

  /** Handles a request without a socket: records it, applies faults, answers it. */
  async exchange(request: SimRequest): Promise<Exchange> {
    const record: RecordedRequest = {
      n: ++this.counted,
      time: this.clock.now(),
      method: request.method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      body: request.body,
      answered: 'pending',
    }
    const outside = this.outside(request.path)
    if (this.recording && !outside) this.requests.push(record)
    if (!outside) this.count(request.path)
    const fault = outside ? undefined : this.faults.take(request.method, request.path, request.body)
    if (fault) {
      record.answered = fault.kind
      const became = await this.misbehave(fault, request)
      if (became !== null) return became
    }
    const answer = await this.handler(request)
    record.answered = answer.status
    record.answer = answer.body
    return answer
  }

  private count(path: string): void {
    const part = path.split('/')[1] ?? ''
    this.counts.set(part, (this.counts.get(part) ?? 0) + 1)
  }

  /** The outcome of the request under this fault; null when the ordinary answer follows. */
  private async misbehave(fault: Fault, request: SimRequest): Promise<Exchange | null> {
    switch (fault.kind) {
      case 'latency':
        await new Promise<void>((resolve) => void this.clock.after(fault.ms, resolve))
        return null
      case 'status':
        if (fault.afterWrite) await this.handler(request)
        return {
          status: fault.status,
          body: fault.body,
          ...(fault.headers && { headers: fault.headers }),
        }
      case 'timeout-before-write':
        return 'hang'
      case 'timeout-after-write':
        await this.handler(request)
        return 'hang'
      case 'timeout-then-late-write':
        this.clock.after(fault.ms, () => void this.handler(request))
        return 'hang'
      case 'reset-before-write':
        return 'reset'
      case 'reset-after-write':
        await this.handler(request)
        return 'reset'
    }
  }
}

export type { Fault, FaultRule }

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

/**
 * `badJson` stands for a body that is declared as JSON and is invalid, so that a handler can refuse it as the
 * real service does.
 */
export const badJson = Symbol('badJson')

/** A body by its content type: JSON and forms parsed, others as bytes, undefined when empty. */
export function parseBody(raw: Buffer, type: string): unknown {
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
