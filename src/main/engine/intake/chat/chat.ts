import type { Author, Message, MessageState } from '../../../../shared/domain.ts'
import { newMessage } from '../../../../shared/messages/new-message.ts'
import { printReason } from '../../../../shared/messages/reason.ts'
import { NOT_ARRIVED, notArrived, noteAbout, rereadOf } from '../../delivery/patches.ts'
import { nameOf } from '../../people/naming.ts'
import {
  BLOCKED,
  type Change,
  type ChatEvent,
  type ChatMessage,
  DELIVERED_BEFORE_RESTORE,
  DELIVERED_BY_ANOTHER,
  RECEIVED_FROM,
} from '../../ports.ts'
import { comparable, fingerprint, splitText } from '../../text.ts'
import { fileOf, isLateFile, lateFile } from '../late-file.ts'
import { explained } from '../skipped.ts'
import { type ChatState, originKeyOf } from './chat-state.ts'
import { decideClient, isBlocked } from './client.ts'
import { type Echo, type EchoState, findEcho } from './echo.ts'
import { absentFrom } from './transcript.ts'

/** Planfix accepts 64 KB of HTML a comment; one character may become six bytes of it. */
const MAX_PLANFIX_TEXT = 9_000
/** Without an id and a time, the same text within this time counts as a repetition of the same event. */
const REPEAT_MS = 10_000

export interface ChatDecision {
  changes: Change[]
  conversationId: number | null
  /** New messages of the client, for the notification of a new chat. */
  newFromClient: string[]
  isNewConversation: boolean
  /** The event contained something to deliver; otherwise why it did not. */
  skipped: string | null
  /** A reply was settled by its echo. */
  settledReply: boolean
}

/**
 * Decides what an event of Chatra means: new messages, echoes of our own, introductions, visits, the end of a
 * chat.
 */
export function decideChat(event: ChatEvent, state: ChatState): ChatDecision {
  const fresh = new Sorting(event, state)
  const client = decideClient(
    event,
    state,
    fresh.lastClientAt,
    fresh.fromClient.length > 0,
    fresh.worthDelivering,
  )
  const changes = [...client.changes]
  for (const { message, key, index, isDelivered } of fresh.toAdd) {
    const skip = isDelivered ? DELIVERED_BY_ANOTHER : reasonToSkip(message, state)
    changes.push(...addMessage(event, message, key, index, client.conversation?.id ?? null, state, skip))
  }
  for (const { message, index } of fresh.unknownEchoes)
    changes.push(echoOfLostReply(event, message, index, client.conversation?.id ?? null, state))
  const again = isBlocked(state) ? [] : fresh.again
  const files = again.flatMap(({ message, known }) => lateFile(message, known, client.conversation, state))
  changes.push(...files, ...fresh.settled)
  const absent = fresh.hasStrayMark ? [] : absentFrom(event, state, fresh.echoes)
  for (const reply of absent) changes.push(...notArrived(reply, state.now, state.newId))
  for (const agent of event.agents) {
    changes.push({ type: 'agent.seen', connectionId: state.settings.id, agent, at: state.now })
  }
  const skipped =
    fresh.toAdd.length + files.length > 0 || client.isRelevant
      ? null
      : fresh.settled.length > 0
        ? 'own-echo'
        : 'nothing-new'
  return {
    changes,
    conversationId: client.conversation?.id ?? null,
    newFromClient: fresh.fromClient.map((message) => message.text),
    isNewConversation: client.isNew,
    skipped,
    settledReply: fresh.settled.length > 0 || absent.length > 0,
  }
}

/** Divides the messages of an event into new ones, known ones and echoes of our own replies. */
class Sorting {
  readonly toAdd: { message: ChatMessage; key: string; index: number; isDelivered: boolean }[] = []
  readonly fromClient: ChatMessage[] = []
  /** Known ones, which may have a file now. */
  readonly again: { message: ChatMessage; known: Message }[] = []
  readonly settled: Change[] = []
  /** Our own replies that the restored store lacks. */
  readonly unknownEchoes: { message: ChatMessage; index: number }[] = []
  readonly echoes = new Map<ChatMessage, Message>()
  /** One of our messages is among them, and it is unknown which. */
  hasStrayMark = false
  readonly lastClientAt: number | null
  /** It contains more than echoes and automatic messages. */
  readonly worthDelivering: boolean

