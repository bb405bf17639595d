import type { Configuration } from '../../../shared/config.ts'
import type { BridgeEvent } from '../../../shared/domain.ts'
import type { SideState } from '../../engine/ports.ts'
import { ADDRESS_GAPS, GAP_KEPT, type Gap, gapOf, groupOf, isWithin, likeness } from './events.ts'
import {
  dueFaults,
  type FaultContext,
  faultAt,
  faultBegins,
  faultEnds,
  faultSettled,
  faultsLeft,
  type Lasting,
} from './faults.ts'
import { silentUntil } from './quiet-hours.ts'
import { nextSlotAt, noneShown, type RateLimit, takeSlot } from './rate-limit.ts'
import {
  type Chat,
  type Fault,
  type FaultPlace,
  type Gathered,
  gather,
  type Notice,
  type Stuck,
} from './show.ts'
import type { Unanswered } from './unanswered.ts'

/**
 * Decides, purely, which notifications the owner gets at once. The first of a kind is shown at once; those
 * that follow within seconds are combined into one, and the more come, the longer they are collected. A fault
 * is notified after it has lasted, its end only if the fault was notified. In quiet hours all are collected
 * into one summary, except faults: these are notified afterwards if they still last.
 */
export function decideNotices(
  state: NoticeState,
  input: NoticeInput,
  around: NotificationContext,
): NoticeDecision {
  const { now } = around
  const next = structuredClone(state)
  take(next, input, now)
  leaveOutUnwanted(next, around)
  if (next.mutedUntil !== null && next.mutedUntil <= now) next.mutedUntil = null
  const quiet = silentUntil(around.settings.quiet, next.mutedUntil, now)
  const show: Notice[] = []
  if (quiet !== null) hold(next)
  else showDue(next, around, show)
  const look = next.looks.filter(([, at]) => at <= now).map(([id]) => id)
  next.looks = next.looks.filter(([, at]) => at > now)
  const ask = quiet === null ? dueWaits(next, around) : []
  return { state: next, show, look, ask, wakeAt: wakeAt(next, around, quiet) }
}

export interface NoticeState {
  /** Waits for its turn, which is soon. */
  ready: Collected
  /** From quiet hours, for the summary. */
  held: Collected
  /** When each chat, and each similar event, was last handled. */
  chats: Lately
  events: Lately
  /** Messages that seem stuck, and when to check them: they may settle by themselves. */
  looks: [messageId: number, at: number][]
  /** Conversations whose client wrote, and since when they are watched for an answer. */
  waits: Wait[]
  /** Unanswered messages that were notified. */
  reminded: Lately
  faults: Lasting[]
  rateLimit: RateLimit
  lastGap: Gap | null
  /** The owner muted all of them until then. */
  mutedUntil: number | null
}
interface Collected {
  chats: Gathered<Chat>
  failures: Gathered<Stuck>
  events: BridgeEvent[]
  unanswered: Gathered<Unanswered>
}
interface Wait {
  connectionId: string
  conversationId: number
  at: number
}
type Lately = [key: string, at: number][]

export type NoticeInput =
  | { type: 'chat'; chat: Chat }
  /** A client wrote. */
  | { type: 'wrote'; connectionId: string; conversationId: number }
  /** Those of the asked conversations that nobody has answered. */
  | { type: 'unanswered'; messages: readonly Unanswered[] }
  | { type: 'stuck'; messageId: number; state: 'failed' | 'uncertain' }
  /** Those of a check that are really stuck. */
  | { type: 'found'; messages: readonly Stuck[] }
  | { type: 'side'; connectionId: string; side: 'chatra' | 'planfix'; state: SideState }
  /** Null = it is reachable. */
  | { type: 'address'; lost: Pick<Fault, 'code' | 'params' | 'needsOwner'> | null }
  /** There is no public address (any more). */
  | { type: 'address-none' }
  | { type: 'store'; failing: string | null }
  | { type: 'event'; event: BridgeEvent }
  /** The owner mutes all of them until then; null = no longer. */
  | { type: 'mute'; until: number | null }
  /** Time passed, or the settings changed. */
  | { type: 'time' }

