import { WAITING_DAYS } from '../../../shared/api/conversations.ts'
import type { AppState } from '../../../shared/api/state.ts'
import { errorMessage } from '../../../shared/node-errors.ts'
import { isStoreUnavailable } from '../../../shared/store-error.ts'
import { rootOf } from '../../engine/index.ts'
import type { Application, Log } from '../../runtime/application.ts'
import type { LogPlace, UnansweredMessage } from '../../store/index.ts'

const DAY = 86_400_000
/** Lines of the log read at once; after more than these everything is read again. */
const MOST_LINES = 1000

type Source = Pick<Application, 'store' | 'now' | 'configuration'>

/**
 * The clients who wait for an answer, kept in memory: read once, and afterwards only the conversations with new
 * lines in the log. `now` never waits; `list` is up to date.
 */
export class WaitingClients {
  readonly #application: Source
  readonly #log: Pick<Log, 'warn'>
  readonly #found = new Map<number, UnansweredMessage>()
  /** The place in the log up to which it is known; null = not read yet. */
  #place: LogPlace | null = null
  #version = 0
  #reading: Promise<void> | null = null

  constructor(application: Source, log: Pick<Log, 'warn'>) {
    this.#application = application
    this.#log = log
  }

  /** As last read; a new reading begins. */
  now(): AppState['waiting'] {
    this.#refresh().catch((error: unknown) => {
      // A store that is away is reported once, for all.
      if (!isStoreUnavailable(error))
        this.#log.warn({ detail: errorMessage(error) }, 'the clients who wait could not be read')
    })
    const waiting = this.#current()
    return { count: waiting.length, since: waiting[0]?.since ?? null, version: this.#version }
  }

  /** Who waits longest comes first. */
  async list(): Promise<UnansweredMessage[]> {
    await this.#refresh()
    return this.#current()
  }

  /** The owner changed something about a conversation that the log does not show. */
  async changed(conversationId: number): Promise<void> {
    await this.#refresh()
    await this.#look([conversationId])
  }

  /** Everything is read again: conversations were separated, or a client was forgotten. */
  async reset(): Promise<void> {
    await this.#reading?.catch(() => undefined)
    this.#place = null
  }

  #current(): UnansweredMessage[] {
    const since = this.#since()
    const known = new Set(this.#application.configuration.connections.map(({ id }) => id))
    return [...this.#found.values()]
      .filter((one) => one.since >= since && known.has(one.connectionId))
      .sort((one, other) => one.since - other.since || one.conversationId - other.conversationId)
  }

  #since(): number {
    return this.#application.now() - WAITING_DAYS * DAY
  }

  /** One at a time. */
  #refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    const { store } = this.#application
    const news = this.#place === null ? null : await store.logAfter(this.#place, MOST_LINES)
    if (news?.lines.length === 0) return
    let place = news?.place
    if (news === null || news.lines.length === MOST_LINES) {
      place = await store.logEnd()
      await this.#look(await store.recentConversations(this.#since()), 'all')
    } else {
      const ids = new Set(
        news.lines.flatMap(({ conversation }) => (conversation === null ? [] : [Number(conversation)])),
      )
      // Also those that they were merged into.
      for (const id of [...ids]) ids.add((await rootOf(store, id))?.id ?? id)
      await this.#look([...ids])
    }
    this.#place = place ?? null
  }

  async #look(ids: readonly number[], which: 'all' | 'some' = 'some'): Promise<void> {
    const before = JSON.stringify([...this.#found])
    const { store } = this.#application
    const waiting = await store.unansweredAmong(ids)
    if (which === 'all') this.#found.clear()
    for (const id of ids) this.#found.delete(id)
    for (const one of waiting) this.#found.set(one.conversationId, one)
    if (JSON.stringify([...this.#found]) !== before) this.#version += 1
  }
}
