import type { Clock, Queue } from '../ports.ts'

/** What a queue does after a step. */
export type Wait =
  | { next: 'again' }
  | { next: 'idle' }
  | { next: 'wait'; until: number }
  /** The same, and what comes meanwhile waits too. */
  | { next: 'rest'; until: number }
  /** The side is stopped; ask again once `opened` resolves. */
  | { next: 'closed'; opened: Promise<void> }

interface Running {
  again: boolean
  rests: boolean
  stopTimer: (() => void) | null
  done: Promise<void>
}

/**
 * One loop per conversation and queue, alive only while there is work: strict order within a conversation,
 * independence between conversations.
 */
export class ConversationQueues {
  private readonly running = new Map<string, Running>()
  private readonly clock: Clock
  private readonly step: (conversationId: number, queue: Queue) => Promise<Wait>
  private readonly onBug: (error: unknown, conversationId: number, queue: Queue) => void
  private stopped = false

  constructor(
    clock: Clock,
    step: (conversationId: number, queue: Queue) => Promise<Wait>,
    onBug: (error: unknown, conversationId: number, queue: Queue) => void,
  ) {
    this.clock = clock
    this.step = step
    this.onBug = onBug
  }

  /** There may be work in this queue. */
  wake(conversationId: number, queue: Queue): void {
    if (this.stopped) return
    const key = `${conversationId}:${queue}`
    const running = this.running.get(key)
    if (running) {
      running.again = true
      if (!running.rests) running.stopTimer?.()
      return
    }
    const state: Running = { again: false, rests: false, stopTimer: null, done: Promise.resolve() }
    this.running.set(key, state)
    state.done = this.run(conversationId, queue, state).finally(() => this.forget(key, state))
  }

  /** Queues that wait for their next try look again at once. */
  wakeAll(): void {
    for (const state of this.running.values()) {
      state.again = true
      if (!state.rests) state.stopTimer?.()
    }
  }

  /** Starts no new steps; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.stopped = true
    const all = [...this.running.values()]
    for (const state of all) state.stopTimer?.()
    await Promise.all(all.map((state) => state.done))
  }

  get busy(): number {
    return this.running.size
  }

  private async run(conversationId: number, queue: Queue, state: Running): Promise<void> {
    while (!this.stopped) {
      state.again = false
      const outcome = await this.attempt(conversationId, queue)
      if (outcome.next === 'again') continue
      if (outcome.next === 'idle') {
        if (state.again) continue
        // In the same synchronous step as the check of `again`: a later wake must find that no loop runs any
        // more.
        this.forget(`${conversationId}:${queue}`, state)
        return
      }
      if (this.stopped) return
      if (outcome.next === 'closed') {
        await Promise.race([outcome.opened, this.pause(state, 60_000)])
        state.stopTimer?.()
      } else if (outcome.next === 'rest' || !state.again) {
        state.rests = outcome.next === 'rest'
        await this.pause(state, outcome.until - this.clock.now())
        state.rests = false
      }
    }
  }

  private forget(key: string, state: Running): void {
    if (this.running.get(key) === state) this.running.delete(key)
  }

  private async attempt(conversationId: number, queue: Queue): Promise<Wait> {
    try {
      return await this.step(conversationId, queue)
    } catch (error) {
      this.onBug(error, conversationId, queue)
      return { next: 'wait', until: this.clock.now() + 5000 }
    }
  }

  private pause(state: Running, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        cancel()
        state.stopTimer = null
        resolve()
      }
      const cancel = this.clock.after(Math.max(0, ms), finish)
      state.stopTimer = finish
    })
  }
}
