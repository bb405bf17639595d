import type { FastifyReply } from 'fastify'
import type { InboxSource } from '../engine/ports.ts'
import type { CheckChatCall } from '../http/chat-call.ts'
import { createHttpServer, type Limits, type ReceiverProblem, reason } from '../http/http-server.ts'
import { createRateLimiter } from '../http/rate-limiter.ts'
import { type FileDownload, sendFile } from './file-download.ts'
import { createHookAuth, type HookConnection } from './hook-auth.ts'

export type { ReceiverProblem } from '../http/http-server.ts'

export interface ReceiverOptions {
  host: string
  /** 0 = any free port. */
  port: number
  connections: () => readonly HookConnection[]
  /**
   * Resolves when the event is on disk; rejects when it cannot be stored now (the sender gets 503). `body` is
   * JSON text of an object.
   */
  accept: (connectionId: string, source: InboxSource, body: string) => Promise<void>
  checkChatCall?: CheckChatCall
  /** The file of a link's token; null = unknown, `later` = not available now. */
  file?: (token: string) => Promise<FileDownload | 'later' | null>
  /** Whether a token is one of ours, without delay: only other tokens are guesses. */
  isFile?: (token: string) => boolean
  /** Answer of /healthz. */
  health: () => object
  /** Whether events can be stored now; for /readyz. */
  isReady?: () => boolean
  /**
   * The value of `?proof=` of a request to /healthz; returns whether it was expected. Senders cannot see the
   * result.
   */
  onProof?: (nonce: string) => boolean | undefined
  /** One that was not expected here: another host may have sent it. */
  onForeignProof?: (nonce: string) => void
  onProblem?: (problem: ReceiverProblem) => void
  /** An event came to a wrong address; `id` is the part in place of a connection's id. */
  onWrongAddress?: (id: string) => void
  limits?: Limits & { downloads?: typeof DOWNLOADS }
}

export interface Receiver {
  url: string
  port: number
  /** Accepts no more connections, answers requests in flight and closes the rest after 2 s. */
  stop(): Promise<void>
}

/** A nonce of an AddressProof. */
const NONCE = /^[\w-]{32}$/

/** Limits per link and in total. */
const DOWNLOADS = { each: { perSecond: 1, burst: 20 }, total: { perSecond: 20, burst: 200 } }

/**
 * The HTTP receiver: the only part of the bridge that strangers can reach. Its addresses are fixed
 * (docs/architecture.md, "Webhook addresses"). Rejects when the port is in use.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { accept, onProblem, onWrongAddress, limits } = options
  const http = createHttpServer({
    isAddress: createHookAuth(options.connections),
    accept,
    onProblem,
    onWrongAddress,
    limits,
    checkChatCall: options.checkChatCall,
    isReady: options.isReady,
  })
  const { server, sendEmpty: empty, rateLimited: onlySometimes } = http
  const downloads = createRateLimiter(limits?.downloads ?? DOWNLOADS)

  // Behind a tunnel all requests come from one address: a flood must not block our own proof, nor clients
  // with a valid link.
  const unlessProof: typeof onlySometimes = (request, reply, next) => {
    const { proof } = request.query as Record<string, unknown>
    if (typeof proof === 'string' && options.onProof?.(proof)) next()
    else onlySometimes(request, reply, next)
  }
  const unlessFile: typeof onlySometimes = (request, reply, next) => {
    const { token } = request.params as { token: string }
    if (!options.isFile?.(token)) onlySometimes(request, reply, next)
    else if (downloads.allow(token)) next()
    else void empty(reply, 429)
  }

  server.get('/healthz', { onRequest: unlessProof }, (request, reply) => {
    const { proof } = request.query as Record<string, unknown>
    // The limit for strangers holds for it.
    if (typeof proof === 'string' && NONCE.test(proof) && !options.onProof?.(proof))
      options.onForeignProof?.(proof)
    if (http.stopping()) reply.header('connection', 'close')
    return reply.header('cache-control', 'no-store').send(options.health())
  })

  server.get('/files/:token', { onRequest: unlessFile }, async (request, reply) => {
    let file: FileDownload | 'later' | null
    try {
      file = (await options.file?.((request.params as { token: string }).token)) ?? null
    } catch (error) {
      onProblem?.({ kind: 'file', connectionId: null, detail: reason(error) })
      return empty(reply, 503)
    }
    if (file === null) return empty(reply, 404)
    if (file === 'later') return notNow(reply)
    reply.hijack()
    if (http.stopping()) reply.raw.setHeader('Connection', 'close')
    try {
      await sendFile(reply.raw, file)
    } catch (error) {
      onProblem?.({ kind: 'file', connectionId: null, detail: reason(error) })
    }
  })

  const { url, port } = await http.listen(options)
  return { url, port, stop: http.stop }
}

/** A person reads this answer, so it is a sentence. */
const notNow = (reply: FastifyReply) =>
  reply
    .code(503)
    .header('retry-after', 3600)
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send('This file cannot be opened just now. Please try again later.\n')
