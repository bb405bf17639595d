import { badJson, type SimRequest, type SimResponse } from '../../common/server.ts'
import type { Actions } from '../actions.ts'
import { type Json, restClient, restMessage } from '../bodies.ts'
import type { Account, Agent, BasicInfo, Client, Message } from '../state.ts'
import type { ChatraSwitches } from '../switches.ts'
import { givenText } from '../text.ts'
import { checkAuthorization, checkPlan, RateLimit, Refusal, refused } from './refusals.ts'

interface Parts {
  switches: ChatraSwitches
  account: Account
  actions: Actions
  publicKey: string
  secretKey: string
  now: () => number
}

/** The ten operations of Chatra's REST interface and nothing else (contracts/chatra.md §2). */
export class Rest {
  /** Requests a second before switch `rate-limit` takes effect. */
  rateLimitPerSecond = 5
  private readonly parts: Parts
  private readonly limit = new RateLimit()

  constructor(parts: Parts) {
    this.parts = parts
  }

  async handle(request: SimRequest): Promise<SimResponse> {
    const { switches } = this.parts
    try {
      checkAuthorization(switches, this.parts, request)
      checkPlan(switches)
      this.limit.check(switches, this.rateLimitPerSecond, this.parts.now())
      return { status: 200, body: await this.operation(request) }
    } catch (error) {
      if (error instanceof UnknownId && switches['unknown-id-status'] === '200-null') {
        return { status: 200, body: null }
      }
      if (error instanceof Refusal) return refused(switches, error)
      throw error
    }
  }

  private operation(request: SimRequest): Json | Promise<Json> {
    const [resource, id, ...more] = segments(request)
    const { method } = request
    if (more.length === 0 && (resource === 'messages' || resource === 'pushedMessages')) {
      if (id === undefined && method === 'POST') {
        return resource === 'messages' ? this.postMessage(request) : this.postPushed(request)
      }
      if (id !== undefined && method === 'GET') return this.shown(this.message(resource, id))
      if (id !== undefined && method === 'PUT') return this.putMessage(resource, id, request)
      if (id !== undefined && method === 'DELETE') return this.deleteMessage(resource, id)
    }
    if (more.length === 0 && resource === 'clients' && id !== undefined) {
      if (method === 'GET') return restClient(this.parts.switches, this.client(id))
      if (method === 'PUT') return this.putClient(id, request)
    }
    throw new Refusal(404, 'not_found', `Chatra has no operation ${method} ${request.path}`)
  }

  /** contracts/chatra.md §2.1 */
  private async postMessage(request: SimRequest): Promise<Json> {
    const { switches, actions, account } = this.parts
    const body = jsonObject(request)
    const clientId = this.required(body, 'clientId')
    const text = this.text(body)
    const receivedFrom = this.optional(body, 'receivedFrom')
    const agent = this.speaker(body)
    const client = account.clients.get(clientId)
    if (!client) return this.postToNobody(clientId, text)
    const { message, announced } = actions.agentSays(client, agent(), {
      text,
      origin: 'rest',
      ...(receivedFrom !== undefined && { receivedFrom }),
    })
    if (switches['echo-before-reply'] === 'on') await announced
    return this.shown(message)
  }

  /** contracts/chatra.md §2.3 */
  private async postPushed(request: SimRequest): Promise<Json> {
    const { switches, actions, account } = this.parts
    const body = jsonObject(request)
    const clientId = this.required(body, 'clientId')
    const text = this.text(body)
    const agentId = this.optional(body, 'agentId')
    this.optional(body, 'groupId')
    const agent = agentId === undefined ? this.anyAgent() : this.agent(agentId)
    const client = account.clients.get(clientId)
    if (!client) return this.postToNobody(clientId, text)
    const { message, announced } = actions.agentSays(client, agent, { text, origin: 'pushed' })
    if (switches['echo-before-reply'] === 'on') await announced
    return this.shown(message)
  }

  /**
   * The author of a message: an agent's id, or e-mail, name and sender all three. No agent is created before
   * everything is checked.
   */
  private speaker(body: Json): () => Agent {
    const { switches, account } = this.parts
    const agentId = this.optional(body, 'agentId')
    if (agentId !== undefined) {
      const agent = this.agent(agentId)
      return () => agent
    }
    if (body.agentEmail === undefined && body.agentName === undefined) {
      throw this.missing('agentId, or agentEmail with agentName and receivedFrom')
    }
    const email = this.required(body, 'agentEmail')
    const name = this.required(body, 'agentName')
    this.required(body, 'receivedFrom')
    const known = account.agentByEmail(email)
    if (known) return () => known
    if (switches['agent-by-email'] === '400')
      throw new Refusal(400, 'unknown_agent', `no agent has the e-mail ${email}`)
    return () => account.addAgent(name, email, { dummy: true })
  }

