import type { ClientLink, ClientProfile, Conversation, Page } from '../../../../shared/domain.ts'
import type { JobData, JobKind } from '../../../../shared/messages/job.ts'
import { isTestVisitor } from '../../../../shared/setup/test-visitor.ts'
import { addJob } from '../../delivery/patches.ts'
import { bornJoined, joinNote } from '../../people/merge.ts'
import { nameOf } from '../../people/naming.ts'
import type { Change, ChatEvent } from '../../ports.ts'
import type { ChatState } from './chat-state.ts'

type AddJob = <Kind extends JobKind>(
  kind: Kind,
  key: string,
  notBefore: number,
  data: JobData<Kind>,
) => Change

const MINUTE = 60_000

export interface ClientDecision {
  changes: Change[]
  conversation: Conversation | null
  isNew: boolean
  /** The event changed something besides messages: an introduction, a visit, the end of the chat. */
  isRelevant: boolean
}

/**
 * Which conversation an event belongs to, and what it says about the client: a new device (F13), an
 * introduction (F12), a new visit (F14), the end of the chat (F11). A client without any message gets no
 * conversation.
 */
export function decideClient(
  event: ChatEvent,
  state: ChatState,
  lastClientAt: number | null,
  clientWrote: boolean,
  worthDelivering: boolean,
): ClientDecision {
  const nothing: ClientDecision = { changes: [], conversation: null, isNew: false, isRelevant: false }
  if (!state.link && !worthDelivering) return nothing
  const existing = state.conversation ?? state.joins?.into ?? null
  const isNew = existing === null
  const conversation = existing ?? newConversation(state)
  const changes: Change[] = isNew ? [{ type: 'conversation.add', conversation }] : []
  if (!state.conversation && state.joins) changes.push(...joining(event, state, state.joins))
  changes.push(...perhapsSame(conversation, state))

  const blocked = isBlocked(state)
  const visit = blocked ? null : newVisit(event, state)
  const link: ClientLink = {
    connectionId: state.settings.id,
    clientId: event.client.id,
    conversationId: conversation.id,
    profile: profileOf(event, state),
    lastWroteAt: Math.max(state.link?.lastWroteAt ?? 0, lastClientAt ?? 0),
    lastVisitAt: visit ?? state.link?.lastVisitAt ?? null,
  }
  changes.push({ type: 'client.save', client: link })
  const job: AddJob = (kind, key, notBefore, data) =>
    addJob({
      id: state.newId(),
      connectionId: state.settings.id,
      conversationId: conversation.id,
      kind,
      key,
      data,
      notBefore,
    })

  const introduced = !blocked && introducesHimself(event, state)
  if (introduced)
    changes.push(job('introduce', `contact:${event.client.id}`, state.now, { clientId: event.client.id }))
  if (visit !== null) {
    const { os, browser, ip } = event.client
    changes.push(
      job('visit', `${event.client.id}:${visit}`, state.now, {
        clientId: event.client.id,
        startedAt: visit,
        os,
        browser,
        ip,
      }),
    )
  }
  changes.push(...activity(event, state, { conversation, isNew }, lastClientAt, clientWrote, job))
  const ended = event.kind === 'transcript' || event.client.visit?.finishedAt != null
  return { changes, conversation, isNew, isRelevant: introduced || visit !== null || ended }
}

/** The owner does not want this client's chat passed on. */
export const isBlocked = ({ conversation, joins }: Pick<ChatState, 'conversation' | 'joins'>): boolean =>
  ((conversation ?? joins?.into)?.blockedAt ?? null) !== null

/**
 * A new device of a known person: a separate conversation that is merged from the start can be separated.
 */
function joining(
  event: ChatEvent,
  state: ChatState,
  { into, why }: NonNullable<ChatState['joins']>,
): Change[] {
  const { newId, now } = state
  const begun = bornJoined(newConversation(state), into, why, event.client.id, now)
  return [
    { type: 'conversation.add', conversation: begun },
    joinNote({ store: { newId }, clock: { now: () => now } }, begun, into, why, event.client.id),
  ]
}

/**
 * Perhaps the same person: written into the task that is created, or, if there already is one, into both.
 */
function perhapsSame(conversation: Conversation, state: ChatState): Change[] {
  const other = state.perhaps
  if (!other || conversation.perhaps?.conversationId === other.id) return []
  const told = conversation.taskId !== null
  const perhaps = { conversationId: other.id, told }
  const note = (here: Conversation, there: Conversation): Change =>
    addJob({
      id: state.newId(),
      connectionId: here.connectionId,
      conversationId: here.id,
      kind: 'note',
      key: `perhaps:${there.id}`,
      data: { what: 'perhaps', otherConversation: there.id },
      notBefore: state.now,
    })
  return [
    { type: 'conversation.patch', id: conversation.id, patch: { perhaps } },
    ...(told ? [note(conversation, other), note(other, conversation)] : []),
  ]
}

/**
 * Updates the conversation's times and decides when the chat is over (docs/architecture.md, "Chat over").
 */
