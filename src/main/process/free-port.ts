import { createServer } from 'node:net'

/** What an owner's own way in may be led to: it is the same at each start as long as nobody else takes it. */
export const HOOK_PORT = Number(process.env.BRIDGE_HOOK_PORT) || 47_815

/** `wanted` when nobody listens there; else 0, any free one. */
export const freePort = (host: string, wanted: number): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen({ host, port: wanted, exclusive: true }, () => probe.close(() => resolve(wanted)))
  })
