import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import { WITHOUT_SCHEMAS } from '../http/without-schemas.ts'
import { addStatus, type StatusSource } from './interface/status.ts'

export interface MetricsPort {
  url: string
  stop(): Promise<void>
}

/** Status and metrics on a port of their own, without a login. Rejects when the port is in use. */
export async function startMetricsPort(
  { host, port }: { host: string; port: number },
  source: StatusSource,
): Promise<MetricsPort> {
  const server = fastify({
    ...WITHOUT_SCHEMAS,
    logger: false,
    forceCloseConnections: true,
    requestTimeout: 15_000,
  })
  // A foreign page may resolve its own name to this computer (DNS rebinding): then the browser sends that name here.
  if (isLoopback(host))
    server.addHook('onRequest', async (request, reply) => {
      if (!isLoopback(request.hostname)) return reply.code(421).send({ status: 'unknown host' })
    })
  addStatus(server, source)
  await server.listen({ host, port })
  const { port: taken } = server.server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    stop: () => server.close(),
  }
}

const isLoopback = (host: string): boolean =>
  ['127.0.0.1', 'localhost', '::1', '[::1]'].includes(host.toLowerCase())
