import type { Connection } from '../../../shared/config.ts'
import type { ClientLink, Conversation } from '../../../shared/domain.ts'
import { stage } from '../context.ts'
import type { KeyedMutex } from '../keyed-mutex.ts'
import { joinChanges } from '../people/merge.ts'
import { nameOf } from '../people/naming.ts'
import { rootOf, underRoots } from '../people/roots.ts'
import { type ChatEvent, type InboxRow, isRestore, type Queue, type Takeover } from '../ports.ts'
import { type ChatDecision, decideChat } from './chat/chat.ts'
import type { ChatState } from './chat/chat-state.ts'
import { type SameAddress, sameAddress } from './chat/same-address.ts'
import { refuse, reportAdded, settled } from './inbox-outcome.ts'
import type { IntakeOptions } from './options.ts'
import { RECEIVED_EVENTS, type ReceivedEvents, receivedChange } from './received-events.ts'
import { skippedEvent } from './skipped.ts'
import { whatIsKnown, writersOf } from './what-is-known.ts'

const QUEUES: readonly Queue[] = ['planfix', 'chatra', 'jobs']

/** An event of Chatra, with the data read before it is decided on. */
interface ReadEvent {
  event: ChatEvent
  /** No part of it was invalid and omitted. */
  isWhole: boolean
  writers: ChatState['writers']
}

/** Decides what events of Chatra mean, and commits that together with the outcome of their inbox rows. */
export class ChatEvents {
  private readonly options: IntakeOptions
  /** Serialises the events of one client; shared with the inbox. */
  private readonly perClient: KeyedMutex

  constructor(options: IntakeOptions, perClient: KeyedMutex) {
    this.options = options
    this.perClient = perClient
  }

  async decide(row: InboxRow, body: unknown): Promise<void> {
    const { context, parse } = this.options
    const read = parse(body)
    if (!read.ok) return refuse(context, row, read.reason)
    const event = read.event
    const { store } = context
    // Invalid messages beside valid ones: shown, with their paths.
    if (read.dropped.length > 0)
      await stage(context, [skippedEvent(row, read.dropped.join('; '), store.newId())])
    const link = await store.client(row.connectionId, event.client.id)
    const needsOrder = !link || (event.client.email !== null && event.client.email !== link.profile.email)
    const isWhole = read.dropped.length === 0
    const work = (known?: ClientLink | null) => this.applyChat(row, event, isWhole, known)
    // Two devices that introduce themselves at the same moment must not create two conversations.
    return needsOrder ? this.perClient.run(`connection:${row.connectionId}`, () => work()) : work(link)
  }

  /** Decides under the locks of the affected conversations: no merge or separation happens meanwhile. */
  private async applyChat(
    row: InboxRow,
    event: ChatEvent,
    isWhole: boolean,
    justRead?: ClientLink | null,
  ): Promise<void> {
    const { context, serial } = this.options
    const { store } = context
    const connection = context.connections.get(row.connectionId)
    if (!connection) return
    // Before any lock is taken: the answer to a send under way needs the conversation's lock.
    const writers = await writersOf(context, connection, event, row.receivedAt)
    const link = justRead ?? (await store.client(row.connectionId, event.client.id))
    let ids: readonly number[] = link ? [link.conversationId] : []
    for (;;) {
      const more = await underRoots(store, serial, ids, (roots) =>
        this.decideEvent(row, { event, isWhole, writers }, roots),
      )
      if (more === null) return
      ids = more
    }
  }

