import type { ServerResponse } from 'node:http'
import { type FromDesktop, type FromRelay, PASSED_HEADERS } from '../relay-protocol/messages.ts'

type Piece = Extract<FromDesktop, { type: 'head' | 'data' | 'end' }>

interface Passing {
  response: ServerResponse
  begun(wasAnswered: boolean): void
}

const MOST_AT_A_TIME = 32
const FIRST_WORD_MS = 12_000

/**
 * Requests of strangers that the desktop answers, streamed over its line. Only as much of a file is on its
 * way as its reader has requested (`FILE_WINDOW`), so a slow reader delays no other request and fills no
 * memory.
 */
export class RequestProxy {
  readonly #send: (message: FromRelay) => void
  readonly #open = new Map<number, Passing>()
  #lastId = 0

  constructor(send: (message: FromRelay) => void) {
    this.#send = send
  }

  /**
   * Resolves when the desktop begins to answer; false = it does not, and nothing was written to `response`.
   */
  get(path: string, response: ServerResponse): Promise<boolean> {
    if (this.#open.size >= MOST_AT_A_TIME) return Promise.resolve(false)
    const id = ++this.#lastId
    return new Promise((resolve) => {
      const impatience = setTimeout(() => this.#giveUp(id), FIRST_WORD_MS)
      const begun = (wasAnswered: boolean) => {
        clearTimeout(impatience)
        resolve(wasAnswered)
      }
      this.#open.set(id, { response, begun })
      response.once('close', () => this.#giveUp(id))
      this.#send({ type: 'get', id, path })
    })
  }

  take(piece: Piece): void {
    const passing = this.#open.get(piece.id)
    if (passing === undefined) return
    const { response } = passing
    switch (piece.type) {
      case 'head':
        if (response.headersSent) return
        response.writeHead(piece.status, { ...passed(piece.header), 'x-content-type-options': 'nosniff' })
        passing.begun(true)
        break
      case 'data': {
        if (!response.headersSent) return
        const bytes = Buffer.from(piece.bytes, 'base64')
        response.write(bytes, () => {
          if (this.#open.has(piece.id)) this.#send({ type: 'more', id: piece.id, bytes: bytes.length })
        })
        break
      }
      case 'end':
        this.#open.delete(piece.id)
        passing.begun(false)
        // A partial file must never look complete.
        if (response.headersSent) piece.whole ? response.end() : response.destroy()
    }
  }

  /** The line is closed. */
  close(): void {
    for (const { response, begun } of this.#open.values()) {
      begun(false)
      if (response.headersSent) response.destroy()
    }
    this.#open.clear()
  }

  /** The reader disconnected, or the desktop does not answer. */
  #giveUp(id: number): void {
    const passing = this.#open.get(id)
    if (!this.#open.delete(id)) return
    passing?.begun(false)
    this.#send({ type: 'cancel', id })
  }
}

const passed = (header: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    PASSED_HEADERS.flatMap((name) => (header[name] === undefined ? [] : [[name, header[name]]])),
  )