  constructor(event: ChatEvent, state: ChatState) {
    const claimed = new Set<number>()
    const seen = new Map<string, (typeof this.toAdd)[number]>()
    const counts = new Map<string, number>()
    const marked = event.messages.some(isMarked)
    if (marked && !state.marksSeen) this.settled.push(marksAreSeen(event, state))
    event.messages.forEach((message, index) => {
      if (message.type === 'agent') {
        const echo = findEcho(message, echoStateOf(event, message, { ...state, claimed }))
        if (echo) {
          claimed.add(echo.reply.id)
          this.echoes.set(message, echo.reply)
          this.settled.push(...settle(echo, message, index, event, state))
          return
        }
        if (isMarked(message)) {
          this.hasStrayMark = true
          if ((message.at ?? state.now) < (state.restoredAt ?? 0)) this.unknownEchoes.push({ message, index })
          return
        }
      }
      const known = originKeyOf(event.client.id, message)
      const key =
        known ?? `u:${event.client.id}:${message.type}:${state.now}:${index}:${fingerprint(message.text)}`
      const before = state.known.get(key) ?? (known === null ? repeated(event, message, state, counts) : null)
      if (before) {
        this.again.push({ message, known: before })
        return
      }
      const first = seen.get(key)
      if (first) {
        first.message = { ...first.message, file: first.message.file ?? message.file }
        return
      }
      const isDelivered = deliveredByAnother(event, message, state)
      const added = { message, key, index, isDelivered }
      seen.set(key, added)
      this.toAdd.push(added)
      if (isDelivered) return
      if (message.type === 'client' && !isBlocked(state)) this.fromClient.push(message)
    })
    this.worthDelivering = this.toAdd.some(
      ({ message, isDelivered }) => !isDelivered && reasonToSkip(message, state) === null,
    )
    const times = this.fromClient.map((message) => writtenAtOf(message, state))
    this.lastClientAt = times.length > 0 ? Math.max(...times) : null
  }
}

const isMarked = ({ type, receivedFrom }: ChatMessage) => type === 'agent' && receivedFrom === RECEIVED_FROM

/** Marks may occur in transcripts and not in other events, or the other way round. */
export const marksFact = (kind: ChatEvent['kind']): string =>
  kind === 'transcript' ? 'marksInTranscripts' : 'marksSeen'
const marksAreSeen = (event: ChatEvent, state: ChatState): Change => ({
  type: 'fact.set',
  connectionId: state.settings.id,
  key: marksFact(event.kind),
  value: true,
})

/** The facts for deciding on one message of an event. */
export const echoStateOf = (
  event: ChatEvent,
  message: ChatMessage,
  state: Pick<ChatState, 'replies' | 'marksSeen' | 'writers' | 'now'> & { claimed: ReadonlySet<number> },
): EchoState => ({
  replies: state.replies,
  claimed: state.claimed,
  marksSeen: state.marksSeen || event.messages.some(isMarked),
  writer: state.writers.get(message) ?? null,
  now: state.now,
  inTranscript: event.kind === 'transcript',
})

/**
 * Tolerance for Chatra's clock ahead of ours; a time further ahead is wrong, and would make all later
 * messages look old.
 */
const AHEAD_MS = 5 * 60_000

/** Time of writing, if Chatra gives a plausible one. */
function writtenAtOf(message: ChatMessage, { now }: ChatState, index = 0): number {
  return message.at === null || message.at > now + AHEAD_MS ? now + index / 1000 : message.at
}

/**
 * For a message without id and time, the one it repeats: the k-th of its kind in a transcript, or the same
 * text a moment ago.
 */
function repeated(
  event: ChatEvent,
  message: ChatMessage,
  state: ChatState,
  counts: Map<string, number>,
): Message | null {
  const print = `${message.type}:${fingerprint(message.text)}`
  const nth = (counts.get(print) ?? 0) + 1
  counts.set(print, nth)
  const alike = state.written.filter(
    (one) => one.author.kind === kindOf(message) && !isLateFile(one) && hasText(one, message.text),
  )
  const near =
    event.kind === 'transcript' ? alike : alike.filter((one) => state.now - one.receivedAt < REPEAT_MS)
  const { file } = message
  const withFile = file && alike.find((one) => one.files.some(({ url }) => url === file.url))
  return withFile ?? near[nth - 1] ?? null
}
/**
 * By the fingerprint in its key, if there is one: texts are removed after a while, and long ones are split.
 */
function hasText(one: Message, text: string): boolean {
  const print = /^u:.*:([\w-]{22})$/s.exec(one.originKey)?.[1]
  return print === undefined ? one.text === text : print === fingerprint(text)
}
const kindOf = (message: ChatMessage) => (message.type === 'client' ? 'client' : 'agent')

/**
 * An echo proves that a reply arrived, whatever the answer to its POST was, and whatever was decided since.
 */
function settle(
  { reply, by }: Echo,
  echo: ChatMessage,
  index: number,
  event: ChatEvent,
  state: ChatState,
): Change[] {
  const patch: Partial<Message> = { echoed: true }
  if (reply.chatraMessageId === null && echo.id !== null && reply.kind === 'text')
    patch.chatraMessageId = echo.id
  const isNews = reply.state !== 'delivered'
  if (isNews) Object.assign(patch, { state: 'delivered', reason: 'echo-seen' })
  // It stays at the place in the chat where it appeared.
  if (isGivenUp(reply)) patch.sentAt = echo.at ?? state.now
  const changes: Change[] =
    reply.echoed && Object.keys(patch).length === 1
      ? []
      : [{ type: 'message.patch', id: reply.id, at: state.now, patch }]
  if (by === 'words' && !reply.echoed) changes.push(ownEcho(reply, echo, index, state))
  if (isNews) changes.push(...afterAll(reply, state))
  // A transcript contains our replies even where no echo comes by itself (switch rest-echo), so it does not
  // prove that echoes come; nor does an equal text, which a person may have typed.
  if (!state.echoSeen && event.kind !== 'transcript' && by !== 'words')
    changes.push({ type: 'fact.set', connectionId: state.settings.id, key: 'echoSeen', value: true })
  return changes
}

