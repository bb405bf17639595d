import type { Agent, Chat, Client, Message, StoredFile } from './state.ts'
import type { ChatraSwitches } from './switches.ts'

export type Json = Record<string, unknown>

/** A message as REST returns it (contracts/chatra.md §3.1). */
export function restMessage(switches: ChatraSwitches, message: Message): Json {
  return {
    id: message.id,
    type: message.type,
    text: textWithFile(switches, message),
    clientId: message.clientId,
    ...(message.agentId && { agentId: message.agentId, agentName: message.agentName }),
    ...createdAt(switches, message.createdAt),
    ...(message.receivedFrom !== undefined && { receivedFrom: message.receivedFrom }),
    isPushed: message.origin === 'pushed',
    ...fileKey(switches, message.file),
    ...(switches['extra-keys'] === 'on' && { sentVia: { channel: 'widget' } }),
  }
}

/** A client as REST returns it (contracts/chatra.md §3.2). */
export function restClient(switches: ChatraSwitches, client: Client): Json {
  return {
    ...identity(switches, client, client.chat),
    basicInfo: { ...client.basicInfo },
    integrationData: { ...client.integrationData },
    info: info(client),
    ...(switches['client-keys'] === 'brevo-names' && {
      ...surroundings(client),
      chatUrl: `https://app.chatra.io/conversations/${client.chat.id}`,
    }),
    ...(switches['extra-keys'] === 'on' && { leadScore: 7, segments: [] }),
  }
}

/** A message inside a webhook (contracts/chatra.md §4.4). `changed` overrides parts of it, for edit events and transcripts. */
export function webhookMessage(
  switches: ChatraSwitches,
  message: Message,
  changed: { id?: string; text?: string; createdAt?: number; inTranscript?: boolean } = {},
): Json {
  const text = changed.text ?? textWithFile(switches, message)
  const hideSender = message.origin === 'rest' && switches['rest-echo'] === 'without-received-from'
  return {
    ...(switches['message-id'] === 'present' && { id: changed.id ?? message.id }),
    type: message.type,
    ...(switches['text-key'] !== 'message' && { text }),
    ...(switches['text-key'] !== 'text' && { message: text }),
    ...createdAt(switches, changed.createdAt ?? message.createdAt),
    ...(message.agentId && { agentId: message.agentId, agentName: message.agentName }),
    ...(message.receivedFrom !== undefined && !hideSender && { receivedFrom: message.receivedFrom }),
    ...(message.origin === 'pushed' && switches['pushed-echo'] !== 'bare' && { isPushed: true }),
    ...fileKey(switches, message.file, changed.inTranscript),
    ...(switches['extra-keys'] === 'on' && { sentVia: { channel: 'widget' } }),
  }
}

/** contracts/chatra.md §4.5 */
export function chatStarted(
  switches: ChatraSwitches,
  client: Client,
  chat: Chat,
  message: Message,
  agent?: Agent,
): Json {
  const [shown] = agent ? agentList(switches, [agent]) : []
  return {
    eventName: 'chatStarted',
    ...startPage(switches, chat),
    message: webhookMessage(switches, message),
    client: webhookClient(switches, client, chat),
    ...(shown && { agent: shown }),
    ...extra(switches),
  }
}

/** contracts/chatra.md §4.6; `messages` are already shaped. */
export function chatFragment(switches: ChatraSwitches, client: Client, chat: Chat, messages: Json[]): Json {
  return {
    eventName: 'chatFragment',
    client: webhookClient(switches, client, chat),
    agents: agentList(switches, chat.agents.values()),
    messages,
    ...extra(switches),
  }
}

/** contracts/chatra.md §4.7 */
export function chatTranscript(
  switches: ChatraSwitches,
  client: Client,
  chat: Chat,
  messages: Message[],
): Json {
  return {
    eventName: 'chatTranscript',
    ...startPage(switches, chat),
    client: webhookClient(switches, client, chat),
    agents: agentList(switches, chat.agents.values()),
    messages: messages.map((message) => webhookMessage(switches, message, { inTranscript: true })),
    ...extra(switches),
  }
}

function webhookClient(switches: ChatraSwitches, client: Client, chat: Chat): Json {
  const minimal = switches['client-keys'] === 'minimal'
  const present = switches['info-present']
  return {
    ...identity(switches, client, chat),
    ...(!minimal && present !== 'no-basic-info' && { basicInfo: { ...client.basicInfo } }),
    integrationData: { ...client.integrationData },
    ...(present !== 'info-missing' && { info: info(client) }),
    ...(!minimal && surroundings(client)),
    ...(switches['extra-keys'] === 'on' && { leadScore: 7, segments: [] }),
  }
}

function identity(switches: ChatraSwitches, client: Client, chat: Chat): Json {
  const given = client.basicInfo.name ?? client.integrationData.name ?? ''
  const position = switches['visitor-name']
  return {
    id: client.id,
    chatId: chat.id,
    ...(position === 'generated' && { displayedName: given || client.generatedName }),
    ...(position === 'given' && { displayedName: given }),
  }
}

function info(client: Client): Json {
  const { name, email, phone } = client.basicInfo
  const basic = { ...(name && { name }), ...(email && { email }), ...(phone && { phone }) }
  return { ...basic, ...client.integrationData, ...basic }
}

function surroundings(client: Client): Json {
  const { groupId, ip, country, city, browser, os, userAgent, browserLanguage, visit } = client
  return {
    groupId,
    ip,
    country,
    city,
    browser,
    os,
    userAgent,
    browserLanguage,
    lastVisit: { ...visit, viewedPages: visit.viewedPages.slice() },
  }
}

function agentList(switches: ChatraSwitches, agents: Iterable<Agent>): Json[] {
  if (switches['agents-list'] === 'empty') return []
  const idsOnly = switches['agents-list'] === 'ids-only'
  return Array.from(agents, ({ id, name, email }) => (idsOnly ? { id } : { id, name, email }))
}

function startPage(switches: ChatraSwitches, chat: Chat): Json {
  const key = switches['start-page']
  return key === 'absent' || !chat.startPage ? {} : { [key]: { ...chat.startPage } }
}

function createdAt(switches: ChatraSwitches, time: number): Json {
  const position = switches['created-at']
  if (position === 'absent') return {}
  return { createdAt: position === 'ms' ? time : new Date(time).toISOString() }
}

function textWithFile(switches: ChatraSwitches, { file, text }: Message): string {
  return file && switches.files === 'link-in-text' ? `${text} ${file.url}` : text
}

function fileKey(switches: ChatraSwitches, file: StoredFile | undefined, inTranscript = false): Json {
  const position = switches.files
  if (!file || (position !== 'brevo-file-object' && position !== 'brevo-file-url-later')) return {}
  const address = position === 'brevo-file-object' || inTranscript ? file.url : null
  const names =
    file.keys === 'name-url' ? { name: file.name, url: address } : { filename: file.name, link: address }
  const isImage = file.type.startsWith('image/')
  return {
    file: {
      ...names,
      size: file.size,
      isImage,
      ...(isImage && file.dimensions && { imageInfo: { ...file.dimensions, previewUrl: file.url } }),
    },
  }
}

function extra(switches: ChatraSwitches): Json {
  return switches['extra-keys'] === 'on' ? { hookVersion: 3, workspace: { plan: 'paid' } } : {}
}