  private putMessage(resource: string, id: string, request: SimRequest): Json {
    const message = this.agentsMessage(resource, id)
    this.parts.actions.edits(message, this.text(jsonObject(request)))
    return this.shown(message)
  }

  private deleteMessage(resource: string, id: string): Json {
    const message = this.agentsMessage(resource, id)
    this.parts.actions.deletes(message)
    return this.shown(message)
  }

  /**
   * contracts/chatra.md §2.4: only passed fields change and null removes one; fields other than the four are
   * ignored.
   */
  private putClient(id: string, request: SimRequest): Json {
    const client = this.client(id)
    const body = jsonObject(request)
    const changes: Partial<BasicInfo> = {}
    for (const key of ['name', 'email', 'phone', 'notes'] as const) {
      const value = body[key]
      if (value === undefined) continue
      if (value !== null && typeof value !== 'string') throw this.missing(`${key} as a string or null`)
      changes[key] = value
    }
    this.parts.actions.changesInfo(client, changes)
    return restClient(this.parts.switches, client)
  }

  private postToNobody(clientId: string, text: string): Json {
    const { switches, account } = this.parts
    const position = switches['unknown-client-send']
    if (position === '200-and-lost') {
      return { id: account.newId(), type: 'agent', text, clientId, createdAt: account.now(), isPushed: false }
    }
    throw new Refusal(Number(position), 'unknown_client', this.whyNoClient(clientId))
  }

  private message(resource: string, id: string): Message {
    const message = this.parts.account.messages.get(id)
    const wanted =
      message &&
      message.type !== 'system' &&
      (message.origin === 'pushed') === (resource === 'pushedMessages')
    if (!wanted || message.deleted) throw new UnknownId(this.parts.switches, `no message ${id}`)
    return message
  }

  private agentsMessage(resource: string, id: string): Message {
    const message = this.message(resource, id)
    if (message.type === 'agent') return message
    const status = Number(this.parts.switches['edit-client-message'])
    throw new Refusal(status, 'not_an_agent_message', "a client's message cannot be changed")
  }

  private client(id: string): Client {
    const client = this.parts.account.clients.get(id)
    if (!client) throw new UnknownId(this.parts.switches, this.whyNoClient(id))
    return client
  }

  private whyNoClient(id: string): string {
    return this.parts.account.chats.has(id) ? `no client ${id}; that is a chat's id` : `no client ${id}`
  }

  private agent(id: string): Agent {
    const agent = this.parts.account.agents.get(id)
    if (agent) return agent
    const status = this.parts.switches['unknown-id-status'] === '404' ? 404 : 400
    throw new Refusal(status, 'unknown_agent', `no agent ${id}`)
  }

  private anyAgent(): Agent {
    const agents = [...this.parts.account.agents.values()].filter(({ dummy }) => !dummy)
    const agent = agents[Math.floor(this.parts.account.random() * agents.length)]
    if (!agent) throw new Refusal(400, 'no_agents', 'the account has no agents')
    return agent
  }

  private shown(message: Message): Json {
    return restMessage(this.parts.switches, message)
  }

  private required(body: Json, key: string): string {
    const value = body[key]
    if (typeof value !== 'string' || value === '') throw this.missing(key)
    return value
  }

  private optional(body: Json, key: string): string | undefined {
    const value = body[key]
    return value === undefined || value === null ? undefined : this.required(body, key)
  }

  private text(body: Json): string {
    if (typeof body.text !== 'string') throw this.missing('text')
    const given = givenText(this.parts.switches, body.text)
    if (!given.ok) throw new Refusal(400, 'invalid_text', given.why)
    return given.text
  }

  private missing(what: string): Refusal {
    return new Refusal(
      Number(this.parts.switches['missing-field-status']),
      'missing_field',
      `required: ${what}`,
    )
  }
}

class UnknownId extends Refusal {
  constructor(switches: ChatraSwitches, message: string) {
    super(switches['unknown-id-status'] === '400' ? 400 : 404, 'not_found', message)
  }
}

/**
 * The decoded parts of the path below /api; an id may contain any characters, so each part is decoded
 * separately.
 */
function segments(request: SimRequest): string[] {
  const path = (request.rawPath ?? request.path).replace(/^\/api\//, '').replace(/\/$/, '')
  return path.split('/').map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
}

function jsonObject({ headers, body }: SimRequest): Json {
  const type = headers['content-type'] ?? ''
  if (!type.includes('application/json'))
    throw new Refusal(400, 'not_json', 'the body must be application/json')
  if (body === badJson) throw new Refusal(400, 'bad_json', 'the body is not valid JSON')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, 'bad_json', 'the body must be a JSON object')
  }
  return body as Json
}
