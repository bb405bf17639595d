import { randomInt } from 'node:crypto'
import { freePort as ifFree } from '../../src/main/process/free-port.ts'

/** Below those that systems take for outgoing connections: Linux from 32768, macOS and Windows from 49152. */
const LOWEST = 15_000
const HIGHEST = 32_000

/** A port of 127.0.0.1 that nobody listens on, and that no outgoing connection takes before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await ifFree('127.0.0.1', randomInt(LOWEST, HIGHEST))
    if (port !== 0) return port
  }
}
