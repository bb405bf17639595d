import { type AxiosAdapter, AxiosError } from 'axios'
import { chatSecretOf } from '../../../src/main/http/chat-call.ts'
import { Application, type Log } from '../../../src/main/runtime/application.ts'
import { openStore, type SqliteStore } from '../../../src/main/store/index.ts'
import type { ReceiverOptions } from '../../../src/main/webhooks/receiver.ts'
import { parseConfiguration } from '../../../src/shared/config.ts'
import { ChatraSimulator } from '../../../src/simulators/chatra/index.ts'
import { parseBody, type SimulatorServer } from '../../../src/simulators/common/server.ts'
import {
  type PlanfixOptions,
  type PlanfixSimulator,
  startPlanfixSimulator,
} from '../../../src/simulators/planfix/index.ts'
import type { ChatPost } from '../../../src/simulators/planfix/webchat/callbacks.ts'
import { shopConnection } from '../../support/shop.ts'
import { VirtualClock } from './clock.ts'

export interface DayWorldOptions {
  /** Milliseconds since 1970 at which it begins. */
  start: number
  connections?: number
  pollSeconds?: number
  requestsPerSecond?: number
  /** Duration of one call to Planfix, milliseconds. */
  planfixMs?: number
  planfix?: PlanfixOptions
  /** Planfix reports each comment by a scenario. */
  scenario?: boolean
  /** The first connection uses the Chat API, and Planfix calls its receiver. */
  chat?: boolean
  /** Of Planfix's calls by the Chat API, this share (0 to 1) gets lost on the way. */
  chatLoss?: number
  options?: Record<string, unknown>
}

const SECRET = 'test-hook-secret-0123456789'
const PLANFIX = 'https://planfix.invalid'
const CHATRA_MS = 80
const HOOKS = 'http://bridge.invalid'

/** Requests to Planfix by kind: `lists` of tasks, `feeds` = comments of a task; `chat`: by the Chat API. */
export interface Calls {
  rest: number
  lists: number
  feeds: number
  chat: number
}

/**
 * Both services and the whole application on one simulated clock, without sockets and with the store in memory: a day
 * passes in seconds, always in the same way.
 */
export class DayWorld {
  readonly clock: VirtualClock
  readonly planfix: PlanfixSimulator
  readonly chatras: ChatraSimulator[]
  readonly complaints: string[] = []
  commits = 0
  app!: Application
  store!: SqliteStore
  /** Neither service can be reached. */
  offline = false
  private receiver: ReceiverOptions | null = null
  private readonly options: DayWorldOptions

  private constructor(
    options: DayWorldOptions,
    clock: VirtualClock,
    planfix: PlanfixSimulator,
    chatras: ChatraSimulator[],
  ) {
    this.options = options
    this.clock = clock
    this.planfix = planfix
    this.chatras = chatras
  }

  /** `prepare` fills the store before the application starts. */
  static async start(
    options: DayWorldOptions,
    prepare?: (world: DayWorld) => Promise<void>,
  ): Promise<DayWorld> {
    const clock = new VirtualClock(options.start)
    let world: DayWorld | null = null
    const planfix = await startPlanfixSimulator({
      origin: PLANFIX,
      clock,
      requestsPerSecondLimit: Number.POSITIVE_INFINITY,
      postScenario: async (_address, body) => {
        await clock.wait(CHATRA_MS)
        return (await world?.receive('shop1', 'planfix', body)) ?? 'unreachable'
      },
      postChat: (_address, form) => world?.receiveChat(form) ?? Promise.resolve('unreachable'),
      ...options.planfix,
    })
    const chatras = Array.from({ length: options.connections ?? 1 }, (_, n) => {
      const chatra = new ChatraSimulator({
        clock,
        seed: n + 1,
        publicKey: `SimChatraKey${n + 1}`,
        webhookUrl: `${HOOKS}/shop${n + 1}`,
        postWebhook: async (_address, body) => {
          await clock.wait(CHATRA_MS)
          const status = await world?.receive(`shop${n + 1}`, 'chatra', body)
          return status === 200 ? { status } : { error: 'ECONNREFUSED' }
        },
      })
      chatra.isAt(`https://chatra${n + 1}.invalid`)
      chatra.server.recording = false
      return chatra
    })
    world = new DayWorld(options, clock, planfix, chatras)
    if (options.scenario) planfix.scenarioUrl = `${HOOKS}/scenario`
    if (options.chat) {
      planfix.chats.random = seeded(13)
      if (options.chatLoss) planfix.chats.addCallbackFault({ kind: 'drop', probability: options.chatLoss })
      planfix.chats.connect({
        providerId: 'chatra-shop1',
        url: `${HOOKS}/hooks/shop1/${SECRET}/planfix-chat`,
        token: chatSecretOf(SECRET),
        // REST sees the tasks of its token's employee only.
        employees: ['user:1'],
      })
    }
    await world.open(prepare)
    return world
  }

  /** Requests so far. */
  calls(): Calls {
    const { server, requestCounts } = this.planfix
    const of = (end: string) => server.requests.filter(({ path }) => path.endsWith(end)).length
    const { rest, webchat } = requestCounts
    return { rest, lists: of('/task/list'), feeds: of('/comments/list'), chat: webchat }
  }

  async stop(): Promise<void> {
    const stopped = this.app.stop()
    let done = false
    void stopped.finally(() => {
      done = true
    })
    while (!done) await this.clock.runUntil(this.clock.now() + 1000)
    for (const chatra of this.chatras) await chatra.stop().catch(() => undefined)
    await this.planfix.stop().catch(() => undefined)
  }

