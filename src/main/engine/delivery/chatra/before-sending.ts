import type { Message, MessageState } from '../../../../shared/domain.ts'
import { type BridgeError, fail, ok, type Result, stopsSide } from '../../../../shared/errors.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../context.ts'
import { LATE_MS, SHOWN_AFTER_MS } from '../../intake/channel/pairing.ts'
import { goneComment } from '../../intake/comment/comment-input.ts'
import { applyComment, commentKey } from '../../intake/comment/comment-state.ts'
import { isSamePart } from '../../intake/parts.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import { type RateLimiter, RETRIED_BY_HAND } from '../../ports.ts'
import { isStopped } from '../circuit-breaker.ts'
import { stateChange } from '../patches.ts'
import { callOf, isUnplaced, locateCall } from '../planfix/channel/locate-call.ts'
import { isTrouble } from '../retry.ts'

/** How long the last read of a comment is relied on. */
const FRESH_MS = 60_000
/** Number of messages being sent to remember; a forgotten one is checked once more. */
const CLAIMS = 10_000
const UNSENT: MessageState[] = ['queued', 'retrying']

/**
 * Checks once more whether a reply, or an edit of one, may go out: its comment is read again when the reply
 * waited for over a minute, or when the owner sends it again, and is decided on like any other version. So a
 * reply that was hidden, unticked or deleted while it waited is not sent.
 */
export class BeforeSending {
  private readonly context: EngineContext
  private readonly serial: KeyedMutex
  /** When a comment was last read here, by its key. */
  private readonly readAt = new Map<string, number>()
  /** Fingerprint of the comment as known when a message was last claimed, by message id. */
  private readonly claimed = new Map<number, string | null>()

  constructor(context: EngineContext, serial: KeyedMutex) {
    this.context = context
    this.serial = serial
  }

  /** The message to send now; null when it must not be sent any more. */
  async check(message: Message, connection: ConnectionContext): Promise<Result<Message | null>> {
    const { kind } = message
    if (kind === 'delete') return ok(message)
    if (this.isOld(message) || (await this.wasOvertaken(message))) return this.readAgain(message, connection)
    if (!this.mayBeRepeated(message)) return ok(message)
    const read = await this.readAgain(message, connection)
    // Where Planfix cannot be asked now, the call itself counts, unless the question has taken so long that it is old.
    if (!read.ok) return this.isOld(message) ? read : ok(message)
    if (read.value === null || !isUnplaced(read.value)) return read
    // Its comment was deleted, or Planfix does not show it yet.
    const time = message.receivedAt + SHOWN_AFTER_MS + 1000
    return fail({ ...UNASKED, retry: { when: 'at', time } })
  }

  /** Decides on its comment as it is now. */
  private async readAgain(message: Message, connection: ConnectionContext): Promise<Result<Message | null>> {
    const { planfixCommentId: commentId, planfixTaskId: taskId, kind, state } = message
    if (kind === 'text' && message.channelMessageId !== null && isUnplaced(message))
      return this.readAnnounced(message, connection)
    if (commentId === null || taskId === null) return ok(message)
    const { planfix } = connection
    const read = await this.call(connection, planfix.rateLimiter, `reply:${taskId}`, () =>
      planfix.comment(commentId),
    )
    if (!read.ok && read.error.code !== 'object-gone') return read
    const key = commentKey(message.connectionId, commentId)
    // An interrupted edit is repeated, unless it is no longer wanted.
    if (state === 'sending')
      await commit(this.context, [stateChange(message, 'retrying', 'interrupted', this.now(), ['sending'])])
    await applyComment(this.context, this.serial, connection, {
      taskId,
      comment: read.ok ? read.value : goneComment(commentId),
      gone: !read.ok,
    })
    this.remember(key)
    const now = await this.context.store.message(message.id)
    return ok(now && UNSENT.includes(now.state) ? now : null)
  }

  /**
   * Marks a message as being sent, directly before its call. Returns false when another version of its
   * comment came since `message` was read: then it must not be sent as it is.
   */
  claim(message: Message, patch: Partial<Message>): Promise<boolean> {
    const { store } = this.context
    const at = this.now()
    const from: MessageState[] = message.kind === 'text' ? UNSENT : [...UNSENT, 'sending']
    const key = commentKey(message.connectionId, message.planfixCommentId ?? 0)
    return this.serial.run(key, async () => {
      const now = await store.message(message.id)
      if (!now || !from.includes(now.state) || !isSamePart(now, message)) return false
      // One of the few places for sending is held meanwhile.
      await commit(this.context, [{ type: 'message.patch', id: message.id, at, patch, from }], {
        isUrgent: true,
      })
      if ((await store.message(message.id))?.state !== 'sending') return false
      this.claimed.delete(message.id)
      this.claimed.set(message.id, await this.printBehind(message))
      const [oldest] = this.claimed.keys()
      if (oldest !== undefined && this.claimed.size > CLAIMS) this.claimed.delete(oldest)
      return true
    })
  }

