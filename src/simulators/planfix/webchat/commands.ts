import type { SimResponse } from '../../common/server.ts'
import { addContact } from '../objects/contacts.ts'
import { addFile } from '../objects/files.ts'
import {
  type Account,
  appendComment,
  fullName,
  type PersonId,
  type SimComment,
  type SimContact,
  type SimTask,
  storedHtml,
  touch,
} from '../state.ts'
import { chatKey, contactOfChat, isActive, taskOfChat } from './channel.ts'
import type { ChatChannel } from './chat-state.ts'
import type { ChatForm } from './form.ts'

/** What a command needs besides the stored data. */
export interface ChatServices {
  /** Fetches an attachment; undefined when it cannot be had. */
  fetchFile: (url: string) => Promise<{ content: Buffer; type: string } | undefined>
  /** Sends a comment to the chat's own address. */
  callBack: (task: SimTask, comment: SimComment) => void
  /** Keeps work that goes on after the answer, so that tests can wait for it. */
  inBackground: (work: Promise<unknown>) => void
}

export interface ChatCommand {
  account: Account
  channel: ChatChannel
  form: ChatForm
  services: ChatServices
}

export const invalid: SimResponse = { status: 400, body: { error: 'Invalid parameters' } }
const done: SimResponse = { status: 200, body: '' }
const repeatMs = 60_000
const sizeLimit = 64 * 1024

/** Commands that write, by `cmd` (contracts/planfix.md §12.1). */
export const writes: Record<string, (command: ChatCommand) => SimResponse | Promise<SimResponse>> = {
  newMessage,
  updateContact({ account, channel, form }) {
    const contact = contactOfChat(account, channel, form.get('contactId'))
    if (!contact || form.get('contactName') === '') return invalid
    contact.name = form.get('contactName')
    if (form.get('contactLastName') !== '') contact.lastname = form.get('contactLastName')
    if (form.get('contactEmail') !== '') contact.email = form.get('contactEmail')
    if (form.get('contactPhone') !== '') contact.phones = phonesIn(form)
    contact.chatProfile = profileIn(form, contact)
    touch(account, contact)
    return done
  },
  messageStatus({ account, form }) {
    const messageId = form.get('messageId')
    const comment = account.comments.get(account.chat.messages.get(messageId) ?? Number(messageId))
    if (messageId === '' || !comment) return invalid
    const asked = form.get('messageStatus')
    const status = asked === 'error' || asked === 'read' ? asked : 'sent'
    comment.delivery = { status, text: form.get('messageStatusText') }
    account.version++
    return done
  },
}

export const reads: Record<string, (command: ChatCommand) => SimResponse> = {
  getTask({ account, channel, form }) {
    if (form.get('chatId') === '') return invalid
    const task = taskOfChat(account, channel, form.get('chatId'))
    if (!task) return { status: 400, body: { error: 'task not found' } }
    return shaped(account, { number: task.id }, { statusIsActive: isActive(account, task) })
  },
  getContact({ account, channel, form }) {
    if (form.get('contactId') === '') return invalid
    const contact = contactOfChat(account, channel, form.get('contactId'))
    if (!contact) return { status: 400, body: { error: 'unknown contact' } }
    return shaped(account, { number: contact.id }, {})
  },
}

/** The switch `webchat-data-shape`; only the string was seen with more than the number. */
function shaped(account: Account, data: { number: number }, more: object): SimResponse {
  switch (account.switches['webchat-data-shape']) {
    case 'json-string':
      return { status: 200, body: { data: JSON.stringify({ ...data, ...more }) } }
    case 'object':
      return { status: 200, body: { data } }
    case 'bare':
      return { status: 200, body: data }
  }
}

async function newMessage(command: ChatCommand): Promise<SimResponse> {
  const { account, channel, form, services } = command
  const [chatId, contactId, message] = [form.get('chatId'), form.get('contactId'), form.get('message')]
  if (chatId === '' || contactId === '') return invalid
  const mayBeEmpty = account.switches['webchat-empty-message'] === 'accepted' && form.attachments.length > 0
  if (message === '' && !mayBeEmpty) return invalid
  if (account.switches['webchat-limit'] === '400-over-64k' && Buffer.byteLength(message) > sizeLimit)
    return invalid
  if (isRepeated(command)) return replyTo(command)

  const contact = contactOfChat(account, channel, contactId) ?? newContact(command)
  const existing = taskOfChat(account, channel, chatId)
  const isContinued =
    existing !== undefined && (!channel.newTaskWhenNoneActive || isActive(account, existing))
  const task = isContinued ? existing : newTask(account, channel, contact, form)
  if (isContinued) renameBy(command, task)
  const comment = write(command, task, contact, !isContinued)
  if (comment.owner.startsWith('user:') && account.switches['webchat-echo-callback'] === 'yes')
    services.callBack(task, comment)
  const files = fetchFiles(command, comment)
  if (account.switches['webchat-file-fetch'] === 'before-answer') await files
  else services.inBackground(files)
  return replyTo(command)
}

function replyTo({ account, form }: ChatCommand): SimResponse {
  switch (account.switches['webchat-reply']) {
    case 'empty':
      return done
    case 'json-success':
      return { status: 200, body: { success: true } }
    case 'json-ids':
      return { status: 200, body: { chatId: form.get('chatId'), contactId: form.get('contactId') } }
  }
}

/** Whether an equal message came in the last minute, where the switch `webchat-repeat` makes that count. */
function isRepeated({ account, channel, form }: ChatCommand): boolean {
  if (account.switches['webchat-repeat'] === 'doubles') return false
  const files = form.attachments.map(({ url }) => url)
  const content = ['chatId', 'contactId', 'message', 'isEcho'].map((name) => form.get(name))
  const key = JSON.stringify([channel.providerId, ...content, ...files])
  const last = account.chat.recent.get(key)
  account.chat.recent.set(key, account.now())
  return last !== undefined && account.now() - last < repeatMs
}