export interface NotificationContext {
  now: number
  settings: Configuration['notifications']
  /** Ids of the enabled connections. */
  connections: ReadonlySet<string>
  isDown(place: FaultPlace): boolean
}

export interface NoticeDecision {
  state: NoticeState
  show: Notice[]
  /** Messages to read; the stuck ones are passed back as `found`. */
  look: number[]
  /** Conversations to read; the unanswered ones are passed back as `unanswered`. */
  ask: number[]
  /** When to call again; null = at the next event. */
  wakeAt: number | null
}

/** State that survives a restart. */
export type KeptNotices = Pick<NoticeState, 'held' | 'chats'> &
  /** Absent in facts of earlier versions. */
  Partial<Pick<NoticeState, 'mutedUntil' | 'waits' | 'reminded'>>
export const keptOf = ({ held, chats, mutedUntil, waits, reminded }: NoticeState): KeptNotices => ({
  held,
  chats,
  ...(mutedUntil !== null && { mutedUntil }),
  ...(waits.length > 0 && { waits }),
  ...(reminded.length > 0 && { reminded }),
})

export const firstNotices = (kept: KeptNotices | null): NoticeState => ({
  ready: nothing(),
  held: { ...nothing(), ...kept?.held },
  chats: kept?.chats ?? [],
  events: [],
  looks: [],
  waits: kept?.waits ?? [],
  reminded: kept?.reminded ?? [],
  faults: [],
  rateLimit: noneShown(),
  lastGap: null,
  mutedUntil: kept?.mutedUntil ?? null,
})
const nothing = (): Collected => ({
  chats: { count: 0, first: [] },
  failures: { count: 0, first: [] },
  events: [],
  unanswered: { count: 0, first: [] },
})

const MINUTE = 60_000
/** A client who returns within this time continues the same chat for the owner. */
const SAME_CHAT_MS = 10 * MINUTE
/** One notification for all messages of a client until the next answer. */
const SAME_WAIT_MS = 7 * 24 * 60 * MINUTE
const SAME_EVENT_MS = 12 * 60 * MINUTE
const MOST_REMEMBERED = 200
const MOST_EVENTS_HELD = 10
/** Failures within this time are notified together. */
const LOOK_FAILED_MS = 2000
/**
 * Twice the time in which an uncertain reply settles by itself (docs/architecture.md, "An uncertain reply").
 */
const LOOK_UNCERTAIN_MS = MINUTE

const ADDRESS = { what: 'address', connectionId: null } as const
const STORE = { what: 'store', connectionId: null } as const

function take(state: NoticeState, input: NoticeInput, now: number): void {
  switch (input.type) {
    case 'chat': {
      const key = `${input.chat.connectionId} ${input.chat.conversationId}`
      if (isNews(state.chats, key, now, SAME_CHAT_MS)) {
        state.ready.chats = gather(state.ready.chats, [input.chat])
      }
      break
    }
    case 'stuck': {
      const { messageId } = input
      const at = now + (input.state === 'failed' ? LOOK_FAILED_MS : LOOK_UNCERTAIN_MS)
      // Uncertain again, after it was sent again: the wait starts again.
      state.looks = [...state.looks.filter(([id]) => id !== messageId), [messageId, at]]
      break
    }
    case 'wrote': {
      const { connectionId, conversationId } = input
      if (!state.waits.some((one) => one.conversationId === conversationId))
        state.waits = [...state.waits, { connectionId, conversationId, at: now }].slice(-MOST_REMEMBERED)
      break
    }
    case 'unanswered': {
      const fresh = input.messages.filter(({ conversationId, since }) =>
        isNews(state.reminded, `${conversationId} ${since}`, now, SAME_WAIT_MS),
      )
      state.ready.unanswered = gather(state.ready.unanswered, fresh)
      break
    }
    case 'found':
      state.ready.failures = gather(state.ready.failures, input.messages)
      break
    case 'side':
      takeSide(state, input, now)
      break
    case 'address':
      state.faults = input.lost
        ? faultBegins(state.faults, { ...ADDRESS, ...input.lost }, now)
        : faultEnds(state.faults, ADDRESS, now)
      break
    case 'address-none':
      state.faults = faultSettled(state.faults, ADDRESS)
      break
    case 'store': {
      const fault = { ...STORE, needsOwner: true, code: '', params: { detail: input.failing ?? '' } }
      state.faults =
        input.failing === null ? faultEnds(state.faults, STORE, now) : faultBegins(state.faults, fault, now)
      break
    }
    case 'event':
      takeEvent(state, input.event, now)
      break
    case 'mute':
      state.mutedUntil = input.until
      break
    case 'time':
      break
  }
}

