import { WebSocket } from 'ws'
import { z } from 'zod'
import { OutgoingAgent, post as postOnce } from '../../http/outgoing.ts'
import { type FromDesktop, LINE_HEADER, LONGEST_MESSAGE, PATHS } from '../../relay-protocol/messages.ts'
import { type RelayTrouble, requestErrorCode } from './problems.ts'

/** A channel for messages to the relay and back. */
export interface Transport {
  send(message: FromDesktop): void
  /** Closes at once, with or without notice to the other side; `closed` is not called. */
  close(): void
}
interface TransportListener {
  message(text: string): void
  closed(trouble: RelayTrouble): void
}
export type OpenTransport = (url: string, ears: TransportListener) => Promise<OpenedTransport>
type OpenedTransport = { ok: true; line: Transport } | { ok: false; trouble: RelayTrouble }

const OPEN_MS = 8_000
/** The relay holds a request for 10 s. */
const HEAR_MS = 25_000

/** A line over a WebSocket. */
export const openSocket: OpenTransport = (url, ears) =>
  new Promise((resolve) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws') + PATHS.socket, {
      handshakeTimeout: OPEN_MS,
      maxPayload: LONGEST_MESSAGE,
      perMessageDeflate: false,
      ...(url.startsWith('https:') && { agent: new OutgoingAgent() }),
    })
    let trouble: RelayTrouble = { kind: 'network', code: '' }
    let wanted = true
    socket.on('open', () => {
      const line: Transport = {
        send: (message) => {
          if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
        },
        close() {
          wanted = false
          socket.close()
          // A peer that does not answer the closing handshake is disconnected.
          setTimeout(() => socket.terminate(), 250).unref()
        },
      }
      resolve({ ok: true, line })
    })
    socket.on('unexpected-response', (request, response) => {
      trouble = { kind: 'foreign', detail: `${response.statusCode} instead of a WebSocket` }
      request.destroy()
      resolve({ ok: false, trouble })
    })
    socket.on('error', (error) => {
      trouble = { kind: 'network', code: requestErrorCode(error) }
    })
    socket.on('message', (data) => wanted && ears.message(String(data)))
    socket.on('close', () => {
      resolve({ ok: false, trouble })
      if (wanted) ears.closed(trouble)
    })
  })

const opened = z.object({ line: z.string().max(100) })
const heard = z.object({ messages: z.array(z.string()) })

/**
 * A line over long polling, where a proxy blocks WebSockets. Any failure ends it: a new line is opened then.
 */
export const openPolling: OpenTransport = async (url, ears) => {
  const ending = new AbortController()
  const post = async (path: string, body: string | null, ms: number, name = ''): Promise<unknown> => {
    const { status, text } = await postOnce(url + path, {
      body,
      headers: { 'content-type': 'application/json', [LINE_HEADER]: name },
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(ms)]),
    })
    if (status >= 200 && status < 300) return text === '' ? null : (JSON.parse(text) as unknown)
    throw new Foreign(`${status} to ${path}`)
  }
  const fail = (error: unknown) => {
    if (ending.signal.aborted) return
    ending.abort()
    ears.closed(troubleOf(error))
  }

  let name: string
  try {
    name = opened.parse(await post(PATHS.open, null, OPEN_MS)).line
  } catch (error) {
    return { ok: false, trouble: troubleOf(error) }
  }

  const waiting: string[] = []
  let saying = false
  let said = 0
  const say = async () => {
    if (saying) return
    saying = true
    while (waiting.length > 0 && !ending.signal.aborted) {
      const messages = waiting.splice(0, 20)
      await post(PATHS.say, JSON.stringify({ n: ++said, messages }), OPEN_MS, name)
    }
    saying = false
  }
  const hear = async () => {
    while (!ending.signal.aborted) {
      const { messages } = heard.parse(await post(PATHS.hear, null, HEAR_MS, name))
      for (const text of messages) if (!ending.signal.aborted) ears.message(text)
    }
  }
  // There is no listener yet: the first messages must find the caller ready.
  setImmediate(() => void hear().catch(fail))
  return {
    ok: true,
    line: {
      send(message) {
        waiting.push(JSON.stringify(message))
        void say().catch(fail)
      },
      close() {
        // Time for sending the final messages.
        void Promise.race([say().catch(() => {}), new Promise((done) => setTimeout(done, 250).unref())]).then(
          () => ending.abort(),
        )
      },
    },
  }
}

class Foreign extends Error {}

function troubleOf(error: unknown): RelayTrouble {
  const isForeign = error instanceof Foreign || error instanceof SyntaxError || error instanceof z.ZodError
  return isForeign
    ? { kind: 'foreign', detail: error.message.slice(0, 100) }
    : { kind: 'network', code: requestErrorCode(error) }
}
