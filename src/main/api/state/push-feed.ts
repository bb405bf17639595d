import type { AppState } from '../../../shared/api/state.ts'
import type { Push } from '../../../shared/api.ts'
import { errorStack } from '../../../shared/node-errors.ts'
import { isStoreUnavailable } from '../../../shared/store-error.ts'
import type { Application, Log } from '../../runtime/application.ts'
import type { LogPlace } from '../../store/index.ts'
import { rowsOf } from '../log/message-rows.ts'

/** Events that the application pushes. */
export interface Feed {
  /** Subscribes; the current state comes at once. Returns a function that unsubscribes. */
  subscribe(listener: (push: Push) => void): () => void
  /** Sends it to all listeners. */
  push(message: Push): void
  /** Ends it for all listeners. */
  stop(): void
}

const EVERY_MS = 250
const MOST_ROWS = 200
/** Lines of the log per read: each message has a few. */
const MOST_LINES = 1000
const MOST_EVENTS = 100

/**
 * Pushes changes of the store and the state, read four times a second while there are listeners. Without
 * listeners nothing runs. An exception in one listener does not affect the others.
 */
export function createFeed(options: {
  application: Application
  /** See `lastKnown`. */
  state: () => Promise<AppState>
  log: Log
}): Feed {
  const { application, log } = options
  const { store, clock } = application
  const listeners = new Set<(push: Push) => void>()
  /** Counts subscriptions: a read that began for earlier listeners is discarded. */
  let generation = 0
  let cancel = () => {}
  let place: LogPlace = ''
  let eventId = 0
  let shown = ''

  const publish = (push: Push, to: Iterable<(push: Push) => void> = [...listeners]) => {
    for (const listener of to) {
      try {
        listener(push)
      } catch (error) {
        failed(error)
      }
    }
  }
  const failed = (error: unknown) => log.error({ stack: errorStack(error) }, `bug: the feed failed: ${error}`)

  async function begin(mine: number): Promise<void> {
    place = await store.logEnd()
    eventId = (await store.events(null, 1)).at(-1)?.id ?? 0
    shown = ''
    await look(mine)
  }

  async function look(mine: number): Promise<void> {
    const pushes = [...(await newMessages()), ...(await newEvents()), ...(await newState())]
    if (mine !== generation) return
    for (const push of pushes) publish(push)
  }

  async function newMessages(): Promise<Push[]> {
    const { lines, place: reached } = await store.logAfter(place, MOST_LINES)
    if (lines.length === 0) return []
    const ids = [...new Set(lines.map((line) => Number(line.id)))]
    const tooMany = ids.length > MOST_ROWS || lines.length === MOST_LINES
    place = tooMany ? await store.logEnd() : reached
    if (tooMany) return [{ event: 'messages', value: { rows: [], more: true } }]
    const rows = await rowsOf(
      application,
      ids.toSorted((a, b) => a - b),
    )
    return rows.length === 0 ? [] : [{ event: 'messages', value: { rows, more: false } }]
  }

  async function newEvents(): Promise<Push[]> {
    const events = await store.events(eventId, MOST_EVENTS)
    eventId = events.at(-1)?.id ?? eventId
    return events.map((value) => ({ event: 'event', value }))
  }

  async function newState(): Promise<Push[]> {
    const value = await options.state()
    const text = JSON.stringify({ ...value, time: 0 })
    if (text === shown) return []
    shown = text
    return [{ event: 'state', value }]
  }

  /** While the store cannot be read, the state says so. */
  async function failedToLook(mine: number, error: unknown): Promise<void> {
    if (!isStoreUnavailable(error)) return failed(error)
    const pushes = await newState().catch(() => [])
    if (mine === generation) for (const push of pushes) publish(push)
  }

  /** The next read begins when this one is over: a slow disk is not read twice at once. */
  function go(mine: number, work: (mine: number) => Promise<void>): void {
    void work(mine)
      .then(
        () => look,
        async (error: unknown) => {
          await failedToLook(mine, error)
          return work
        },
      )
      .then((next) => {
        if (mine === generation) cancel = clock.after(EVERY_MS, () => go(mine, next))
      })
  }

  return {
    subscribe(listener) {
      const own = (push: Push) => listener(push)
      listeners.add(own)
      if (listeners.size === 1) go(++generation, begin)
      else {
        void options
          .state()
          .then((value) => publish({ event: 'state', value }, listeners.has(own) ? [own] : []))
          .catch(failed)
      }
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return
        generation++
        cancel()
      }
    },
    push: (message) => publish(message),
    stop() {
      listeners.clear()
      generation++
      cancel()
    },
  }
}