  private async open(prepare?: (world: DayWorld) => Promise<void>): Promise<void> {
    const note = (level: string) => (fields: object, text: string) => {
      this.complaints.push(`${level}: ${text} ${JSON.stringify(fields)}`)
    }
    const log: Log = { info: () => undefined, warn: note('warn'), error: note('error') }
    const { clock } = this
    this.app = await Application.open({
      configuration: this.configuration(),
      secrets: {
        get: async (id, name) => this.secretOf(id, name),
        whereToPut: (_id, name) => name,
      },
      dataDir: ':memory:',
      receiver: { host: '127.0.0.1', port: 0 },
      log,
      clock,
      random: seeded(7),
      outside: {
        openStore: async (options) => {
          this.store = await openStore({ ...options, dir: ':memory:' })
          const commit = this.store.commit.bind(this.store)
          this.store.commit = async (changes) => {
            clock.happened++
            this.commits++
            await commit(changes)
            clock.happened++
          }
          this.store.backup = async () => ''
          await prepare?.(this)
          return this.store
        },
        receive: async (options) => {
          this.receiver = options
          return { url: HOOKS, port: 1, stop: async () => undefined }
        },
        exchange: this.exchange,
        prove: async () => ({ ok: true }),
        addresses: () => 'one',
      },
    })
    await this.app.start()
  }

  private secretOf(id: string, name: string): string | null {
    if (name === 'PLANFIX_TOKEN') return this.planfix.token
    if (name === 'PLANFIX_CHAT_TOKEN') return this.planfix.chats.token
    if (name === 'PLANFIX_CHAT_SECRET') return null
    return this.chatras[Number(id.slice(4)) - 1]?.secretKey ?? null
  }

  /** A call of the Chat API, as the receiver takes it. */
  private async receiveChat(form: string): ReturnType<ChatPost> {
    await this.clock.wait(CHATRA_MS)
    const checked = this.receiver?.checkChatCall?.('shop1', [...new URLSearchParams(form)]) ?? null
    if (!checked) return 'unreachable'
    const { status, answer, body } = checked
    const stored = body === null ? 200 : await this.receive('shop1', 'planfix-chat', body)
    if (stored === null) return 'unreachable'
    return stored === 200 ? { status, body: JSON.stringify(answer) } : { status: stored, body: '' }
  }

  private async receive(
    id: string,
    source: 'chatra' | 'planfix' | 'planfix-chat',
    body: string,
  ): Promise<number | null> {
    this.clock.happened++
    if (this.offline || !this.receiver) return null
    try {
      await this.receiver.accept(id, source, body)
      return 200
    } catch {
      return 503
    }
  }

  private readonly exchange: AxiosAdapter = async (config) => {
    const { clock } = this
    clock.happened++
    const url = new URL(config.url ?? '', config.baseURL ? `${config.baseURL}/` : undefined)
    const address = /^\w+:/.test(config.url ?? '') ? url : new URL(`${config.baseURL}${config.url}`)
    const isPlanfix = address.origin === PLANFIX
    const server = this.serverOf(address.origin)
    const ended = aborted(config.signal as AbortSignal)
    const half = (isPlanfix ? (this.options.planfixMs ?? 250) : CHATRA_MS) / 2
    await Promise.race([clock.wait(half), ended])
    if (this.offline) throw new AxiosError('offline', 'ENOTFOUND')
    const given = config.data ?? ''
    if (typeof given !== 'string') throw new Error('no files here')
    const raw = Buffer.from(given)
    const became = await Promise.race([
      server.exchange({
        method: (config.method ?? 'GET').toUpperCase(),
        path: decodeURI(address.pathname),
        rawPath: address.pathname,
        query: Object.fromEntries(address.searchParams),
        headers: lowerCase({ ...config.headers }),
        body: parseBody(raw, String(config.headers.getContentType() ?? '')),
        raw,
      }),
      ended,
    ])
    await Promise.race([clock.wait(half), ended])
    clock.happened++
    if (became === 'hang') return ended
    if (became === 'reset') throw new AxiosError('reset', 'ECONNRESET')
    const { status, body, headers } = became
    const data = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    return { status, statusText: '', headers: lowerCase({ ...headers }), data, config }
  }

  private serverOf(origin: string): SimulatorServer {
    if (origin === PLANFIX) return this.planfix.server
    const chatra = this.chatras.find((one) => one.url === origin)
    if (!chatra) throw new Error(`nobody is at ${origin}`)
    return chatra.server
  }

  private configuration() {
    const { pollSeconds = 5, requestsPerSecond = 1, options = {}, chat } = this.options
    const channel = chat ? { channel: { mode: 'chat-api' } } : {}
    const parsed = parseConfiguration({
      connections: this.chatras.map((chatra, n) =>
        shopConnection(chatra, this.planfix, {
          id: `shop${n + 1}`,
          name: `shop${n + 1}.example`,
          planfix: { pollSeconds, requestsPerSecond, ...(n === 0 && channel) },
          options,
          webhookSecret: SECRET,
        }),
      ),
    })
    if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
    return parsed.value
  }
}

const lowerCase = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]],
    ),
  )

/** Rejects when the caller aborts the call. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new AxiosError('canceled', 'ERR_CANCELED')))
  })
  ended.catch(() => undefined)
  return ended
}

/** Pseudo-random numbers from 0 to 1, determined by the seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
