import { z } from 'zod'
import { pathOf } from '../../shared/config.ts'
import type { AgentSeen } from '../../shared/domain.ts'
import { printReason } from '../../shared/messages/reason.ts'
import type { ChatEvent, ChatMessage } from '../engine/ports.ts'
import { chatClient, page } from './client-profile.ts'
import { chatMessage, isEmpty } from './message.ts'
import { identifier, line, needed, own, email as toEmail, tolerant } from './values.ts'

/** A parsed event; `dropped` names the omitted messages, e.g. `messages[2]: neither text nor file`. */
export type ReadChatEvent = { ok: true; event: ChatEvent; dropped: string[] } | { ok: false; reason: string }

const KINDS = { chatStarted: 'started', chatFragment: 'fragment', chatTranscript: 'transcript' } as const
const unknownEvent = (name: string): string =>
  printReason({ kind: 'unknown-event', name: line(name, 60) ?? '' })

const isKnown = (name: string): name is keyof typeof KINDS => Object.hasOwn(KINDS, name)

const whole = tolerant((value) => value)
const envelope = z.object(
  {
    eventName: z.string({ error: needed('a text') }),
    client: chatClient,
    message: whole,
    messages: whole,
    agent: whole,
    agents: whole,
    chatStartedPage: whole,
    conversationStartPage: whole,
  },
  { error: needed('an object') },
)

/**
 * Parses the body of a webhook (contracts/chatra.md §4; every sample there is reconstructed, so only the
 * indispensable fields are required): `eventName`, `client.id` and the messages: `messages[]`, or a single
 * `message`. Unknown keys and invalid optional values are omitted. Never throws.
 * One bad message does not affect the others: a message that is no object or has no `type`, and one with
 * neither text nor file, is dropped and named in `dropped`. When all messages are invalid, the event is
 * refused with the first reason, except a transcript: that one also says that the chat is over (F11).
 */
export const readChatEvent = (body: unknown): ReadChatEvent => {
  const name = own(body, 'eventName')
  if (typeof name === 'string' && !isKnown(name)) {
    return { ok: false, reason: unknownEvent(name) }
  }
  const parsed = envelope.safeParse(body)
  if (!parsed.success) return { ok: false, reason: firstProblem(parsed.error, 'body') }
  const { eventName, client, chatStartedPage, conversationStartPage, ...rest } = parsed.data
  if (!isKnown(eventName)) return { ok: false, reason: unknownEvent(eventName) }
  const kind = KINDS[eventName]

  const found = findMessages(kind, rest)
  if (!found.ok) return found
  const { messages, broken, dropped } = readMessages(found.list)
  if (messages.length === 0 && broken !== null && kind !== 'transcript') return { ok: false, reason: broken }

  const startPage = page(chatStartedPage) ?? page(conversationStartPage)
  const agents = readAgents(rest)
  return { ok: true, event: { kind, client: { ...client, startPage }, agents, messages, startPage }, dropped }
}

type Placed = { path: string; value: unknown }

/** `chatStarted` contains one `message`, the others `messages[]` (§4.2); either is accepted in any event. */
function findMessages(
  kind: ChatEvent['kind'],
  { message, messages }: { message: unknown; messages: unknown },
): { ok: true; list: Placed[] } | { ok: false; reason: string } {
  const several = Array.isArray(messages)
    ? messages.map((value, index) => ({ path: `messages[${index}]`, value }))
    : null
  const single = message === null ? null : [{ path: 'message', value: message }]
  const list = kind === 'started' ? (single ?? several) : several?.length ? several : (single ?? several)
  if (list) return { ok: true, list }
  if (messages !== null) return { ok: false, reason: 'messages: expected an array' }
  return { ok: false, reason: `${kind === 'started' ? 'message' : 'messages'}: missing` }
}

function readMessages(list: Placed[]): { messages: ChatMessage[]; broken: string | null; dropped: string[] } {
  const messages: ChatMessage[] = []
  const dropped: string[] = []
  let broken: string | null = null
  for (const { path, value } of list) {
    const parsed = chatMessage.safeParse(value)
    if (!parsed.success) {
      const problem = firstProblem(parsed.error, path)
      broken ??= problem
      dropped.push(problem)
    } else if (isEmpty(parsed.data)) {
      dropped.push(`${path}: neither text nor file`)
    } else {
      messages.push(parsed.data)
    }
  }
  return { messages, broken, dropped }
}

/**
 * Full entries, entries with only an id, bare ids, or a single `agent` (switch `agents-list`); each id once.
 */
function readAgents({ agent, agents }: { agent: unknown; agents: unknown }): AgentSeen[] {
  const found = new Map<string, AgentSeen>()
  for (const value of [...(Array.isArray(agents) ? agents : [agents]), agent]) {
    const id = identifier(own(value, 'id') ?? value)
    if (id === null || found.has(id)) continue
    found.set(id, { id, name: line(own(value, 'name'), 200), email: toEmail(own(value, 'email')) })
  }
  return [...found.values()]
}

/** The first issue with its path, e.g. `client.id: missing`. */
export function firstProblem(error: z.ZodError, root: string): string {
  const issue = error.issues[0]
  if (!issue) return `${root}: not understood`
  const inside = pathOf(issue.path)
  const path = root === 'body' ? inside || root : inside ? `${root}.${inside}` : root
  return `${path}: ${issue.message}`
}
