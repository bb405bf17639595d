import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { countOf, indexOf, type List, matchesOf, rowAt } from '../../../../../src/renderer/pages/log/list.ts'
import { LogReader } from '../../../../../src/renderer/pages/log/reader.ts'
import type { LogFilter, MessageRow } from '../../../../../src/shared/api/log.ts'
import { row, Stock } from './rows.ts'

type Bridge = ConstructorParameters<typeof LogReader>[0]
type Told = { rows: MessageRow[]; more: boolean }

/** The application behind a connection, as far as the reader sees it. */
class FakeBridge {
  stock: Stock
  readonly asked: { name: string; args: { filter: LogFilter; fromId?: number | null; limit?: number } }[] = []
  offline = false
  /** Delays answers until it is resolved. */
  gate: Promise<void> = Promise.resolve()
  #told: (value: Told) => void = () => {}
  #line: (state: string) => void = () => {}

  constructor(count: number) {
    this.stock = new Stock(Array.from({ length: count }, (_, index) => index + 1))
  }
  readonly call = async (name: string, args: never) => {
    this.asked.push({ name, args })
    const { fromId = null, limit } = args as { fromId?: number | null; limit?: number }
    const value = name === 'log.outline' ? this.stock.outline() : { rows: this.stock.page(fromId, limit) }
    const failed = this.offline
    await this.gate
    if (failed) return { ok: false, error: { code: 'offline', message: { key: 'x', params: {} } } }
    return { ok: true, value }
  }
  readonly on = (_name: string, listener: never) => {
    this.#told = listener
    return () => {}
  }
  readonly onLine = (listener: never) => {
    this.#line = listener
    return () => {}
  }
  tell(rows: MessageRow[], more = false): void {
    for (const one of rows) this.stock.put(one)
    this.#told({ rows, more })
  }
  line(state: 'online' | 'offline'): void {
    this.offline = state === 'offline'
    this.#line(state)
  }
  pages(): number {
    return this.asked.filter(({ name }) => name === 'log.page').length
  }
}

let end = () => {}
async function reading(count: number, filter: LogFilter = {}) {
  const bridge = new FakeBridge(count)
  const reader = new LogReader(bridge as unknown as Bridge)
  end = reader.start()
  reader.show(filter)
  await settled()
  return { bridge, reader, list: () => reader.reading().list as List }
}
const settled = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  end()
  vi.useRealTimers()
})

describe('a long log', () => {
  it('a long log is read only near the view, at most two pages at a time', async () => {
    const { bridge, reader, list } = await reading(100_000)
    expect(countOf(list())).toBe(100_000)
    bridge.asked.length = 0
    reader.view(50_000, 50_030)
    expect(bridge.pages()).toBe(2)
    await settled()
    expect(rowAt(list(), 50_000)?.id).toBe(50_000)
    expect(rowAt(list(), 50_030)?.id).toBe(49_970)
    expect(bridge.pages()).toBeLessThanOrEqual(3)
  })

  it('quick scrolling skips the pages in between', async () => {
    const { bridge, reader, list } = await reading(100_000)
    bridge.asked.length = 0
    let open = () => {}
    bridge.gate = new Promise<void>((resolve) => {
      open = resolve
    })
    for (let first = 1_000; first <= 90_000; first += 1_000) reader.view(first, first + 30)
    open()
    await settled()
    expect(rowAt(list(), 90_010)?.id).toBe(100_000 - 90_010)
    expect(bridge.pages()).toBeLessThan(8)
  })

  it('no more messages of a page are requested than there are', async () => {
    const { bridge } = await reading(7)
    expect(bridge.asked.find(({ name }) => name === 'log.page')?.args.limit).toBe(7)
  })
})

