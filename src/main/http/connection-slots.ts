import type { Socket } from 'node:net'

/** What a connection is doing; in this order they give way when too many are open. */
type Doing = 'silent' | 'idle' | 'busy' | 'proven'
const GIVES_WAY: readonly Doing[] = ['silent', 'idle', 'busy']

export interface ConnectionSlots {
  /** A new connection: when there are too many, another one ends. */
  opened(socket: Socket): void
  /** The head of a request came in on it. */
  asked(socket: PeerOf): void
  /** That request has been answered. */
  answered(socket: PeerOf): void
  /** It brought an event at a right address: from now on it gives way to nobody. */
  proved(socket: PeerOf): void
  readonly size: number
}
type PeerOf = Pick<Socket, 'remoteAddress' | 'remotePort'>

/**
 * Keeps the number of open connections at `most` by ending the one that deserves its place least: the oldest that has not
 * sent the head of a request, then the oldest that rests, then the oldest whose request is under way. Connections that
 * brought events stay; when there are no others, a new one is ended. So slow senders only ever push out each other, and
 * Chatra is heard. `each`: of one address that never brought an event at most so many; this computer's own (a tunnel or a
 * proxy in front) are not counted.
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

/** Addresses that events came from are few; whatever happens, their list stays short. */
const MOST_TRUSTED = 1_000

const keyOf = ({ remoteAddress, remotePort }: PeerOf): string => `${remoteAddress} ${remotePort}`
const isLocal = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
