import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CONTENT_TYPE } from '../../process/prometheus.ts'

/** What operators and their programs ask. */
export interface StatusSource {
  /** Events can be stored. */
  isReady(): boolean
  /** With the connections and what is wrong with them. */
  health(): object
  /** In Prometheus' format. */
  metrics(): Promise<string>
}

/** `/livez`, `/readyz`, `/healthz` with details, `/metrics`. `mayAsk` decides on each request to the latter two. */
export function addStatus(
  server: FastifyInstance,
  source: StatusSource,
  mayAsk: (request: FastifyRequest) => boolean = () => true,
): void {
  const word = (isGood: boolean) => ({ status: isGood ? 'ok' : 'unavailable' })
  server.get('/livez', (_request, reply) => reply.header('cache-control', 'no-store').send(word(true)))
  server.get('/readyz', (_request, reply) => {
    const isReady = source.isReady()
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(word(isReady))
  })
  server.get('/healthz', (request, reply) => {
    reply.header('cache-control', 'no-store')
    return mayAsk(request) ? reply.send(source.health()) : reply.code(401).send({ status: 'login' })
  })
  server.get('/metrics', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (!mayAsk(request)) return reply.code(401).send({ status: 'login' })
    try {
      const text = await source.metrics()
      return reply.type(CONTENT_TYPE).send(text)
    } catch {
      return reply.code(503).send({ status: 'unavailable' })
    }
  })
}
