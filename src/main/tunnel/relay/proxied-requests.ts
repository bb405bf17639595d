import { type IncomingMessage, request } from 'node:http'
import { FILE_PIECE, FILE_WINDOW, type FromDesktop, PASSED_HEADERS } from '../../relay-protocol/messages.ts'

type Send = (message: FromDesktop) => void
interface Target {
  host: string
  port: number
}
interface Passing {
  /** Bytes that may still be sent. */
  room: number
  /** There is room again, or the reader has disconnected. */
  wake(): void
  ending: AbortController
}

/**
 * Requests of strangers, forwarded to the receiver on this computer and streamed back at the reader's pace.
 */
export class ProxiedRequests {
  private readonly send: Send
  private readonly target: Target
  private readonly open = new Map<number, Passing>()

  constructor(target: Target, send: Send) {
    this.target = target
    this.send = send
  }

  get(id: number, path: string): void {
    const passing: Passing = { room: FILE_WINDOW, wake: () => undefined, ending: new AbortController() }
    this.open.set(id, passing)
    this.serve(id, path, passing)
      .catch(() => false)
      .then((whole) => {
        if (this.open.delete(id)) this.send({ type: 'end', id, whole })
      })
  }

  more(id: number, bytes: number): void {
    const passing = this.open.get(id)
    if (passing === undefined) return
    passing.room += bytes
    passing.wake()
  }

  cancel(id: number): void {
    const passing = this.open.get(id)
    this.open.delete(id)
    passing?.ending.abort()
    passing?.wake()
  }

  close(): void {
    for (const id of [...this.open.keys()]) this.cancel(id)
  }

  /** Sends the nonce to the receiver. */
  async prove(nonce: string): Promise<void> {
    const response = await this.ask(
      `/healthz?proof=${encodeURIComponent(nonce)}`,
      AbortSignal.timeout(10_000),
    )
    response.resume()
    this.send({ type: 'seen', nonce })
  }

  /** True when the whole body was sent. */
  private async serve(id: number, path: string, passing: Passing): Promise<boolean> {
    // The relay's operator must reach only linked files, and nothing else on this computer.
    if (!/^\/files\/[\w-]+$/.test(path)) return false
    const response = await this.ask(path, passing.ending.signal)
    const header = Object.fromEntries(
      PASSED_HEADERS.flatMap((name) => {
        const value = response.headers[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    )
    this.send({ type: 'head', id, status: response.statusCode ?? 502, header })
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += FILE_PIECE) {
        const piece = chunk.subarray(at, at + FILE_PIECE)
        while (passing.room < piece.length) {
          await new Promise<void>((resolve) => {
            passing.wake = resolve
          })
          if (passing.ending.signal.aborted) return false
        }
        passing.room -= piece.length
        this.send({ type: 'data', id, bytes: piece.toString('base64') })
      }
    }
    return response.complete
  }

  private ask(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      request({ ...this.target, path, signal, agent: false }, resolve)
        .on('error', reject)
        .end()
    })
  }
}
