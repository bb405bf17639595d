import {
  badJson,
  type FaultRule,
  type SimRequest,
  type SimResponse,
  type SimulatorServer,
} from '../common/server.ts'
import { setPositions } from '../common/switches.ts'
import type { VisitOptions } from './actions.ts'
import { local } from './local.ts'
import type { Agent, Client } from './state.ts'
import { type ChatraSwitches, chatraSwitches } from './switches.ts'
import type { Visitor } from './visitor.ts'
import type { WebhookAttempt } from './webhooks.ts'

type Body = Record<string, unknown>
type Answer = object | undefined | Promise<object | undefined>

/** The controllable part of the simulator: its actions and views. */
export interface Controlled {
  readonly url: string
  readonly apiUrl: string
  readonly publicKey: string
  readonly seed: number
  readonly switches: ChatraSwitches
  readonly agents: readonly Agent[]
  readonly clients: readonly Client[]
  readonly webhooks: readonly WebhookAttempt[]
  readonly server: Pick<SimulatorServer, 'faults' | 'recording' | 'requests'>
  webhookUrl: string | null
  recordWebhooks: boolean
  rateLimitPerSecond: number
  visit(options: VisitOptions): Visitor
  visitor(clientId: string): Visitor
  addAgent(name: string, email: string): Agent
  agentSays(clientId: string, agentId: string, text: string): string
  agentStarts(clientId: string, agentId: string, text: string): string
  agentEdits(messageId: string, text: string): void
  agentDeletes(messageId: string): void
  pushes(clientId: string, text: string): string
  messages(clientId: string): readonly object[]
  summary(): object
  dropNextWebhooks(count: number): void
  duplicateNextWebhooks(count: number): void
  pauseWebhooks(): void
  resumeWebhooks(): void
  flush(): Promise<void>
}

/**
 * Controls the simulator from another process: POST /control/<verb> with JSON, GET /control/<view>. Loopback
 * only.
 */
export class Control {
  private readonly simulator: Controlled

  constructor(simulator: Controlled) {
    this.simulator = simulator
  }

