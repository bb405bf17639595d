import type { Connection } from '../../../shared/config.ts'
import type { BridgeEvent, ClientLink, Conversation, Message } from '../../../shared/domain.ts'
import { isStoreUnavailable } from '../../../shared/store-error.ts'
import { commit, type EngineContext } from '../context.ts'
import { KeyedMutex } from '../keyed-mutex.ts'
import { joinChanges } from '../merge.ts'
import {
  type Change,
  type ChatEvent,
  type InboxRow,
  isRestore,
  type ParseChatEvent,
  type PlanfixComment,
  type Queue,
  type Takeover,
} from '../ports.ts'
import { rootOf, underRoots } from '../roots.ts'
import { type ChatDecision, decideChat } from './chat/chat.ts'
import { type ChatState, nameOf } from './chat/chat-state.ts'
import { type SameAddress, sameAddress } from './chat/same-address.ts'
import { type CommentDecision, type CommentEvent, OWN_BY_TEXT } from './comment/comment.ts'
import { applyComment } from './comment/comment-state.ts'
import { skippedEvent } from './skipped.ts'
import { whatIsKnown, writersOf } from './what-is-known.ts'

const LANES: readonly Queue[] = ['planfix', 'chatra', 'jobs']
const DAY = 24 * 3_600_000
/** Where the configuration does not say otherwise. */
const KEEPS_WHILE_PAUSED = () => 7 * DAY
/** What could not be decided on is tried again, all of it together, after so long. */
const TRY_AGAIN_MS = 5000
/** A row that fails so often although the store works is put aside, so that it holds up nobody for ever. */
const MOST_TRIES = 5
/** Decided on in one go: between batches the receiver has its turn, so that a flood of events is answered first. */
const BATCH = 100

export interface IntakeOptions {
  context: EngineContext
  parse: ParseChatEvent
  /** Locks shared with the deliverers, by conversation. */
  serial: KeyedMutex
  wake(conversationId: number, lane: Queue): void
  /** A hint of a Planfix scenario: the task is to be read now. */
  hint(connectionId: string, taskId: number): void
  /** New messages to carry, before the deliverers are woken. */
  added(conversationId: number, messages: readonly Message[]): Promise<void>
  onBug(error: unknown, where: string): void
}

/** An event of Chatra, with what was asked about it before it is decided on. */
interface ReadEvent {
  event: ChatEvent
  /** Nothing of it was broken and left out. */
  isWhole: boolean
  writers: ChatState['writers']
}

/**
 * Takes stored events out of the inbox, decides what they mean and commits that together with the row's outcome.
 * Events of one client keep their order; different clients go side by side, so that their commits share a sync.
 */
export class Intake {
  private readonly options: IntakeOptions
  private readonly perClient = new KeyedMutex()
  private readonly taken = new Set<number>()
  /** Rows whose decision failed, and how often. */
  private readonly failing = new Map<number, number>()
  /** Order keys of rows that failed in this round: what came after them waits too. */
  private readonly heldBack = new Set<string>()
  /** Where the next round begins: the lowest row that failed or waited behind one. */
  private resumeAt = Number.POSITIVE_INFINITY
  private stopTimer: (() => void) | null = null
  private running: Promise<void> | null = null
  private again = false
  private after = 0
  private stopped = false

  constructor(options: IntakeOptions) {
    this.options = options
  }

  /** Something was added to the inbox. */
  wake(): void {
    if (this.stopped) return
    this.again = true
    this.running ??= this.pump()
      .catch((error: unknown) => this.readLater(error))
      .finally(() => {
        this.running = null
        if (this.again) this.wake()
      })
  }

  /** Takes nothing more out of the inbox; resolves when what was taken has been decided on. */
  async stop(): Promise<void> {
    this.stopped = true
    this.stopTimer?.()
    await this.idle()
  }

  /** Resolves when everything that is in the inbox has been decided on. */
  async idle(): Promise<void> {
    while (this.running || this.taken.size > 0) {
      await (this.running ?? new Promise<void>((resolve) => setImmediate(resolve)))
    }
  }

