import type { InboxSource } from '../engine/ports.ts'
import { createGatekeeper, type HookConnection } from './addresses.ts'
import { type FileDownload, sendFile } from './file-download.ts'
import { createFront, type Limits, type ReceiverProblem, reason } from './front.ts'

export type { ReceiverProblem } from './front.ts'

export interface ReceiverOptions {
  host: string
  /** 0 = any free port. */
  port: number
  connections: () => readonly HookConnection[]
  /** Resolves when the event is on disk; rejects when it cannot be stored now (the sender gets 503). `body` is JSON text of an object. */
  accept: (connectionId: string, source: InboxSource, body: string) => Promise<void>
  /** What a token of a file link opens; null = nothing. */
  file?: (token: string) => Promise<FileDownload | null>
  /** Answer of /healthz. */
  health: () => object
  /** What stood in `?proof=` of a request to /healthz. The answer is the same with and without. */
  onProof?: (nonce: string) => void
  onProblem?: (problem: ReceiverProblem) => void
  limits?: Limits
}

export interface Receiver {
  url: string
  port: number
  /** Takes no more connections, answers what is in flight and cuts the rest after 2 s. */
  stop(): Promise<void>
}

/**
 * The HTTP receiver: the only part of the bridge that strangers can reach. Its addresses are fixed
 * (docs/architecture.md, "Webhook addresses"). Rejects when the port is taken.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { accept, onProblem, limits } = options
  const front = createFront({ isAddress: createGatekeeper(options.connections), accept, onProblem, limits })
  const { server, empty, onlySometimes: onRequest } = front

  server.get('/healthz', { onRequest }, (request, reply) => {
    const { proof } = request.query as Record<string, unknown>
    if (typeof proof === 'string') options.onProof?.(proof)
    if (front.stopping()) reply.header('connection', 'close')
    return reply.header('cache-control', 'no-store').send(options.health())
  })

  server.get('/files/:token', { onRequest }, async (request, reply) => {
    let file: FileDownload | null
    try {
      file = (await options.file?.((request.params as { token: string }).token)) ?? null
    } catch (error) {
      onProblem?.({ kind: 'file', connectionId: null, detail: reason(error) })
      return empty(reply, 503)
    }
    if (file === null) return empty(reply, 404)
    reply.hijack()
    if (front.stopping()) reply.raw.setHeader('Connection', 'close')
    try {
      await sendFile(reply.raw, file)
    } catch (error) {
      onProblem?.({ kind: 'file', connectionId: null, detail: reason(error) })
    }
  })

  const { url, port } = await front.listen(options)
  return { url, port, stop: front.stop }
}
