import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Asset, createAssets } from '../../renderer-assets/assets.ts'
import { documentOf } from '../../renderer-assets/document.ts'
import { sendErrorStatus } from './http-errors.ts'
import type { Session } from './session.ts'

/** Where the interface is reached. */
export interface Place {
  port(): number
  /** By https: a proxy is in front of it. */
  isSecure: boolean
}

/**
 * The built page and its parts. The address with the token sets the cookie and redirects at once; with an
 * invalid token the page is still shown, and explains what is missing.
 */
export function addPage(
  server: FastifyInstance,
  session: Session,
  place: Place,
  folder: string | undefined,
): void {
  const asset = createAssets(folder)
  server.get('/*', async (request, reply) => {
    const { token } = request.query as Record<string, unknown>
    const path = new URL(request.url, 'http://localhost').pathname
    if (path === '/' && token !== undefined) {
      const cookie = session.login(token, place.port(), place.isSecure)
      if (cookie !== null)
        return reply.header('cache-control', 'no-store').header('set-cookie', cookie).redirect('/', 303)
      reply.code(401)
    }
    const found = await asset(path)
    if (found === null) return sendErrorStatus(reply, 404, 'not found')
    return found.type.startsWith('text/html')
      ? sendDocument(request, reply, found, place)
      : sendPart(reply, found)
  })
}

const sendPart = (reply: FastifyReply, { body, type, lasting }: Asset) =>
  reply
    .header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    .type(type)
    .send(body)

/** Some browsers do not count a WebSocket of the page's own address as 'self'. */
function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, type }: Asset,
  { isSecure }: Place,
) {
  const document = documentOf(body, `'self' ${isSecure ? 'wss' : 'ws'}://${request.headers.host ?? ''}`)
  return reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', document.policy)
    .type(type)
    .send(document.html)
}
