import type { Message, MessageState } from '../../../../shared/domain.ts'
import { type BridgeError, fail, ok, type Result, stopsSide } from '../../../../shared/errors.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../context.ts'
import { goneComment } from '../../intake/comment/comment-input.ts'
import { applyComment, commentKey } from '../../intake/comment/comment-state.ts'
import { isSamePart } from '../../intake/parts.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import { type PlanfixApi, RETRIED_BY_HAND } from '../../ports.ts'
import { isStopped } from '../circuit-breaker.ts'
import { stateChange } from '../patches.ts'
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
    const { planfixCommentId: commentId, planfixTaskId: taskId, kind, state } = message
    if (commentId === null && message.channelMessageId !== null && taskId !== null && this.isOld(message))
      return this.readAnnounced(message, taskId, connection)
    if (commentId === null || taskId === null || kind === 'delete') return ok(message)
    if (!this.isOld(message) && !(await this.wasOvertaken(message))) return ok(message)
    const read = await this.call(connection, taskId, (planfix) => planfix.comment(commentId))
    if (!read.ok) return read
    const key = commentKey(message.connectionId, commentId)
    // An interrupted edit is repeated, unless it is no longer wanted.
    if (state === 'sending')
      await commit(this.context, [stateChange(message, 'retrying', 'interrupted', this.now(), ['sending'])])
    await applyComment(this.context, this.serial, connection, {
      taskId,
      comment: read.value ?? goneComment(commentId),
      gone: read.value === null,
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
      await commit(this.context, [{ type: 'message.patch', id: message.id, at, patch, from }])
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
   * It was tried before, and another version of its comment came while it was being sent: that version could
   * not change it then.
   */
  private async wasOvertaken(message: Message): Promise<boolean> {
    if (message.attempts === 0) return false
    return this.claimed.get(message.id) !== (await this.printBehind(message))
  }

  /** A reply of the Chat API whose comment was not read yet: the task's comments are, and decided on. */
  private async readAnnounced(
    message: Message,
    taskId: number,
    connection: ConnectionContext,
  ): Promise<Result<Message | null>> {
    const { store } = this.context
    const read = await this.call(connection, taskId, ({ comments }) => comments(taskId, 0))
    if (!read.ok) return read
    const comments = (read.value?.comments ?? []).toSorted((a, b) => a.id - b.id)
    // Those that certainly fit a call come first; one of the rest may be this reply, edited or hidden since.
    for (const again of [false, true])
      for (const comment of comments) {
        if (comment.isDeleted || (await store.messagesByComment(message.connectionId, comment.id)).length > 0)
          continue
        await applyComment(this.context, this.serial, connection, { taskId, comment, again })
      }
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

  /**
   * What Planfix returns; null when the object is gone. Any other reason why it cannot be read is temporary, and the reply
   * waits.
   */
  private async call<T>(
    { planfix, planfixBreaker: gate }: ConnectionContext,
    taskId: number,
    ask: (planfix: PlanfixApi) => Promise<Result<T>>,
  ): Promise<Result<T | null>> {
    const permit = gate.enter()
    if (isStopped(permit)) return waitsFor(gate.breaker.error)
    try {
      await planfix.rateLimiter.slot(1, `reply:${taskId}`)
      if (!gate.holds(permit)) {
        planfix.rateLimiter.release()
        return waitsFor(gate.breaker.error)
      }
      const read = await ask(planfix)
      if (read.ok || read.error.code === 'object-gone') {
        gate.succeeded(permit)
        return ok(read.ok ? read.value : null)
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