  private async pump(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false
      const rows = await this.options.context.store.inboxPending(this.after, BATCH)
      if (rows.length === 0) continue
      this.again = true
      const work = rows.filter((row) => !this.taken.has(row.seq)).map((row) => this.take(row))
      this.after = rows.at(-1)?.seq ?? this.after
      await Promise.all(work)
    }
  }

  private take(row: InboxRow): Promise<void> {
    this.taken.add(row.seq)
    const parsed = parseJson(row.body)
    const key = orderKey(row, parsed)
    return this.perClient
      .run(key, async () => {
        if (this.heldBack.has(key)) return this.resumeFrom(row)
        await this.decide(row, parsed)
        this.failing.delete(row.seq)
      })
      .catch((error: unknown) => this.postpone(row, key, error))
      .finally(() => this.taken.delete(row.seq))
  }

  private decide(row: InboxRow, parsed: unknown): Promise<void> {
    if (!this.options.context.connections.has(row.connectionId)) return this.keep(row)
    return row.source === 'chatra' ? this.decideChatra(row, parsed) : this.decidePlanfix(row, parsed)
  }

  private async decideChatra(row: InboxRow, body: unknown): Promise<void> {
    const { context, parse } = this.options
    const read = parse(body)
    if (!read.ok) return this.refuse(row, read.reason)
    const event = read.event
    const { store } = context
    // Broken messages beside good ones: shown, with their paths.
    if (read.dropped.length > 0)
      await commit(context, [skippedEvent(row, read.dropped.join('; '), store.newId())])
    const link = await store.client(row.connectionId, event.client.id)
    const needsOrder = !link || (event.client.email !== null && event.client.email !== link.profile.email)
    const isWhole = read.dropped.length === 0
    const work = (known?: ClientLink | null) => this.applyChat(row, event, isWhole, known)
    // Two devices that introduce themselves at the same moment must not found two conversations.
    return needsOrder ? this.perClient.run(`connection:${row.connectionId}`, () => work()) : work(link)
  }

  /** Decides under the locks of the conversations it concerns: nobody merges or separates them meanwhile. */
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
    // Before any lock is taken: the answer to a send that is under way needs the conversation's.
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
    const own = link ? await rootOf(store, link.conversationId) : null
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
    await commit(context, [...changes, settled(row, decision)])
    this.announce(connection.settings.id, event, decision, conversation)
    await this.tellAdded(changes)
    if (joined) for (const lane of LANES) wake(joined.from.id, lane)
    await this.noteHeard(row, event)
    if (decision.conversationId !== null) {
      wake(decision.conversationId, 'planfix')
      if (changes.some((change) => change.type === 'job.add')) wake(decision.conversationId, 'jobs')
      if (decision.settledReply) wake(decision.conversationId, 'chatra')
    }
    return null
  }

  /**
   * Whether the client is asked about at all (F13): with an address given newly, at the beginning of a conversation, and
   * when a chat begins anew, but never in the middle of a talk.
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
    const isAnew = writes && link !== null && (own?.clientLeft === true || link.lastWroteAt + quietMs <= now)
    if (link && !isGiven && !isAnew) return null
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

  /** What has been decided on tells of replies that had no answer: whoever waits for that looks again. */
  private async noteHeard({ connectionId, seq, receivedAt }: InboxRow, event: ChatEvent): Promise<void> {
    const { context, wake } = this.options
    const { startedAt = null, finishedAt = null } = event.client.visit ?? {}
    const times = [startedAt, finishedAt, ...event.messages.map(({ at }) => at)].filter((at) => at !== null)
    const told = context.continuity?.heard({
      connectionId,
      seq,
      receivedAt,
      clientId: event.client.id,
      writtenAt: times.length > 0 ? Math.max(...times) : null,
      isPrompt: event.kind !== 'transcript' && event.messages.some(({ at }) => at !== null),
    })
    for (const id of told ?? []) {
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
    // Without a task yet, only the first words begin it: Planfix may be away while the client goes on writing.
    const isFirst = before?.taskId === null && before.lastClientAt === 0
    const starts = decision.isNewConversation || before?.clientLeft === true || isFirst
    if (line === undefined || !starts || decision.conversationId === null) return
    context.listener.newChat?.(connectionId, decision.conversationId, nameOf(event.client), line)
  }

  private async decidePlanfix(row: InboxRow, body: unknown): Promise<void> {
    const { context, wake, hint, serial } = this.options
    const { store } = context
    const connection = context.connections.get(row.connectionId)
    if (!connection) return
    if (!isCommentEvent(body)) {
      const taskId = taskOfHint(body)
      const task = taskId === null ? null : await store.task(row.connectionId, taskId)
      await commit(context, [
        { type: 'inbox.settle', seq: row.seq, outcome: 'done', reason: task ? 'hint' : 'no-known-task' },
      ])
      if (task) hint(row.connectionId, task.taskId)
      return
    }
    const takeover = context.takeover?.() ?? null
    // What the watcher had read before the backup was made may have been decided on, and carried, since.
    const event = isRestore(takeover) && row.receivedAt < takeover.at ? { ...body, first: true } : body
    const { taskId: planfixTaskId } = body
    const { id: planfixCommentId, text } = body.comment
    const settle = (decision: CommentDecision): Change[] => [
      ...(decision.skipped === OWN_BY_TEXT
        ? [skippedEvent(row, OWN_BY_TEXT, store.newId(), { text, planfixTaskId, planfixCommentId })]
        : []),
      settled(row, decision),
    ]
    const applied = await applyComment(context, serial, connection, event, settle)
    if (!applied) return this.settle(row, 'no-known-task')
    await this.tellAdded(applied.decision.changes)
    wake(applied.conversation.id, 'chatra')
  }

  private async tellAdded(changes: readonly Change[]): Promise<void> {
    const added = changes
      .filter((change) => change.type === 'message.add')
      .map((change) => change.message)
      .filter(
        (message) => message.state === 'queued' && message.kind === 'text' && message.author.kind !== 'agent',
      )
    const id = added[0]?.conversationId
    if (id != null) await this.options.added(id, added)
  }

  /** The inbox could not even be read: the disk is away. What stands in it is taken up when it is back. */
  private readLater(error: unknown): void {
    this.again = false
    this.options.onBug(error, 'inbox')
    this.options.context.clock.after(TRY_AGAIN_MS, () => this.wake())
  }

  /**
   * The connection is switched off, or its id is not in the configuration any more: the event stays in the inbox and is
   * decided on when it is switched on again. What is older than the owner lets wait is given up, and shown.
   */
  private async keep(row: InboxRow): Promise<void> {
    const { clock, keepsWhilePaused = KEEPS_WHILE_PAUSED } = this.options.context
    if (clock.now() - row.receivedAt <= keepsWhilePaused(row.connectionId)) return
    await this.refuse(row, 'connection-off')
  }

  /**
   * The store is away, or a bug: the row stays unsettled, what came after it from the same client or task waits, and all
   * that failed is taken up again together. A row that only ever fails by itself is put aside.
   */
  private async postpone(row: InboxRow, key: string, error: unknown): Promise<void> {
    this.heldBack.add(key)
    this.resumeFrom(row)
    const tries = (this.failing.get(row.seq) ?? 0) + (isStoreUnavailable(error) ? 0 : 1)
    this.failing.set(row.seq, tries)
    this.options.onBug(error, `inbox row ${row.seq}`)
    if (tries >= MOST_TRIES) {
      const fault = error instanceof Error ? error.message : String(error)
      // When even that fails, it is tried again like everything else.
      const aside = await this.putAside(row, fault).then(
        () => true,
        () => false,
      )
      if (aside) this.failing.delete(row.seq)
    }
    this.stopTimer ??= this.options.context.clock.after(TRY_AGAIN_MS, () => this.tryAgain())
  }

  private tryAgain(): void {
    this.stopTimer = null
    this.heldBack.clear()
    this.after = Math.min(this.after, this.resumeAt - 1)
    this.resumeAt = Number.POSITIVE_INFINITY
    this.wake()
  }

  private resumeFrom({ seq }: InboxRow): void {
    this.resumeAt = Math.min(this.resumeAt, seq)
  }

  private async putAside(row: InboxRow, fault: string): Promise<void> {
    const { store, clock } = this.options.context
    const event: BridgeEvent = {
      time: clock.now(),
      connectionId: row.connectionId,
      level: 'error',
      key: 'event.put-aside',
      params: { row: row.seq, reason: fault },
    }
    const reason = `put-aside: ${fault}`
    await commit(this.options.context, [
      skippedEvent(row, reason, store.newId(), {}, 'failed'),
      { type: 'inbox.settle', seq: row.seq, outcome: 'skipped', reason },
      { type: 'event.add', event },
    ])
  }

  private settle(row: InboxRow, reason: string): Promise<void> {
    return commit(this.options.context, [{ type: 'inbox.settle', seq: row.seq, outcome: 'skipped', reason }])
  }

  /** Stored, skipped with a reason, and shown in the log. */
  private async refuse(row: InboxRow, reason: string): Promise<void> {
    await commit(this.options.context, [
      skippedEvent(row, reason, this.options.context.store.newId()),
      { type: 'inbox.settle', seq: row.seq, outcome: 'skipped', reason },
    ])
  }
}

