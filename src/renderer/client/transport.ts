import type { Push } from '../../shared/api.ts'

/** What carries calls and events between the interface and the application. Values are not trusted yet. */
export interface Transport {
  /** Rejects with `NotReached` when nobody answered. */
  call(name: string, args: unknown): Promise<unknown>
  /** Tells pushes and the state of the line until the answer is called. */
  open(listener: LineListener): () => void
}

export interface LineListener {
  push(message: unknown): void
  line(state: LineState): void
}

/** `connecting`: before the first event, and when the line broke while calls are still answered. */
export type LineState = 'connecting' | 'online' | 'offline' | 'no-access'

/** Nobody answered, or this page may not ask. */
export class NotReached extends Error {
  readonly why: 'offline' | 'no-access'
  constructor(why: 'offline' | 'no-access') {
    super(why)
    this.why = why
  }
}

export type { Push }
