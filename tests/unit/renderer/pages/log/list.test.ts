import { describe, expect, it } from 'vitest'
import {
  countOf,
  indexOf,
  type List,
  listOf,
  MOST_PAGES,
  matchesOf,
  pageOf,
  pagesToRead,
  rowAt,
  withOutline,
  withoutFarPages,
  withPage,
  withPushed,
  withReader,
} from '../../../../../src/renderer/pages/log/list.ts'
import { row, Stock } from './rows.ts'

const all = () => true
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
const shown = (list: List) => Array.from({ length: countOf(list) }, (_, index) => rowAt(list, index)?.id)

/** A list of all messages, with the named pages loaded. */
function read(stock: Stock, ...pages: number[]): List {
  const outline = stock.outline()
  return pages.reduce((list, page) => withPage(list, page, stock.page(outline.pages[page]!)), listOf(outline))
}

describe('a list with only some pages loaded', () => {
  const stock = new Stock(upTo(1050))

  it('the list knows its length and the rows of loaded pages', () => {
    const list = read(stock, 2)
    expect(countOf(list)).toBe(1050)
    expect(rowAt(list, 399)).toBeUndefined()
    expect(rowAt(list, 400)?.id).toBe(650)
    expect(rowAt(list, 599)?.id).toBe(451)
    expect(rowAt(list, 600)).toBeUndefined()
  })

  it('the list requests the visible pages first, then neighbours, none twice', () => {
    expect(pagesToRead(read(stock), 390, 410)).toEqual([1, 2, 3, 0])
    expect(pagesToRead(read(stock, 1, 2), 390, 410)).toEqual([3, 0])
    expect(pagesToRead(read(stock), 1040, 1049)).toEqual([5, 4])
  })

  it('the list finds the page of an id, also of one that is not in the list', () => {
    const list = read(stock)
    expect([1050, 1049, 851, 850, 1].map((id) => pageOf(list, id))).toEqual([0, 0, 0, 1, 5])
    expect(pageOf(list, 1051)).toBeNull()
  })

  it('the list knows the position of a message only on loaded pages', () => {
    const list = read(stock, 1)
    expect(indexOf(list, 800)).toBe(250)
    expect(indexOf(list, 500)).toBeNull()
  })

  it('the list finds the next older message for a missing one', () => {
    const gaps = new Stock(upTo(1050).filter((id) => id % 10 !== 0))
    const list = read(gaps, 0, 1)
    const index = indexOf(list, 900)!
    expect(rowAt(list, index)?.id).toBe(899)
  })

  it('the list keeps the pages nearest to the view', () => {
    const many = new Stock(upTo(10_000))
    const pages = Array.from({ length: 30 }, (_, page) => page)
    const list = withoutFarPages(read(many, ...pages), 25 * 200)
    expect(list.loaded.size).toBe(MOST_PAGES)
    expect(rowAt(list, 25 * 200)).toBeDefined()
    expect(rowAt(list, 0)).toBeUndefined()
  })

  it('the list notices a page that does not match its outline', () => {
    const outline = stock.outline()
    const list = withPage(listOf(outline), 0, stock.page(outline.pages[0]!).toSpliced(7, 1))
    expect(list.outline).toBe('stale')
  })
})

describe('new messages', () => {
  const begin = () => read(new Stock(upTo(250)), 0)

  it('new messages are on top at once for a reader who is there', () => {
    const list = withPushed(begin(), [row(251), row(252)], all)
    expect(shown(list).slice(0, 3)).toEqual([252, 251, 250])
    expect([list.unseen, matchesOf(list)]).toEqual([0, 252])
  })

  it('new messages wait for a reader who is further down, and are counted', () => {
    const list = withPushed(withReader(begin(), false), [row(251), row(252)], all)
    expect(shown(list)).toEqual(shown(begin()))
    expect([list.unseen, countOf(list), matchesOf(list)]).toEqual([2, 250, 252])
    const back = withReader(list, true)
    expect(shown(back).slice(0, 3)).toEqual([252, 251, 250])
    expect([back.unseen, matchesOf(back)]).toEqual([0, 252])
  })

  it('known messages change in place, shown or held back', () => {
    const away = withPushed(withReader(begin(), false), [row(251)], all)
    const list = withPushed(away, [row(251, { state: 'failed' }), row(200, { state: 'retrying' })], all)
    expect(list.held[0]?.state).toBe('failed')
    expect(rowAt(list, 50)?.state).toBe('retrying')
    expect([countOf(list), list.unseen]).toEqual([250, 1])
  })

  it('messages that no longer match stay for a moment', () => {
    const list = withPushed(begin(), [row(200, { state: 'queued' })], () => false)
    expect(rowAt(list, 50)?.state).toBe('queued')
    expect(list.outline).toBe('passing')
  })

  it('messages outside the filter leave the list unchanged', () => {
    const list = begin()
    expect(withPushed(list, [row(251)], () => false)).toBe(list)
    expect(withPushed(list, [row(251)], () => 'ask')).toBe(list)
  })

  it('messages that belong in between cause a new read', () => {
    const stock = new Stock(upTo(400).filter((id) => id !== 300))
    expect(withPushed(read(stock, 0), [row(300)], all).outline).toBe('stale')
    // An old message of a page that is not loaded has most likely only changed.
    expect(withPushed(read(stock, 0), [row(10)], all).outline).toBe('true')
    expect(withPushed(read(stock, 0), [row(10, { attempts: 0, state: 'queued' })], all).outline).toBe('stale')
  })

  it('masses of messages are only counted, and loaded on request', () => {
    let list = withReader(begin(), false)
    for (let id = 251; id <= 1000; id++) list = withPushed(list, [row(id)], all)
    expect(list.held.length).toBe(500)
    expect([list.unseen, matchesOf(list), list.outline]).toEqual([750, 1000, 'stale'])
  })
})

describe('an outline that is read again', () => {
  it('a new outline keeps the visible rows in place, without a gap', () => {
    const stock = new Stock(upTo(1000))
    const before = withReader(read(stock, 1, 2, 3), false)
    for (let id = 1001; id <= 1037; id++) stock.put(row(id))
    const list = withOutline(before, stock.outline())
    expect(countOf(list)).toBe(1037)
    expect(list.unseen).toBe(37)
    expect(indexOf(list, 500)).toBe(537)
    // Every earlier row is still there.
    for (let index = 200; index < 800; index++)
      expect(rowAt(list, index + 37)?.id).toBe(rowAt(before, index)?.id)
    // They are read again in any case.
    expect(pagesToRead(list, 537, 550)).toEqual([2, 3, 1])
  })

  it('a new outline counts the messages meanwhile only once', () => {
    const stock = new Stock(upTo(1000))
    const held = withPushed(withReader(read(stock, 1), false), [stock.put(row(1001))], all)
    stock.put(row(1002))
    expect(withOutline(held, stock.outline()).unseen).toBe(2)
  })

  it('a new outline without some rows is correct from the next page on', () => {
    const without = new Stock(upTo(1000).filter((id) => id !== 777))
    const list = withOutline(read(new Stock(upTo(1000)), 0, 1, 2), without.outline())
    expect(rowAt(list, 400)?.id).toBe(without.outline().pages[2])
    expect(pagesToRead(list, 200, 399)).toContain(1)
    expect(shown(withPage(list, 1, without.page(800)))).not.toContain(777)
  })
})