function takeSide(state: NoticeState, input: Extract<NoticeInput, { type: 'side' }>, now: number): void {
  const place = { what: input.side, connectionId: input.connectionId }
  if (input.state.state === 'ok') {
    state.faults = faultEnds(state.faults, place, now)
    return
  }
  const { state: word, code, detail } = input.state
  const fault = { ...place, needsOwner: word === 'paused', code, params: { detail } }
  state.faults = faultBegins(state.faults, fault, now)
}

function takeEvent(state: NoticeState, event: BridgeEvent, now: number): void {
  if (groupOf(event) === null) return
  if (ADDRESS_GAPS.has(event.key)) {
    const wasShown = faultAt(state.faults, ADDRESS)?.isShown === true
    if (event.key === GAP_KEPT && !wasShown) return
    // The gap's notification also says that the address is reachable again.
    if (wasShown) state.faults = faultSettled(state.faults, ADDRESS)
    else if (isOfLastGap(state, event)) return
  }
  state.lastGap = gapOf(event) ?? state.lastGap
  if (isNews(state.events, likeness(event), now, SAME_EVENT_MS)) state.ready.events.push(event)
}

function isOfLastGap({ lastGap }: NoticeState, event: BridgeEvent): boolean {
  const gap = gapOf(event)
  return gap !== null && lastGap !== null && isWithin(gap, lastGap)
}

/** Whether it is the first for a while. It is recorded. */
function isNews(known: Lately, key: string, now: number, forMs: number): boolean {
  const at = known.findIndex(([one]) => one === key)
  const last = known[at]?.[1]
  if (last !== undefined && last <= now && now - last < forMs) return false
  if (at >= 0) known.splice(at, 1)
  known.push([key, now])
  if (known.length > MOST_REMEMBERED) known.shift()
  return true
}

function leaveOutUnwanted(state: NoticeState, around: NotificationContext): void {
  const { settings } = around
  for (const collected of [state.ready, state.held]) {
    if (!settings.newChats) collected.chats = nothing().chats
    if (settings.unansweredMinutes === null) collected.unanswered = nothing().unanswered
    if (!settings.failures) collected.failures = nothing().failures
    collected.events = collected.events.filter((one) => settings[groupOf(one) ?? 'failures'])
  }
  if (settings.unansweredMinutes === null) state.waits = []
  state.waits = state.waits.filter(({ connectionId }) => around.connections.has(connectionId))
}

// ---- now

