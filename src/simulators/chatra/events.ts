import { chatFragment, chatStarted, chatTranscript, type Json, webhookMessage } from './bodies.ts'
import type { Account, Chat, Client, Message } from './state.ts'
import type { ChatraSwitches } from './switches.ts'
import type { WebhookSender } from './webhooks.ts'

/** How long messages are collected for one fragment, and how long after a visit its transcript comes; ms. */
const gatherFor = { 'up-to-5': 300, 'up-to-50': 1_000 }
const minutesLater = 3 * 60_000

type After = (ms: number, work: () => void) => () => void

interface Gathering {
  client: Client
  chat: Chat
  messages: Json[]
  callOff: () => void
}

/**
 * Decides which webhooks an action in a chat causes (contracts/chatra.md §4.2), according to the switches.
 */
export class ChatEvents {
  private readonly switches: ChatraSwitches
  private readonly account: Account
  private readonly sender: WebhookSender
  /** Runs work later, on the simulator's time scale; returns a function that cancels it. */
  private readonly after: After
  private readonly gatherings = new Map<string, Gathering>()
  private readonly lateTranscripts = new Map<Chat, () => void>()

  constructor(switches: ChatraSwitches, account: Account, sender: WebhookSender, after: After) {
    this.switches = switches
    this.account = account
    this.sender = sender
    this.after = after
  }

  /** Sends the events of a new message. Returns a promise of the last webhook's first attempt. */
  said(client: Client, message: Message, options: { start?: boolean } = {}): Promise<void> {
    const { chat } = client
    const silent =
      (message.origin === 'rest' && this.switches['rest-echo'] === 'none') ||
      (message.origin === 'pushed' && this.switches['pushed-echo'] === 'none')
    const byRest = message.origin === 'rest' || message.origin === 'pushed'
    const hurried = byRest && this.switches['echo-before-reply'] === 'on'
    const counts = message.origin !== 'pushed' && message.type !== 'system'
    let announced = Promise.resolve()
    let first = false
    if (counts) {
      chat.sinceTranscript += 1
      client.saidInVisit += 1
      first = !client.chatOpen && (client.present || options.start === true)
      if (first) {
        client.chatOpen = true
        chat.startPage = client.visit.viewedPages.at(-1) ?? null
      }
    }
    const which = this.switches['first-message-events']
    if (first && !silent && which !== 'fragment-only') {
      const agent = message.agentId ? this.account.agents.get(message.agentId) : undefined
      const body = chatStarted(this.switches, client, chat, message, agent)
      announced = this.sender.enqueue(client.id, 'chatStarted', body)
    }
    if (!silent && !(first && which === 'started-only')) {
      announced = this.fragment(client, chat, webhookMessage(this.switches, message), hurried)
    }
    const during = this.switches['transcript-timing'] === 'during-chat'
    if (counts && during && client.saidInVisit === 2) this.transcript(client, chat)
    return announced
  }

  /** Sends the events of an edit or a deletion made in Chatra or by REST (switch `edit-event`). */
  changed(client: Client, chat: Chat, message: Message): void {
    const position = this.switches['edit-event']
    if (position === 'none' || (position === 'fragment-new-id' && message.deleted)) return
    const text = message.deleted ? '' : message.text
    if (position === 'fragment-same-id') {
      this.fragment(client, chat, webhookMessage(this.switches, message, { text }))
      return
    }
    const id = this.account.newId()
    this.account.messages.set(id, message)
    this.fragment(
      client,
      chat,
      webhookMessage(this.switches, message, { id, text, createdAt: this.account.now() }),
    )
  }

  /** Sends the events of the end of the visit, as far as the switches allow. */
  left(client: Client): void {
    const { chat } = client
    if (this.switches['leave-signal'] !== 'transcript') return
    const timing = this.switches['transcript-timing']
    if (timing === 'never' || chat.sinceTranscript === 0) return
    if (timing !== 'minutes-later') {
      this.transcript(client, chat)
      return
    }
    this.sender.hold()
    const callOff = this.after(minutesLater, () => {
      this.lateTranscripts.delete(chat)
      this.transcript(client, chat)
      this.sender.release()
    })
    this.lateTranscripts.set(chat, callOff)
  }

  /** A visitor returns to the same chat: it is not over, so a pending transcript is cancelled. */
  resumed(chat: Chat): void {
    const callOff = this.lateTranscripts.get(chat)
    if (!callOff) return
    callOff()
    this.lateTranscripts.delete(chat)
    this.sender.release()
  }

  stop(): void {
    for (const callOff of this.lateTranscripts.values()) callOff()
    for (const { callOff } of this.gatherings.values()) callOff()
  }

  private transcript(client: Client, chat: Chat): void {
    this.close(client.id)
    const repeat = this.switches['transcript-repeat']
    const from = repeat === 'new-messages' ? chat.transcribed : 0
    const again = chat.transcripts > 0
    chat.transcribed = chat.messages.length
    chat.sinceTranscript = 0
    chat.transcripts += 1
    if (again && repeat === 'none') return
    const messages = chat.messages.slice(from).filter((message) => !message.deleted)
    this.sender.enqueue(client.id, 'chatTranscript', chatTranscript(this.switches, client, chat, messages))
  }

  private fragment(client: Client, chat: Chat, message: Json, hurried = false): Promise<void> {
    const size = this.switches['fragment-size']
    const open = this.gatherings.get(client.id)
    if (open && open.chat !== chat) this.close(client.id)
    if (size === '1') {
      this.close(client.id)
      return this.sender.enqueue(
        client.id,
        'chatFragment',
        chatFragment(this.switches, client, chat, [message]),
      )
    }
    const gathering = this.gatherings.get(client.id) ?? this.open(client, chat, gatherFor[size])
    gathering.messages.push(message)
    const full = gathering.messages.length >= (size === 'up-to-5' ? 5 : 50)
    if (full || hurried) return this.close(client.id)
    return Promise.resolve()
  }

  private open(client: Client, chat: Chat, ms: number): Gathering {
    this.sender.hold()
    const callOff = this.after(ms, () => void this.close(client.id))
    const gathering = { client, chat, messages: [], callOff }
    this.gatherings.set(client.id, gathering)
    return gathering
  }

  /** Sends the fragment being collected, if there is one. */
  private close(clientId: string): Promise<void> {
    const gathering = this.gatherings.get(clientId)
    if (!gathering) return Promise.resolve()
    gathering.callOff()
    this.gatherings.delete(clientId)
    const { client, chat, messages } = gathering
    const sent = this.sender.enqueue(
      clientId,
      'chatFragment',
      chatFragment(this.switches, client, chat, messages),
    )
    this.sender.release()
    return sent
  }
}
