import { createServer as createHttpServer, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface Proxy {
  url: string
  port: number
  stop(): Promise<void>
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

/** TCP that can drop everything from now on, as if the cable were pulled out: neither side notices. */
export interface DroppingProxy extends Proxy {
  /** Connections that are open now pass nothing any more; later ones do, unless `alsoNew`. */
  drop(alsoNew?: boolean): void
  heal(): void
}

/** `to`: a port of this computer, or the path of a socket. */
export async function droppingProxy(to: number | string): Promise<DroppingProxy> {
  const sockets = new Set<Socket>()
  const dropped = new WeakSet<Socket>()
  let dropsNew = false
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const target = typeof to === 'string' ? { path: to } : { port: to, host: '127.0.0.1' }
    const far = connect({ ...target, allowHalfOpen: true })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      if (dropsNew) dropped.add(one)
      one.on('error', () => undefined)
      one.on('data', (chunk) => void (dropped.has(one) || other.write(chunk)))
      one.on('end', () => void (dropped.has(one) || other.end()))
      one.on('close', () => {
        sockets.delete(one)
        if (!dropped.has(one)) other.destroy()
      })
    }
  })
  const port = await listening(server)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    drop(alsoNew = false) {
      dropsNew = alsoNew
      for (const socket of sockets) dropped.add(socket)
    },
    heal() {
      dropsNew = false
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await closed(server)
    },
  }
}

/** A company's HTTP proxy: forwards requests, supports no WebSockets. `upgrades` counts those it refused. */
export async function plainHttpProxy(to: number): Promise<Proxy & { upgrades: number; requests: number }> {
  const server = createHttpServer((near, answer) => {
    proxy.requests += 1
    const { upgrade: _upgrade, connection: _connection, ...headers } = near.headers
    const far = request(
      { host: '127.0.0.1', port: to, method: near.method, path: near.url, headers, agent: false },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(answer)
      },
    )
    far.on('error', () => answer.destroy())
    answer.on('close', () => far.destroy())
    near.pipe(far)
  })
  server.on('upgrade', (_request, socket) => {
    proxy.upgrades += 1
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  const port = await listening(server)
  const proxy = {
    url: `http://127.0.0.1:${port}`,
    port,
    upgrades: 0,
    requests: 0,
    async stop() {
      server.closeAllConnections()
      await closed(server)
    },
  }
  return proxy
}
