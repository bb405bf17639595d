import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  countOf,
  indexOf,
  type List,
  listOf,
  matchesOf,
  pagesToRead,
  rowAt,
  withOutline,
  withoutFarPages,
  withPage,
  withPushed,
  withReader,
} from '../../../../../src/renderer/pages/log/list.ts'
import { row, Stock } from './rows.ts'

type Step =
  | { do: 'arrive'; count: number }
  | { do: 'change'; which: number }
  | { do: 'leave' | 'return' | 'outline' }
  | { do: 'view'; at: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('arrive' as const), count: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ do: fc.constant('change' as const), which: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constantFrom('leave' as const, 'return' as const, 'outline' as const) }),
  fc.record({ do: fc.constant('view' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
)

const all = () => true

/** The reader's reaction to steps, without its timers. */
class Play {
  readonly stock: Stock
  list: List
  first = 0
  #next: number

  constructor(count: number) {
    this.stock = new Stock(Array.from({ length: count }, (_, index) => index + 1))
    this.list = listOf(this.stock.outline())
    this.#next = count + 1
    this.readScreen()
  }

  readScreen(): void {
    const last = Math.min(countOf(this.list) - 1, this.first + 30)
    for (const page of pagesToRead(this.list, this.first, last)) {
      this.list = withPage(this.list, page, this.stock.page(this.list.pages[page]!))
    }
    this.list = withoutFarPages(this.list, this.first)
  }

  arrive(count: number): void {
    const told = Array.from({ length: count }, () => this.stock.put(row(this.#next++)))
    this.list = withPushed(this.list, told, all)
  }

  change(id: number): void {
    this.list = withPushed(this.list, [this.stock.put(row(id, { state: 'failed' }))], all)
  }

  /** The view follows its first row. */
  outline(): void {
    const anchor = rowAt(this.list, this.first)
    this.list = withOutline(this.list, this.stock.outline())
    if (!this.list.atTop && anchor !== undefined) this.first = indexOf(this.list, anchor.id) ?? this.first
  }

  screen(): (number | undefined)[] {
    return Array.from({ length: 30 }, (_, offset) => rowAt(this.list, this.first + offset)?.id)
  }
}

it('a reader further down always sees the same messages, and none is missing at the end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1500 }), fc.array(step, { maxLength: 25 }), (count, steps) => {
      const play = new Play(count)
      for (const one of steps) {
        const before = play.screen()
        // An empty list has no row that could keep its place.
        const away = !play.list.atTop && before[0] !== undefined
        if (one.do === 'arrive') play.arrive(one.count)
        else if (one.do === 'change' && count > 0) play.change(1 + Math.floor(one.which * (count - 1)))
        else if (one.do === 'outline') play.outline()
        else if (one.do === 'leave') play.list = withReader(play.list, false)
        else if (one.do === 'return') {
          play.first = 0
          play.list = withReader(play.list, true)
        } else if (one.do === 'view' && !play.list.atTop)
          play.first = Math.floor(one.at * Math.max(0, countOf(play.list) - 1))
        if (away && (one.do === 'arrive' || one.do === 'change' || one.do === 'outline'))
          expect(play.screen()).toEqual(before)
        expect(matchesOf(play.list)).toBe(play.stock.all().length)
        if (play.list.outline === 'stale') play.outline()
        play.readScreen()
        if (away && (one.do === 'arrive' || one.do === 'change')) expect(play.screen()).toEqual(before)
      }
      play.first = 0
      play.list = withReader(play.list, true)
      play.outline()
      const seen: unknown[] = []
      for (play.first = 0; play.first < countOf(play.list); play.first += 30) {
        play.readScreen()
        const left = Math.min(30, countOf(play.list) - play.first)
        for (let offset = 0; offset < left; offset++) seen.push(rowAt(play.list, play.first + offset))
      }
      expect(seen).toEqual(play.stock.all())
    }),
    { numRuns: 150 },
  )
})
