import { type LogFilter, type MessageRow, PAGE_ROWS } from '../../../shared/api/log.ts'
import type { Answer, CallError } from '../../../shared/api.ts'
import type { BridgeClient } from '../../client/client.ts'
import { fits } from './filters/filter.ts'
import {
  type List,
  listOf,
  type Outline,
  pageOf,
  pagesToRead,
  rowAt,
  sizeOf,
  stale,
  withOutline,
  withoutFarPages,
  withPage,
  withPushed,
  withReader,
} from './list.ts'

/** The page's view of the log. */
export interface Reading {
  list: List | null
  /** Another filter was chosen and is not loaded yet; `list` is still that of the previous one. */
  loading: boolean
  error: CallError | null
  /** Changes when another filter's list is loaded: it is shown from its beginning. */
  generation: number
}

const READS_AT_ONCE = 2
/** Minimum interval between reads of the outline, extended by the duration of a read. */
const REREAD_MS = 1_000
const REST = 20
/** How long a message stays that does not match the filter any more. */
const PASSING_MS = 4_000
const ASK_MS = 300
/** Delay before a failed read without an answer is retried. */
const AGAIN_MS = 5_000
/** How long a new row counts as fresh. */
const FRESH_MS = 2_500

type Timer = ReturnType<typeof setTimeout>

/**
 * Keeps the list of one filter up to date: reads the outline and the pages near the view, adds pushed
 * messages, and reads again after a lost connection. Obsolete answers are dropped.
 */
export class LogReader {
  readonly #bridge: Pick<BridgeClient, 'call' | 'on' | 'onLine'>
  readonly #listeners = new Set<() => void>()
  /** With it the application knows that a later request replaces an earlier one. */
  readonly #name = `log-${Math.random().toString(36).slice(2)}`
  #reading: Reading = { list: null, loading: true, error: null, generation: 0 }
  #filter: LogFilter = {}
  #session = 0
  #view = { first: 0, last: 0 }
  readonly #inFlight = new Set<number>()
  /** Pushed while a read was open: its answer may be older. */
  #meanwhile: MessageRow[] = []
  #reads = 0
  #rereading = false
  /** When the outline was last read, and when it is to be read again. */
  #readAt = 0
  #rest = REREAD_MS
  #rereadDue = 0
  #rereadTimer: Timer | undefined
  #askTimer: Timer | undefined
  #againTimer: Timer | undefined
  #askSince = Number.POSITIVE_INFINITY
  readonly #fresh = new Set<number>()

  constructor(bridge: Pick<BridgeClient, 'call' | 'on' | 'onLine'>) {
    this.#bridge = bridge
  }

