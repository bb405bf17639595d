import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import websocket from '@fastify/websocket'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { isCallName } from '../../../shared/api.ts'
import type { Caller, PushSource } from '../../api/dispatcher.ts'
import { WITHOUT_SCHEMAS } from '../../http/without-schemas.ts'
import { HEADERS } from '../../renderer-assets/document.ts'
import type { Redactor } from '../../settings/redact.ts'
import type { AccessKeys, Identity } from '../access/keys.ts'
import { sendErrorStatus } from './http-errors.ts'
import { openApi } from './open-api.ts'
import { createSession, type Session, type TrustedHeader } from './session.ts'
import { addPage } from './static-files.ts'
import { addStatus, type StatusSource } from './status.ts'
import { createLive, type Live } from './websocket.ts'

export interface Interface {
  /** With the token. */
  url: string
  port: number
  stop(): Promise<void>
}

/** An import of settings is the largest request. */
const MOST_BYTES = 4 * 1024 * 1024

/**
 * The interface over HTTP, by default only on 127.0.0.1: the page, `POST /api/call/{name}` for each call of
 * shared/api.ts, and the WebSocket `/api/live` for its events. The page itself is public; the rest needs the
 * cookie that the printed address sets, a named key, or a proxy's word (session.ts). Rejects when the port is in use.
 */
export async function startInterface(options: {
  caller: Caller
  feed: PushSource
  status: StatusSource
  /** 0 = any free port. */
  port: number
  redact: Redactor
  keys: AccessKeys
  version: string
  /** Where it listens and how it is reached; by default on 127.0.0.1, by that name. */
  reach?: Reach
  /** The built page, when it is not beside the program. */
  pageFolder?: string
}): Promise<Interface> {
  const { host = '127.0.0.1', origin = null, header = null } = options.reach ?? {}
  const session = createSession(options.keys, header)
  options.redact.add(session.token)
  const live = createLive(options)
  const server = fastify({
    ...WITHOUT_SCHEMAS,
    logger: false,
    bodyLimit: MOST_BYTES,
    return503OnClosing: false,
    forceCloseConnections: true,
    requestTimeout: 15_000,
  })
  const port = () => (server.server.address() as AddressInfo | null)?.port ?? 0

  server.removeContentTypeParser('text/plain')
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    return sendErrorStatus(reply, status, status < 500 ? 'bad request' : 'the bridge could not answer')
  })
  server.setNotFoundHandler((_request, reply) => sendErrorStatus(reply, 404, 'not found'))
  const cutLines = takesLines(server)
  // Before every other hook: it closes the sockets that a later hook refuses.
  await server.register(websocket, {
    options: { maxPayload: 1024, perMessageDeflate: false },
    errorHandler: (_error, socket) => socket.terminate(),
    preClose: () => live.stop().then(cutLines),
  })
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    // A foreign site may resolve its own name to our address (DNS rebinding): then the browser sends that
    // name here.
    if (!isOurs(request.headers.host, port(), origin)) return sendErrorStatus(reply, 421, 'unknown host')
    if (request.ws && request.routeOptions.url !== LIVE) return sendErrorStatus(reply, 404, 'not found')
  })
  const who = (request: FastifyRequest) =>
    session.identify({ headers: request.headers, peer: request.socket.remoteAddress }, port())
  // On this computer alone everybody may ask; behind a proxy strangers could.
  addStatus(server, options.status, (request) => origin === null || who(request) !== null)
  const place = { port, isSecure: origin?.startsWith('https:') ?? false }
  addPage(server, session, place, options.pageFolder)
  server.register(async (api) => addApi(api, { who, origin, live, ...options }))

  await server.listen({ host, port: options.port })
  return {
    url: `${origin ?? `http://127.0.0.1:${port()}`}/?token=${session.token}`,
    port: port(),
    stop: () => server.close(),
  }
}

const LIVE = '/api/live'

/**
 * The guard is attached to the routes, not to the text of an address, which can be written in many ways
 * (`/%61pi/`).
 */
function addApi(
  api: FastifyInstance,
  options: {
    who: (request: FastifyRequest) => ReturnType<Session['identify']>
    origin: string | null
    caller: Caller
    live: Live
    version: string
  },
): void {
  const { who, origin, caller, live } = options
  const callers = new WeakMap<FastifyRequest, Identity>()
  api.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const found = who(request)
    if (found === null) return sendErrorStatus(reply, 401, 'open the printed address')
    // A browser adds a cookie by itself, for any page; a key is added by a program that knows it.
    if (found.isAmbient && request.method !== 'GET' && !isOwnPage(request, origin))
      return sendErrorStatus(reply, 403, 'not from this page')
    if (found.isAmbient && request.ws && !isOwnPage(request, origin))
      return sendErrorStatus(reply, 403, 'not from this page')
    callers.set(request, found.who)
  })
  api.post('/api/call/:name', async (request, reply) => {
    const { name } = request.params as { name: string }
    if (request.body === undefined) return sendErrorStatus(reply, 400, 'there are no arguments')
    const answer = await caller.call({ trusted: true, ...callers.get(request) }, name, request.body)
    return reply.code(isCallName(name) ? 200 : 404).send(answer)
  })
  api.get('/api/openapi.json', (_request, reply) => reply.send(openApi(options.version)))
  api.get(LIVE, { websocket: true }, (socket, request) => live.take(socket, () => who(request) !== null))
}

/**
 * Node's server waits for upgraded sockets and no longer tracks them. The returned function closes the
 * remaining ones.
 */
function takesLines(server: FastifyInstance): () => void {
  const lines = new Set<Duplex>()
  server.server.on('upgrade', (_request, socket: Duplex) => {
    lines.add(socket)
    socket.once('close', () => lines.delete(socket))
  })
  return () => {
    for (const socket of lines) socket.destroy()
  }
}

const isOurs = (host: string | undefined, port: number, origin: string | null): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].some((name) => host?.toLowerCase() === `${name}:${port}`) ||
  (origin !== null && host?.toLowerCase() === new URL(origin).host)

/** SameSite does not distinguish ports: another program's page on this computer has another origin. */
const isOwnPage = ({ headers }: FastifyRequest, origin: string | null): boolean =>
  headers.origin === `http://${headers.host}` || (origin !== null && headers.origin === origin)

/** How the interface is reached by others than this computer. */
export interface Reach {
  /** The address to listen on. */
  host?: string
  /** The address in the browser, where a proxy is in front: `https://bridge.shop.example`, without a path. */
  origin?: string | null
  header?: TrustedHeader | null
}