/** A restored store knows nothing of what came since its backup: all of it is carried, and looked for before. */
const afterTakeover = (takeover: Takeover | null) =>
  isRestore(takeover) ? { restoredAt: takeover.at } : { takenOverAt: takeover?.at ?? 0 }

function settled(row: InboxRow, decision: Pick<ChatDecision, 'skipped'>): Change {
  const outcome = decision.skipped === null ? 'done' : 'skipped'
  return { type: 'inbox.settle', seq: row.seq, outcome, reason: decision.skipped }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Events of one client, or comments of one task, are decided on in the order they came. */
function orderKey(row: InboxRow, body: unknown): string {
  const object = isRecord(body) ? body : {}
  const client = isRecord(object.client) ? String(object.client.id) : ''
  const what = row.source === 'chatra' ? `client:${client}` : `task:${String(object.taskId ?? '')}`
  return `${row.connectionId}:${what}`
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Written by our own watcher, so its shape is known once the marker is there. */
function isCommentEvent(body: unknown): body is CommentEvent {
  return isRecord(body) && body.watcher === true && isRecord(body.comment) && typeof body.taskId === 'number'
}

/** `{"task": 123}`, as a number or its text (docs/architecture.md, "Webhook addresses"). */
function taskOfHint(body: unknown): number | null {
  if (!isRecord(body)) return null
  const task = Number(body.task)
  return Number.isSafeInteger(task) && task > 0 ? task : null
}

export type { CommentEvent, PlanfixComment }
