import { answerOf } from '../../shared/api/answer.ts'
import {
  type Answer,
  type Args,
  type CallName,
  calls,
  type EventName,
  type EventValue,
  push as pushSchema,
  type Value,
} from '../../shared/api.ts'
import { type LineState, NotReached, type Transport } from './transport.ts'

/** The interface's view of the application: calls, events, and the state of the connection. */
export interface BridgeClient {
  /** Never rejects: a lost connection and an invalid answer are answers too. */
  call<N extends CallName>(name: N, args: Args<N>): Promise<Answer<Value<N>>>
  /**
   * Calls `listener` with each event of that name until the returned function is called; for `state` also
   * with the last previous one: the first snapshot may arrive before the page.
   */
  on<N extends EventName>(event: N, listener: (value: EventValue<N>) => void): () => void
  line(): LineState
  onLine(listener: (state: LineState) => void): () => void
  close(): void
}

export function createClient(transport: Transport): BridgeClient {
  const listeners = new Map<EventName, Set<(value: never) => void>>()
  const lineListeners = new Set<(state: LineState) => void>()
  let line: LineState = 'connecting'
  let lastState: EventValue<'state'> | null = null
  const setLine = (state: LineState) => {
    if (state === line) return
    line = state
    for (const listener of lineListeners) listener(state)
  }
  const close = transport.open({
    line: setLine,
    push(message) {
      const read = pushSchema.safeParse(message)
      if (!read.success) return console.error('an event does not fit the contract', read.error.issues)
      if (read.data.event === 'state') lastState = read.data.value
      for (const listener of listeners.get(read.data.event) ?? []) listener(read.data.value as never)
    },
  })
  return {
    async call(name, args) {
      let answer: unknown
      try {
        answer = await transport.call(name, args)
      } catch (error) {
        const why = error instanceof NotReached ? error.why : 'offline'
        return failed(why, `error.call.${why}`)
      }
      const read = answerOf(calls[name].result).safeParse(answer)
      if (read.success) return read.data as Answer<Value<typeof name>>
      console.error(`the answer of ${name} does not fit the contract`, read.error.issues)
      return failed('bug', 'error.call.bug')
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      if (event === 'state' && lastState !== null) listener(lastState as EventValue<typeof event>)
      return () => set.delete(listener)
    },
    line: () => line,
    onLine(listener) {
      lineListeners.add(listener)
      return () => lineListeners.delete(listener)
    },
    close,
  }
}

const failed = (code: 'offline' | 'no-access' | 'bug', key: string): Answer<never> => ({
  ok: false,
  error: { code, message: { key, params: {} }, field: null, detail: null },
})
