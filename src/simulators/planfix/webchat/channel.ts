import { type Account, livingContact, type SimContact, type SimTask, statusByKey } from '../state.ts'
import type { ChatChannel } from './chat-state.ts'

/** Saves a chat; fields that are missing keep their value, or get the window's default. */
export function saveChannel(
  account: Account,
  fields: Partial<ChatChannel> & { providerId: string },
): ChatChannel {
  if (fields.providerId === '' || fields.providerId.includes('~'))
    throw new Error('providerId must not be empty or contain "~"')
  const owner = [...account.users.values()].find((user) => user.role === 'Admin')
  const channel: ChatChannel = {
    name: 'Chatra',
    token: '',
    taskTemplateId: account.taskTemplates[0]?.id ?? 0,
    contactTemplateId: account.contactTemplates[0]?.id ?? 0,
    employees: [],
    connectedBy: owner?.id ?? account.tokenUserId,
    newTaskWhenNoneActive: true,
    writeButton: false,
    ...account.chat.channels.get(fields.providerId),
    ...fields,
  }
  account.chat.channels.set(channel.providerId, channel)
  account.version++
  return channel
}

const isOfChat = (task: SimTask, channel: ChatChannel, chatId: string) =>
  task.chat?.providerId === channel.providerId && task.chat.chatId === chatId

export const isActive = (account: Account, task: SimTask): boolean =>
  !task.isDeleted && statusByKey(account, task.statusKey).isActive

/**
 * The chat's task: its last active one, else its last. A task in the trash counts only when the chat never
 * begins a new task (contracts/planfix.md §14.3).
 */
export function taskOfChat(account: Account, channel: ChatChannel, chatId: string): SimTask | undefined {
  const all = [...account.tasks.values()].filter(
    (task) => isOfChat(task, channel, chatId) && !(task.isDeleted && channel.newTaskWhenNoneActive),
  )
  return all.findLast((task) => isActive(account, task)) ?? all.at(-1)
}

export const chatKey = (channel: ChatChannel, contactId: string) => `${channel.providerId}~${contactId}`

export function contactOfChat(
  account: Account,
  channel: ChatChannel,
  contactId: string,
): SimContact | undefined {
  const key = chatKey(channel, contactId)
  return [...account.contacts.values()].find((one) => !one.isDeleted && one.chatKeys?.includes(key))
}

/** The chat that a task's comments go to, and its client. */
export function chatOf(account: Account, task: SimTask) {
  const channel = task.chat && account.chat.channels.get(task.chat.providerId)
  const client = livingContact(account, task.counterparty)
  return channel && client ? { channel, client } : undefined
}
