import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { InboxSource } from '../engine/ports.ts'
import { hintText, isForm, objectText, readBody, TOO_LARGE } from './body-reader.ts'
import { type CheckChatCall, passOn } from './chat-call.ts'
import { createClientIpReader } from './client-ip.ts'
import { createConnectionSlots } from './connection-slots.ts'
import { createRateLimiter, type Rate } from './rate-limiter.ts'
import { tidyAddress } from './tidy-address.ts'
import { WITHOUT_SCHEMAS } from './without-schemas.ts'

/** An event for the owner or the log. `detail` contains neither secrets nor message texts. */
export interface ReceiverProblem {
  kind: 'store' | 'file'
  connectionId: string | null
  detail: string
}

export interface HttpServerOptions {
  /** Whether an id and a secret belong together; must take the same time for every kind of mismatch. */
  isAddress: (id: string, secret: string) => boolean
  /**
   * Resolves when the event is on disk; rejects when it cannot be stored now (the sender gets 503). `body` is
   * JSON text of an object.
   */
  accept: (connectionId: string, source: InboxSource, body: string) => Promise<void>
  /** Decides on a call of Planfix's Chat API; without it every call is stored, for somebody else to check. */
  checkChatCall?: CheckChatCall | undefined
  onProblem?: ((problem: ReceiverProblem) => void) | undefined
  /**
   * An event came to a wrong address; `id` is the part in place of a connection's id, from an unknown sender.
   */
  onWrongAddress?: ((id: string) => void) | undefined
  /** PEM texts, for a server without a proxy. */
  tls?: { cert: string; key: string } | undefined
  /** Proxies (addresses or networks) whose X-Forwarded-For is trusted, besides those on this computer. */
  proxies?: readonly string[] | undefined
  limits?: Limits | undefined
  /** Whether events can be accepted now; for /readyz. */
  isReady?: (() => boolean) | undefined
}

export interface Limits {
  /** Milliseconds a request may take to come in (15 s), and to be answered after `stop` (2 s). */
  requestMs?: number
  stopMs?: number
  /** Limits for requests that are not events: per sender and in total. */
  strangers?: { each: Rate; total: Rate }
  /** Limit for events at correct addresses. */
  events?: Rate
}

/** The part of a server that strangers can reach, with the addresses for events; its creator adds more. */
export interface HttpServer {
  server: FastifyInstance
  /** Refuses or confirms with an empty body. */
  sendEmpty(reply: FastifyReply, status: number): FastifyReply
  /** False = this stranger, or all together, send too many requests. */
  allow(request: IncomingMessage): boolean
  /** A hook for every other address: 429 above the limit. */
  rateLimited(request: FastifyRequest, reply: FastifyReply, next: () => void): void
  stopping(): boolean
  listen(at: { host: string; port: number }): Promise<{ url: string; port: number }>
  /** Accepts no more connections, answers requests in flight and closes the rest after 2 s. */
  stop(): Promise<void>
}

const STRANGERS = { each: { perSecond: 50, burst: 300 }, total: { perSecond: 1_000, burst: 3_000 } }
const EVENTS = { perSecond: 20_000, burst: 20_000 }
/**
 * Maximum open connections, in total and per stranger's address; above it, others are closed
 * (http/connection-slots.ts).
 */
const MOST_CONNECTIONS = { most: 1_000, each: 100 }

