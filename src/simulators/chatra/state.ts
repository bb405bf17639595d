import { automaticClientId, generatedName, meteorId } from './ids.ts'

export interface Agent {
  id: string
  name: string
  email: string
  /** Created by Chatra because a message named an e-mail that no agent had (contracts/chatra.md §2.1). */
  dummy: boolean
}

export interface Page {
  link: string
  title: string
}

export interface StoredFile {
  id: string
  name: string
  type: string
  size: number
  url: string
  content: Buffer
  /** For a picture whose header contains it. */
  dimensions?: { width: number; height: number }
  /** Brevo's page and its libraries disagree about the names; files alternate (contracts/chatra.md §3.1). */
  keys: 'name-url' | 'filename-link'
}

/** Where a message came from. `pushed` is an automatic message, by REST or by Chatra's own triggers. */
type Origin = 'visitor' | 'email' | 'panel' | 'rest' | 'pushed' | 'system'

export interface Message {
  id: string
  clientId: string
  chatId: string
  type: 'client' | 'agent' | 'system'
  text: string
  /** Milliseconds since 1970; strictly rising within a client's chat. */
  createdAt: number
  origin: Origin
  agentId?: string
  agentName?: string
  agentEmail?: string
  receivedFrom?: string
  file?: StoredFile
  deleted: boolean
  /** Milliseconds since 1970 of the last edit; null when never edited. */
  editedAt: number | null
}

export interface Chat {
  id: string
  /** In order; deleted ones stay, marked. */
  messages: Message[]
  agents: Map<string, Agent>
  startPage: Page | null
  /** How many of `messages` the transcripts so far have covered. */
  transcribed: number
  /** Messages of people since the last transcript: without any there is no transcript. */
  sinceTranscript: number
  transcripts: number
}

export interface BasicInfo {
  name: string | null
  email: string | null
  phone: string | null
  notes: string | null
}

export interface Client {
  id: string
  basicInfo: BasicInfo
  integrationData: Record<string, string>
  generatedName: string
  groupId: string | null
  ip: string
  country: string
  city: string
  browser: string
  os: string
  userAgent: string
  browserLanguage: string
  visit: { startedAt: number; finishedAt: number | null; hostName: string; viewedPages: Page[] }
  /** On the site now. Unlike `visit.finishedAt` it is always true, whatever the switches say. */
  present: boolean
  chat: Chat
  /** Whether a person's message has started this visit's chat. */
  chatOpen: boolean
  /** Messages of people in this visit. */
  saidInVisit: number
  /** All of the client's messages, over all chats. */
  messages: Message[]
  /** Texts that Chatra has mailed because the visitor was gone (contracts/chatra.md §6). */
  mailed: string[]
  lastCreatedAt: number
  /** Incremented with every change that the visitor page must show. */
  version: number
}

export interface NewMessage {
  type: Message['type']
  text: string
  origin: Origin
  agent?: Agent
  receivedFrom?: string
  file?: StoredFile
}

/**
 * The data of one Chatra account: agents, visitors, chats, messages, files. Without the behaviour of
 * webhooks.
 */
export class Account {
  readonly agents = new Map<string, Agent>()
  readonly clients = new Map<string, Client>()
  readonly messages = new Map<string, Message>()
  readonly chats = new Map<string, Chat>()
  readonly files = new Map<string, StoredFile>()
  readonly random: () => number
  private readonly byEmail = new Map<string, Agent>()

  /** Milliseconds since 1970. */
  readonly now: () => number

  constructor(random: () => number, now: () => number) {
    this.random = random
    this.now = now
  }

  newId(): string {
    return meteorId(this.random)
  }

  newClientId(): string {
    return automaticClientId(this.random)
  }

  addAgent(name: string, email: string, options: { id?: string; dummy?: boolean } = {}): Agent {
    const agent = { id: options.id ?? this.newId(), name, email, dummy: options.dummy ?? false }
    this.agents.set(agent.id, agent)
    this.byEmail.set(email.toLowerCase(), agent)
    return agent
  }

  agentByEmail(email: string): Agent | undefined {
    return this.byEmail.get(email.toLowerCase())
  }

  newChat(client: Client): Chat {
    client.chat = emptyChat(this.newId())
    this.chats.set(client.chat.id, client.chat)
    return client.chat
  }

  addClient(
    id: string,
    given: Omit<Client, 'id' | 'chat' | 'generatedName' | keyof typeof freshClient>,
  ): Client {
    const client: Client = {
      ...freshClient,
      ...given,
      id,
      generatedName: generatedName(this.random),
      chat: emptyChat(''),
      messages: [],
      mailed: [],
    }
    this.newChat(client)
    this.clients.set(id, client)
    return client
  }

  addMessage(client: Client, given: NewMessage): Message {
    const { chat } = client
    const message: Message = {
      id: this.newId(),
      clientId: client.id,
      chatId: chat.id,
      type: given.type,
      text: given.text,
      createdAt: nextTime(client, this.now()),
      origin: given.origin,
      deleted: false,
      editedAt: null,
    }
    if (given.agent) {
      message.agentId = given.agent.id
      message.agentName = given.agent.name
      message.agentEmail = given.agent.email
      chat.agents.set(given.agent.id, given.agent)
    }
    if (given.receivedFrom !== undefined) message.receivedFrom = given.receivedFrom
    if (given.file) message.file = given.file
    chat.messages.push(message)
    client.messages.push(message)
    client.version += 1
    this.messages.set(message.id, message)
    return message
  }

  addFile(origin: string, name: string, type: string, content: Buffer): StoredFile {
    const id = this.newId()
    const dimensions = pngDimensions(content)
    const file: StoredFile = {
      id,
      name,
      type,
      size: content.length,
      url: `${origin}/files/${id}/${encodeURIComponent(name)}`,
      content,
      ...(dimensions && { dimensions }),
      keys: this.files.size % 2 === 0 ? 'name-url' : 'filename-link',
    }
    this.files.set(id, file)
    return file
  }
}

const freshClient = {
  present: true,
  chatOpen: false,
  saidInVisit: 0,
  messages: [] as Message[],
  mailed: [] as string[],
  lastCreatedAt: 0,
  version: 0,
}

function emptyChat(id: string): Chat {
  return {
    id,
    messages: [],
    agents: new Map(),
    startPage: null,
    transcribed: 0,
    sinceTranscript: 0,
    transcripts: 0,
  }
}

function nextTime(client: Client, now: number): number {
  client.lastCreatedAt = Math.max(now, client.lastCreatedAt + 1)
  return client.lastCreatedAt
}

function pngDimensions(content: Buffer): { width: number; height: number } | undefined {
  if (content.length < 24 || content.readUInt32BE(0) !== 0x89504e47) return undefined
  return { width: content.readUInt32BE(16), height: content.readUInt32BE(20) }
}
