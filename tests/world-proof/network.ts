import { type AxiosAdapter, AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import {
  parseBody,
  type SimRequest,
  type SimResponse,
  type SimulatorServer,
} from '../../src/simulators/common/server.ts'
import { drawn } from './chance.ts'
import { type Asked, type Fate, type Faults, isCarriedOutLate, LATE_MS, type Side } from './faults.ts'
import { type Life, outOfLife } from './life.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** One request of the bridge and its result. */
export interface Call extends Asked {
  /** When the bridge sent it. */
  at: number
  life: number
  /** Which Chatra account; empty for Planfix. */
  account: string
  body: unknown
  committedAt: number | null
  /**
   * What its sender can know: `clear` = an answer below 500 reached it, or nothing was sent; `unclear` = it cannot
   * know whether the request was carried out; `open` = it was still waiting when its process ended.
   */
  known: 'open' | 'clear' | 'unclear'
  knownAt: number | null
  status: number | null
}

export interface Host {
  side: Side
  account: string
  server: SimulatorServer
  /** The path before the operation's own path. */
  prefix: string
}

export interface NetworkOptions {
  clock: VirtualClock
  seed: number
  faults: Faults
  hosts: ReadonlyMap<string, Host>
  /** Called when a request leaves and when its answer exists: crashes are placed here. */
  sent(call: Call, life: Life): void
  answered(call: Call, life: Life): void
  /** A write was carried out, perhaps long after it was sent. */
  committed(call: Call): void
  trace(line: string): void
}

/** Forwards the bridge's requests to the simulators and back: late, never, or twice, as the story demands. */
export class Network {
  readonly calls: Call[] = []
  private readonly options: NetworkOptions

  constructor(options: NetworkOptions) {
    this.options = options
  }

  /** The adapter of axios for one life of the bridge. */
  adapterFor(life: Life): AxiosAdapter {
    return (config) =>
      new Promise<AxiosResponse>((resolve, reject) => {
        config.signal?.addEventListener?.('abort', () => {
          settled('unclear', () => reject(new AxiosError('canceled', 'ERR_CANCELED', config)))
        })
        const { call, host, request } = this.open(config, life)
        let over = false
        const settled = (known: 'clear' | 'unclear', tell: () => void) => {
          if (over) return
          over = true
          if (life.dead) return
          call.known = known
          call.knownAt = this.options.clock.now()
          this.options.trace(`${call.method} ${call.account}${call.path} ${call.status ?? known}`)
          life.run(tell)
        }
        this.options.sent(call, life)
        if (life.dead) return
        const tell = {
          answer: ({ status, body, headers }: SimResponse) =>
            settled(status >= 500 && call.isWrite ? 'unclear' : 'clear', () => {
              resolve({ status, statusText: '', headers: { ...headers }, config, data: textOf(body) })
            }),
          refused: () => settled('clear', () => reject(new AxiosError('refused', 'ECONNREFUSED', config))),
          reset: () => settled('unclear', () => reject(new AxiosError('reset', 'ECONNRESET', config))),
        }
        outOfLife(() => void this.carry(call, host, request, life, tell))
      })
  }

  private open(config: InternalAxiosRequestConfig, life: Life) {
    const url = new URL(`${config.baseURL ?? ''}${config.url ?? ''}`)
    const host = this.options.hosts.get(url.hostname)
    if (!host) throw new Error(`the world has no ${url.hostname}`)
    const raw = Buffer.from(typeof config.data === 'string' ? config.data : '')
    const method = (config.method ?? 'get').toUpperCase()
    const path = decodeURI(url.pathname)
    const headers = headersOf(config)
    const request: SimRequest = {
      method,
      path,
      rawPath: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      body: parseBody(raw, headers['content-type'] ?? ''),
      raw,
    }
    // The Chat API is beside REST, at the same host.
    const short = path.startsWith(host.prefix) ? path.slice(host.prefix.length) : path
    const call: Call = {
      at: this.options.clock.now(),
      life: life.n,
      side: host.side,
      account: host.account,
      method,
      path: short,
      isWrite: short === CHAT_API ? isSaid(raw) : method !== 'GET' && !short.endsWith('/list'),
      body: request.body,
      committedAt: null,
      known: 'open',
      knownAt: null,
      status: null,
    }
    this.calls.push(call)
    return { call, host, request }
  }

  private async carry(
    call: Call,
    host: Host,
    request: SimRequest,
    life: Life,
    tell: { answer(answer: SimResponse): void; refused(): void; reset(): void },
  ): Promise<void> {
    await this.pass(this.latency(call, 'out'))
    const fate = this.fateOf(call, life)
    if (fate.answer === 'refused') {
      call.status = null
      return tell.refused()
    }
    const answer = await this.carryOut(call, host, request, fate)
    this.options.answered(call, life)
    if (life.dead || fate.answer === 'never' || answer === 'hang') return
    await this.pass(this.latency(call, 'back'))
    // Requests to a sleeping computer reach nothing: its connections are dead when it wakes.
    if (life.asleep) return life.whenAwake(() => tell.reset())
    if (fate.answer === 'reset' || answer === 'reset') return tell.reset()
    const given = typeof fate.answer === 'number' ? { status: fate.answer, body: '<html></html>' } : answer
    call.status = given.status
    tell.answer(given)
  }

  /** What a program that has ended asked for may take as long as what timed out. */
  private fateOf(call: Call, life: Life): Fate {
    const fate = this.options.faults.fateOf(call, this.options.clock.now())
    const isSlow = life.dead && fate.commit === 0 && isCarriedOutLate(this.options.seed, call.path, call.at)
    return isSlow ? { ...fate, commit: LATE_MS } : fate
  }

  private async carryOut(
    call: Call,
    host: Host,
    request: SimRequest,
    fate: Fate,
  ): Promise<SimResponse | 'hang' | 'reset'> {
    if (fate.commit === 'never') return { status: 0 }
    if (fate.commit > 0) {
      this.options.clock.after(fate.commit, () => void this.commit(call, host, request))
      return { status: 0 }
    }
    return this.commit(call, host, request)
  }

  private async commit(call: Call, host: Host, request: SimRequest) {
    const answer = await host.server.exchange(request)
    const isDone = typeof answer === 'object' && answer.status < 300
    if (isDone && call.isWrite) {
      call.committedAt = this.options.clock.now()
      this.options.committed(call)
    }
    return answer
  }

  private latency(call: Call, way: 'out' | 'back'): number {
    const { seed } = this.options
    return 5 + Math.floor(drawn(seed, way, call.method, call.account, call.path, call.at) * 145)
  }

  private pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.options.clock.after(ms, resolve))
  }
}

const textOf = (body: unknown): string =>
  body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)

function headersOf(config: InternalAxiosRequestConfig): Record<string, string> {
  const given = Object.entries(config.headers.toJSON())
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)]))
}

const CHAT_API = '/webchat/api'
const isSaid = (form: Buffer): boolean => new URLSearchParams(form.toString()).get('cmd') === 'newMessage'
