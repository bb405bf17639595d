import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Asset, createAssets } from './assets.ts'
import { refuseWithStatus } from './refusals.ts'
import type { Session } from './session.ts'

/** Nothing of ours is shown inside another page, nothing is guessed, nothing is told to others. */
export const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/**
 * The built page and its parts. The address with the token gives the cookie and is left at once; with a token that is
 * not valid (any more) the page is shown all the same, and says what it lacks.
 */
export function addPage(
  server: FastifyInstance,
  session: Session,
  port: () => number,
  folder: string | undefined,
): void {
  const asset = createAssets(folder)
  server.get('/*', async (request, reply) => {
    const { token } = request.query as Record<string, unknown>
    const path = new URL(request.url, 'http://localhost').pathname
    if (path === '/' && token !== undefined) {
      if (session.acceptsToken(token))
        return reply
          .header('cache-control', 'no-store')
          .header('set-cookie', session.cookieFor(port()))
          .redirect('/', 303)
      reply.code(401)
    }
    const found = await asset(path)
    if (found === null) return refuseWithStatus(reply, 404, 'not found')
    return found.type.startsWith('text/html') ? sendDocument(request, reply, found) : sendPart(reply, found)
  })
}

const sendPart = (reply: FastifyReply, { body, type, lasting }: Asset) =>
  reply
    .header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    .type(type)
    .send(body)

/** Written into the document by the build; the interface gives it to the style elements it makes. */
const NONCE_PLACE = '__CSP_NONCE__'

function sendDocument(request: FastifyRequest, reply: FastifyReply, { body, type }: Asset) {
  const nonce = randomBytes(16).toString('base64')
  return reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', policy(nonce, request.headers.host ?? ''))
    .type(type)
    .send(body.toString('utf8').replaceAll(NONCE_PLACE, nonce))
}

/** Nothing foreign is loaded or run. Not every browser takes a WebSocket of the page's own address for 'self'. */
const policy = (nonce: string, host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ws://${host}`,
    "worker-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
