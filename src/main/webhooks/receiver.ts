import type { AddressInfo } from 'node:net'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { InboxSource } from '../engine/ports.ts'
import { createGatekeeper, type HookConnection } from './addresses.ts'
import { type FileDownload, sendFile } from './file-download.ts'
import { isForm, objectText, readBody, TOO_LARGE } from './hook-body.ts'

/** Something the owner or the log should know. `detail` holds neither secrets nor message texts. */
export interface ReceiverProblem {
  kind: 'store' | 'file'
  connectionId: string | null
  detail: string
}

export interface ReceiverOptions {
  host: string
  /** 0 = any free port. */
  port: number
  connections: () => readonly HookConnection[]
  /** Resolves when the event is on disk; rejects when it cannot be stored now (the sender gets 503). `body` is JSON text of an object. */
  accept: (connectionId: string, source: InboxSource, body: string) => Promise<void>
  /** What a token of a file link opens; null = nothing. */
  file?: (token: string) => Promise<FileDownload | null>
  /** Answer of /healthz. */
  health: () => object
  /** What stood in `?proof=` of a request to /healthz. The answer is the same with and without. */
  onProof?: (nonce: string) => void
  onProblem?: (problem: ReceiverProblem) => void
  /** Milliseconds a request may take to come in (15 s), and to be answered after `stop` (2 s). */
  limits?: { requestMs?: number; stopMs?: number }
}

export interface Receiver {
  url: string
  port: number
  /** Takes no more connections, answers what is in flight and cuts the rest after 2 s. */
  stop(): Promise<void>
}

/**
 * The HTTP receiver: the only part of the bridge that strangers can reach. Its addresses are fixed
 * (docs/architecture.md, "Webhook addresses"). Every refusal has an empty body, and a wrong id or secret cannot be told
 * from an address that does not exist. Rejects when the port is taken.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { requestMs = 15_000, stopMs = 2_000 } = options.limits ?? {}
  const isAddress = createGatekeeper(options.connections)
  let stopping = false

  const server = fastify({
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    connectionTimeout: requestMs,
    requestTimeout: requestMs,
    keepAliveTimeout: 30_000,
    // Node looks for slow senders every 30 s unless it is told otherwise.
    http: { headersTimeout: requestMs, connectionsCheckingInterval: Math.min(1_000, requestMs) },
    routerOptions: { maxParamLength: 4_096 },
    frameworkErrors: (_error, _request, reply) => empty(reply, 404),
    clientErrorHandler(error, socket) {
      const status = CLIENT_ERRORS[error.code] ?? '400 Bad Request'
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      else socket.destroy()
    },
  })

  function empty(reply: FastifyReply, status: number): FastifyReply {
    if (stopping) reply.header('connection', 'close')
    return reply.code(status).send()
  }

  server.setErrorHandler((_error, _request, reply) => empty(reply, 500))
  server.setNotFoundHandler((_request, reply) => empty(reply, 404))
  // Before the body is looked at: an unknown address is 404 whatever was sent to it.
  server.addHook('onRequest', (request, reply, next) => (request.is404 ? void empty(reply, 404) : next()))
  // Bodies are read by the handlers; fastify must neither parse them nor judge their stated type.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, _payload, done) => done(null))

  const onlyKnownAddresses = (request: FastifyRequest, reply: FastifyReply, next: () => void) => {
    const { id, secret } = request.params as HookParams
    if (!isAddress(id, secret)) return void empty(reply, 404)
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

  async function takeEvent(source: InboxSource, request: FastifyRequest, reply: FastifyReply) {
    const connectionId = (request.params as HookParams).id
    const body = await readBody(request.raw).catch(() => null)
    if (body === null) return void reply.hijack()
    if (body === TOO_LARGE) return empty(reply, 413)
    const text = objectText(body, source === 'planfix' && isForm(statedTypes.get(request)))
    if (text === null) return empty(reply, 400)
    try {
      await options.accept(connectionId, source, text)
    } catch (error) {
      options.onProblem?.({ kind: 'store', connectionId, detail: reason(error) })
      return empty(reply, 503)
    }
    return empty(reply, 200)
  }

  server.get('/healthz', (request, reply) => {
    const { proof } = request.query as Record<string, unknown>
    if (typeof proof === 'string') options.onProof?.(proof)
    if (stopping) reply.header('connection', 'close')
    return reply.header('cache-control', 'no-store').send(options.health())
  })

  server.get('/files/:token', async (request, reply) => {
    let file: FileDownload | null
    try {
      file = (await options.file?.((request.params as { token: string }).token)) ?? null
    } catch (error) {
      options.onProblem?.({ kind: 'file', connectionId: null, detail: reason(error) })
      return empty(reply, 503)
    }
    if (file === null) return empty(reply, 404)
    reply.hijack()
    if (stopping) reply.raw.setHeader('Connection', 'close')
    try {
      await sendFile(reply.raw, file)
    } catch (error) {
      options.onProblem?.({ kind: 'file', connectionId: null, detail: reason(error) })
    }
  })

  await server.listen({ host: options.host, port: options.port })
  const { port } = server.server.address() as AddressInfo

  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    async stop() {
      stopping = true
      const cut = setTimeout(() => server.server.closeAllConnections(), stopMs)
      await server.close()
      clearTimeout(cut)
    },
  }
}

type HookParams = { id: string; secret: string }
/** Content types as stated, taken away from fastify, which refuses those it cannot read. */
const statedTypes = new WeakMap<FastifyRequest, string | undefined>()

const CLIENT_ERRORS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : 'unknown').slice(0, 300)
