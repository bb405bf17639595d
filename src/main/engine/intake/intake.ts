import type { BridgeEvent } from '../../../shared/domain.ts'
import { printReason } from '../../../shared/messages/reason.ts'
import { errorMessage } from '../../../shared/node-errors.ts'
import { isStoreUnavailable } from '../../../shared/store-error.ts'
import { commit } from '../context.ts'
import { clientOfChat } from '../delivery/planfix/channel/chat-number.ts'
import { KeyedMutex } from '../keyed-mutex.ts'
import type { InboxReader, InboxRow } from '../ports.ts'
import { ChannelEvents } from './channel/channel-events.ts'
import { ChatEvents } from './chat-events.ts'
import { CommentEvents } from './comment-events.ts'
import { isRecord, refuse } from './inbox-outcome.ts'
import type { IntakeOptions } from './options.ts'
import { skippedEvent } from './skipped.ts'

const DAY = 24 * 3_600_000
/** Default when the configuration has no value. */
const KEEPS_WHILE_PAUSED = () => 7 * DAY
/** Delay before all failed decisions are tried again together. */
const TRY_AGAIN_MS = 5000
/**
 * A row that fails this often although the store works is set aside, so that it does not block others for
 * ever.
 */
const MOST_TRIES = 5
/**
 * Maximum rows decided per batch, in one turn of the event loop: between batches the receiver runs, so that a flood of
 * events is answered first. Not fewer than fill a transaction (store/pacing.ts): they would wait for its pace.
 */
const BATCH = 50

/**
 * Takes stored events of one connection from the inbox, decides what they mean and commits that together with the row's
 * outcome. Events of one client keep their order; different clients run in parallel, so that their commits
 * share a sync.
 */
export class Intake {
  private readonly options: IntakeOptions
  private readonly perClient = new KeyedMutex()
  private readonly chats: ChatEvents
  private readonly comments: CommentEvents
  private readonly channel: ChannelEvents
  private readonly inbox: InboxReader
  private readonly taken = new Set<number>()
  private readonly unsubscribe: () => void
  /** Rows whose decision failed, and how often. */
  private readonly failing = new Map<number, number>()
  /** Order keys of rows that failed in this round: later rows with the same key wait too. */
  private readonly heldBack = new Set<string>()
  /** Where the next round begins: the lowest row that failed or waited for a failed one. */
  private resumeAt = Number.POSITIVE_INFINITY
  private stopTimer: (() => void) | null = null
  private running: Promise<void> | null = null
  private again = false
  private stopped = false

  constructor(options: IntakeOptions) {
    this.options = options
    this.inbox = options.context.store.inboxReader(options.connectionId)
    this.chats = new ChatEvents(options, this.perClient)
    this.comments = new CommentEvents(options)
    this.channel = new ChannelEvents(options, options.parseChannelCall)
    this.unsubscribe = options.context.store.onLost(() => this.decideAgain())
  }

  /** Decisions did not reach the disk: their rows wait again. */
  private decideAgain(): void {
    this.resumeAt = 0
    this.tryLater()
  }

  /** A row was added to the inbox. */
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

  /** Takes no more rows from the inbox; resolves when the taken ones have been decided on. */
  async stop(): Promise<void> {
    this.stopped = true
    this.unsubscribe()
    this.stopTimer?.()
    await this.idle()
  }

  /** Resolves when all rows of the inbox have been decided on. */
  async idle(): Promise<void> {
    while (this.running || this.taken.size > 0) {
      await (this.running ?? new Promise<void>((resolve) => setImmediate(resolve)))
    }
  }

  private async pump(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false
      const rows = await this.inbox.next(BATCH)
      if (rows.length === 0) continue
      this.again = true
      const work = rows.filter((row) => !this.taken.has(row.seq)).map((row) => this.take(row))
      await Promise.all(work)
      await new Promise<void>((resolve) => setImmediate(resolve))
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
    switch (row.source) {
      case 'chatra':
        return this.chats.decide(row, parsed)
      case 'planfix':
        return this.comments.decide(row, parsed)
      case 'planfix-chat':
        return this.channel.decide(row, parsed)
    }
  }

  /** The inbox could not be read: the disk is missing. Its rows are decided on when the disk is back. */
  private readLater(error: unknown): void {
    this.again = false
    this.options.onBug(error, 'inbox')
    this.options.context.clock.after(TRY_AGAIN_MS, () => this.wake())
  }

  /**
   * The connection is disabled, or its id is not in the configuration any more: the event stays in the inbox
   * and is decided on when the connection is enabled again. Events older than the owner's limit are given up,
   * and shown.
   */
  private async keep(row: InboxRow): Promise<void> {
    const { clock, keepsWhilePaused = KEEPS_WHILE_PAUSED } = this.options.context
    if (clock.now() - row.receivedAt <= keepsWhilePaused(row.connectionId)) return
    await refuse(this.options.context, row, 'connection-off')
  }

  /**
   * The store is unavailable, or there is a bug: the row stays unsettled, later rows of the same client or
   * task wait, and all failed rows are tried again together. A row that always fails alone is set aside.
   */
  private async postpone(row: InboxRow, key: string, error: unknown): Promise<void> {
    this.heldBack.add(key)
    this.resumeFrom(row)
    const tries = (this.failing.get(row.seq) ?? 0) + (isStoreUnavailable(error) ? 0 : 1)
    this.failing.set(row.seq, tries)
    this.options.onBug(error, `inbox row ${row.seq}`)
    if (tries >= MOST_TRIES) {
      const fault = errorMessage(error)
      // When even that fails, it is tried again like everything else.
      const aside = await this.putAside(row, fault).then(
        () => true,
        () => false,
      )
      if (aside) this.failing.delete(row.seq)
    }
    this.tryLater()
  }

  private tryLater(): void {
    if (this.stopped) return
    this.stopTimer ??= this.options.context.clock.after(TRY_AGAIN_MS, () => this.tryAgain())
  }

  private tryAgain(): void {
    this.stopTimer = null
    this.heldBack.clear()
    this.inbox.back(this.resumeAt)
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
    const reason = printReason({ kind: 'put-aside', fault })
    await commit(this.options.context, [
      skippedEvent(row, reason, store.newId(), {}, 'failed'),
      { type: 'inbox.settle', seq: row.seq, outcome: 'skipped', reason },
      { type: 'event.add', event },
    ])
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/**
 * Events of one client, or comments of one task, are decided on in their order of arrival. A call of the Chat API belongs to
 * the client whose number its chat has: after a restore both may be new to the store.
 */
function orderKey(row: InboxRow, body: unknown): string {
  if (row.source === 'planfix-chat') return `${row.connectionId}:client:${clientOfChat(chatOf(body))}`
  const object = isRecord(body) ? body : {}
  const client = isRecord(object.client) ? String(object.client.id) : ''
  const what = row.source === 'chatra' ? `client:${client}` : `task:${String(object.taskId ?? '')}`
  return `${row.connectionId}:${what}`
}

function chatOf(body: unknown): string {
  const form = isRecord(body) && Array.isArray(body.form) ? body.form : []
  const pair = form.find((one: unknown) => Array.isArray(one) && one[0] === 'chatId') as unknown[] | undefined
  return String(pair?.[1] ?? '')
}
