import type { IncomingMessage } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { all, compile } from '@fastify/proxy-addr'
import { errorMessage } from '../../shared/node-errors.ts'
import { peerOf } from './inner-connections.ts'

/** A trusted proxy is written as something else than an address or a network. */
export class NotANetwork extends Error {}

/**
 * Returns a function for the client's address of a request: the peer or, when the peer is a trusted proxy,
 * the address in X-Forwarded-For, read from its end, because its beginning can be forged. `proxies` are
 * addresses or networks (`10.0.0.0/8`) besides those of this computer. A connection that a tunnel of this process has
 * made counts as one from the tunnel's other end. Throws NotANetwork for a text that is neither.
 */
export function createClientIpReader(proxies: readonly string[] = []): (request: IncomingMessage) => string {
  const trusted = compiled(['loopback', ...proxies])
  const isTrusted = (address: string, hops: number) => isIP(plain(address)) !== 0 && trusted(address, hops)
  return ({ socket, headers }) => {
    const remoteAddress = peerOf(socket as Socket) ?? socket.remoteAddress ?? ''
    const seen = { headers, socket: { remoteAddress } } as unknown as IncomingMessage
    const chain = all(seen, isTrusted)
    // What a proxy names as its client may be anything: then the proxy itself is the last known address.
    return plain(chain.findLast((address) => isIP(plain(address)) !== 0) ?? remoteAddress)
  }
}

function compiled(networks: string[]): (address: string, hops: number) => boolean {
  for (const network of networks.slice(1))
    if (isIP(network.split('/')[0] ?? '') === 0)
      throw new NotANetwork(`"${network}" is not an address or network`)
  try {
    return compile(networks)
  } catch (error) {
    throw new NotANetwork(errorMessage(error))
  }
}

const plain = (address: string): string => address.replace(/^::ffff:/i, '')
