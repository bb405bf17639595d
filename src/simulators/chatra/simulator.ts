import { realClock, type SimClock } from '../common/clock.ts'
import type { PageLanguage } from '../common/page-language.ts'
import { SimulatorServer } from '../common/server.ts'
import { defaultPositions, setPositions } from '../common/switches.ts'
import { Actions, type VisitOptions } from './actions.ts'
import { Control } from './control.ts'
import { ChatEvents } from './events.ts'
import { seededRandom } from './ids.ts'
import { visitorPage } from './page/visitor-page.ts'
import { Rest } from './rest/rest.ts'
import { Account, type Agent, type Client, type Message } from './state.ts'
import { type ChatraSwitch, type ChatraSwitches, chatraSwitches } from './switches.ts'
import { Visitor } from './visitor.ts'
import { type WebhookAttempt, type WebhookPost, WebhookSender } from './webhooks.ts'

export interface ChatraOptions {
  port?: number
  publicKey?: string
  secretKey?: string
  /** The one address for all three events; null or absent: none. */
  webhookUrl?: string | null
  switches?: Partial<ChatraSwitches>
  agents?: { id?: string; name: string; email: string }[]
  /** Makes ids, generated names and shuffling reproducible; random when absent. */
  seed?: number
  /** Scales the waiting times of the switches (webhook timeouts, retries, collecting, late transcripts). */
  timeScale?: number
  /** Clock of messages and visits, milliseconds since 1970. */
  now?: () => number
  /** The clock of waits, besides `now`; the computer's time. */
  clock?: SimClock
  /** Replaces HTTP for webhooks: a simulated network. */
  postWebhook?: WebhookPost
  /** Asked for each page; English when absent. */
  pageLanguage?: () => PageLanguage
  /** Off for long runs: no record of webhook attempts. */
  recordWebhooks?: boolean
}

/** The current state of a message in the chat. `createdAt` and `editedAt` are milliseconds since 1970. */
export interface ChatMessage {
  id: string
  chatId: string
  type: 'client' | 'agent' | 'system'
  text: string
  createdAt: number
  agentId: string | null
  agentName: string | null
  agentEmail: string | null
  receivedFrom: string | null
  isPushed: boolean
  fileUrl: string | null
  deleted: boolean
  editedAt: number | null
}

/** A Chatra account as a local HTTP server: its REST interface, its webhooks, its visitors and its agents' panel. */
export class ChatraSimulator {
  readonly publicKey: string
  readonly secretKey: string
  readonly seed: number
  readonly server: SimulatorServer
  readonly switches: ChatraSwitches = defaultPositions(chatraSwitches)
  /** Origin, and the base address of REST below it. */
  url = ''
  apiUrl = ''
  private readonly account: Account
  private readonly sender: WebhookSender
  private readonly events: ChatEvents
  private readonly actions: Actions
  private readonly rest: Rest

