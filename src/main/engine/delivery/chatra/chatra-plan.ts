import type { Connection } from '../../../../shared/config.ts'
import { type AgentSeen, type Conversation, isOpen, type Message } from '../../../../shared/domain.ts'
import { FOR_TEST_VISITOR } from '../../../../shared/setup/test-visitor.ts'
import type { Arrival } from '../../continuity.ts'
import { employeeOf } from '../../intake/comment/may-go-out.ts'
import { isDeliveredElsewhere, type Speaker } from '../../ports.ts'
import { pauseEnds } from '../loop-breaker.ts'
import { mayBeForAnother, type Writing } from './addressee.ts'

/** How long an uncertain reply delays later ones (docs/architecture.md, "An uncertain reply"). */
export const HOLD_MS = 30_000
/** A write ends within a moment, or is indeterminate for seconds. */
const WRITTEN_SOON_MS = 1_000

export type ReplyStep =
  | { do: 'idle' }
  | { do: 'wait'; until: number }
  /** It certainly did not arrive (engine/continuity.ts). It is not sent again automatically. */
  | { do: 'settle-as-not-arrived'; message: Message }
  /**
   * It was being sent when the process ended or could not write to disk: it is unknown whether it arrived.
   */
  | { do: 'mark-uncertain'; message: Message }
  /**
   * An edit or a deletion of a reply whose arrival is unknown: reported once, and it delays no other message.
   */
  | { do: 'let-wait'; message: Message }
  | { do: 'send'; message: Message }
  | { do: 'change'; message: Message; target: Message }
  /** The message to change never reached the chat, or a later change replaces this one. */
  | { do: 'drop'; message: Message; reason: string }

export interface ReplyState {
  conversation: Conversation
  /** Open and uncertain replies, in order. */
  waiting: readonly Message[]
  /** Targets of edits and deletions, by id. */
  targets: ReadonlyMap<number, Message>
  /** State of uncertain replies, by id; absent when unknown. */
  arrivals: ReadonlyMap<number, Arrival>
  /** The client's message that is being written into the task; null = none, or there is only one device. */
  writing: Writing | null
  /** The client is the visitor whom the set-up plays: Chatra has no such chat. */
  isTest?: boolean
  now: number
}

/** Plans the next step of a conversation toward Chatra. Pure. */
export function planReply(state: ReplyState): ReplyStep {
  const { now } = state
  const looks: number[] = []
  let heldUntil = 0
  for (const message of state.waiting.filter((one) => one.state === 'uncertain')) {
    const arrival = state.arrivals.get(message.id) ?? 'unknown'
    if (arrival === 'not-arrived') return { do: 'settle-as-not-arrived', message }
    if (arrival !== 'unknown') looks.push(arrival.lookAt)
    heldUntil = Math.max(heldUntil, holdsUntil(message, now))
  }
  const next = planNext(state, heldUntil)
  if (next.do !== 'idle' && next.do !== 'wait') return next
  if (next.do === 'wait') looks.push(next.until)
  return looks.length > 0 ? { do: 'wait', until: Math.max(now + 1, Math.min(...looks)) } : { do: 'idle' }
}

function planNext(state: ReplyState, heldUntil: number): ReplyStep {
  const { conversation, now } = state
  const { notBefore } = conversation.chatraLane
  if (notBefore > now) return { do: 'wait', until: notBefore }
  for (const message of state.waiting) {
    if (message.state === 'uncertain') continue
    // Only this queue sends, so a reply found in `sending` was interrupted. Edits and deletions may simply be
    // repeated.
    if (message.state === 'sending' && message.kind === 'text') return { do: 'mark-uncertain', message }
    const step = planOpen(message, state)
    if (step === null) continue
    if (step.do === 'drop' || step.do === 'let-wait') return step
    const pausedUntil = pauseEnds(conversation, now)
    if (pausedUntil !== null)
      return Number.isFinite(pausedUntil) ? { do: 'wait', until: pausedUntil } : { do: 'idle' }
    if (heldUntil > now) return { do: 'wait', until: heldUntil }
    return step.do === 'send' && mayBeForAnother(message, state.writing)
      ? { do: 'wait', until: now + WRITTEN_SOON_MS }
      : step
  }
  return { do: 'idle' }
}

/** It cannot be known here whether another computer's reply is in the chat: it delays no other message. */
function holdsUntil(message: Message, now: number): number {
  if (isDeliveredElsewhere(message.reason)) return 0
  const sentAt = message.sentAt ?? message.receivedAt
  // A time far ahead of the clock was recorded by a wrong clock.
  return sentAt > now + HOLD_MS ? 0 : sentAt + HOLD_MS
}

/** The bridge was not running, or slept, when its echo may have come, so a missing echo proves nothing. */
export const INTERRUPTED = 'interrupted'
/** Why an edit or a deletion waits: it is unknown whether the reply to change has arrived. */
export const WAITS_FOR_TARGET = 'waits-for-target'
/** As far as known, the reply to edit or delete is not in the chat: it may still appear. */
export const TARGET_NOT_ARRIVED = 'target-not-arrived'
/** It is in the chat, and Chatra has not sent its id. */
export const TARGET_ID_UNKNOWN = 'target-id-unknown'

/** Plans an open reply, edit or deletion; null = nothing to do yet. */
function planOpen(message: Message, state: ReplyState): ReplyStep | null {
  if (state.isTest === true) return { do: 'drop', message, reason: FOR_TEST_VISITOR }
  const later = state.waiting.filter((one) => one.id > message.id && one.kind !== 'text')
  if (message.kind === 'text') {
    const isDeleted = later.some((one) => one.kind === 'delete' && one.targetId === message.id)
    return isDeleted ? { do: 'drop', message, reason: 'deleted-before-sent' } : { do: 'send', message }
  }
  if (message.kind === 'edit' && later.some((one) => one.targetId === message.targetId))
    return { do: 'drop', message, reason: 'changed-again' }
  const target = message.targetId === null ? undefined : state.targets.get(message.targetId)
  if (!target) return { do: 'drop', message, reason: 'target-unknown' }
  if (target.state === 'uncertain' || isOpen(target.state))
    return message.reason === WAITS_FOR_TARGET ? null : { do: 'let-wait', message }
  if (target.chatraMessageId !== null) return { do: 'change', message, target }
  const reason = target.state === 'delivered' ? TARGET_ID_UNKNOWN : TARGET_NOT_ARRIVED
  return { do: 'drop', message, reason }
}

/**
 * The agent of a message (F6, F9): the connection's general agent, or with "send as employee" the employee
 * who wrote: as the agent chosen by hand, else the agent seen with the employee's e-mail, else by e-mail and
 * name (Chatra then creates an agent).
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
 * The possible agents, in order of preference: the intended one, else the general one, last of all by e-mail
 * and name, because an agent known by id may have been removed from Chatra since.
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
