/**
 * The transport of calls and events between the interface and the application. Values are not validated yet.
 */
export interface Transport {
  /** Rejects with `NotReached` without an answer. */
  call(name: string, args: unknown): Promise<unknown>
  /** Reports pushes and the state of the connection until the returned function is called. */
  open(listener: LineListener): () => void
}

export interface LineListener {
  push(message: unknown): void
  line(state: LineState): void
}

/** `connecting`: before the first event, and when the connection broke while calls are still answered. */
export type LineState = 'connecting' | 'online' | 'offline' | 'no-access'

/** There was no answer, or this page may not call. */
export class NotReached extends Error {
  readonly why: 'offline' | 'no-access'
  constructor(why: 'offline' | 'no-access') {
    super(why)
    this.why = why
  }
}
