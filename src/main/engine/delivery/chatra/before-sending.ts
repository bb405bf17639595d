import type { Message, MessageState } from '../../../../shared/domain.ts'
import { type BridgeError, fail, ok, type Result, stopsSide } from '../../../../shared/errors.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../context.ts'
import { goneComment } from '../../intake/comment/comment-input.ts'
import { applyComment, commentKey } from '../../intake/comment/comment-state.ts'
import { isSamePart } from '../../intake/parts.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import { type PlanfixComment, RETRIED_BY_HAND } from '../../ports.ts'
import { isStopped } from '../circuit-breaker.ts'
import { stateChange } from '../patches.ts'
import { isTrouble } from '../retry.ts'

/** What was read of a comment is relied on for so long. */
const FRESH_MS = 60_000
/** So many messages that were being sent are remembered; one that is forgotten is asked about once more. */
const CLAIMS = 10_000
const UNSENT: MessageState[] = ['queued', 'retrying']

/**
 * Asks once more whether a reply, or an edit of one, may go out: its comment is read again when it waited for over a minute,
 * or when the owner sends it again, and decided on as any other version of it. So what was hidden, unticked or deleted
 * while it waited is not sent.
 */
export class BeforeSending {
  private readonly context: EngineContext
  private readonly serial: KeyedMutex
  /** When a comment was last read here, by its key. */
  private readonly readAt = new Map<string, number>()
  /** Print of the comment as it was known when a message was last claimed, by its id. */
  private readonly claimed = new Map<number, string | null>()

  constructor(context: EngineContext, serial: KeyedMutex) {
    this.context = context
    this.serial = serial
  }

  /** The message as it is to be sent now; null when it is not to be sent any more. */
  async check(message: Message, connection: ConnectionContext): Promise<Result<Message | null>> {
    const { planfixCommentId: commentId, planfixTaskId: taskId, kind, state } = message
    if (commentId === null || taskId === null || kind === 'delete') return ok(message)
    if (!this.isOld(message) && !(await this.wasOvertaken(message))) return ok(message)
    const read = await this.read(commentId, taskId, connection)
    if (!read.ok) return read
    const key = commentKey(message.connectionId, commentId)
    // An edit that was interrupted is begun again, unless it is not wanted any more.
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
   * Marks a message as being sent, as the last thing before its call. False when another version of its comment came
   * since `message` was read: then it is not to be sent as it is.
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

  /** Tried before, and another version of its comment came while it was being sent: then it could not be changed. */
  private async wasOvertaken(message: Message): Promise<boolean> {
    if (message.attempts === 0) return false
    return this.claimed.get(message.id) !== (await this.printBehind(message))
  }

  /** Print of the comment's version that was decided on last. */
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

  /** The comment as it is now; null when it is gone. Whatever else keeps it from being read passes, and is waited for. */
  private async read(
    commentId: number,
    taskId: number,
    { planfix, planfixBreaker: gate }: ConnectionContext,
  ): Promise<Result<PlanfixComment | null>> {
    const permit = gate.enter()
    if (isStopped(permit)) return waitsFor(gate.breaker.error)
    try {
      await planfix.rateLimiter.slot(1, `reply:${taskId}`)
      if (!gate.holds(permit)) {
        planfix.rateLimiter.release()
        return waitsFor(gate.breaker.error)
      }
      const read = await planfix.comment(commentId)
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

/** Nothing was sent, so it is certain; a reply that cannot be asked about waits until it can. */
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