  constructor(options: ChatraOptions = {}) {
    this.publicKey = options.publicKey ?? 'SimChatraPublicKey'
    this.secretKey = options.secretKey ?? 'SimChatraSecretKey'
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32)
    const { switches } = this
    const timeScale = options.timeScale ?? 1
    const clock = options.clock ?? realClock
    const random = seededRandom(this.seed)
    this.account = new Account(random, options.now ?? (() => clock.now()))
    const post = options.postWebhook
    const waits = { timeScale, clock, random: seededRandom(this.seed + 1) }
    this.sender = new WebhookSender({ switches, ...waits, ...(post && { post }) })
    this.sender.url = options.webhookUrl ?? null
    this.sender.recording = options.recordWebhooks ?? true
    this.events = new ChatEvents(switches, this.account, this.sender, (ms, work) =>
      clock.after(ms * timeScale, work),
    )
    this.actions = new Actions(switches, this.account, this.events)
    const { publicKey, secretKey, account, actions } = this
    this.rest = new Rest({ switches, publicKey, secretKey, account, actions, now: () => clock.now() })
    setPositions(chatraSwitches, switches, options.switches ?? {})
    for (const agent of options.agents ?? [{ name: 'Julia', email: 'julia@shop.example' }]) {
      this.account.addAgent(agent.name, agent.email, agent.id === undefined ? {} : { id: agent.id })
    }
    const control = new Control(this)
    this.server = new SimulatorServer((request) => {
      const { path } = request
      if (path.startsWith('/api/')) return this.rest.handle(request)
      if (path.startsWith('/control/')) return control.handle(request)
      return visitorPage(this.account, this.switches, request, options.pageLanguage?.() ?? 'en')
    }, clock)
    this.server.outside = (path) => !path.startsWith('/api/')
    this.server.faults.random = seededRandom(this.seed + 2)
    this.server.faults.standing = (method, path) => {
      const outcome = switches['chatra-write-outcome']
      if (outcome === 'normal' || method !== 'POST' || !/^\/api\/messages\/?$/.test(path)) return undefined
      if (outcome === 'timeout-after-commit') return { kind: 'timeout-after-write' }
      if (outcome === 'timeout-before-commit') return { kind: 'timeout-before-write' }
      return {
        kind: 'status',
        status: 502,
        body: '<html><body>502 Bad Gateway</body></html>',
        afterWrite: true,
      }
    }
  }

  async start(port = 0): Promise<void> {
    this.isAt(await this.server.start(port))
  }

  /** Its origin when no socket listens and requests come by `server.exchange`. */
  isAt(origin: string): void {
    this.url = origin
    this.apiUrl = `${origin}/api`
    this.actions.origin = origin
  }

  async stop(): Promise<void> {
    this.events.stop()
    this.sender.stop()
    await this.server.stop()
  }

  setSwitch<K extends ChatraSwitch>(name: K, position: ChatraSwitches[K]): void {
    setPositions(chatraSwitches, this.switches, { [name]: position } as Partial<ChatraSwitches>)
  }

  /** REST requests a second before switch `rate-limit` refuses. */
  get rateLimitPerSecond(): number {
    return this.rest.rateLimitPerSecond
  }

  set rateLimitPerSecond(limit: number) {
    this.rest.rateLimitPerSecond = limit
  }

  get webhookUrl(): string | null {
    return this.sender.url
  }

  /** Read at every attempt: a queued event goes to the address that is valid when it is posted. */
  set webhookUrl(url: string | null) {
    this.sender.url = url
  }

  // --- visitors ---

  /** A person comes to the site; with a known `clientId` it is that visitor again. */
  visit(options: VisitOptions = {}): Visitor {
    return this.toVisitor(this.actions.visit(options))
  }

  visitor(clientId: string): Visitor {
    return this.toVisitor(this.client(clientId))
  }

  // --- the agents' panel ---

  /** An agent writes in Chatra's own panel. Returns the message's id. */
  agentSays(clientId: string, agentId: string, text: string): string {
    return this.actions.agentSays(this.client(clientId), this.agent(agentId), { text, origin: 'panel' })
      .message.id
  }

  /** An agent begins a chat: `chatStarted` with `agent`, even when the visitor has left the site. */
  agentStarts(clientId: string, agentId: string, text: string): string {
    const said = { text, origin: 'panel', start: true } as const
    return this.actions.agentSays(this.client(clientId), this.agent(agentId), said).message.id
  }

  agentEdits(messageId: string, text: string): void {
    this.actions.edits(this.message(messageId), text)
  }

  agentDeletes(messageId: string): void {
    this.actions.deletes(this.message(messageId))
  }

  /** An automatic message of Chatra's own (switch `pushed-echo`); by the first agent when none is named. */
  pushes(clientId: string, text: string, agentId?: string): string {
    const agent = agentId === undefined ? this.agents[0] : this.agent(agentId)
    if (!agent) throw new Error('the account has no agents')
    return this.actions.agentSays(this.client(clientId), agent, { text, origin: 'pushed' }).message.id
  }

  addAgent(name: string, email: string, id?: string): Agent {
    return this.account.addAgent(name, email, id === undefined ? {} : { id })
  }

  // --- views ---

  get agents(): Agent[] {
    return [...this.account.agents.values()]
  }

  get clients(): Client[] {
    return [...this.account.clients.values()]
  }

  /**
   * The current content of a client's chat, over all chats, in order; deleted messages are included, marked.
   */
  messages(clientId: string): ChatMessage[] {
    return this.client(clientId).messages.map(toChatMessage)
  }

  // --- webhooks ---

  /** Every attempt to post a webhook, and every deliberately lost event. */
  get webhooks(): WebhookAttempt[] {
    return this.sender.record
  }

  get recordWebhooks(): boolean {
    return this.sender.recording
  }

  set recordWebhooks(on: boolean) {
    this.sender.recording = on
  }

  /**
   * Resolves when no webhook is being posted, queued or scheduled; while paused with held ones, not before
   * resume.
   */
  flush(): Promise<void> {
    return this.sender.idle()
  }

  /** The next events are lost on the network: never posted, not retried. Counted when they occur; 0 = none any more. */
  dropNextWebhooks(count: number): void {
    this.sender.dropNext(count)
  }

  duplicateNextWebhooks(count: number): void {
    this.sender.doubleNext(count)
  }

  /** Holds webhooks in order; one that is being posted is not cancelled. */
  pauseWebhooks(): void {
    this.sender.pause()
  }

  resumeWebhooks(): void {
    this.sender.resume()
  }

  /** Counts for an overview; `pending` are webhooks posted, queued or scheduled. */
  summary(): Record<string, unknown> {
    let said = 0
    const byOrigin: Record<string, number> = {}
    for (const client of this.account.clients.values()) {
      said += client.messages.length
      for (const { origin } of client.messages) byOrigin[origin] = (byOrigin[origin] ?? 0) + 1
    }
    return {
      clients: this.account.clients.size,
      agents: this.account.agents.size,
      messages: said,
      messagesByOrigin: byOrigin,
      requests: this.server.requests.length,
      webhooks: { ...this.sender.counts, pending: this.sender.waiting, paused: this.sender.paused },
    }
  }

  private client(clientId: string): Client {
    const client = this.account.clients.get(clientId)
    if (!client) throw new Error(`no client ${clientId}`)
    return client
  }

  private agent(agentId: string): Agent {
    const agent = this.account.agents.get(agentId)
    if (!agent) throw new Error(`no agent ${agentId}`)
    return agent
  }

  private message(id: string): Message {
    const message = this.account.messages.get(id)
    if (!message) throw new Error(`no message ${id}`)
    return message
  }

  private toVisitor(client: Client): Visitor {
    return new Visitor(client, this.actions, this.switches)
  }
}

function toChatMessage(message: Message): ChatMessage {
  return {
    id: message.id,
    chatId: message.chatId,
    type: message.type,
    text: message.text,
    createdAt: message.createdAt,
    agentId: message.agentId ?? null,
    agentName: message.agentName ?? null,
    agentEmail: message.agentEmail ?? null,
    receivedFrom: message.receivedFrom ?? null,
    isPushed: message.origin === 'pushed',
    fileUrl: message.file?.url ?? null,
    deleted: message.deleted,
    editedAt: message.editedAt,
  }
}