  /** Null when it is decided; otherwise the conversations whose locks are needed. */
  private async decideEvent(
    row: InboxRow,
    { event, isWhole, writers }: ReadEvent,
    locked: readonly Conversation[],
  ): Promise<readonly number[] | null> {
    const { context, wake } = this.options
    const { store } = context
    const connection = context.connections.get(row.connectionId)
    if (!connection) return null
    const link = await store.client(row.connectionId, event.client.id)
    const own = link ? await this.rootAmong(locked, link.conversationId) : null
    const same = await this.samePerson(connection.settings, event, link, own, row.receivedAt)
    const joins =
      same?.decision.join === 'thread' ? { into: same.conversation, why: same.decision.why } : null
    const needed = [own, joins?.into].flatMap((one) => (one ? [one.id] : []))
    if (needed.some((id) => !locked.some((one) => one.id === id))) return needed
    const joined =
      own && joins
        ? await joinChanges(context, own, joins.into, { why: joins.why, clientId: event.client.id })
        : null
    const conversation = joined ? joined.into : own
    const decision = decideChat(event, {
      settings: connection.settings,
      now: row.receivedAt,
      link,
      conversation,
      joins: own ? null : joins,
      perhaps: same?.decision.join === 'card' ? same.conversation : null,
      isWhole,
      ...afterTakeover(context.takeover?.() ?? null),
      newId: () => store.newId(),
      ...(await whatIsKnown(context, connection, event, conversation)),
      writers,
    })
    const changes = [...(joined?.changes ?? []), ...decision.changes]
    const heard = receivedChange(
      await store.fact<ReceivedEvents>(row.connectionId, RECEIVED_EVENTS),
      event,
      row,
    )
    await stage(context, [...changes, ...heard, settled(row, decision)], () =>
      this.announce(connection.settings.id, event, decision, conversation),
    )
    await reportAdded(changes, this.options.added)
    if (joined) for (const queue of QUEUES) wake(joined.from.id, queue)
    await this.noteHeard(row, event)
    if (decision.conversationId !== null) {
      wake(decision.conversationId, 'planfix')
      if (changes.some((change) => change.type === 'job.add')) wake(decision.conversationId, 'jobs')
      if (decision.settledReply) wake(decision.conversationId, 'chatra')
    }
    return null
  }

  /** Under their locks roots are as they were read. */
  private async rootAmong(locked: readonly Conversation[], id: number): Promise<Conversation | null> {
    return locked.find((one) => one.id === id) ?? rootOf(this.options.context.store, id)
  }

  /**
   * Whether other clients with the same address are searched for (F13): when an address is new, at the
   * beginning of a conversation, and when a chat begins again, but never in the middle of a chat.
   */
  private async samePerson(
    settings: Connection,
    event: ChatEvent,
    link: ClientLink | null,
    own: Conversation | null,
    now: number,
  ): Promise<SameAddress | null> {
    const { client } = event
    const before = link?.profile
    const email = client.email ?? before?.email ?? null
    if (email === null) return null
    const isGiven =
      client.email !== null &&
      (client.email !== before?.email || client.vouched.email !== before.vouched.email)
    const writes = event.kind !== 'transcript' && event.messages.some(({ type }) => type === 'client')
    const quietMs = settings.options.joinAfterQuietMinutes * 60_000
    const returns = writes && link !== null && (own?.clientLeft === true || link.lastWroteAt + quietMs <= now)
    if (link && !isGiven && !returns) return null
    const { store } = this.options.context
    const device = {
      ...client,
      email,
      name: client.name ?? before?.name ?? null,
      phone: client.phone ?? before?.phone ?? null,
      vouched: client.email === null && before ? before.vouched : client.vouched,
    }
    return sameAddress(store, settings, device, own, now)
  }

  /** A decided event may settle replies without an answer: the waiting queues check again. */
  private async noteHeard({ connectionId, seq, receivedAt }: InboxRow, event: ChatEvent): Promise<void> {
    const { context, wake } = this.options
    const { startedAt = null, finishedAt = null } = event.client.visit ?? {}
    const times = [startedAt, finishedAt, ...event.messages.map(({ at }) => at)].filter((at) => at !== null)
    const notArrived = context.continuity?.heard({
      connectionId,
      seq,
      receivedAt,
      clientId: event.client.id,
      writtenAt: times.length > 0 ? Math.max(...times) : null,
      isPrompt: event.kind !== 'transcript' && event.messages.some(({ at }) => at !== null),
    })
    for (const id of notArrived ?? []) {
      const message = await context.store.message(id)
      if (message?.conversationId != null) wake(message.conversationId, 'chatra')
    }
  }

  private announce(
    connectionId: string,
    event: ChatEvent,
    decision: ChatDecision,
    before: Conversation | null,
  ): void {
    const { context } = this.options
    const line = decision.newFromClient[0]
    if (before?.muted === true) return
    if (line !== undefined && decision.conversationId !== null)
      context.listener.clientWrote?.(connectionId, decision.conversationId)
    // Without a task only the first messages begin it: Planfix may be unreachable while the client continues
    // to write.
    const isFirst = before?.taskId === null && before.lastClientAt === 0
    const starts = decision.isNewConversation || before?.clientLeft === true || isFirst
    if (line === undefined || !starts || decision.conversationId === null) return
    context.listener.newChat?.(connectionId, decision.conversationId, nameOf(event.client), line)
  }
}

/**
 * A restored store lacks the messages since its backup: all of them are delivered, after a search for each.
 */
const afterTakeover = (takeover: Takeover | null) =>
  isRestore(takeover) ? { restoredAt: takeover.at } : { takenOverAt: takeover?.at ?? 0 }
