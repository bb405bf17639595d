import { Agent as HttpAgent } from 'node:http'
import type { Readable } from 'node:stream'
import axios, { type AxiosAdapter, type AxiosRequestConfig, type AxiosResponse } from 'axios'
import { isLoopback } from '../../shared/config.ts'
import type { Result } from '../../shared/errors.ts'
import { fail, ok } from '../../shared/errors.ts'
import type { Clock } from '../engine/ports.ts'
import { OutgoingAgent } from '../http/outgoing.ts'
import { causeOf, errorOfNetwork, type RequestInfo } from './errors.ts'

/** One call of the API; `path` begins behind `/rest`. */
export interface PlanfixRequest extends RequestInfo {
  query?: Record<string, string | number | boolean>
  body?: unknown
  /** In place of `body`, and without the header for the token: pairs in their order, of which keys may repeat. */
  form?: readonly (readonly [string, string])[]
}
export interface Answer {
  status: number
  headers: Record<string, unknown>
  /** Parsed JSON; undefined for an empty body, NOT_JSON for any other content. */
  body: unknown
}
export const NOT_JSON = Symbol('not JSON')

export interface CallInfo {
  method: string
  path: string
  /** null when there was no answer. */
  status: number | null
  /** Why there was no answer, e.g. `ECONNREFUSED` or `time-out`. */
  code: string | null
  ms: number
}

interface Download {
  response: AxiosResponse<Readable>
  /** The answer comes from the storage that Planfix redirected to, not from Planfix. */
  fromStorage: boolean
}

export interface Transport {
  send(request: PlanfixRequest): Promise<Result<Answer>>
  /** A body as a stream; redirects are followed without the token. */
  stream(request: PlanfixRequest, signal?: AbortSignal): Promise<Result<Download>>
  close(): void
}

/** Time limit of a whole exchange, also with a slow server (docs/architecture.md: outgoing HTTP, 10 s). */
const TIME_LIMIT = 10_000
const MAX_ANSWER = 32 * 1024 * 1024
/** Idle connections are closed before common servers (5 s and more) close them during a request. */
const IDLE = 4000
/** A file transfer that stalls for this long is aborted. */
const STREAM_IDLE = 30_000
const MAX_REDIRECTS = 3
/** The announced size must equal the sent size. */
const asIs = { 'Accept-Encoding': 'identity' }

/** HTTP to one account. No retries here: that is the engine's task (docs/architecture.md). */
export function createTransport(options: {
  baseUrl: string
  token: string
  clock: Clock
  timeoutMs?: number
  onCall?: (info: CallInfo) => void
  /** Replaces Node's HTTP: a simulated network. */
  adapter?: AxiosAdapter | undefined
}): Transport {
  const { baseUrl, token, clock, onCall } = options
  const limit = options.timeoutMs ?? TIME_LIMIT
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxFreeSockets: 64, timeout: IDLE }),
    httpsAgent: new OutgoingAgent({ keepAlive: true, maxFreeSockets: 64, timeout: IDLE }),
  }

  const base: AxiosRequestConfig = {
    ...agents,
    // The agent finds the proxy.
    proxy: false,
    maxRedirects: 0,
    validateStatus: null,
    maxContentLength: MAX_ANSWER,
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    ...(options.adapter && { adapter: options.adapter }),
  }

  async function exchange<T>(
    request: RequestInfo,
    config: AxiosRequestConfig,
    signal?: AbortSignal,
  ): Promise<Result<AxiosResponse<T>>> {
    const started = clock.now()
    const abort = new AbortController()
    const give = () => abort.abort()
    if (signal?.aborted) give()
    signal?.addEventListener('abort', give)
    let timedOut = false
    const cancelTimer = clock.after(limit, () => {
      timedOut = true
      abort.abort()
    })
    const report = (status: number | null, code: string | null) =>
      onCall?.({ method: request.method, path: request.path, status, code, ms: clock.now() - started })
    try {
      const response = await axios.request<T>({ ...base, ...config, signal: abort.signal })
      report(response.status, null)
      return ok(response)
    } catch (thrown) {
      report(null, timedOut ? 'time-out' : causeOf(thrown).code)
      return fail(errorOfNetwork(thrown, request, timedOut ? limit : null))
    } finally {
      cancelTimer()
      // A stream continues after its headers: the caller's signal still aborts it.
      if (config.responseType !== 'stream') signal?.removeEventListener('abort', give)
    }
  }

  return {
    async send(request) {
      const { method, path, query, form } = request
      const body = form ? formText(form) : jsonOf(request)
      const search = query ? `?${new URLSearchParams(mapValues(query, String))}` : ''
      const result = await exchange<string>(request, {
        method,
        url: `${baseUrl}${path}${search}`,
        headers: {
          ...(form ? { 'Content-Type': FORM } : { Authorization: `Bearer ${token}` }),
          Accept: 'application/json',
          ...(!form && body !== undefined && { 'Content-Type': 'application/json; charset=utf-8' }),
        },
        ...(body !== undefined && { data: body }),
        responseType: 'text',
      })
      if (!result.ok) return result
      const { status, headers, data } = result.value
      return ok({ status, headers: headers as Record<string, unknown>, body: parse(data) })
    },

    async stream(request, signal) {
      let url = `${baseUrl}${request.path}`
      let headers: Record<string, string> = { ...asIs, Authorization: `Bearer ${token}` }
      for (let hop = 0; ; hop++) {
        const result = await exchange<Readable>(
          request,
          { method: 'GET', url, headers, responseType: 'stream', maxContentLength: -1, decompress: false },
          signal,
        )
        if (!result.ok) return result
        const { status, headers: given, data } = result.value
        const location = status >= 300 && status < 400 ? next(url, given.location, baseUrl) : null
        if (location === null || hop === MAX_REDIRECTS) {
          idleGuard(data)
          return ok({ response: result.value, fromStorage: hop > 0 })
        }
        data.destroy()
        url = location
        // The storage belongs to another company: it gets no token, and refuses a second form of
        // authorization (§10).
        headers = asIs
      }
    },

    close() {
      agents.httpAgent.destroy()
      agents.httpsAgent.destroy()
    },
  }
}

const formText = (form: readonly (readonly [string, string])[]): string => {
  const pairs = new URLSearchParams()
  for (const [key, value] of form) pairs.append(key, value)
  return pairs.toString()
}
const FORM = 'application/x-www-form-urlencoded; charset=utf-8'
const jsonOf = ({ body }: PlanfixRequest): string | undefined =>
  body === undefined ? undefined : JSON.stringify(body)

function parse(text: unknown): unknown {
  if (typeof text !== 'string' || text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return NOT_JSON
  }
}

/** Target of a redirect: https, or plain http of an account on this computer. */
function next(from: string, location: unknown, baseUrl: string): string | null {
  if (typeof location !== 'string' || !URL.canParse(location, from)) return null
  const to = new URL(location, from)
  if (to.protocol === 'https:') return to.href
  return to.protocol === 'http:' && isHere(to.href) && isHere(baseUrl) ? to.href : null
}

const isHere = (address: string): boolean => isLoopback(URL.parse(address)?.hostname ?? '')

function idleGuard(stream: Readable): void {
  const socket = stream as Partial<{ setTimeout(ms: number, work: () => void): void }> & Readable
  socket.setTimeout?.(STREAM_IDLE, () => stream.destroy(new Error('the file transfer stalled')))
}

const mapValues = <T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