function activity(
  event: ChatEvent,
  state: ChatState,
  { conversation, isNew }: { conversation: Conversation; isNew: boolean },
  lastClientAt: number | null,
  clientWrote: boolean,
  job: AddJob,
): Change[] {
  const { completeWhenClientLeaves, leaveAfterMinutes } = state.settings.options
  const patch: Partial<Conversation> = {}
  const changes: Change[] = []
  if (clientWrote) {
    patch.lastClientAt = Math.max(conversation.lastClientAt, lastClientAt ?? state.now)
    patch.lastActivityAt = state.now
  }
  const quiet = leaveAfterMinutes * MINUTE
  // Chatra cannot say whether the test visitor's visit is over: the set-up itself ends that chat.
  const mayAskChatra = completeWhenClientLeaves && !isTestVisitor(event.client.id)
  if (event.kind === 'transcript') {
    if (!endsCurrentChat(event, conversation)) return withPatch(conversation, patch, changes)
    patch.clientLeft = true
    changes.push({ type: 'job.cancel', conversationId: conversation.id, kind: 'leave-check' })
    if (completeWhenClientLeaves) changes.push(job('complete', 'task', state.now, {}))
  } else if (clientWrote) {
    patch.clientLeft = false
    changes.push({ type: 'job.cancel', conversationId: conversation.id, kind: 'complete' })
    if (mayAskChatra)
      changes.push(job('leave-check', 'task', state.now + quiet, { clientId: event.client.id }))
  } else if (isNew || (event.client.visit?.finishedAt != null && !conversation.clientLeft)) {
    // An agent who begins a chat also begins a task, which must end like any other.
    if (mayAskChatra)
      changes.push(job('leave-check', 'task', state.now + quiet, { clientId: event.client.id }))
  }
  return withPatch(conversation, patch, changes)
}

function withPatch(conversation: Conversation, patch: Partial<Conversation>, changes: Change[]): Change[] {
  if (Object.keys(patch).length === 0) return changes
  return [{ type: 'conversation.patch', id: conversation.id, patch }, ...changes]
}

/** A transcript that comes late, after the client has come back and written, does not end the new chat. */
function endsCurrentChat(event: ChatEvent, conversation: Conversation): boolean {
  const times = event.messages.filter((one) => one.type === 'client').map((one) => one.at)
  if (times.length === 0 || times.some((at) => at === null)) return true
  return Math.max(...(times as number[])) >= conversation.lastClientAt
}

/** The latest event has the most current facts; facts that an event omits are kept. */
function profileOf(event: ChatEvent, state: ChatState): ClientProfile {
  const before = state.link?.profile
  const { client } = event
  const former = before && formerOf(before, client)
  return {
    ...client,
    ...(former && { former }),
    name: client.name ?? before?.name ?? null,
    email: client.email ?? before?.email ?? null,
    phone: client.phone ?? before?.phone ?? null,
    vouched: {
      name: vouchedOf('name', client, before),
      email: vouchedOf('email', client, before),
      phone: vouchedOf('phone', client, before),
    },
    startPage: startPageOf(event, state),
  }
}

const FORMER = 10

/** The client's name and chat before this event; undefined = unchanged. */
function formerOf(before: ClientProfile, now: ClientProfile): ClientProfile['former'] {
  const { chatIds = [], names = [] } = before.former ?? {}
  const isRenamed = now.name !== null && nameOf(now) !== nameOf(before)
  const former = {
    chatIds: now.chatId === before.chatId ? chatIds : [...chatIds, before.chatId].slice(-FORMER),
    names: isRenamed ? [...names, nameOf(before)].slice(-FORMER) : names,
  }
  return former.chatIds.length + former.names.length > 0 ? former : undefined
}

/** A vouched value that an event omits stays vouched for, as long as it is the same value. */
const vouchedOf = (
  field: keyof ClientProfile['vouched'],
  client: ClientProfile,
  before: ClientProfile | undefined,
): boolean => (client[field] === null ? (before?.vouched[field] ?? false) : client.vouched[field])

/**
 * Fragments do not contain the page on which the chat began (contracts/chatra.md section 4.6): it is kept
 * during the visit.
 */
function startPageOf(event: ChatEvent, state: ChatState): Page | null {
  const before = state.link?.profile
  const sameVisit = (before?.visit?.startedAt ?? null) === (event.client.visit?.startedAt ?? null)
  return event.client.startPage ?? (sameVisit ? (before?.startPage ?? null) : null)
}

/**
 * `startedAt` of a visit that is not on the contact card yet; null when there is none, or no facts about it.
 */
function newVisit(event: ChatEvent, state: ChatState): number | null {
  const { os, browser, ip, visit } = event.client
  if (!os && !browser && !ip) return null
  const last = state.link?.lastVisitAt ?? null
  const startedAt = visit?.startedAt ?? null
  if (startedAt !== null) return last === null || startedAt > last ? startedAt : null
  return state.link ? null : state.now
}

function introducesHimself(event: ChatEvent, state: ChatState): boolean {
  if (!state.link) return false
  const before = state.link.profile
  const now = event.client
  return (['name', 'email', 'phone'] as const).some(
    (field) => now[field] !== null && now[field] !== before[field],
  )
}

function newConversation(state: ChatState): Conversation {
  return {
    id: state.newId(),
    connectionId: state.settings.id,
    contactId: null,
    contactWritten: null,
    emailSearched: null,
    searchTask: false,
    emailRefused: false,
    taskId: null,
    clientLeft: false,
    lastClientAt: 0,
    lastActivityAt: state.now,
    deliveredUpTo: 0,
    paused: null,
    pausedUntil: null,
    attempt: null,
    planfixLane: { failures: 0, notBefore: 0 },
    chatraLane: { failures: 0, notBefore: 0 },
    mergedInto: null,
    joined: null,
    keptApart: [],
    perhaps: null,
  }
}
