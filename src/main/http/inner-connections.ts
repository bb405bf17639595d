import type { Socket } from 'node:net'

/**
 * Connections from this process to its own receiver, by their local port, with the address at the other end of the tunnel
 * that made them. Without it every stranger behind a tunnel would be "this computer", whose headers are believed.
 */
const peers = new Map<number, string>()

/** Says on whose behalf a connection was made, once it is open and until it is closed. */
export function announceInner(inside: Socket, peer: string): void {
  inside.once('connect', () => {
    const { localPort } = inside
    if (localPort === undefined) return
    peers.set(localPort, peer)
    inside.once('close', () => peers.delete(localPort))
  })
}

/** The address at the other end of the tunnel; null for any other connection. */
export const peerOf = ({
  remoteAddress,
  remotePort,
}: Pick<Socket, 'remoteAddress' | 'remotePort'>): string | null =>
  remotePort !== undefined && /^(::ffff:)?127\./.test(remoteAddress ?? '')
    ? (peers.get(remotePort) ?? null)
    : null
