import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** A trusted proxy is written as something else than an address or a network. */
export class NotANetwork extends Error {}

/**
 * Returns a function for the client's address of a request: the peer or, when the peer is a trusted proxy,
 * the address in X-Forwarded-For, read from its end, because its beginning can be forged. `proxies` are
 * addresses or networks (`10.0.0.0/8`) besides those of this computer. Throws NotANetwork for a text that is neither.
 */
export function createClientIpReader(proxies: readonly string[] = []): (request: IncomingMessage) => string {
  const trusted = new BlockList()
  for (const text of ['127.0.0.0/8', '::1', ...proxies]) trust(trusted, text)
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, familyOf(address))

  return ({ socket, headers }) => {
    let sender = plain(socket.remoteAddress ?? '')
    const said = String(headers['x-forwarded-for'] ?? '').split(',')
    while (isTrusted(sender)) {
      const before = plain(said.pop()?.trim() ?? '')
      if (isIP(before) === 0) break
      sender = before
    }
    return sender
  }
}

function trust(list: BlockList, text: string): void {
  const [address = '', bits] = text.split('/')
  if (isIP(address) === 0) throw new NotANetwork(`"${text}" is not an address or network`)
  if (bits === undefined) list.addAddress(address, familyOf(address))
  else list.addSubnet(address, Number(bits), familyOf(address))
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
const plain = (address: string): string => address.replace(/^::ffff:/i, '')
