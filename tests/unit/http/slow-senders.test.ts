import { EventEmitter } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createConnectionSlots } from '../../../src/main/http/connection-slots.ts'
import { type Receiver, startReceiver } from '../../../src/main/webhooks/receiver.ts'

const SECRET = 'slow-hook-secret-0123456789'
let receiver: Receiver | null = null
let sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await receiver?.stop()
  receiver = null
})

/** A connection that sends the beginning of a request and then nothing more. */
function slowSender(port: number): void {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('POST /hooks/shop/guess/chatra HTTP/1.1\r\nHost: bridge\r\nX-Slow: ')
  sockets.push(socket)
}

function post(port: number, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `/hooks/shop/${SECRET}/chatra`
    const sent = request({ port, path, method: 'POST', agent }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end('{"eventName":"chatFragment"}')
  })
}

test('a thousand slow connections, and more all the time, do not block Chatra', async () => {
  let accepted = 0
  receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    connections: () => [{ id: 'shop', secret: SECRET }],
    accept: async () => {
      accepted += 1
    },
    health: () => ({}),
  })
  const { port } = receiver
  for (let n = 0; n < 1000; n++) slowSender(port)
  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  const statuses: number[] = []
  try {
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 70; n++) slowSender(port)
      // Each time over a new connection, and over one that stays open.
      statuses.push(await post(port, new Agent()), await post(port, kept))
    }
  } finally {
    kept.destroy()
  }
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(accepted).toBe(60)
})

/** The part of a socket that is used. */
class Peer extends EventEmitter {
  readonly remoteAddress: string
  readonly remotePort: number
  ended = false
  constructor(remotePort: number, remoteAddress = '203.0.113.1') {
    super()
    this.remoteAddress = remoteAddress
    this.remotePort = remotePort
  }
  destroy(): void {
    this.ended = true
    this.emit('close')
  }
}
const ended = (peers: readonly Peer[]) => peers.map((peer) => peer.ended)
const open = (slots: ReturnType<typeof createConnectionSlots>, peer: Peer) =>
  slots.opened(peer as unknown as Socket)

test('silent connections are closed first, then idle, then busy ones, oldest first', () => {
  const slots = createConnectionSlots({ most: 3, each: 100 })
  const [answering, resting, silent] = [new Peer(1), new Peer(2), new Peer(3)]
  for (const peer of [answering, resting, silent]) open(slots, peer)
  for (const peer of [answering, resting]) slots.asked(peer)
  slots.answered(resting)
  const later = [4, 5, 6].map((port) => new Peer(port))
  for (const peer of later) {
    open(slots, peer)
    slots.asked(peer)
  }
  expect(ended([silent, resting, answering])).toEqual([true, true, true])
  expect(ended(later)).toEqual([false, false, false])
  expect(slots.size).toBe(3)
})

test('a connection that delivered an event stays; otherwise the newest is closed', () => {
  const slots = createConnectionSlots({ most: 2, each: 100 })
  const good = [new Peer(1), new Peer(2)]
  for (const peer of good) {
    open(slots, peer)
    slots.asked(peer)
    slots.proved(peer)
    slots.answered(peer)
  }
  const late = new Peer(3)
  open(slots, late)
  expect(ended([...good, late])).toEqual([false, false, true])
})

test('a stranger has a limit, senders of events and this computer a higher one', () => {
  const slots = createConnectionSlots({ most: 1000, each: 2 })
  const of = (address: string) => [1, 2, 3].map((port) => new Peer(port, address))
  const [stranger, local, chatra] = [of('203.0.113.1'), of('127.0.0.1'), of('198.51.100.7')]
  for (const peer of [...stranger, ...local]) open(slots, peer)
  for (const peer of chatra) {
    open(slots, peer)
    slots.proved(peer)
  }
  expect(ended(stranger)).toEqual([false, false, true])
  expect(ended(local)).toEqual([false, false, false])
  expect(ended(chatra)).toEqual([false, false, false])
})
