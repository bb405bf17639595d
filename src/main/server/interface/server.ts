import type { AddressInfo } from 'node:net'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Application } from '../../application/application.ts'
import type { Redactor } from '../../settings/redact.ts'
import { addApi } from './api.ts'
import { createAssets } from './assets.ts'
import { createSession, type Session } from './session.ts'

export interface Interface {
  /** With the token. */
  url: string
  stop(): Promise<void>
}

/**
 * The status page and its API, on 127.0.0.1 alone. The page itself is no secret; every `/api` call needs the
 * cookie that the printed address gives. Rejects when the port is taken.
 */
export async function startInterface(options: {
  application: Application
  /** 0 = any free one. */
  port: number
  redact: Redactor
}): Promise<Interface> {
  const session = createSession()
  options.redact.add(session.token)
  const server = fastify({
    logger: false,
    bodyLimit: 16_384,
    return503OnClosing: false,
    forceCloseConnections: true,
    requestTimeout: 15_000,
  })
  const port = () => (server.server.address() as AddressInfo | null)?.port ?? 0

  server.removeContentTypeParser('text/plain')
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    return reply.code(status).send({ error: status < 500 ? 'bad request' : 'the bridge could not answer' })
  })
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not found' }))
  guard(server, session, port)
  addPage(server, session, port)
  addApi(server, options.application)

  await server.listen({ host: '127.0.0.1', port: options.port })
  return {
    url: `http://127.0.0.1:${port()}/?token=${session.token}`,
    stop: () => server.close(),
  }
}

/** Nothing foreign is loaded, nothing of ours is shown inside another page. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

function guard(server: FastifyInstance, session: Session, port: () => number): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    // A foreign site may give its own name our address (DNS rebinding): then the browser says that name here.
    if (!isOurs(request.headers.host, port())) return refuse(reply, 421, 'unknown host')
    if (!request.url.startsWith('/api/')) return
    reply.header('cache-control', 'no-store')
    if (!session.hasCookie(request.headers.cookie, port()))
      return refuse(reply, 401, 'open the printed address')
    if (request.method !== 'GET' && !isOwnPage(request)) return refuse(reply, 403, 'not from this page')
  })
}

const isOurs = (host: string | undefined, port: number): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].some((name) => host?.toLowerCase() === `${name}:${port}`)

/** SameSite does not tell ports apart: another program's page on this computer has another origin. */
const isOwnPage = ({ headers }: FastifyRequest): boolean => headers.origin === `http://${headers.host}`

const refuse = (reply: FastifyReply, status: number, error: string) => reply.code(status).send({ error })

function addPage(server: FastifyInstance, session: Session, port: () => number): void {
  const asset = createAssets()
  server.get('/*', async (request, reply) => {
    const { token } = request.query as Record<string, unknown>
    const path = new URL(request.url, 'http://localhost').pathname
    if (path === '/' && token !== undefined) {
      reply.header('cache-control', 'no-store')
      if (!session.acceptsToken(token)) return refuse(reply, 401, 'this address is not valid any more')
      return reply.header('set-cookie', session.cookieFor(port())).redirect('/', 303)
    }
    const found = await asset(path)
    if (found === null) return refuse(reply, 404, 'not found')
    const lifetime = found.lasting ? 'public, max-age=31536000, immutable' : 'no-cache'
    return reply.header('cache-control', lifetime).type(found.type).send(found.body)
  })
}
