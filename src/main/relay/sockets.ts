import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { PATHS } from '../relay-protocol/messages.ts'
import type { DeviceRegistry } from './device-registry.ts'

const GOODBYE_MS = 250
/** Limits for file chunks and connection lists: strangers must not be able to fill the memory. */
const LONGEST_FROM_DESKTOP = 512 * 1024

/** Lines over WebSockets. Returns a function that closes the remaining ones. */
export function takeSockets(options: {
  server: Server
  desktops: DeviceRegistry
  /** False = this stranger sends too many requests. */
  takes: (request: IncomingMessage) => boolean
}): () => void {
  const { server, desktops, takes } = options
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST_FROM_DESKTOP,
    perMessageDeflate: false,
  })

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy())
    if (!takes(request)) refuse(stream, '429 Too Many Requests')
    else if (request.url?.split('?')[0] !== PATHS.socket) refuse(stream, '404 Not Found')
    else sockets.handleUpgrade(request, stream, head, (socket) => take(socket))
  })

  function take(socket: WebSocket): void {
    // Without a listener an error on one line would end the program.
    socket.on('error', () => socket.terminate())
    const ears = desktops.take({
      send(message) {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
      },
      close() {
        socket.close()
        setTimeout(() => socket.terminate(), GOODBYE_MS)
      },
    })
    socket.on('message', (data, isBinary) => (isBinary ? socket.terminate() : ears.message(String(data))))
    socket.on('close', () => ears.ended())
  }

  return () => {
    for (const socket of sockets.clients) socket.terminate()
  }
}

const refuse = (stream: Duplex, status: string): void =>
  void stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
