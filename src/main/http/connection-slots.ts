import type { Socket } from 'node:net'

/** What a connection is doing; in this order connections are closed when too many are open. */
type Doing = 'silent' | 'idle' | 'busy' | 'proven'
const GIVES_WAY: readonly Doing[] = ['silent', 'idle', 'busy']

export interface ConnectionSlots {
  /** A new connection: when there are too many, another one is closed. */
  opened(socket: Socket): void
  /** The head of a request was received. */
  asked(socket: PeerOf): void
  /** That request was answered. */
  answered(socket: PeerOf): void
  /** It delivered an event to a correct address: from now on it is never closed. */
  proved(socket: PeerOf): void
  readonly size: number
}
type PeerOf = Pick<Socket, 'remoteAddress' | 'remotePort'>

/**
 * Limits the number of open connections to `most` by closing the least important one: the oldest that has not
 * sent the head of a request, then the oldest idle one, then the oldest whose request is under way.
 * Connections that delivered events stay; when there are no others, the new one is closed. So slow senders
 * only displace each other, and Chatra's events arrive. `each`: the limit per address that never delivered an
 * event; addresses of this computer (a tunnel or a proxy) are not counted.
 */
export function createConnectionSlots({ most, each }: { most: number; each: number }): ConnectionSlots {
  const sets: Record<Doing, Map<string, Socket>> = {
    silent: new Map(),
    idle: new Map(),
    busy: new Map(),
    proven: new Map(),
  }
  const doing = new Map<string, Doing>()
  const byAddress = new Map<string, Set<string>>()
  const trusted = new Set<string>()

  function put(key: string, socket: Socket, next: Doing): void {
    const before = doing.get(key)
    if (before) sets[before].delete(key)
    doing.set(key, next)
    sets[next].set(key, socket)
  }

  function move(peer: PeerOf, next: Doing): void {
    const key = keyOf(peer)
    const now = doing.get(key)
    if (now === undefined || now === 'proven') return
    const socket = sets[now].get(key)
    if (socket) put(key, socket, next)
  }

  function forget(key: string, address: string): void {
    const now = doing.get(key)
    if (now) sets[now].delete(key)
    doing.delete(key)
    const same = byAddress.get(address)
    same?.delete(key)
    if (same?.size === 0) byAddress.delete(address)
  }

  function endWorst(newest: Socket): void {
    for (const rank of GIVES_WAY) {
      for (const socket of sets[rank].values()) {
        if (socket === newest) continue
        socket.destroy()
        return
      }
    }
    newest.destroy()
  }

  return {
    get size() {
      return doing.size
    },
    opened(socket) {
      const key = keyOf(socket)
      const address = socket.remoteAddress ?? ''
      put(key, socket, 'silent')
      const same = byAddress.get(address) ?? new Set()
      byAddress.set(address, same.add(key))
      socket.once('close', () => forget(key, address))
      if (same.size > each && !isLocal(address) && !trusted.has(address)) socket.destroy()
      else if (doing.size > most) endWorst(socket)
    },
    asked: (peer) => move(peer, 'busy'),
    answered: (peer) => move(peer, 'idle'),
    proved(peer) {
      move(peer, 'proven')
      if (trusted.size < MOST_TRUSTED && peer.remoteAddress) trusted.add(peer.remoteAddress)
    },
  }
}

/** Few addresses deliver events; their list is limited in any case. */
const MOST_TRUSTED = 1_000

const keyOf = ({ remoteAddress, remotePort }: PeerOf): string => `${remoteAddress} ${remotePort}`
const isLocal = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