  /** Subscribes; the returned function unsubscribes. */
  start(): () => void {
    let wasLost = false
    const ends = [
      this.#bridge.on('messages', ({ rows, more }) => this.#pushed(rows, more)),
      this.#bridge.onLine((line) => {
        if (line === 'online' && wasLost) this.reload()
        wasLost = line !== 'online'
      }),
    ]
    return () => {
      for (const end of ends) end()
      clearTimeout(this.#rereadTimer)
      clearTimeout(this.#askTimer)
      clearTimeout(this.#againTimer)
      this.#session++
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  readonly reading = (): Reading => this.#reading

  /** Shows another filter; `from` is its list as it was left, which is shown until it is loaded again. */
  show(filter: LogFilter, from: List | null = null): void {
    this.#begin(filter)
    if (from === null) {
      this.#set({ loading: true, error: null })
      void this.#readFirst()
      return
    }
    const old = new Map([...from.loaded].map(([page, { rows }]) => [page, { rows, fresh: false }]))
    const generation = this.#reading.generation + 1
    this.#set({ list: { ...from, loaded: old }, loading: false, error: null, generation })
    void this.#reread()
  }

  /** Rows `first` to `last` are visible. */
  view(first: number, last: number): void {
    if (first === this.#view.first && last === this.#view.last) return
    this.#view = { first, last }
    this.#readPages()
  }

  /** The reader has reached the top or left it. */
  atTop(atTop: boolean): void {
    const { list } = this.#reading
    if (list !== null && list.atTop !== atTop) this.#put(withReader(list, atTop))
  }

  /** Reads everything again, at the current position. */
  reload(): void {
    this.#set({ error: null })
    this.#again()
  }

  #again(): void {
    if (this.#reading.list === null || this.#reading.loading) {
      this.#begin(this.#filter)
      this.#set({ loading: true })
      void this.#readFirst()
    } else void this.#reread()
  }

  /** Shown until a read succeeds; a short loss of the connection may not even be reported. */
  #failed(error: CallError): void {
    this.#set({ error, loading: false })
    clearTimeout(this.#againTimer)
    if (error.code !== 'offline') return
    this.#againTimer = setTimeout(() => {
      if (this.#reading.error !== null) this.#again()
    }, AGAIN_MS)
  }

  /** It has just come in. */
  isFresh(id: number): boolean {
    return this.#fresh.has(id)
  }

  #begin(filter: LogFilter): void {
    this.#session++
    this.#filter = filter
    this.#inFlight.clear()
    this.#rereading = false
    this.#view = { first: 0, last: 0 }
    clearTimeout(this.#rereadTimer)
    clearTimeout(this.#askTimer)
    this.#rereadTimer = undefined
    this.#askTimer = undefined
  }

  async #readFirst(): Promise<void> {
    const session = this.#session
    const end = this.#beginRead()
    const outline = await this.#outline()
    const page = outline.ok ? await this.#page(outline.value, 0) : outline
    const pushed = end()
    if (session !== this.#session) return
    if (!outline.ok) return this.#failed(outline.error)
    if (!page.ok) return this.#failed(page.error)
    this.#readAt = performance.now()
    const list = withPage(listOf(outline.value), 0, page.value.rows)
    const generation = this.#reading.generation + 1
    this.#put(this.#taken(list, pushed), { loading: false, error: null, generation })
  }

  /**
   * Reads the outline again; the visible rows stay in place, so their page is loaded before anything changes.
   */
  async #reread(): Promise<void> {
    if (this.#rereading) return
    const session = this.#session
    clearTimeout(this.#rereadTimer)
    this.#rereadTimer = undefined
    this.#rereading = true
    const began = performance.now()
    const end = this.#beginRead()
    const outline = await this.#outline()
    const before = this.#reading.list
    if (session !== this.#session || before === null) return void end()
    const page = outline.ok ? this.#pageOnScreen(before, outline.value) : null
    const read = outline.ok && page !== null ? await this.#page(outline.value, page) : null
    const pushed = end()
    if (session !== this.#session) return
    this.#rereading = false
    this.#readAt = performance.now()
    this.#rest = Math.max(REREAD_MS, (this.#readAt - began) * REST)
    if (!outline.ok) return this.#failed(outline.error)
    const placed = withOutline(this.#reading.list ?? before, outline.value)
    const list = read?.ok && page !== null ? withPage(placed, page, read.value.rows) : placed
    this.#inFlight.clear()
    this.#put(this.#taken(list, pushed), { error: null })
  }

  /** The page of the new outline with the visible rows. */
  #pageOnScreen(before: List, outline: Outline): number | null {
    if (before.atTop) return 0
    const anchor = rowAt(before, this.#view.first)
    return anchor === undefined ? null : (pageOf(outline, anchor.id) ?? 0)
  }

  #outline() {
    return this.#bridge.call('log.outline', { filter: this.#filter, list: this.#name })
  }

  /** Requests no more than there is: to find out that there are no more, the whole log would be read. */
  async #page(outline: Outline, page: number): Promise<Answer<{ rows: MessageRow[] }>> {
    const fromId = outline.pages[page]
    if (fromId === undefined) return { ok: true, value: { rows: [] } }
    return this.#bridge.call('log.page', { filter: this.#filter, fromId, limit: sizeOf(outline, page) })
  }

  #readPages(): void {
    const { list, loading, error } = this.#reading
    if (list === null || loading || error !== null) return
    for (const page of pagesToRead(list, this.#view.first, this.#view.last)) {
      if (this.#inFlight.size >= READS_AT_ONCE) return
      if (!this.#inFlight.has(page)) void this.#readPage(page, list)
    }
  }

  async #readPage(page: number, outline: Outline): Promise<void> {
    const session = this.#session
    this.#inFlight.add(page)
    const end = this.#beginRead()
    const read = await this.#page(outline, page)
    const pushed = end()
    if (session !== this.#session) return
    this.#inFlight.delete(page)
    const { list } = this.#reading
    if (!read.ok) return this.#failed(read.error)
    // The outline was read again meanwhile: pages begin elsewhere now.
    if (list === null || list.pages !== outline.pages) return this.#readPages()
    const next = withoutFarPages(withPage(list, page, read.value.rows), this.#view.first)
    this.#put(this.#taken(next, pushed))
  }

  #pushed(rows: MessageRow[], more: boolean): void {
    if (this.#reads > 0) this.#meanwhile.push(...rows)
    const { list, loading } = this.#reading
    if (list === null || loading) return
    if (list.atTop) this.#freshen(list, rows)
    const next = this.#taken(list, rows)
    this.#put(more ? stale(next) : next)
  }

  #taken(list: List, rows: readonly MessageRow[]): List {
    if (rows.length === 0) return list
    const unsure = rows.filter((row) => fits(this.#filter, row) === 'ask')
    if (unsure.length > 0) this.#askSoon(Math.min(...unsure.map(({ receivedAt }) => receivedAt)))
    return withPushed(list, rows, (row) => fits(this.#filter, row))
  }

  /** Only the application knows which of the messages since then match the filter. */
  #askSoon(since: number): void {
    this.#askSince = Math.min(this.#askSince, since)
    this.#askTimer ??= setTimeout(async () => {
      const session = this.#session
      const from = Math.max(this.#filter.from ?? 0, this.#askSince)
      this.#askTimer = undefined
      this.#askSince = Number.POSITIVE_INFINITY
      const filter = { ...this.#filter, from }
      const read = await this.#bridge.call('log.page', { filter, fromId: null, limit: PAGE_ROWS })
      const { list } = this.#reading
      if (session !== this.#session || list === null || !read.ok) return
      if (list.atTop) this.#freshen(list, read.value.rows)
      const newer = read.value.rows.filter(({ id }) => id > (list.pages[0] ?? 0)).reverse()
      const next = withPushed(list, newer, () => true)
      this.#put(newer.length === PAGE_ROWS ? stale(next) : next)
    }, ASK_MS)
  }

  #freshen(list: List, rows: readonly MessageRow[]): void {
    const newest = list.head[0]?.id ?? list.pages[0] ?? 0
    for (const { id } of rows) {
      if (id <= newest) continue
      this.#fresh.add(id)
      setTimeout(() => this.#fresh.delete(id), FRESH_MS)
    }
  }

  /** Collects pushes until the returned function is called, to merge them into the read data. */
  #beginRead(): () => MessageRow[] {
    const from = this.#reads === 0 ? 0 : this.#meanwhile.length
    if (this.#reads++ === 0) this.#meanwhile = []
    return () => {
      const pushed = this.#meanwhile.slice(from)
      if (--this.#reads === 0) this.#meanwhile = []
      return pushed
    }
  }

  #put(list: List, change: Partial<Reading> = {}): void {
    if (list !== this.#reading.list) this.#set({ ...change, list })
    this.#readPages()
    if (list.outline === 'true' || this.#rereading || this.#reading.loading) return
    const now = performance.now()
    const due = list.outline === 'stale' ? this.#readAt + this.#rest : now + PASSING_MS
    // Continuous changes do not postpone it.
    if (this.#rereadTimer !== undefined && this.#rereadDue <= due) return
    clearTimeout(this.#rereadTimer)
    this.#rereadDue = due
    this.#rereadTimer = setTimeout(() => void this.#reread(), Math.max(0, due - now))
  }

  #set(change: Partial<Reading>): void {
    this.#reading = { ...this.#reading, ...change }
    for (const listener of this.#listeners) listener()
  }
}