describe('events during a read', () => {
  it('an older answer does not undo a push', async () => {
    const { bridge, reader, list } = await reading(1000)
    let open = () => {}
    bridge.gate = new Promise<void>((resolve) => {
      open = resolve
    })
    reader.view(400, 430)
    // The answer with the old state is on its way.
    bridge.tell([row(590, { state: 'failed' })])
    open()
    await settled()
    expect(rowAt(list(), 410)?.state).toBe('failed')
  })

  it('a push before the first answer is shown with it', async () => {
    const bridge = new FakeBridge(10)
    const reader = new LogReader(bridge as unknown as Bridge)
    end = reader.start()
    reader.show({})
    bridge.tell([row(11)])
    await settled()
    const list = reader.reading().list as List
    expect([0, 1].map((index) => rowAt(list, index)?.id)).toEqual([11, 10])
  })

  it('too many pushed messages cause a new read, and loaded rows stay', async () => {
    const { bridge, reader, list } = await reading(1000)
    reader.atTop(false)
    reader.view(500, 530)
    await settled()
    const anchor = rowAt(list(), 500)!
    for (let id = 1001; id <= 1300; id++) bridge.stock.put(row(id))
    bridge.tell([row(1301)], true)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(countOf(list())).toBe(1301)
    expect(list().unseen).toBe(301)
    expect(indexOf(list(), anchor.id)).toBe(801)
    expect(rowAt(list(), 801)?.id).toBe(anchor.id)
  })

  it('a message that stops matching stays for a moment, then disappears', async () => {
    const { bridge, list } = await reading(0, { states: ['queued'] })
    bridge.stock = new Stock([], ({ state }) => state === 'queued')
    bridge.tell([row(1, { state: 'queued' })])
    expect(countOf(list())).toBe(1)
    bridge.tell([row(1, { state: 'delivered' })])
    expect(rowAt(list(), 0)?.state).toBe('delivered')
    await vi.advanceTimersByTimeAsync(3_900)
    expect(countOf(list())).toBe(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(countOf(list())).toBe(0)
  })

  it('the application is asked when only it can match a message', async () => {
    const { bridge, list } = await reading(0, { search: 'parcel' })
    bridge.stock = new Stock([], ({ text }) => text.includes('parcel'))
    bridge.tell([
      row(1, { text: 'a parcel', receivedAt: 5000 }),
      row(2, { text: 'a letter', receivedAt: 6000 }),
    ])
    expect(countOf(list())).toBe(0)
    await vi.advanceTimersByTimeAsync(400)
    expect(rowAt(list(), 0)?.id).toBe(1)
    expect(countOf(list())).toBe(1)
    // Only since then: the rest of the log is known.
    expect(bridge.asked.at(-1)?.args.filter).toEqual({ search: 'parcel', from: 5000 })
  })
})

describe('a lost connection', () => {
  it('a lost connection keeps the rows, and all is read again afterwards', async () => {
    const { bridge, reader, list } = await reading(300)
    bridge.line('offline')
    bridge.stock.put(row(301))
    bridge.stock.put(row(300, { state: 'failed' }))
    expect(matchesOf(list())).toBe(300)
    bridge.line('online')
    await settled()
    expect(rowAt(list(), 0)?.id).toBe(301)
    expect(rowAt(list(), 1)?.state).toBe('failed')
    expect(reader.reading().error).toBeNull()
  })

  it('a lost connection without rows is an error with a retry', async () => {
    const bridge = new FakeBridge(3)
    bridge.offline = true
    const reader = new LogReader(bridge as unknown as Bridge)
    end = reader.start()
    reader.show({})
    await settled()
    expect(reader.reading()).toMatchObject({ list: null, loading: false, error: { code: 'offline' } })
    bridge.offline = false
    reader.reload()
    await settled()
    expect(countOf(reader.reading().list as List)).toBe(3)
  })

  it.each([false, true])(
    'a failed read is retried without any report of the connection (list there: %s)',
    async (there) => {
      const { bridge, reader } = await reading(there ? 500 : 0)
      bridge.offline = true
      if (there) reader.reload()
      else reader.show({ search: 'x' })
      await settled()
      expect(reader.reading().error).toMatchObject({ code: 'offline' })
      await vi.advanceTimersByTimeAsync(5_000)
      expect(reader.reading().error).toMatchObject({ code: 'offline' })
      bridge.offline = false
      await vi.advanceTimersByTimeAsync(5_000)
      expect(reader.reading()).toMatchObject({ error: null, loading: false })
      const asked = bridge.asked.length
      await vi.advanceTimersByTimeAsync(60_000)
      expect(bridge.asked.length).toBe(asked)
    },
  )
})

describe('another filter', () => {
  it('another filter wins over the answer to the previous one', async () => {
    const { bridge, reader, list } = await reading(5)
    let open = () => {}
    bridge.gate = new Promise<void>((resolve) => {
      open = resolve
    })
    reader.show({ search: 'a' })
    bridge.gate = Promise.resolve()
    bridge.stock = new Stock([1])
    reader.show({ search: 'ab' })
    expect(reader.reading().loading).toBe(true)
    expect(countOf(list())).toBe(5)
    await settled()
    expect(countOf(list())).toBe(1)
    // The slow answer to the first query comes last.
    open()
    await settled()
    expect(countOf(list())).toBe(1)
    expect(reader.reading().loading).toBe(false)
  })

  it('a filter that was left before is shown at once and then read again', async () => {
    const { bridge, reader, list } = await reading(500)
    reader.atTop(false)
    reader.view(250, 280)
    await settled()
    const left = list()
    bridge.stock.put(row(501))
    reader.show({}, left)
    expect(reader.reading().loading).toBe(false)
    expect(rowAt(list(), 250)?.id).toBe(250)
    await settled()
    expect(indexOf(list(), 250)).toBe(251)
    expect(list().unseen).toBe(1)
  })
})