const isGivenUp = ({ state }: Message) => state === 'failed' || state === 'skipped'

/**
 * It had been given up: its comment may differ by now, or another message may have been sent in its place.
 * The employee, who got a note about the failure, gets another one.
 */
function afterAll(reply: Message, state: ChatState): Change[] {
  if (!isGivenUp(reply)) return []
  const rereads = rereadOf(reply, state.now, state.newId)
  const wasReported = reply.state === 'failed' && reply.reason === NOT_ARRIVED
  return wasReported
    ? [...rereads, noteAbout(reply, { what: 'arrived-after-all' }, state.now, state.newId)]
    : rereads
}

/** A message that counts as an echo only by its text leaves a line in the log, with the matched message. */
function ownEcho(reply: Message, echo: ChatMessage, index: number, state: ChatState): Change {
  const reason = printReason({ kind: 'own-echo', messageId: reply.id })
  const key = `echo:${reply.id}:${state.now}:${index}`
  const { connectionId } = reply
  return explained({ connectionId, key, direction: 'to-planfix', text: echo.text, reason }, state)
}

/**
 * A transcript repeats the whole chat. Its messages from before this computer took over reached the other
 * computer separately; messages that it had not fetched from the relay come to us separately, before the
 * transcript.
 */
const deliveredByAnother = (event: ChatEvent, message: ChatMessage, state: ChatState): boolean =>
  event.kind === 'transcript' && (message.at ?? 0) < (state.takenOverAt ?? 0)

/** Origin keys of replies that were seen in the chat before their comment was read. */
export const ECHO_KEY = 'e:'

/** Stored as a reply that arrived, until its comment is read (CommentState.echoes). */
function echoOfLostReply(
  event: ChatEvent,
  message: ChatMessage,
  index: number,
  conversationId: number | null,
  state: ChatState,
): Change {
  const at = message.at ?? state.now
  const [added] = addMessage(
    event,
    message,
    '',
    index,
    conversationId,
    state,
    DELIVERED_BEFORE_RESTORE,
    Infinity,
  )
  const key = message.id ?? `${event.client.id}:${at}:${fingerprint(message.text)}`
  return {
    type: 'message.add',
    states: [{ state: 'delivered', reason: DELIVERED_BEFORE_RESTORE }],
    message: {
      ...added!.message,
      direction: 'to-chatra',
      author: { kind: 'bridge' },
      originKey: `${ECHO_KEY}${key}`,
      state: 'delivered',
      echoed: true,
      sentAt: at,
      sentFingerprint: fingerprint(comparable(message.text)),
    },
  }
}

function reasonToSkip(message: ChatMessage, state: ChatState): string | null {
  if (message.type === 'system') return 'system-message'
  if (message.isPushed) return 'automatic-message'
  if (isBlocked(state)) return BLOCKED
  if (message.type === 'agent' && !state.settings.options.mirrorChatraReplies) return 'mirroring-off'
  return null
}

function addMessage(
  event: ChatEvent,
  message: ChatMessage,
  key: string,
  index: number,
  conversationId: number | null,
  state: ChatState,
  skip: string | null,
  maxText = MAX_PLANFIX_TEXT,
): Extract<Change, { type: 'message.add' }>[] {
  const writtenAt = writtenAtOf(message, state, index)
  const parts = splitText(message.text, maxText)
  return parts.map((text, part) => {
    const states: { state: MessageState; reason: string | null }[] = skip
      ? [{ state: 'skipped', reason: skip }]
      : [
          { state: 'received', reason: null },
          { state: 'queued', reason: null },
        ]
    return {
      type: 'message.add',
      states,
      message: newMessage({
        id: state.newId(),
        connectionId: state.settings.id,
        conversationId,
        direction: 'to-planfix',
        author: authorOf(event, message),
        text,
        files: part === 0 ? fileOf(message) : [],
        originKey: part === 0 ? key : `${key}:${part + 1}`,
        chatraClientId: event.client.id,
        chatraMessageId: message.id,
        writtenAt,
        receivedAt: state.now,
        position: writtenAt,
        state: skip ? 'skipped' : 'queued',
        reason: skip,
      }),
    }
  })
}

function authorOf(event: ChatEvent, message: ChatMessage): Author {
  if (message.type === 'client') return { kind: 'client', id: event.client.id, name: nameOf(event.client) }
  const agent = event.agents.find((one) => one.id === message.agentId)
  const only = event.agents.length === 1 ? event.agents[0] : undefined
  const who = agent ?? (message.agentId === null ? only : undefined)
  return {
    kind: 'agent',
    id: message.agentId ?? who?.id ?? null,
    name: message.agentName ?? who?.name ?? '',
    email: who?.email ?? null,
  }
}