/**
 * HTTP with the addresses for events (docs/architecture.md, "Webhook addresses"). Every refusal has an empty
 * body, and a wrong id or secret looks like an address that does not exist.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { requestMs = 15_000, stopMs = 2_000, strangers = STRANGERS, events = EVENTS } = options.limits ?? {}
  const limiter = createRateLimiter(strangers)
  const eventLimiter = createRateLimiter({ each: null, total: events })
  const senderOf = createClientIpReader(options.proxies)
  const takes = (request: IncomingMessage) => limiter.allow(senderOf(request))
  let stopping = false

  const common = {
    ...WITHOUT_SCHEMAS,
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    connectionTimeout: requestMs,
    requestTimeout: requestMs,
    keepAliveTimeout: 30_000,
    // An address that a person pastes into Chatra may end in a slash or a space.
    rewriteUrl: (request: { url?: string | undefined }) => tidyAddress(request.url ?? '/'),
    routerOptions: { maxParamLength: 4_096 },
    frameworkErrors: (_error: unknown, _request: unknown, reply: unknown) =>
      empty(reply as FastifyReply, 404),
    clientErrorHandler(error: { code?: string }, socket: Socket) {
      const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request'
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      else socket.destroy()
    },
  }
  // Node looks for slow senders only every 30 s by default.
  const slowness = { headersTimeout: requestMs, connectionsCheckingInterval: Math.ceil(requestMs / 3) }
  const server = options.tls
    ? (fastify({ ...common, https: { ...options.tls, ...slowness } }) as unknown as FastifyInstance)
    : fastify({ ...common, http: slowness })
  const slots = createConnectionSlots(MOST_CONNECTIONS)
  server.server.on('connection', (socket) => slots.opened(socket))
  server.server.on('request', ({ socket }, response) => {
    slots.asked(socket)
    response.once('close', () => slots.answered(socket))
  })

  function empty(reply: FastifyReply, status: number): FastifyReply {
    if (stopping) reply.header('connection', 'close')
    return reply.code(status).send()
  }
  /** Refuses a stranger, who may have exceeded the limit. */
  const refuse = (request: FastifyRequest, reply: FastifyReply): void => {
    const isTaken = takes(request.raw)
    const id = isTaken && request.method === 'POST' ? HOOK.exec(request.url)?.[1] : undefined
    if (id !== undefined) setImmediate(() => options.onWrongAddress?.(id))
    empty(reply, isTaken ? 404 : 429)
  }
  const onlySometimes: HttpServer['rateLimited'] = (request, reply, next) =>
    takes(request.raw) ? next() : void empty(reply, 429)

  server.setErrorHandler((_error, _request, reply) => empty(reply, 500))
  server.setNotFoundHandler((_request, reply) => empty(reply, 404))
  // Before the body is read: an unknown address is 404 for any content.
  server.addHook('onRequest', (request, reply, next) => (request.is404 ? refuse(request, reply) : next()))
  // The handlers read bodies; fastify must neither parse them nor check their declared type.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, _payload, done) => done(null))

  const onlyKnownAddresses = (request: FastifyRequest, reply: FastifyReply, next: () => void) => {
    const { id, secret } = request.params as HookParams
    if (!options.isAddress(id, secret)) return refuse(request, reply)
    if (!eventLimiter.allow('')) return void empty(reply, 429)
    const { headers } = request.raw
    statedTypes.set(request, headers['content-type'])
    delete headers['content-type']
    next()
  }
  for (const source of ['chatra', 'planfix'] as const) {
    server.post(`/hooks/:id/:secret/${source}`, { onRequest: onlyKnownAddresses }, (request, reply) =>
      takeEvent(source, request, reply),
    )
  }

  // For the operator; strangers learn one word from them.
  const status = (path: string, isGood: () => boolean) =>
    server.get(path, { onRequest: onlySometimes }, (_request, reply) => {
      if (stopping) reply.header('connection', 'close')
      const good = isGood()
      return reply
        .code(good ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ status: good ? 'ok' : 'unavailable' })
    })
  status('/livez', () => true)
  status('/readyz', () => !stopping && (options.isReady?.() ?? true))

  server.post('/hooks/:id/:secret/planfix-chat', { onRequest: onlyKnownAddresses }, takeChatCall)

  /** Planfix reads the answer of a call of its Chat API (contracts/planfix.md §12.2). */
  async function takeChatCall(request: FastifyRequest, reply: FastifyReply) {
    const connectionId = (request.params as HookParams).id
    const body = await readBody(request.raw).catch(() => null)
    if (body === null) return void reply.hijack()
    if (body === TOO_LARGE) return empty(reply, 413)
    const checked = (options.checkChatCall ?? passOn)(connectionId, [...new URLSearchParams(body)])
    if (checked === null) return empty(reply, 404)
    const status =
      checked.body === null ? checked.status : await stored(connectionId, 'planfix-chat', checked.body)
    if (status !== 200 && checked.status === 200) return empty(reply, status)
    slots.proved(request.raw.socket)
    if (stopping) reply.header('connection', 'close')
    return reply.code(checked.status).send(checked.answer)
  }

  /** 200 once it is on disk, else 503. */
  async function stored(connectionId: string, source: InboxSource, text: string): Promise<200 | 503> {
    try {
      await options.accept(connectionId, source, text)
      return 200
    } catch (error) {
      options.onProblem?.({ kind: 'store', connectionId, detail: reason(error) })
      return 503
    }
  }

  async function takeEvent(source: InboxSource, request: FastifyRequest, reply: FastifyReply) {
    const connectionId = (request.params as HookParams).id
    const body = await readBody(request.raw).catch(() => null)
    if (body === null) return void reply.hijack()
    if (body === TOO_LARGE) return empty(reply, 413)
    const text =
      source === 'planfix'
        ? hintText(body, isForm(statedTypes.get(request)), request.headers['x-planfix-task'])
        : objectText(body, false)
    if (text === null) return empty(reply, 400)
    const status = await stored(connectionId, source, text)
    if (status === 200) slots.proved(request.raw.socket)
    return empty(reply, status)
  }

  return {
    server,
    sendEmpty: empty,
    allow: takes,
    rateLimited: onlySometimes,
    stopping: () => stopping,
    async listen({ host, port }) {
      await server.listen({ host, port })
      const { port: taken } = server.server.address() as AddressInfo
      const name = host.includes(':') ? `[${host}]` : host
      return { url: `${options.tls ? 'https' : 'http'}://${name}:${taken}`, port: taken }
    },
    async stop() {
      stopping = true
      const cut = setTimeout(() => server.server.closeAllConnections(), stopMs)
      await server.close()
      clearTimeout(cut)
    },
  }
}

/** An address for events, or the remains of one; with the id of its connection. */
const HOOK = /^\/hooks\/([^/?]{1,200})(?:[/?]|$)/

type HookParams = { id: string; secret: string }
/** Declared content types, hidden from fastify, which refuses unknown ones. */
const statedTypes = new WeakMap<FastifyRequest, string | undefined>()

const CLIENT_ERRORS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

export const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : 'unknown').slice(0, 300)
