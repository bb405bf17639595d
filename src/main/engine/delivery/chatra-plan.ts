import type { Connection } from '../../../shared/config.ts'
import type { AgentSeen, Conversation, Message } from '../../../shared/domain.ts'
import { employeeOf } from '../intake/comment.ts'
import { CARRIED_BY_ANOTHER, type Speaker } from '../ports.ts'
import { pauseEnds } from './loop-breaker.ts'

/** An uncertain reply holds back later ones for so long (docs/architecture.md, "An uncertain reply"). */
export const HOLD_MS = 30_000

/**
 * So often a reply without an echo is taken for not sent. After that the webhooks themselves may be what is missing, and
 * one more copy would reach the client: the owner decides.
 */
const MOST_TRIES = 3

export type ReplyStep =
  | { do: 'idle' }
  | { do: 'wait'; until: number }
  /** No echo came although echoes are known to come: it did not arrive, and is sent again. */
  | { do: 'settle-as-not-sent'; message: Message }
  /** It was being sent when the process ended or could not write to disk: nobody knows whether it arrived. */
  | { do: 'mark-uncertain'; message: Message }
  | { do: 'send'; message: Message }
  | { do: 'change'; message: Message; target: Message }
  /** The message it would change never reached the chat. */
  | { do: 'drop'; message: Message; reason: string }

export interface ReplyState {
  conversation: Conversation
  /** Open and uncertain replies, in order. */
  waiting: readonly Message[]
  /** Targets of edits and deletions, by id. */
  targets: ReadonlyMap<number, Message>
  /** Echoes of this connection have been seen to come. */
  echoSeen: boolean
  /** Since when the bridge can receive echoes. */
  awakeSince: number
  now: number
}

/** What to do next for a conversation toward Chatra. Pure. */
export function planReply(state: ReplyState): ReplyStep {
  const { conversation, now } = state
  if (conversation.chatraLane.notBefore > now) return { do: 'wait', until: conversation.chatraLane.notBefore }
  for (const message of state.waiting) {
    // Only this lane sends, so a reply found in `sending` was interrupted. Edits and deletions may simply be repeated.
    if (message.state === 'sending' && message.kind === 'text') return { do: 'mark-uncertain', message }
    if (message.state !== 'uncertain') {
      const held = pauseEnds(conversation, now)
      if (held === null) return planOpen(message, state)
      return Number.isFinite(held) ? { do: 'wait', until: held } : { do: 'idle' }
    }
    // Nobody here can tell whether it is in the chat: it holds nothing up, and the owner decides.
    if (message.reason === CARRIED_BY_ANOTHER) continue
    const interrupted = wasInterrupted(message)
    const sentAt = message.sentAt ?? message.receivedAt
    const heldUntil = (interrupted ? Math.max(sentAt, state.awakeSince) : sentAt) + HOLD_MS
    if (heldUntil > now) return { do: 'wait', until: heldUntil }
    if (now > heldUntil + ASLEEP_MS && !interrupted) return { do: 'mark-uncertain', message }
    if (state.echoSeen && !interrupted && message.attempts < MOST_TRIES)
      return { do: 'settle-as-not-sent', message }
  }
  return { do: 'idle' }
}

/** Looked at so much later than planned, the computer was asleep, and nobody could have received the echo. */
const ASLEEP_MS = 60_000

/**
 * The bridge was not running when its echo may have come, so a missing echo proves nothing, however often Chatra repeats
 * webhooks: each try may have found nobody. One that comes after all settles it, else the owner does.
 */
export const INTERRUPTED = 'interrupted'
const wasInterrupted = (message: Message) => message.reason === INTERRUPTED

function planOpen(message: Message, state: ReplyState): ReplyStep {
  if (message.kind === 'text') return { do: 'send', message }
  const target = message.targetId === null ? undefined : state.targets.get(message.targetId)
  if (!target) return { do: 'drop', message, reason: 'target-unknown' }
  if (target.chatraMessageId === null) return { do: 'drop', message, reason: 'target-id-unknown' }
  return { do: 'change', message, target }
}

/**
 * Who speaks (F6, F9): the connection's general user, or with "send as employee" the employee who wrote: as the agent
 * chosen by hand, else the agent seen with his e-mail, else by e-mail and name (Chatra then makes an agent).
 */
export function speakerOf(message: Message, settings: Connection, agents: readonly AgentSeen[]): Speaker {
  if (!settings.options.sendAsEmployee || message.author.kind !== 'employee')
    return generalSpeaker(settings, agents)
  const employee = employeeOf(message.author.id, settings)
  if (employee?.chatraAgentId) return { agentId: employee.chatraAgentId }
  const email = employee?.email
  if (!email) return generalSpeaker(settings, agents)
  return byEmail(email, employee.name ?? message.author.name, agents)
}

export function generalSpeaker(settings: Connection, agents: readonly AgentSeen[]): Speaker {
  return byEmail(settings.chatra.agent.email, settings.chatra.agent.name, agents)
}

/**
 * Who may speak, in order of preference: who should, else the general user, last of all by e-mail and name, because an
 * agent known by id may have been removed from Chatra since.
 */
export function speakersOf(
  message: Message,
  settings: Connection,
  agents: readonly AgentSeen[],
): [Speaker, ...Speaker[]] {
  const first = speakerOf(message, settings, agents)
  const others = [generalSpeaker(settings, agents), generalSpeaker(settings, [])]
  const distinct = new Map(others.map((one) => [JSON.stringify(one), one]))
  distinct.delete(JSON.stringify(first))
  return [first, ...distinct.values()]
}

function byEmail(email: string, name: string, agents: readonly AgentSeen[]): Speaker {
  const seen = agents.find((agent) => agent.email?.toLowerCase() === email.toLowerCase())
  return seen ? { agentId: seen.id } : { agentEmail: email, agentName: name }
}