  async handle(request: SimRequest): Promise<SimResponse> {
    if (!local(request)) return { status: 403, body: { error: 'loopback only' } }
    const name = request.path.slice('/control/'.length).replace(/\/$/, '')
    const table = request.method === 'POST' ? this.verbs : request.method === 'GET' ? this.views : {}
    const run = Object.hasOwn(table, name) ? table[name] : undefined
    if (!run) return { status: 404, body: { error: `no ${request.method} ${request.path}` } }
    try {
      const input = request.method === 'POST' ? jsonBody(request) : request.query
      return { status: 200, body: (await run(input)) ?? { ok: true } }
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } }
    }
  }

  private readonly verbs: Record<string, (body: Body) => Answer> = {
    visit: (body) => {
      const { clientId, chatId } = this.simulator.visit(body)
      return { clientId, chatId }
    },
    /** `text`, or `texts` for several at once. */
    say: (body) => {
      const visitor = this.visitor(body)
      if (Array.isArray(body.texts)) return { ids: body.texts.map((text) => visitor.says(String(text))) }
      return { id: visitor.says(string(body, 'text')) }
    },
    file: (body) => {
      const content = Buffer.from(string(body, 'base64'), 'base64')
      const type = typeof body.type === 'string' && body.type ? body.type : 'application/octet-stream'
      return { id: this.visitor(body).sendsFile({ name: string(body, 'name'), type, content }) }
    },
    introduce: (body) => {
      this.visitor(body).introduces(body)
      return undefined
    },
    openPage: (body) => {
      const link = string(body, 'link')
      this.visitor(body).opensPage({ link, title: typeof body.title === 'string' ? body.title : link })
      return undefined
    },
    leave: (body) => {
      this.visitor(body).leaves()
      return undefined
    },
    comeBack: (body) => {
      const visitor = this.visitor(body)
      visitor.comesBack(typeof body.page === 'string' ? body.page : undefined)
      return { clientId: visitor.clientId, chatId: visitor.chatId }
    },
    replyByEmail: (body) => ({ id: this.visitor(body).repliesByEmail(string(body, 'text')) }),
    agent: (body) => this.simulator.addAgent(string(body, 'name'), string(body, 'email')),
    agentSays: (body) => ({
      id: this.simulator.agentSays(string(body, 'clientId'), this.agentId(body), string(body, 'text')),
    }),
    agentStarts: (body) => ({
      id: this.simulator.agentStarts(string(body, 'clientId'), this.agentId(body), string(body, 'text')),
    }),
    agentEdits: (body) => {
      this.simulator.agentEdits(string(body, 'messageId'), string(body, 'text'))
      return undefined
    },
    agentDeletes: (body) => {
      this.simulator.agentDeletes(string(body, 'messageId'))
      return undefined
    },
    push: (body) => ({ id: this.simulator.pushes(string(body, 'clientId'), string(body, 'text')) }),
    /** `{name, position}`, or `{switches: {name: position}}`. */
    switch: (body) => {
      const wanted = body.switches ?? { [string(body, 'name')]: string(body, 'position') }
      setPositions(chatraSwitches, this.simulator.switches, wanted as object)
      return this.simulator.switches
    },
    /** A FaultRule of common/faults.ts; it affects only REST. */
    fault: (body) => {
      string(body, 'kind')
      this.simulator.server.faults.add(body as unknown as FaultRule)
      return undefined
    },
    clearFaults: () => {
      this.simulator.server.faults.clear()
      return undefined
    },
    /** `{url}`; null for none. */
    webhookUrl: (body) => {
      this.simulator.webhookUrl = body.url === null ? null : string(body, 'url')
      return undefined
    },
    dropNextWebhooks: (body) => {
      this.simulator.dropNextWebhooks(number(body, 'count'))
      return undefined
    },
    duplicateNextWebhooks: (body) => {
      this.simulator.duplicateNextWebhooks(number(body, 'count'))
      return undefined
    },
    pauseWebhooks: () => {
      this.simulator.pauseWebhooks()
      return undefined
    },
    resumeWebhooks: () => {
      this.simulator.resumeWebhooks()
      return undefined
    },
    rateLimit: (body) => {
      this.simulator.rateLimitPerSecond = number(body, 'perSecond')
      return undefined
    },
    /** `{requests?: boolean, webhooks?: boolean}` */
    recording: (body) => {
      if (typeof body.requests === 'boolean') this.simulator.server.recording = body.requests
      if (typeof body.webhooks === 'boolean') this.simulator.recordWebhooks = body.webhooks
      return undefined
    },
    flush: async () => {
      await this.simulator.flush()
      return undefined
    },
  }

  private readonly views: Record<string, (query: Body) => Answer> = {
    messages: (query) => this.simulator.messages(string(query, 'clientId')),
    sees: (query) => this.visitor(query).sees(),
    mailed: (query) => this.visitor(query).mailed(),
    webhooks: () => this.simulator.webhooks,
    requests: () => this.simulator.server.requests,
    summary: () => this.simulator.summary(),
    state: () => {
      const { url, apiUrl, publicKey, seed, switches, webhookUrl, agents } = this.simulator
      const clients = this.simulator.clients.map(({ messages, chat, ...client }) => ({
        ...client,
        chatId: chat.id,
        messages: messages.length,
      }))
      return { url, apiUrl, publicKey, seed, switches, webhookUrl, agents, clients }
    },
  }

  private visitor(body: Body): Visitor {
    return this.simulator.visitor(string(body, 'clientId'))
  }

  /** The agent named, or the account's first. */
  private agentId(body: Body): string {
    if (typeof body.agentId === 'string') return body.agentId
    const [first] = this.simulator.agents
    if (!first) throw new Error('the account has no agents')
    return first.id
  }
}

function jsonBody({ body, headers }: SimRequest): Body {
  // Requiring this type keeps other sites' pages out: a browser lets them post it only with our consent.
  if (!(headers['content-type'] ?? '').includes('application/json')) throw new Error('send application/json')
  if (body === undefined) return {}
  if (body === badJson || typeof body !== 'object' || body === null) throw new Error('send a JSON object')
  return body as Body
}

function string(body: Body, key: string): string {
  const value = body[key]
  if (typeof value !== 'string') throw new Error(`${key}: expected a string`)
  return value
}

function number(body: Body, key: string): number {
  const value = body[key]
  if (typeof value !== 'number') throw new Error(`${key}: expected a number`)
  return value
}
