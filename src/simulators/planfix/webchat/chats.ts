import { type Account, appendComment, livingContact, storedHtml } from '../state.ts'
import type { CallbackFault } from './callback-faults.ts'
import type { ChatCallback, ChatCallbacks } from './callbacks.ts'
import { saveChannel } from './channel.ts'
import type { ChatChannel } from './chat-state.ts'
import { newTask } from './commands.ts'
import { readForm } from './form.ts'

/** The Chat API as tests and pages use it: Account management → Integrations → Chats. */
export function chatsOf(account: Account, callbacks: ChatCallbacks, origin: () => string) {
  return {
    /** Planfix's address, shown to the owner. */
    get url(): string {
      return `${origin()}/webchat/api`
    },
    /** Planfix's token, shown to the owner and expected as `planfix_token`. */
    get token(): string {
      return account.chat.token
    },
    set token(token: string) {
      account.chat.token = token
    },
    get channels(): ChatChannel[] {
      return [...account.chat.channels.values()]
    },
    /** Adds a chat or changes the one of that `providerId`; missing fields keep their value. */
    connect: (fields: Partial<ChatChannel> & { providerId: string }): ChatChannel =>
      saveChannel(account, fields),
    disconnect(providerId: string): void {
      account.chat.channels.delete(providerId)
      account.version++
    },
    /** Planfix's posts to the chats' addresses, in the order of their outcomes. */
    get callbacks(): ChatCallback[] {
      return callbacks.attempts
    },
    addCallbackFault: (fault: CallbackFault): void => callbacks.faults.add(fault),
    clearCallbackFaults: (): void => callbacks.faults.clear(),
    /** Posts now what waits for a repeat, a delay or its turn. */
    flushCallbacks: (): void => callbacks.flush(),
    /** Randomness of callback faults, from 0 to 1. */
    set random(random: () => number) {
      callbacks.faults.random = random
    },
    /** Allowed in a running second under the switch `webchat-limit`: 429. */
    set requestsPerSecond(allowed: number) {
      account.chat.requestsPerSecond = allowed
    },
    /** Addresses of attachments that Planfix could not fetch. */
    get failedFetches(): readonly string[] {
      return account.chat.failedFetches
    },

    /**
     * The button "Write" of a contact with a phone: a new task, whose chat is known after the receiver's
     * answer. Needs the switch `webchat-first-message` and the chat's `writeButton`.
     */
    writesFirst(contactId: number, userId: number, html: string, providerId?: string) {
      const contact = livingContact(account, contactId)
      const channel = account.chat.channels.get(providerId ?? [...account.chat.channels.keys()][0] ?? '')
      const phone = contact?.phones[0]?.number
      if (!contact || !channel?.writeButton || !phone || account.switches['webchat-first-message'] === 'off')
        throw new Error(`contact ${contactId} has no button "Write"`)
      const task = newTask(account, channel, contact)
      const comment = appendComment(
        account,
        task,
        { taskId: task.id },
        {
          owner: `user:${userId}`,
          description: storedHtml(account, html),
          fromType: 'Planfix',
          recipients: { users: [`contact:${contact.id}`], groups: [] },
          isTaskDescription: true,
          byHand: true,
        },
      )
      callbacks.writtenFirst(channel, task, comment, phone)
      return comment
    },
  }
}

/** A posted form's fields; `attachments` are its pairs in order. */
export function readCallback({ form }: ChatCallback) {
  const read = readForm({
    method: 'POST',
    path: '',
    query: {},
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: undefined,
    raw: Buffer.from(form),
  })
  return {
    fields: Object.fromEntries(
      read.names.filter((name) => !name.startsWith('attachments[')).map((name) => [name, read.get(name)]),
    ),
    attachments: read.attachments,
  }
}
