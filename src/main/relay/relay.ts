import { Server as TlsServer } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { readBody, TOO_LARGE } from '../http/body-reader.ts'
import { createHttpServer, type HttpServer, type Limits } from '../http/http-server.ts'
import { keyPair } from '../relay-protocol/keys.ts'
import { PATHS, pairBegin, pairFinish, readMessage } from '../relay-protocol/messages.ts'
import { DeviceRegistry } from './device-registry.ts'
import { EventIngest, QUOTA, type Quota } from './event-ingest.ts'
import { addPolling } from './long-polling.ts'
import { Pairing } from './pairing.ts'
import { takeSockets } from './sockets.ts'
import { RelayStore } from './store.ts'

export interface RelayOptions {
  dataDir: string
  host: string
  /** 0 = any free port. */
  port: number
  /** The relay's public address, when it differs from the listening address. */
  publicUrl: string | null
  tls?: { cert: string; key: string } | undefined
  proxies?: readonly string[] | undefined
  log: RelayLog
  quota?: Quota
  /** How long the active desktop may be silent (30 s). */
  leaseMs?: number
  /** How long an event waits for a desktop (14 days). */
  keptMs?: number
  limits?: Limits
  now?: () => number
}
interface RelayLog {
  info(fields: object, text: string): void
  error(fields: object, text: string): void
}
export interface Relay {
  /** The common prefix of the addresses for Chatra and Planfix. */
  public: string
  /** The listening address: for a desktop on the same computer, and for a proxy. */
  control: string
  /** New connections get this certificate. Throws what is wrong with it; the old one stays then. */
  renewCertificate(tls: { cert: string; key: string } | undefined): void
  stop(): Promise<void>
}

const LEASE_MS = 30_000
const KEPT_MS = 14 * 24 * 3_600_000
const SWEEP_MS = 3_600_000
/** How often a disk that refused is tried again. */
const DISK_AGAIN_MS = 5_000
const AWAY = 'The computer that has this file cannot be reached at the moment. Please try again later.\n'

/** Starts the relay. Rejects when the port is taken or the folder is in use (StoreError, kind `in-use`) or cannot be written. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { log, now = Date.now, leaseMs = LEASE_MS, quota = QUOTA } = options
  const store = RelayStore.open(options.dataDir)
  const { seed, hookKey } = store.keys()
  const relayKeys = keyPair('ed25519', seed)
  const intake = new EventIngest({ store, hookKey, quota, now })
  let at = ''
  let storeFails = false
  const trouble = (error: unknown) =>
    log.error({}, `relay: ${error instanceof Error ? error.message : 'unknown error'}`)

  let diskTimer: NodeJS.Timeout | undefined
  const diskFailed = () => {
    storeFails = true
    clearTimeout(diskTimer)
    const works = () => {
      storeFails = false
    }
    diskTimer = setTimeout(() => store.proveWritable(now()).then(works, diskFailed), DISK_AGAIN_MS)
  }

  const desktops = new DeviceRegistry({
    store,
    intake,
    relayKeys,
    hookKey,
    leaseMs,
    trouble,
    publicUrl: options.publicUrl ?? '',
    now: () => performance.now(),
  })
  const http = createHttpServer({
    isAddress: (id, secret) => intake.isAddress(id, secret),
    accept: async (...event) => {
      await intake.accept(...event)
      storeFails = false
      desktops.pump()
    },
    onProblem({ connectionId, detail }) {
      log.error({ connection: connectionId }, `relay: ${detail}`)
      diskFailed()
    },
    tls: options.tls,
    proxies: options.proxies,
    limits: options.limits,
    isReady: () => !storeFails,
  })
  addPairing(http, new Pairing(store, relayKeys.publicKey, now), (device) => {
    log.info({ device }, 'a computer was paired')
    intake.know(store.devices())
  })
  const endPolling = addPolling({ http, desktops })
  const cutSockets = takeSockets({ server: http.server.server, desktops, takes: http.allow })

  const { server, sendEmpty: empty, rateLimited: onRequest } = http
  server.get('/healthz', { onRequest }, async (request, reply) => {
    const { proof } = request.query as Record<string, unknown>
    const isProof = typeof proof === 'string' && /^[\w-]{1,200}$/.test(proof)
    const isSeen = !isProof || (await desktops.prove(proof))
    const status = storeFails ? 'degraded' : 'ok'
    const desktop = desktops.active ? 'connected' : 'away'
    return reply
      .code(isSeen ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status, desktop })
  })
  server.get('/files/:token', { onRequest }, async (request, reply) => {
    const { token } = request.params as { token: string }
    if (!/^[\w-]+$/.test(token)) return empty(reply, 404)
    const { active } = desktops
    if (active !== null) {
      reply.hijack()
      if (await active.get(`/files/${token}`, reply.raw)) return
      // Nothing was written, or the reader has disconnected.
      if (reply.raw.headersSent || reply.raw.destroyed) return
      reply.raw.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '60' })
      return void reply.raw.end(AWAY)
    }
    return reply.code(503).header('retry-after', '60').type('text/plain; charset=utf-8').send(AWAY)
  })

  const sweep = () =>
    store
      .dropOlderThan(now() - (options.keptMs ?? KEPT_MS), now())
      .then((dropped) => intake.dropped(dropped))
      .catch(trouble)
  const sweeping = setInterval(sweep, SWEEP_MS)
  const close = async () => {
    clearInterval(sweeping)
    clearTimeout(diskTimer)
    desktops.stop()
    endPolling()
    const cut = setTimeout(cutSockets, 500)
    await http.stop()
    clearTimeout(cut)
    cutSockets()
    await store.close()
  }
  try {
    at = (await http.listen(options)).url
  } catch (error) {
    await close()
    throw error
  }
  void sweep()
  return {
    public: options.publicUrl ?? at,
    control: at,
    renewCertificate(tls) {
      if (tls !== undefined && server.server instanceof TlsServer) server.server.setSecureContext(tls)
    },
    stop: close,
  }
}

function addPairing(http: HttpServer, pairing: Pairing, paired: (device: string) => void): void {
  const { server, sendEmpty: empty, rateLimited: onRequest } = http
  const bodyOf = async (request: FastifyRequest): Promise<string> => {
    const body = await readBody(request.raw)
    return body === TOO_LARGE ? '' : body
  }
  server.post(PATHS.pairBegin, { onRequest }, async (request, reply) => {
    const asked = readMessage(pairBegin, await bodyOf(request))
    return asked ? reply.send(pairing.begin(asked.key)) : empty(reply, 400)
  })
  server.post(PATHS.pairFinish, { onRequest }, async (request, reply) => {
    const asked = readMessage(pairFinish, await bodyOf(request))
    const finished = asked && pairing.finish(asked.exchange, asked.box)
    if (!finished) return empty(reply, asked ? 403 : 400)
    paired(finished.device.device)
    return reply.send({ box: finished.box })
  })
}
