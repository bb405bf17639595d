import type { Actions, FileUpload, Introduction } from './actions.ts'
import type { Client, Page } from './state.ts'
import type { ChatraSwitches } from './switches.ts'
import { readByVisitor } from './text.ts'

/** A person on the site, with the chat widget. */
export class Visitor {
  readonly clientId: string
  private readonly client: Client
  private readonly actions: Actions
  private readonly switches: ChatraSwitches

  constructor(client: Client, actions: Actions, switches: ChatraSwitches) {
    this.clientId = client.id
    this.client = client
    this.actions = actions
    this.switches = switches
  }

  /** The chat's id at this moment (switch `chat-id-life`). */
  get chatId(): string {
    return this.client.chat.id
  }

  get present(): boolean {
    return this.client.present
  }

  /** Writes a message. Returns its id. */
  says(text: string): string {
    return this.actions.says(this.client, text).id
  }

  /** Attaches a file, which the simulator serves at its own address. Returns the message's id. */
  sendsFile(file: FileUpload): string {
    return this.actions.sendsFile(this.client, file).id
  }

  /** Fills in the contact form; only webhooks sent for other reasons contain it. */
  introduces(given: Introduction): void {
    this.actions.introduces(this.client, given)
  }

  opensPage(page: Page | string): void {
    this.actions.opensPage(this.client, page)
  }

  /** Ends the visit (switches `leave-signal`, `transcript-timing`). */
  leaves(): void {
    this.actions.leaves(this.client)
  }

  /** Begins a new visit, after leaving if necessary (switch `chat-id-life`). */
  comesBack(page?: Page | string): void {
    this.actions.comesBack(this.client, page)
  }

  /** Answers Chatra's e-mail. Returns the message's id, or null when switch `email-reply` loses it. */
  repliesByEmail(text: string): string | null {
    return this.actions.repliesByEmail(this.client, text)?.id ?? null
  }

  /** The agents' messages currently in the chat, in order, as the visitor reads them. */
  sees(): string[] {
    return this.client.messages
      .filter(({ type, deleted }) => type === 'agent' && !deleted)
      .map(({ text }) => readByVisitor(this.switches, text))
  }

  /** The agents' messages that Chatra e-mailed because the visitor was gone and had left an e-mail. */
  mailed(): string[] {
    return this.client.mailed.slice()
  }
}
