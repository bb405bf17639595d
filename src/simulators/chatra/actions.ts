import type { ChatEvents } from './events.ts'
import type { Account, Agent, BasicInfo, Client, Message, NewMessage, Page } from './state.ts'
import type { ChatraSwitches } from './switches.ts'

/**
 * A visitor of the site. All fields are optional; `integrationData` is the data that the site itself gave the
 * widget.
 */
export interface VisitOptions {
  /** The `clientId` that the site gave the widget; Chatra generates an id when it is absent. */
  clientId?: string
  name?: string
  email?: string
  phone?: string
  os?: string
  browser?: string
  ip?: string
  country?: string
  city?: string
  page?: Page | string
  integrationData?: Record<string, string>
}

export interface Introduction {
  name?: string | null
  email?: string | null
  phone?: string | null
}

export interface FileUpload {
  name: string
  content: Buffer
  type: string
}

/** Actions of people in Chatra: each changes the account and causes the webhooks that follow from it. */
export class Actions {
  private readonly switches: ChatraSwitches
  private readonly account: Account
  private readonly events: ChatEvents
  /** Address of files; known once the simulator listens. */
  origin = ''

  constructor(switches: ChatraSwitches, account: Account, events: ChatEvents) {
    this.switches = switches
    this.account = account
    this.events = events
  }

  /** A known client id is not new: that client is returned, unchanged. */
  visit(options: VisitOptions): Client {
    const known = options.clientId === undefined ? undefined : this.account.clients.get(options.clientId)
    if (known) return known
    const page = toPage(options.page ?? { link: 'https://shop.example/red-shoes', title: 'Red shoes' })
    const browser = options.browser ?? 'Chrome 141'
    const os = options.os ?? 'Windows 10'
    return this.account.addClient(options.clientId ?? this.account.newClientId(), {
      basicInfo: {
        name: options.name ?? null,
        email: options.email ?? null,
        phone: options.phone ?? null,
        notes: null,
      },
      integrationData: { ...options.integrationData },
      groupId: null,
      ip: options.ip ?? '192.0.2.10',
      country: options.country ?? 'Moldova',
      city: options.city ?? 'Chisinau',
      browser,
      os,
      userAgent: `Mozilla/5.0 (${os}) ${browser.replace(' ', '/')}`,
      browserLanguage: 'ro',
      visit: {
        startedAt: this.account.now(),
        finishedAt: null,
        hostName: hostName(page.link),
        viewedPages: [page],
      },
    })
  }

  says(client: Client, text: string): Message {
    return this.add(client, { type: 'client', text, origin: 'visitor' })
  }

  sendsFile(client: Client, { name, content, type }: FileUpload): Message {
    const file = this.account.addFile(this.origin, name, type, content)
    return this.add(client, { type: 'client', text: name, origin: 'visitor', file })
  }

  /** The visitor answers the e-mail in which Chatra sent a reply; null when the answer is lost. */
  repliesByEmail(client: Client, text: string): Message | null {
    if (!client.basicInfo.email) throw new Error(`Chatra knows no e-mail of ${client.id}`)
    if (this.switches['email-reply'] === 'lost') return null
    return this.add(client, { type: 'client', text, origin: 'email' })
  }

  introduces(client: Client, given: Introduction): void {
    for (const key of ['name', 'email', 'phone'] as const) {
      const value = given[key]
      if (value !== undefined) client.basicInfo[key] = value === '' ? null : value
    }
    client.version += 1
  }

  opensPage(client: Client, page: Page | string): void {
    client.visit.viewedPages.push(toPage(page))
  }

  leaves(client: Client): void {
    if (!client.present) return
    this.system(client, `${client.basicInfo.name ?? client.generatedName} left the site`)
    client.present = false
    client.chatOpen = false
    client.version += 1
    if (this.switches['leave-signal'] !== 'none') client.visit.finishedAt = this.account.now()
    this.events.left(client)
  }

  comesBack(client: Client, page?: Page | string): void {
    this.leaves(client)
    const landing = page === undefined ? client.visit.viewedPages.at(-1) : toPage(page)
    const startedAt = Math.max(this.account.now(), client.visit.startedAt + 1)
    const viewedPages = landing ? [landing] : []
    client.visit = { ...client.visit, startedAt, finishedAt: null, viewedPages }
    client.present = true
    client.chatOpen = false
    client.saidInVisit = 0
    client.version += 1
    if (this.switches['chat-id-life'] === 'new-per-chat') this.account.newChat(client)
    else this.events.resumed(client.chat)
  }

  /** Writes as an agent. Returns the message and a promise of its webhook's first attempt. */
  agentSays(
    client: Client,
    agent: Agent,
    said: Pick<NewMessage, 'text' | 'origin' | 'receivedFrom'> & { start?: boolean },
  ): { message: Message; announced: Promise<void> } {
    const { start = false, ...rest } = said
    const joins = !client.chat.agents.has(agent.id)
    const message = this.account.addMessage(client, { type: 'agent', agent, ...rest })
    if (!client.present && client.basicInfo.email) client.mailed.push(message.text)
    const announced = this.events.said(client, message, { start })
    if (joins) this.system(client, `${agent.name} joined the chat`)
    return { message, announced }
  }

  edits(message: Message, text: string): void {
    message.text = text
    message.editedAt = Math.max(this.account.now(), message.createdAt + 1)
    this.changed(message)
  }

  deletes(message: Message): void {
    message.deleted = true
    this.changed(message)
  }

  changesInfo(client: Client, changes: Partial<BasicInfo>): void {
    const { notes, ...others } = changes
    Object.assign(client.basicInfo, others)
    if (notes !== undefined) {
      const before = client.basicInfo.notes
      const append = this.switches['notes-put'] === 'append' && notes !== null && before
      client.basicInfo.notes = append ? `${before}\n${notes}` : notes
    }
    client.version += 1
  }

  private changed(message: Message): void {
    const client = this.account.clients.get(message.clientId)
    if (!client) return
    client.version += 1
    this.events.changed(client, this.account.chats.get(message.chatId) ?? client.chat, message)
  }

  private add(client: Client, given: NewMessage): Message {
    const message = this.account.addMessage(client, given)
    this.events.said(client, message)
    return message
  }

  private system(client: Client, text: string): void {
    if (this.switches['system-messages'] === 'on' && client.chat.messages.length > 0) {
      this.add(client, { type: 'system', text, origin: 'system' })
    }
  }
}

function toPage(page: Page | string): Page {
  return typeof page === 'string' ? { link: page, title: page } : { ...page }
}

function hostName(link: string): string {
  return URL.canParse(link) ? new URL(link).hostname : 'shop.example'
}