function newContact({ account, channel, form }: ChatCommand): SimContact {
  const key = chatKey(channel, form.get('contactId'))
  const email = form.get('contactEmail')
  const known =
    account.switches['webchat-email-merge'] === 'first-found' ? byEmail(account, email) : undefined
  if (known) {
    known.chatKeys = [...(known.chatKeys ?? []), key]
    touch(account, known)
    return known
  }
  return addContact(account, {
    templateId: channel.contactTemplateId,
    name: form.get('contactName') || form.get('contactId'),
    lastname: form.get('contactLastName'),
    email,
    phones: phonesIn(form),
    chatKeys: [key],
    chatProfile: profileIn(form),
  })
}

function byEmail(account: Account, email: string): SimContact | undefined {
  if (email === '') return undefined
  const wanted = email.toLowerCase()
  return [...account.contacts.values()].find(
    (one) =>
      !one.isDeleted &&
      [one.email, ...one.additionalEmailAddresses].some((have) => have.toLowerCase() === wanted),
  )
}

const phonesIn = (form: ChatForm) =>
  form.get('contactPhone') === '' ? [] : [{ number: form.get('contactPhone'), type: 1 }]

/** Empty fields leave what is known. */
const profileIn = (form: ChatForm, contact?: SimContact) => ({
  ico: form.get('contactIco') || (contact?.chatProfile?.ico ?? ''),
  data: form.get('contactData') || (contact?.chatProfile?.data ?? ''),
})

const named = (channel: ChatChannel, title: string) => `${title} (WebChat, ${channel.name})`

/** A task by the channel's template with the client as assigner (contracts/planfix.md §14.5, §14.11). */
export function newTask(
  account: Account,
  channel: ChatChannel,
  contact: SimContact,
  form?: ChatForm,
): SimTask {
  const template = account.taskTemplates.find(({ id }) => id === channel.taskTemplateId)
  const client: PersonId = `contact:${contact.id}`
  const assignees = [...new Set([...(template?.assignees ?? []), ...channel.employees])]
  const task: SimTask = {
    id: account.ids.task++,
    name: named(channel, form?.get('title') || fullName(contact)),
    statusKey: 'new',
    processId: template?.processId ?? 1,
    priority: 'NotUrgent',
    assigner: client,
    counterparty: client,
    assignees: { users: assignees.length > 0 ? assignees : [`user:${channel.connectedBy}`], groups: [] },
    participants: { users: [...(template?.participants ?? [])], groups: [] },
    auditors: { users: [], groups: [] },
    createdAt: account.now(),
    updatedAt: account.now(),
    lastCommentAt: account.now(),
    isDeleted: false,
    customFields: form ? dataFields(account, template?.customFields ?? [], form) : new Map(),
    other: {},
    feed: [],
    ...(form && { chat: { providerId: channel.providerId, chatId: form.get('chatId') } }),
    ...(template && { templateId: template.id }),
  }
  account.tasks.set(task.id, task)
  return task
}

/** `data_<name>` fills the template's text field of that name, when the task is made. */
function dataFields(account: Account, ids: number[], form: ChatForm): Map<number, unknown> {
  const textFields = account.customFields.filter((field) => field.type === 0 && ids.includes(field.id))
  return new Map(
    textFields.flatMap(({ id, name }) =>
      form.names.includes(`data_${name}`) ? [[id, form.get(`data_${name}`)] as const] : [],
    ),
  )
}

function renameBy({ account, channel, form }: ChatCommand, task: SimTask): void {
  const title = form.get('title')
  if (title === '' || account.switches['webchat-title'] === 'first-only') return
  task.name = named(channel, title)
  touch(account, task)
}

/** The first message is the task's description, comment no. 1 of its feed. The time is that of the arrival. */
function write(command: ChatCommand, task: SimTask, contact: SimContact, isFirst: boolean): SimComment {
  const { account, form } = command
  const client: PersonId = `contact:${contact.id}`
  const isEcho = !['', '0', 'false'].includes(form.get('isEcho').toLowerCase())
  const kept = account.switches['webchat-newline'] === 'kept'
  const html = kept
    ? form.get('message').replace(/\r?\n/g, '<br>')
    : form.get('message').replace(/\r?\n/g, '')
  const recipients = isEcho ? [client] : [...task.assignees.users, ...task.participants.users]
  return appendComment(
    account,
    task,
    { taskId: task.id },
    {
      owner: isEcho ? echoAuthor(command) : client,
      fromType: 'WebChatApi',
      description: storedHtml(account, html),
      recipients: { users: [...new Set(recipients)], groups: [] },
      isTaskDescription: isFirst,
    },
  )
}

/** The employee of `userEmail`, else of the settings, else the one who connected the chat. */
function echoAuthor({ account, channel, form }: ChatCommand): PersonId {
  const email = form.get('userEmail').toLowerCase()
  const author = [...account.users.values()].find(
    (user) =>
      email !== '' && [user.email, ...user.secondaryEmails].some((have) => have.toLowerCase() === email),
  )
  return `user:${author?.id ?? channel.echoAuthor ?? channel.connectedBy}`
}

async function fetchFiles({ account, form, services }: ChatCommand, comment: SimComment): Promise<void> {
  for (const { name, url } of form.attachments) {
    const fetched = await services.fetchFile(url)
    if (!fetched) account.chat.failedFetches.push(url)
    else comment.files.push(addFile(account, name || 'file', fetched.content, fetched.type).id)
    account.version++
  }
}
