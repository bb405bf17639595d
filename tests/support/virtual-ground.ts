import { utimesSync } from 'node:fs'
import { type AxiosAdapter, AxiosError } from 'axios'
import type { Clock } from '../../src/main/engine/ports.ts'
import type { OutsideWorld } from '../../src/main/runtime/outside-world.ts'
import { openStore } from '../../src/main/store/index.ts'
import type { startReceiver } from '../../src/main/webhooks/receiver.ts'
import { ChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { parseBody, type SimulatorServer } from '../../src/simulators/common/server.ts'
import { startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import type { ChatPost } from '../../src/simulators/planfix/webchat/callbacks.ts'
import { doApart, settle, VirtualClock } from '../world-proof/virtual-clock.ts'
import type { Ground } from './ground.ts'
import type { WorldOptions } from './world.ts'

/** Of a request and of its answer, each, in milliseconds of the world. */
const ON_THE_WAY_MS = 25
const MOMENT_MS = 200
/** Equal to 15 s of the computer at the same speed (`speed`, usually 20). */
const PATIENCE_MS = 15_000
/** A Monday morning, in the middle of a minute. */
const BEGINS = Date.UTC(2026, 2, 2, 9, 0, 30)
const HOOKS = 'http://bridge.invalid'

const clocks = new Set<VirtualClock>()
let isDriven = false

/** A clock that moves to its next timer as soon as the process has nothing else to do; `end` stops it. */
function selfDriven(): { clock: Clock; end(): void } {
  const clock = new VirtualClock(BEGINS)
  clocks.add(clock)
  void drive()
  return { clock, end: () => void clocks.delete(clock) }
}

/** One for all clocks of the process: each waits until nothing happens in any world. */
async function drive(): Promise<void> {
  if (isDriven) return
  isDriven = true
  while (clocks.size > 0) {
    await settle()
    for (const clock of clocks) if (clock.next !== null) await clock.runUntil(clock.next)
  }
  isDriven = false
}

/** A world on it runs as fast as the process can compute, and in the same way each time. */
export async function virtualGround(options: WorldOptions): Promise<Ground> {
  const { clock, end } = selfDriven()
  const wire = new Wire(clock)
  const chatra = new ChatraSimulator({
    seed: 1,
    clock,
    postWebhook: async (address, body, limitMs) => {
      const outcome = await wire.post(address, body, limitMs)
      return typeof outcome === 'number' ? { status: outcome } : { error: outcome }
    },
    ...options.chatra,
  })
  chatra.isAt('https://chatra.invalid')
  wire.leadsTo(chatra.url, chatra.server)
  const planfix = await startPlanfixSimulator({
    clock,
    origin: 'https://planfix.invalid',
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
    postScenario: async (address, body, limitMs) => {
      const outcome = await wire.post(address, body, limitMs)
      return typeof outcome === 'number' || outcome === 'timeout' ? outcome : 'unreachable'
    },
    postChat: (address, form, limitMs) => wire.postChat(address, form, limitMs),
    ...options.planfix,
  })
  wire.leadsTo(planfix.url, planfix.server)
  return {
    chatra,
    planfix,
    clock,
    speed: 1,
    outside: wire.outside,
    patience() {
      const until = clock.now() + PATIENCE_MS * (options.speed ?? 20)
      return () => clock.now() > until
    },
    moment: () => wire.pass(MOMENT_MS),
    async end() {
      await Promise.all([chatra.stop().catch(() => undefined), planfix.stop()])
      end()
    },
  }
}

type Post = (address: string, body: string, limitMs: number) => Promise<number | string>

/** The connections between the bridge and both services without sockets, and the bridge's access to them. */
class Wire {
  private readonly clock: Clock
  private readonly servers = new Map<string, SimulatorServer>()
  private receiver: Parameters<typeof startReceiver>[0] | null = null

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Requests to this origin reach `server`. */
  leadsTo(origin: string, server: SimulatorServer): void {
    this.servers.set(origin, server)
  }

  readonly outside: OutsideWorld = {
    openStore: async (options) => {
      const store = await openStore(options)
      const backup = store.backup.bind(store)
      // A copy takes real time: the world stands still meanwhile, and the copy has the world's time.
      store.backup = () =>
        new Promise((resolve, reject) => {
          doApart(async () => {
            try {
              const path = await backup()
              utimesSync(path, this.clock.now() / 1000, this.clock.now() / 1000)
              resolve(path)
            } catch (error) {
              reject(error)
            }
          })
        })
      return store
    },
    receive: async (options) => {
      this.receiver = options
      const stop = async () => {
        if (this.receiver === options) this.receiver = null
      }
      return { url: HOOKS, port: 1, stop }
    },
    exchange: (config) => this.exchange(config),
    prove: async () =>
      this.receiver
        ? { ok: true }
        : { ok: false, problem: { key: 'settings.address.problem.refused', params: {} } },
    addresses: () => 'one',
    // It would tell in the computer's time.
    nextWrite: undefined,
  }

  /** A webhook or a scenario's request: the answer's status, or the failure. */
  readonly post: Post = async (address, body, limitMs) => {
    const { origin, pathname } = new URL(address)
    const [, hooks, id, , source] = pathname.split('/')
    const { receiver } = this
    if (origin !== HOOKS || hooks !== 'hooks' || !receiver) return 'ECONNREFUSED'
    const isKnown = receiver.connections().some((one) => one.id === id)
    if (!isKnown || (source !== 'chatra' && source !== 'planfix')) return 404
    await this.pass(ON_THE_WAY_MS)
    const accepted = receiver.accept(id ?? '', source, body).then(
      () => 200,
      () => 503,
    )
    const outcome = await Promise.race([accepted, this.pass(limitMs).then(() => 'timeout')])
    await this.pass(ON_THE_WAY_MS)
    return outcome
  }

  /** A call of Planfix's Chat API, as the receiver takes it. */
  readonly postChat: ChatPost = async (address, form, limitMs) => {
    const { origin, pathname } = new URL(address)
    const [, , id = ''] = pathname.split('/')
    const { receiver } = this
    if (origin !== HOOKS || !pathname.endsWith('/planfix-chat') || !receiver) return 'unreachable'
    await this.pass(ON_THE_WAY_MS)
    const checked = receiver.checkChatCall?.(id, [...new URLSearchParams(form)]) ?? null
    const { body } = checked ?? { body: null }
    const stored =
      body === null
        ? Promise.resolve(200)
        : receiver.accept(id, 'planfix-chat', body).then(
            () => 200,
            () => 503,
          )
    const outcome = await Promise.race([stored, this.pass(limitMs).then(() => 'timeout' as const)])
    await this.pass(ON_THE_WAY_MS)
    if (outcome === 'timeout') return outcome
    if (outcome !== 200) return { status: outcome, body: '' }
    return checked === null
      ? { status: 404, body: '' }
      : { status: checked.status, body: JSON.stringify(checked.answer) }
  }

  private readonly exchange: AxiosAdapter = async (config) => {
    const url = new URL(`${config.baseURL ?? ''}${config.url ?? ''}`)
    const server = this.servers.get(url.origin)
    if (!server) throw new AxiosError(`nobody is at ${url.origin}`, 'ECONNREFUSED', config)
    const given = config.data ?? ''
    if (typeof given !== 'string') throw new Error('files need a world with sockets')
    const ended = aborted(config.signal as AbortSignal | undefined)
    await Promise.race([this.pass(ON_THE_WAY_MS), ended])
    const asked = server.exchange({
      method: (config.method ?? 'get').toUpperCase(),
      path: decodeURI(url.pathname),
      rawPath: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: lowerCase(config.headers.toJSON()),
      body: parseBody(Buffer.from(given), String(config.headers.getContentType() ?? '')),
      raw: Buffer.from(given),
    })
    const became = await Promise.race([asked, ended])
    if (became === 'hang') return ended
    await Promise.race([this.pass(ON_THE_WAY_MS), ended])
    if (became === 'reset') throw new AxiosError('socket hang up', 'ECONNRESET', config)
    const { status, body, headers } = became
    const data = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    return { status, statusText: '', headers: lowerCase(headers ?? {}), config, data }
  }

  pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve))
  }
}

const lowerCase = (headers: object): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))

/** Rejects when the caller aborts the call. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal?.addEventListener('abort', () => reject(new AxiosError('canceled', 'ERR_CANCELED')))
  promise.catch(() => undefined)
  return promise
}
