import type { Socket } from 'node:net'
import type { AuthenticationType, Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2'
import { errorMessage } from '../../../shared/node-errors.ts'
import { proxyFor } from '../../http/outgoing.ts'
import { connectThrough } from '../../http/proxy.ts'
import type { TunnelChange, TunnelProblem, TunnelProvider, TunnelStart } from '../provider.ts'
import { type Channels, createChannels } from './channels.ts'
import { connectionProblem, sshProblem } from './errors.ts'
import { algorithmsFor, type HostKeys, type KnownKey, keyOf } from './host-key.ts'
import { printedAddress, printsForwarding } from './printed-address.ts'

export interface SshSettings {
  host: string
  port: number
  user: string
  /** Null = the server's own (`localhost`). */
  remoteHost: string | null
  /** 0 = any free port. */
  remotePort: number
  /** The external address of the remote port; null = the server prints it. */
  publicUrl: string | null
}
interface SshSecrets {
  /** The private key as text. */
  key: string | null
  passphrase: string | null
  password: string | null
}

export interface SshOptions {
  settings: SshSettings
  secrets: () => Promise<SshSecrets>
  hostKeys: HostKeys
  /** For tests. */
  limits?: Partial<typeof LIMITS>
}

const LIMITS = {
  /** Time limit for the login. */
  loginMs: 15_000,
  /** After two unanswered ones the third ends the connection. */
  keepAliveMs: 10_000,
  /** After waking up the server must answer within this time. */
  pingMs: 2_000,
  /**
   * Time limit for the server to print an address, and how long it must be quiet before a likely address is
   * accepted.
   */
  printMs: 10_000,
  quietMs: 1_500,
  halfOpenMs: 30_000,
  silentMs: 120_000,
}
/** Output of a server beyond this length is ignored. */
const MOST_PRINTED = 64 * 1024
const LONGEST_STOP_MS = 1_500

/**
 * A reverse forward through any SSH server: connections to its port are forwarded to the receiver. The
 * server's key must be that of the first connection, or nothing is opened. One connection per start; the
 * tunnel reopens it.
 */
export function sshTunnel(options: SshOptions): TunnelProvider {
  let connection: Connection | null = null
  let generation = 0

  return {
    kind: 'ssh',
    async start(target, report) {
      const mine = ++generation
      const prepared = await prepare(options)
      if (!('config' in prepared)) return { ok: false, problem: prepared }
      const sock = await throughProxy(options.settings)
      if (mine !== generation) {
        sock?.destroy()
        return { ok: false, problem: STOPPED }
      }
      if (sock !== null) prepared.config.sock = sock
      const opened = new Connection(options, prepared, target, report)
      connection = opened
      return opened.open()
    },
    async stop() {
      generation++
      const open = connection
      connection = null
      await open?.close()
    },
    wake: () => connection?.ping(),
  }
}

/**
 * A connection to the server through the proxy of this network; null = the direct way, also where the proxy
 * allows no SSH (many let https pass alone).
 */
async function throughProxy({ host, port }: SshSettings): Promise<Socket | null> {
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}/`
  const proxy = URL.canParse(url) ? await proxyFor(url) : null
  return proxy === null ? null : connectThrough(proxy, host, port).catch(() => null)
}

/** Why a private key is unusable; null = it is usable. */
export async function privateKeyProblem(
  key: string,
  passphrase: string | null,
): Promise<TunnelProblem | null> {
  const { default: ssh2 } = await import('ssh2')
  const parsed = ssh2.utils.parseKey(keyText(key), passphrase ?? undefined)
  return parsed instanceof Error ? unreadableKey(parsed, passphrase !== null) : null
}

interface Prepared {
  config: ConnectConfig
  known: KnownKey | null
  Client: typeof Client
}

/** Problems that need no server: an unreadable key. */
async function prepare({
  settings,
  secrets,
  hostKeys,
  limits,
}: SshOptions): Promise<Prepared | TunnelProblem> {
  // Loaded on first use: most bridges do not need it.
  const { default: ssh2 } = await import('ssh2')
  const { key, passphrase, password } = await secrets()
  const text = key === null ? null : keyText(key)
  const unreadable = key === null ? null : await privateKeyProblem(key, passphrase)
  if (unreadable) return unreadable
  const known = await hostKeys.known()
  const { loginMs, keepAliveMs } = { ...LIMITS, ...limits }
  const config: ConnectConfig = {
    host: settings.host,
    port: settings.port,
    username: settings.user,
    readyTimeout: loginMs,
    keepaliveInterval: keepAliveMs,
    keepaliveCountMax: 2,
    ...(text !== null && { privateKey: text, ...(passphrase !== null && { passphrase }) }),
    ...(password !== null && { password, tryKeyboard: true }),
    authHandler: waysIn(text !== null, password !== null),
  }
  if (known?.type) config.algorithms = { serverHostKey: firstOf(known.type) }
  return { config, known, Client: ssh2.Client }
}

/**
 * Some services accept everybody; a key is tried before a password, since servers allow few wrong passwords.
 */
const waysIn = (hasKey: boolean, hasPassword: boolean): AuthenticationType[] => [
  'none',
  ...(hasKey ? (['publickey'] as const) : []),
  ...(hasPassword ? (['password', 'keyboard-interactive'] as const) : []),
]

/** The package keeps the existing entries of its list, and adds the others before them. */
function firstOf(type: string) {
  const wanted = algorithmsFor(type) as ServerHostKeyAlgorithm[]
  return { remove: wanted, prepend: wanted.toReversed(), append: [] }
}

/** Environment variables often cannot contain line breaks: `\n` in the value stands for one. */
function keyText(key: string): string {
  const text = key.includes('\n') ? key : key.replaceAll('\\n', '\n')
  return `${text.replace(/\r\n?/g, '\n').trim()}\n`
}

function unreadableKey(error: Error, hasPassphrase: boolean): TunnelProblem {
  const isEncrypted = /passphrase|encrypted|decrypt|integrity|bad/i.test(error.message)
  if (!isEncrypted) return sshProblem('key-unreadable', error.message, { retries: false })
  return sshProblem(hasPassphrase ? 'passphrase-wrong' : 'passphrase-missing', error.message, {
    retries: false,
  })
}

const STOPPED = sshProblem('broken', 'stopped meanwhile')

class Connection {
  private readonly options: SshOptions
  private readonly prepared: Prepared
  private readonly report: (change: TunnelChange) => void
  private readonly client: Client
  private readonly channels: Channels
  private readonly limits: typeof LIMITS
  /** Why it ended, before the connection reports it with its own message. */
  private reason: TunnelProblem | null = null
  private state: 'opening' | 'open' | 'closed' = 'opening'
  private readonly started = Promise.withResolvers<TunnelStart>()
  private readonly gone = Promise.withResolvers<void>()
  private isForwarded = false
  private printed = ''
  private address: string | null = null
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(
    options: SshOptions,
    prepared: Prepared,
    target: { host: string; port: number },
    report: (change: TunnelChange) => void,
  ) {
    this.options = options
    this.prepared = prepared
    this.report = report
    this.limits = { ...LIMITS, ...options.limits }
    this.channels = createChannels(target, this.limits)
    this.client = new prepared.Client()
  }

  open(): Promise<TunnelStart> {
    const { client, prepared } = this
    const { password } = prepared.config
    client
      .on('error', (error) => this.end(connectionProblem(error, this.options.settings)))
      .on('close', () => {
        this.end(sshProblem('closed', 'the server closed the connection', { params: this.params() }))
        this.gone.resolve()
      })
      .on('banner', (text) => this.onPrinted(text))
      .on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.map(() => password ?? '')),
      )
      .on('ready', () => this.forward())
      .on('tcp connection', ({ srcIP }, accept, reject) => this.channels.lead(accept, reject, srcIP))
    try {
      client.connect({
        ...prepared.config,
        hostVerifier: (blob: Buffer, say: (isKnown: boolean) => void) => void this.verify(blob, say),
      })
    } catch (error) {
      this.end(sshProblem('broken', errorMessage(error)))
      this.gone.resolve()
    }
    return this.started.promise
  }

  /** Resolves when nothing is open any more. */
  async close(): Promise<void> {
    this.end(STOPPED)
    const late = this.after(LONGEST_STOP_MS)
    await Promise.race([this.gone.promise, late])
    this.client.destroy()
  }

  /** Sends a request that every server answers, at least with a refusal. */
  ping(): void {
    if (this.state !== 'open') return
    const timer = this.timer(this.limits.pingMs, () =>
      this.end(sshProblem('silent', 'no answer after waking up', { params: this.params() })),
    )
    try {
      this.client.unforwardIn('localhost', 1, () => this.clear(timer))
    } catch {
      this.end(sshProblem('closed', 'the connection is gone', { params: this.params() }))
    }
  }

  private async verify(blob: Buffer, say: (isKnown: boolean) => void): Promise<void> {
    const { known } = this.prepared
    const { hostKeys, settings } = this.options
    const shown = keyOf(blob)
    if (known === null) {
      await hostKeys.pin(shown)
    } else if (known.fingerprint !== shown.fingerprint) {
      await hostKeys.refused(shown)
      const params = { host: settings.host, known: known.fingerprint, shown: shown.fingerprint }
      const detail = `the key of ${settings.host} has changed from ${known.fingerprint} to ${shown.fingerprint}`
      this.reason = sshProblem('host-key-changed', detail, { retries: false, params })
      return say(false)
    }
    say(true)
  }

  private forward(): void {
    const { remoteHost, remotePort, publicUrl } = this.options.settings
    this.client.forwardIn(remoteHost ?? 'localhost', remotePort, (error) => {
      if (this.state !== 'opening') return
      this.isForwarded = true
      if (error) {
        const what = remotePort === 0 ? 'forward-refused' : 'port-taken'
        return this.end(
          sshProblem(what, error.message, { params: { ...this.params(), port: String(remotePort) } }),
        )
      }
      if (publicUrl !== null) this.isOpen(publicUrl)
      else this.readPrinted()
    })
  }

  /** Services print the address into a session; a plain server prints nothing. */
  private readPrinted(): void {
    const nothing = () =>
      this.end(sshProblem('no-address', 'the server printed no address', { params: this.params() }))
    this.timer(this.limits.printMs, () => {
      if (this.state !== 'opening') return
      const likely = printedAddress(this.printed)
      if (likely) this.isOpen(likely)
      else nothing()
    })
    try {
      this.client.shell(false, (error, channel) => {
        // Without a session the banner may contain it.
        if (error) return this.onPrinted('')
        const take = (chunk: Buffer) => this.onPrinted(chunk.toString())
        channel.on('data', take)
        channel.stderr.on('data', take)
        channel.on('error', () => undefined)
      })
    } catch {
      // The connection was lost at this moment; that is reported separately.
    }
    this.onPrinted('')
  }

  private onPrinted(text: string): void {
    this.printed = (this.printed + text).slice(-MOST_PRINTED)
    const found = printedAddress(this.printed)
    if (found === null || this.options.settings.publicUrl !== null) return
    if (this.state === 'open') {
      if (found === this.address || !printsForwarding(text)) return
      this.address = found
      this.report({ type: 'address', address: found })
    } else if (printsForwarding(this.printed)) {
      this.whenForwarded(found)
    } else {
      const seen = this.printed
      this.timer(this.limits.quietMs, () => {
        if (this.state === 'opening' && seen === this.printed) this.whenForwarded(found)
      })
    }
  }

  /** A banner comes before the forward is open; then the forward's own step checks again. */
  private whenForwarded(address: string): void {
    if (this.isForwarded) this.isOpen(address)
  }

  private isOpen(address: string): void {
    if (this.state !== 'opening') return
    this.state = 'open'
    this.address = address
    this.started.resolve({ ok: true, address })
  }

  private end(problem: TunnelProblem): void {
    if (this.state === 'closed') return
    const wasOpen = this.state === 'open'
    this.state = 'closed'
    const why = this.reason ?? problem
    for (const timer of [...this.timers]) this.clear(timer)
    this.channels.cut()
    this.client.end()
    if (wasOpen && why !== STOPPED) this.report({ type: 'lost', problem: why })
    this.started.resolve({ ok: false, problem: why })
  }

  private params() {
    const { host, user } = this.options.settings
    return { host, user }
  }

  private timer(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      work()
    }, ms).unref()
    this.timers.add(timer)
    return timer
  }

  private clear(timer: NodeJS.Timeout): void {
    clearTimeout(timer)
    this.timers.delete(timer)
  }

  private after(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms).unref())
  }
}
