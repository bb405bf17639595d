import { EventEmitter } from 'node:events'
import type { WebSocket } from 'ws'

type Params = Record<string, unknown>

/** One session of the DevTools protocol: with the browser, or with one of its pages. */
export interface Session extends EventEmitter {
  readonly id: string
  send<T = Params>(method: string, params?: Params): Promise<T>
}

interface Waiting {
  resolve(value: never): void
  reject(reason: Error): void
}

/** The DevTools protocol over one connection, with a session per page. */
export class Connection {
  readonly browser: Session
  #socket: WebSocket
  #next = 1
  #waiting = new Map<number, Waiting>()
  #sessions = new Map<string, Session>()

  constructor(socket: WebSocket) {
    this.#socket = socket
    this.browser = this.session('')
    socket.on('message', (data) => this.#hear(JSON.parse(String(data))))
    socket.on('close', () => this.#end())
  }

  session = (id: string): Session => {
    const known = this.#sessions.get(id)
    if (known) return known
    const session = Object.assign(new EventEmitter(), {
      id,
      send: <T>(method: string, params: Params = {}) => this.#send<T>(id, method, params),
    })
    session.setMaxListeners(0)
    this.#sessions.set(id, session)
    return session
  }

  close(): void {
    this.#socket.close()
  }

  #send<T>(sessionId: string, method: string, params: Params): Promise<T> {
    const id = this.#next++
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
      this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId !== '' && { sessionId }) }))
    })
  }

  #hear(message: {
    id?: number
    method?: string
    params?: Params
    sessionId?: string
    result?: unknown
    error?: { message: string }
  }): void {
    if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.error) waiting?.reject(new Error(message.error.message))
      else waiting?.resolve(message.result as never)
      return
    }
    const session = this.#sessions.get(message.sessionId ?? '')
    if (message.method === 'Target.detachedFromTarget') {
      const gone = message.params?.sessionId as string
      this.#sessions.get(gone)?.emit('gone')
      this.#sessions.delete(gone)
    }
    if (message.method) session?.emit(message.method, message.params)
  }

  #end(): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error('Chromium has gone'))
    this.#waiting.clear()
    for (const session of [...this.#sessions.values()]) session.emit('gone')
  }
}

/** Commands without a waiting caller: a page that has just closed cannot be reached. */
export const inPassing = (promise: Promise<unknown>): void => void promise.catch(() => undefined)
