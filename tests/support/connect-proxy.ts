import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A proxy of an office: it opens connections (CONNECT) and notes where to. */
export interface ConnectProxy {
  url: string
  /** `host:port`, in order. */
  readonly asked: string[]
  /** The header by which callers said who they are. */
  readonly authorizations: (string | undefined)[]
  /** Answers like this from now on, instead of connecting; null = connects. */
  refuses(status: number | null): void
  stop(): void
}

/** @param port the port of this computer that every name leads to */
export async function connectProxy(port: number): Promise<ConnectProxy> {
  const asked: string[] = []
  const authorizations: (string | undefined)[] = []
  const sockets = new Set<Socket>()
  let status: number | null = null
  const server = createServer()
  server.on('connect', (request, near: Socket) => {
    asked.push(request.url ?? '')
    authorizations.push(request.headers['proxy-authorization'])
    near.on('error', () => undefined)
    if (status !== null) {
      near.end(`HTTP/1.1 ${status} No\r\n\r\n`)
      return
    }
    const far = connect(port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      near.pipe(far).pipe(near)
    })
    for (const one of [near, far]) sockets.add(one)
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    authorizations,
    refuses(next) {
      status = next
    },
    stop() {
      for (const one of sockets) one.destroy()
      server.close()
    },
  }
}
