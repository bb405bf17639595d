import type { Words } from '../../../shared/api.ts'
import { withoutTail } from '../../../shared/plain.ts'
import type { TunnelChange, TunnelProblem, TunnelProvider, TunnelStart } from '../provider.ts'
import { ngrokProblem } from './errors.ts'
import { loadNgrok, type NgrokSdk, type Session } from './sdk.ts'

export type { NgrokSdk } from './sdk.ts'

export interface NgrokOptions {
  /** Reserved for the account; null = the one that ngrok assigns. */
  domain: string | null
  token: () => Promise<string | null>
  version: string
  /** For tests. */
  load?: () => Promise<NgrokSdk>
}

/** In seconds, as the SDK expects. A session without traffic for this long is lost. */
const HEARTBEAT = { interval: 10, tolerance: 15 }
/** The free plan has 20,000 requests a month; a proof every five minutes would use 8,640 of them. */
const PROOF_EVERY_MS = 10 * 60_000

/** A disconnected session may never confirm that it is closed. */
const LONGEST_CLOSE_MS = 3_000

/**
 * ngrok in this process. The SDK reconnects a session that lost its connection, and treats a refusal as an
 * error of the whole program; the tunnel is notified, proves the address, and opens a new session when that
 * fails.
 */
export function ngrokTunnel(options: NgrokOptions): TunnelProvider {
  const { load = loadNgrok, domain } = options
  let session: Session | null = null
  /** A start with an earlier number was stopped meanwhile. */
  let generation = 0

  async function open(
    token: string,
    target: string,
    report: (change: TunnelChange) => void,
  ): Promise<TunnelStart> {
    const mine = generation
    const sdk = await load().catch((error: unknown) => (error instanceof Error ? error : new Error('?')))
    if (sdk instanceof Error) return { ok: false, problem: notInstalled(sdk) }
    try {
      const opened = await new sdk.SessionBuilder()
        .authtoken(token)
        .clientInfo('chatra-planfix-bridge', options.version)
        .heartbeatInterval(HEARTBEAT.interval)
        .heartbeatTolerance(HEARTBEAT.tolerance)
        .handleDisconnection((_address, reason) => {
          if (mine !== generation) return false
          report({ type: 'doubtful', problem: ngrokProblem(new Error(reason), token, domain) })
          return true
        })
        .connect()
      if (mine !== generation) {
        await opened.close()
        return STOPPED
      }
      session = opened
      const endpoint = opened.httpEndpoint()
      if (domain !== null) endpoint.domain(domain)
      const address = (await endpoint.listenAndForward(target)).url()
      if (mine !== generation) return STOPPED
      if (address?.startsWith('https://')) return { ok: true, address: withoutTail(address, '/') }
      await close()
      return { ok: false, problem: { words: say('network'), retries: true, detail: 'ngrok gave no address' } }
    } catch (error) {
      if (mine !== generation) return STOPPED
      await close()
      return { ok: false, problem: ngrokProblem(error, token, domain) }
    }
  }

  async function close(): Promise<void> {
    const open = session
    session = null
    if (open === null) return
    const late = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_CLOSE_MS).unref())
    await Promise.race([open.close().catch(() => undefined), late])
  }

  return {
    kind: 'ngrok',
    proofEveryMs: PROOF_EVERY_MS,
    async start({ host, port }, report) {
      const token = (await options.token())?.trim() ?? ''
      if (token === '') {
        return { ok: false, problem: { words: say('no-token'), retries: false, detail: 'ngrok: no token' } }
      }
      return open(token, `http://${host.includes(':') ? `[${host}]` : host}:${port}`, report)
    },
    async stop() {
      generation++
      await close()
    },
  }
}

const say = (what: string, params: Words['params'] = {}): Words => ({
  key: `tunnel.problem.ngrok.${what}`,
  params,
})

const STOPPED: TunnelStart = {
  ok: false,
  problem: { words: say('network'), retries: true, detail: 'ngrok: stopped meanwhile' },
}

/** The native module does not exist for every system. */
const notInstalled = (error: Error): TunnelProblem => ({
  words: say('not-installed', { system: `${process.platform} ${process.arch}` }),
  retries: false,
  detail: `ngrok: ${error.message.split('\n')[0]}`.slice(0, 300),
})
