import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below those that systems take for outgoing connections: Linux from 32768, macOS and Windows from 49152. */
const LOWEST = 15_000
const HIGHEST = 32_000

/** A port of 127.0.0.1 that nobody listens on, and that no outgoing connection takes before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
