import type { Direction, Message } from '../../../shared/domain.ts'
import { fingerprint } from '../text.ts'

const WINDOW_MS = 60_000
const SAME_TEXT = 10
const TURNS = 30

interface Trace {
  /** Times of each text in the window, per direction. */
  texts: Map<string, number[]>
  /** Times of turns: a new message that follows a delivery of ours into the same chat. */
  turns: number[]
  deliveredSince: boolean
}

/**
 * Notices two robots talking to each other (docs/architecture.md, "Loop breaker"): the same text at least 10 times in
 * one conversation and direction within 60 s, or more than 30 turns within 60 s.
 */
export class LoopBreaker {
  private readonly traces = new Map<number, Trace>()

  /** A new message came from the client or an employee. Answers why the conversation must stop, or null. */
  saw(
    conversationId: number,
    direction: Direction,
    message: Pick<Message, 'text'>,
    now: number,
  ): 'same-text' | 'turns' | null {
    const trace = this.traceOf(conversationId)
    const key = `${direction}:${fingerprint(message.text.trim())}`
    const times = recent(trace.texts.get(key) ?? [], now)
    times.push(now)
    trace.texts.set(key, times)
    if (direction === 'to-planfix' && trace.deliveredSince) {
      trace.deliveredSince = false
      trace.turns = recent(trace.turns, now)
      trace.turns.push(now)
    }
    this.forget(now)
    if (times.length >= SAME_TEXT) return 'same-text'
    return trace.turns.length > TURNS ? 'turns' : null
  }

  /** A delivery of ours reached the chat. */
  delivered(conversationId: number): void {
    this.traceOf(conversationId).deliveredSince = true
  }

  /** The owner let it go on. */
  reset(conversationId: number): void {
    this.traces.delete(conversationId)
  }

  private traceOf(conversationId: number): Trace {
    let trace = this.traces.get(conversationId)
    if (!trace) {
      trace = { texts: new Map(), turns: [], deliveredSince: false }
      this.traces.set(conversationId, trace)
    }
    return trace
  }

  /** Keeps memory small: quiet conversations and old texts are dropped. */
  private forget(now: number): void {
    if (this.traces.size < 1000) return
    for (const [id, trace] of this.traces) {
      for (const [key, times] of trace.texts) if (recent(times, now).length === 0) trace.texts.delete(key)
      if (trace.texts.size === 0) this.traces.delete(id)
    }
  }
}

const recent = (times: number[], now: number) => times.filter((time) => now - time < WINDOW_MS)
