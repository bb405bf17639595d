import http from 'node:http'
import https from 'node:https'
import axios, { type AxiosAdapter } from 'axios'
import type { Clock } from '../engine/ports.ts'
import { OutgoingAgent } from '../http/outgoing.ts'

/** One call of the ten (contracts/chatra.md §2). `label` is the path without ids: what logs and errors may show. */
export interface ChatraRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  label: string
  body?: Record<string, unknown>
}
export type Outcome =
  | { kind: 'answer'; status: number; retryAfter: string | null; body: string }
  /**
   * No answer. `begun` is false when no connection was established, so that no byte of the request can have
   * left this computer: refused connection, unknown host, failed TLS handshake, or an earlier time-out.
   */
  | { kind: 'silence'; begun: boolean; timedOut: boolean; code: string }

export interface Transport {
  /** Sends once, never again; `authorization` is the header's value. Never throws. */
  call(request: ChatraRequest, authorization: string): Promise<Outcome>
}

const LARGEST_ANSWER = 1024 * 1024

export interface TransportOptions {
  baseUrl: string
  /** Covers the whole call, from the DNS query to the last byte of the answer. */
  timeoutMs: number
  /** Counts it; the computer's time when absent. */
  after?: Clock['after'] | undefined
  /**
   * Replaces Node's HTTP (a simulated network). An error with the code of a connection that was never
   * established (`ECONNREFUSED`, `ENOTFOUND`) means that nothing was sent.
   */
  adapter?: AxiosAdapter | undefined
}

export function createTransport({
  baseUrl,
  timeoutMs,
  after = realAfter,
  adapter,
}: TransportOptions): Transport {
  // A free connection is closed after 4 s, before common servers close it during a request (Node's own
  // default is 5 s): a write on a closing connection would have an indeterminate result.
  const kept = { keepAlive: true, timeout: 4_000, maxSockets: 32 }
  const secure = baseUrl.startsWith('https:')
  const agent = secure ? new OutgoingAgent(kept) : new http.Agent(kept)
  const client = axios.create({
    baseURL: baseUrl,
    allowAbsoluteUrls: false,
    ...(secure ? { httpsAgent: agent } : { httpAgent: agent }),
    // The agent finds the proxy.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: LARGEST_ANSWER,
    responseType: 'text',
    transformRequest: (data: unknown) => data,
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    headers: { Accept: 'application/json', 'User-Agent': 'chatra-planfix-bridge' },
    ...(adapter && { adapter }),
  })

  return {
    async call({ method, path, body }, authorization) {
      const ending = new AbortController()
      const { signal } = ending
      const cancelTimer = after(timeoutMs, () => ending.abort())
      const line = { begun: false }
      try {
        const response = await client.request<unknown>({
          method,
          url: path,
          data: body === undefined ? undefined : JSON.stringify(body),
          headers: { Authorization: authorization, ...(body && { 'Content-Type': 'application/json' }) },
          signal,
          transport: watched(line),
        })
        return answer(response.status, response.headers['retry-after'], response.data)
      } catch (error) {
        // An interrupted answer has still delivered its status.
        if (axios.isAxiosError(error) && error.response) {
          return answer(error.response.status, error.response.headers['retry-after'], '')
        }
        const code = axios.isAxiosError(error) ? error.code : undefined
        const begun = adapter ? !NEVER_STOOD.has(code ?? '') : line.begun
        return { kind: 'silence', begun, timedOut: signal.aborted, code: code ?? 'ERR_UNKNOWN' }
      } finally {
        cancelTimer()
      }
    },
  }
}

const NEVER_STOOD = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

const realAfter: Clock['after'] = (ms, work) => {
  const timer = setTimeout(work, ms)
  timer.unref()
  return () => clearTimeout(timer)
}

function answer(status: number, retryAfter: unknown, body: unknown): Outcome {
  return {
    kind: 'answer',
    status,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
    body: typeof body === 'string' ? body : '',
  }
}

/**
 * Node's own transport, which also notes when the connection (and its TLS) is established: before that
 * nothing is sent.
 */
function watched(line: { begun: boolean }) {
  return {
    request(options: https.RequestOptions, onAnswer: (answer: http.IncomingMessage) => void) {
      const secure = options.protocol === 'https:'
      const request = (secure ? https : http).request(options, onAnswer)
      request.once('socket', (socket) => {
        if (!socket.connecting) line.begun = true
        else socket.once(secure ? 'secureConnect' : 'connect', () => (line.begun = true))
      })
      return request
    },
  }
}