  private isOld({ connectionId, planfixCommentId, receivedAt, reason, state }: Message): boolean {
    if (reason === RETRIED_BY_HAND || state === 'sending') return true
    const readAt = this.readAt.get(commentKey(connectionId, planfixCommentId ?? 0)) ?? 0
    return this.now() - Math.max(readAt, receivedAt) > FRESH_MS
  }

  /**
   * A call of the Chat API that comes soon after the bridge could not be reached may be one that Planfix repeats, and its
   * comment another by now.
   */
  private mayBeRepeated(message: Message): boolean {
    const { connectionId, kind, attempts, channelMessageId, fingerprint, receivedAt } = message
    const { continuity } = this.context
    if (!continuity || kind !== 'text' || attempts > 0 || channelMessageId === null) return false
    if (fingerprint !== null) return false
    return receivedAt - continuity.reachableSince(connectionId) < LATE_MS
  }

  /**
   * It was tried before, and another version of its comment came while it was being sent: that version could
   * not change it then.
   */
  private async wasOvertaken(message: Message): Promise<boolean> {
    if (message.attempts === 0) return false
    return this.claimed.get(message.id) !== (await this.printBehind(message))
  }

  /** A reply of the Chat API whose comment was not read yet: it is looked for, and its present version decided on. */
  private async readAnnounced(
    message: Message,
    connection: ConnectionContext,
  ): Promise<Result<Message | null>> {
    const { store } = this.context
    const conversation =
      message.conversationId === null ? null : await store.conversation(message.conversationId)
    const chatId = conversation?.channel?.chatId
    if (chatId === undefined) return ok(message)
    const call = { key: callOf(message), chatId, calledAt: message.receivedAt }
    const { channel, planfix } = connection
    const who = `reply:${message.id}`
    const located = await locateCall(this.context, this.serial, connection, call, {
      rest: (ask) => this.call(connection, planfix.rateLimiter, who, () => ask(planfix)),
      chat: (ask) => this.call(connection, channel.rateLimiter, who, () => ask(channel)),
    })
    if (!located.ok) return located
    const now = await store.message(message.id)
    return ok(now && UNSENT.includes(now.state) ? now : null)
  }

  /** Fingerprint of the last version of the comment that was decided on. */
  private async printBehind(message: Message): Promise<string | null> {
    const reply = message.targetId === null ? null : await this.context.store.message(message.targetId)
    const own = reply ?? (await this.context.store.message(message.id)) ?? message
    return own.fingerprint
  }

  private remember(key: string): void {
    this.readAt.delete(key)
    this.readAt.set(key, this.now())
    for (const [oldest, at] of this.readAt) {
      if (this.now() - at <= FRESH_MS) break
      this.readAt.delete(oldest)
    }
  }

  /** What Planfix returns. A reason other than that the object is gone is temporary, and the reply waits. */
  private async call<T>(
    { planfixBreaker: gate }: ConnectionContext,
    limiter: RateLimiter,
    who: string,
    ask: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const permit = gate.enter()
    if (isStopped(permit)) return waitsFor(gate.breaker.error)
    try {
      await limiter.slot(1, who)
      if (!gate.holds(permit)) {
        limiter.release()
        return waitsFor(gate.breaker.error)
      }
      const read = await ask()
      if (read.ok || read.error.code === 'object-gone') {
        gate.succeeded(permit)
        return read
      }
      if (stopsSide(read.error)) gate.failed(read.error, permit)
      else if (isTrouble(read.error)) gate.troubled(read.error, permit)
      else gate.succeeded(permit)
      return waitsFor(read.error)
    } finally {
      gate.leave(permit)
    }
  }

  private now(): number {
    return this.context.clock.now()
  }
}

/** Nothing was sent, so the result is certain; a reply whose comment cannot be read waits until it can. */
function waitsFor(error: BridgeError | null): Result<never> {
  const retry = !error || error.retry.when === 'never' ? ({ when: 'later' } as const) : error.retry
  return fail({ ...(error ?? UNASKED), certain: true, retry })
}

const UNASKED: BridgeError = {
  code: 'failing',
  side: 'planfix',
  retry: { when: 'later' },
  certain: true,
  userMessageKey: 'error.planfix.failing',
  detail: 'the comment could not be read again',
}
