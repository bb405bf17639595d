import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readBody, TOO_LARGE } from '../http/body-reader.ts'
import type { HttpServer } from '../http/http-server.ts'
import { LINE_HEADER, PATHS, readMessage } from '../relay-protocol/messages.ts'
import type { DeviceRegistry } from './device-registry.ts'

/** Shorter than the time after which the HTTP server closes a silent connection (15 s). */
const LONGEST_POLL_MS = 10_000
/** Without a receive request for this long the line is dead. */
const SILENT_MS = 30_000
const ONE_ANSWER = 4 * 1024 * 1024

/** A message of the desktop, numbered, so that a proxy's repetition is noticed. */
const said = z.object({ n: z.number().int(), messages: z.array(z.string()).max(10_000) })

interface PollingLine {
  message(text: string): void
  ended(): void
  /** Waiting messages, as texts. */
  waiting: string[]
  /** The open receive request. */
  answer: (() => void) | null
  lastSaid: number
  silence: NodeJS.Timeout
}

/**
 * Lines over long polling, for proxies that block WebSockets: one request sends, another receives for up to
 * 10 s. Any error ends the line; the desktop opens another one, and unacknowledged messages are sent again.
 */
export function addPolling({ http, desktops }: { http: HttpServer; desktops: DeviceRegistry }): () => void {
  const { server, sendEmpty: empty } = http
  const lines = new Map<string, PollingLine>()

  server.post(PATHS.open, { onRequest: http.rateLimited }, (_request, reply) => {
    const name = randomBytes(24).toString('base64url')
    open(name)
    return reply.send({ line: name })
  })

  server.post(PATHS.say, { onRequest: onlyLines }, async (request, reply) => {
    const line = lineOf(request)
    const body = await readBody(request.raw).catch(() => null)
    if (body === null) return void reply.hijack()
    const read = body === TOO_LARGE ? null : readMessage(said, body)
    if (line === undefined || read === null || read.n !== line.lastSaid + 1) {
      end(nameOf(request))
      return empty(reply, 409)
    }
    line.lastSaid = read.n
    for (const text of read.messages) line.message(text)
    return empty(reply, 200)
  })

  server.post(PATHS.hear, { onRequest: onlyLines }, async (request, reply) => {
    const line = lineOf(request)
    if (line === undefined) return empty(reply, 409)
    if (line.waiting.length === 0) await news(line, request)
    if (!lines.has(nameOf(request)) && line.waiting.length === 0) return empty(reply, 409)
    line.silence.refresh()
    return reply.header('cache-control', 'no-store').send({ messages: nextOf(line.waiting) })
  })

  /** A client with a line is not a stranger; a made-up name counts as a stranger's request. */
  function onlyLines(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
    if (lineOf(request)) next()
    else http.rateLimited(request, reply, () => void empty(reply, 409))
  }

  function open(name: string): void {
    const ears = desktops.take({
      send(message) {
        line?.waiting.push(JSON.stringify(message))
        line?.answer?.()
      },
      close: () => end(name),
    })
    const silence = setTimeout(() => end(name), SILENT_MS)
    const line: PollingLine = { ...ears, waiting: [], answer: null, lastSaid: 0, silence }
    lines.set(name, line)
  }

  /** Final messages are still delivered to the open request. */
  function end(name: string): void {
    const line = lines.get(name)
    if (line === undefined) return
    lines.delete(name)
    clearTimeout(line.silence)
    line.answer?.()
    line.ended()
  }

  const nameOf = ({ headers }: FastifyRequest): string => String(headers[LINE_HEADER])
  const lineOf = (request: FastifyRequest): PollingLine | undefined => lines.get(nameOf(request))

  return () => {
    for (const name of [...lines.keys()]) end(name)
  }
}

/** Resolves when there is a message, the client disconnected, or the wait is over. */
function news(line: PollingLine, request: FastifyRequest): Promise<void> {
  // One receive request at a time; the previous one was lost.
  line.answer?.()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(patience)
      if (line.answer === done) line.answer = null
      resolve()
    }
    const patience = setTimeout(done, LONGEST_POLL_MS)
    line.answer = done
    request.raw.once('close', () => request.raw.destroyed && done())
  })
}

function nextOf(waiting: string[]): string[] {
  let bytes = 0
  const rest = waiting.findIndex((text, n) => {
    bytes += text.length
    return n > 0 && bytes > ONE_ANSWER
  })
  return waiting.splice(0, rest === -1 ? waiting.length : rest)
}
