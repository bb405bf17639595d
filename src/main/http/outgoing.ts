import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { errorCode } from '../../shared/node-errors.ts'
import { isLoopback } from '../../shared/setup/address.ts'
import { connectThrough, environmentProxy } from './proxy.ts'

/** The proxy for an https address, e.g. `http://proxy.office:3128`; null = none. Never rejects. */
export type FindProxy = (url: string) => string | null | Promise<string | null>

let find: FindProxy = (url) => environmentProxy(url, process.env)

/**
 * From now on every outgoing call of this process asks here for its proxy: a process has one network. At
 * first it is the environment's (HTTPS_PROXY, NO_PROXY), as for every program of a server.
 */
export function findProxiesBy(next: FindProxy): void {
  find = next
}

/** The proxy of an outgoing call; none for this computer itself. */
export function proxyFor(url: string): string | null | Promise<string | null> {
  return isLoopback(new URL(url).hostname) ? null : find(url)
}

/**
 * An agent for outgoing https calls, of axios, ws and Node itself: through the proxy of the address, where
 * there is one. TLS is established with the service itself, so the proxy sees its name alone. A proxy that
 * refuses fails the call with `ERR_PROXY_TUNNEL` before a byte of it is sent.
 */
export class OutgoingAgent extends https.Agent {
  override createConnection(
    options: https.RequestOptions & tls.ConnectionOptions,
    callback: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const host = String(options.host ?? 'localhost')
    const port = Number(options.port ?? 443)
    const direct = () => super.createConnection(options as https.RequestOptions, callback)
    const proxy = proxyFor(`https://${host.includes(':') ? `[${host}]` : host}:${port}/`)
    if (proxy === null) return direct()
    const fail = (error: Error) => callback(error, undefined as never)
    Promise.resolve(proxy)
      .then(async (found) => {
        if (found === null) {
          const socket = direct()
          if (socket) callback(null, socket)
          return
        }
        const tunnel = await connectThrough(found, host, port)
        const secure = tls.connect({ ...options, socket: tunnel, path: undefined })
        secure.once('error', fail)
        // Before that nothing of the call has been sent, and the call must be able to tell.
        secure.once('secureConnect', () => {
          secure.off('error', fail)
          callback(null, secure)
        })
      })
      .catch(fail)
    return undefined
  }
}

export interface OutgoingAnswer {
  status: number
  text: string
}

const LARGEST_ANSWER = 4 * 1024 * 1024
/** For single calls; kept connections have an agent of their own. */
const single = new OutgoingAgent({ keepAlive: true, timeout: 4_000, maxFreeSockets: 4 })

/**
 * One POST, through the proxy of its address. Redirects are not followed: their status is the answer. Rejects
 * without an answer.
 */
export function post(
  url: string,
  options: { body: string | null; headers: Record<string, string>; signal: AbortSignal },
): Promise<OutgoingAnswer> {
  const { body, headers, signal } = options
  const isSecure = url.startsWith('https:')
  const request = (isSecure ? https : http).request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body ?? '') },
    signal,
    agent: isSecure ? single : false,
  })
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(isTimeOut(signal) ? (signal.reason as Error) : error)
    request.once('error', fail)
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > LARGEST_ANSWER) request.destroy(new Error('the answer is too long'))
      })
      response.once('error', fail)
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.end(body ?? '')
  })
}

const isTimeOut = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && reason instanceof Error && (reason.name === 'TimeoutError' || errorCode(reason) === 'ETIMEDOUT')
