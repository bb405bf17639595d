import { type AddressInfo, createServer } from 'node:net'

/** A stable local port that a user's own proxy can forward to. */
export const HOOK_PORT = Number(process.env.BRIDGE_HOOK_PORT) || 47_815

/** `wanted` when it is free, else 0. With 0 as `wanted`, a port that is free now. */
export const freePort = (host: string, wanted: number): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen({ host, port: wanted, exclusive: true }, () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
