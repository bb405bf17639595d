import type { Conversation, Direction, Message } from '../../../shared/domain.ts'
import { fingerprint } from '../text.ts'

const WINDOW_MS = 60_000
const SAME_TEXT = 10
const TURNS = 30
/** A pause ends by itself after this time. */
export const PAUSE_MS = 30 * 60_000
const MINUTE = 60_000

/**
 * Until when the loop breaker pauses a conversation (Infinity = until the owner ends it); null when it is not
 * paused. Pure.
 */
export function pauseEnds(
  { paused, pausedUntil }: Pick<Conversation, 'paused' | 'pausedUntil'>,
  now: number,
): number | null {
  if (paused === null) return null
  const until = pausedUntil ?? Number.POSITIVE_INFINITY
  return until > now ? until : null
}

/**
 * The best estimate of when a message was written. Planfix gives only the minute: the latest time within it,
 * not after the message was read.
 */
function timeOf(direction: Direction, { writtenAt, receivedAt }: Written, now: number): number {
  if (writtenAt === undefined) return now
  if (receivedAt === undefined) return writtenAt
  if (direction !== 'to-chatra' || writtenAt % MINUTE !== 0) return writtenAt
  return Math.max(writtenAt, Math.min(receivedAt, writtenAt + MINUTE - 1))
}
/** Without a time it counts as written now. */
export type Written = Pick<Message, 'text'> & Partial<Pick<Message, 'writtenAt' | 'receivedAt'>>

interface Trace {
  /** Times of each text in the window, per direction. */
  texts: Map<string, number[]>
  /** Times of turns: a new message that follows one of our deliveries into the same chat. */
  turns: number[]
  /**
   * When the last delivery that reached the chat and has no following turn yet began, by our clock; null =
   * none.
   */
  deliveredAt: number | null
  /** When something was last recorded, by our clock. */
  seenAt: number
}

/**
 * Detects two robots that answer each other (docs/architecture.md, "Loop breaker"): the same text at least 10
 * times in one conversation and direction within 60 s, or more than 30 turns within 60 s. The time of writing
 * counts, and for a turn that it came in after the delivery: a backlog that is read within a second is no
 * loop.
 */
export class LoopBreaker {
  private readonly traces = new Map<number, Trace>()

  /** A new message came from the client or an employee. Returns why the conversation must stop, or null. */
  saw(
    conversationId: number,
    direction: Direction,
    message: Written,
    now: number,
  ): 'same-text' | 'turns' | null {
    const at = timeOf(direction, message, now)
    const trace = this.traceOf(conversationId)
    const key = `${direction}:${fingerprint(message.text.trim())}`
    const times = [...(trace.texts.get(key) ?? []), at].slice(-MOST_KEPT)
    // The most recent text is at the end.
    trace.texts.delete(key)
    trace.texts.set(key, times)
    if (trace.texts.size > MOST_TEXTS) {
      const [oldest] = trace.texts.keys()
      if (oldest !== undefined) trace.texts.delete(oldest)
    }
    // A message received before the delivery is no answer to it, however late it is decided on.
    const { receivedAt = now } = message
    if (direction === 'to-planfix' && trace.deliveredAt !== null && receivedAt >= trace.deliveredAt) {
      trace.deliveredAt = null
      trace.turns = [...trace.turns, at].slice(-MOST_KEPT)
    }
    trace.seenAt = now
    this.forget(now)
    if (within(times, at) >= SAME_TEXT) return 'same-text'
    return within(trace.turns, at) > TURNS ? 'turns' : null
  }

  /**
   * A delivery reached the chat, by a call that began at `sentAt`: an answer may come in before the call's
   * own answer.
   */
  delivered(conversationId: number, sentAt: number): void {
    this.traceOf(conversationId).deliveredAt ??= sentAt
  }

  /** The owner ended the pause. */
  reset(conversationId: number): void {
    this.traces.delete(conversationId)
  }

  private traceOf(conversationId: number): Trace {
    let trace = this.traces.get(conversationId)
    if (!trace) {
      trace = { texts: new Map(), turns: [], deliveredAt: null, seenAt: 0 }
      this.traces.set(conversationId, trace)
    }
    return trace
  }

  /** Limits memory: quiet conversations and old texts are dropped. */
  private forget(now: number): void {
    if (this.traces.size < 1000) return
    for (const [id, trace] of this.traces) if (now - trace.seenAt > WINDOW_MS) this.traces.delete(id)
  }
}

/** Number of times kept per kind, and of texts per conversation. */
const MOST_KEPT = 100
const MOST_TEXTS = 200

/**
 * How many of the times lie in the 60 s before `at`. Messages that are read late and in another order count
 * at their time of writing.
 */
const within = (times: readonly number[], at: number): number =>
  times.filter((time) => time <= at && at - time < WINDOW_MS).length