function showDue(state: NoticeState, around: NotificationContext, show: Notice[]): void {
  const { now } = around
  const { ready, rateLimit } = state
  if (!isEmpty(state.held) && takeSlot(rateLimit, now, null)) {
    show.push({ kind: 'summary', ...state.held })
    state.held = nothing()
  }
  showFaults(state, around, show)
  if (ready.failures.count > 0 && takeSlot(rateLimit, now, 'failures')) {
    const { count, first } = ready.failures
    const [only] = first
    show.push(count === 1 && only ? { kind: 'failure', message: only } : { kind: 'failures', count, first })
    ready.failures = nothing().failures
  }
  while (ready.events[0] && takeSlot(rateLimit, now, null)) {
    show.push({ kind: 'event', event: ready.events[0] })
    ready.events.shift()
  }
  if (ready.unanswered.count > 0 && takeSlot(rateLimit, now, 'unanswered')) {
    const { count, first } = ready.unanswered
    const [only] = first
    show.push(
      count === 1 && only
        ? { kind: 'unanswered', message: only, minutes: Math.floor((now - only.since) / MINUTE) }
        : { kind: 'unanswered-many', count, first },
    )
    ready.unanswered = nothing().unanswered
  }
  if (ready.chats.count > 0 && takeSlot(rateLimit, now, 'chats')) {
    const { count, first } = ready.chats
    const [only] = first
    show.push(count === 1 && only ? { kind: 'chat', chat: only } : { kind: 'chats', count, first })
    ready.chats = nothing().chats
  }
}

function showFaults(state: NoticeState, around: NotificationContext, show: Notice[]): void {
  const { now, settings, connections, isDown } = around
  const faultsAround: FaultContext = {
    now,
    isDown,
    isWanted: ({ what }) => (what === 'store' ? settings.failures : settings.connections),
    isKnown: ({ connectionId }) => connectionId === null || connections.has(connectionId),
  }
  state.faults = faultsLeft(state.faults, faultsAround)
  const { lost, back, rest } = dueFaults(state.faults, faultsAround)
  if (lost.length + back.length === 0 || !takeSlot(state.rateLimit, now, 'faults')) return
  if (lost.length > 0) show.push({ kind: 'lost', faults: lost, alsoBack: back })
  else show.push({ kind: 'back', faults: back })
  state.faults = rest
}

/** Those to be asked about now; each is asked about once, until its client writes again. */
function dueWaits(state: NoticeState, { now, settings }: NotificationContext): number[] {
  const due = state.waits.filter(({ at }) => at + waitMs(settings) <= now)
  state.waits = state.waits.filter((one) => !due.includes(one))
  return due.map(({ conversationId }) => conversationId)
}

const waitMs = ({ unansweredMinutes }: NotificationContext['settings']): number =>
  (unansweredMinutes ?? 0) * MINUTE

// ---- quiet hours and time

function hold(state: NoticeState): void {
  const { ready, held } = state
  held.chats = gather(held.chats, ready.chats.first, ready.chats.count)
  held.failures = gather(held.failures, ready.failures.first, ready.failures.count)
  held.unanswered = gather(held.unanswered, ready.unanswered.first, ready.unanswered.count)
  held.events = [...held.events, ...ready.events].slice(-MOST_EVENTS_HELD)
  state.ready = nothing()
}

const isEmpty = ({ chats, failures, events, unanswered }: Collected): boolean =>
  chats.count + failures.count + unanswered.count === 0 && events.length === 0

function wakeAt(
  state: NoticeState,
  { now, settings }: NotificationContext,
  quiet: number | null,
): number | null {
  const { ready, held, rateLimit } = state
  const times = state.looks.map(([, at]) => at)
  const due = state.faults.map(({ dueAt }) => dueAt).filter((at) => at !== null)
  const waits = state.waits.map(({ at }) => at + waitMs(settings))
  if (quiet !== null) {
    if (waits.length > 0 || !isEmpty(held) || due.length > 0 || state.mutedUntil !== null) times.push(quiet)
  } else {
    if (ready.chats.count > 0) times.push(nextSlotAt(rateLimit, now, 'chats'))
    times.push(...waits)
    if (ready.unanswered.count > 0) times.push(nextSlotAt(rateLimit, now, 'unanswered'))
    if (ready.failures.count > 0) times.push(nextSlotAt(rateLimit, now, 'failures'))
    if (ready.events.length > 0 || !isEmpty(held)) times.push(nextSlotAt(rateLimit, now, null))
    for (const at of due) times.push(Math.max(at, nextSlotAt(rateLimit, now, 'faults')))
  }
  return times.length === 0 ? null : Math.max(Math.min(...times), now + 1)
}
