import { type MessageRow, PAGE_ROWS } from '../../../shared/api/log.ts'

/**
 * A list of any length, newest first, which keeps only the pages near the view. The outline contains the
 * number of messages and the start of each page; newer messages come before it (`head`), or wait (`held`)
 * while the reader is further down, so that nothing moves.
 */
export interface List {
  /** As the outline was read. */
  readonly total: number
  /** `pages[i]` is the id of the newest message of page i. */
  readonly pages: readonly number[]
  readonly loaded: ReadonlyMap<number, Page>
  /** Newer than the outline, shown before it. Newest first, as everywhere here. */
  readonly head: readonly MessageRow[]
  /** Newer still, not shown yet. */
  readonly held: readonly MessageRow[]
  /** Number of further ones that are not even stored. */
  readonly beyond: number
  /** Messages that came while the reader was not at the top. */
  readonly unseen: number
  readonly atTop: boolean
  /**
   * Whether the outline is still correct: `stale` = it is not, `passing` = a shown message does not match the
   * filter any more and may stay for a moment.
   */
  readonly outline: 'true' | 'passing' | 'stale'
}

/** The known rows of a page. `fresh` = received from the application since the outline was read. */
interface Page {
  readonly rows: readonly (MessageRow | undefined)[]
  readonly fresh: boolean
}

/** The result of `log.outline`. */
export type Outline = Pick<List, 'total' | 'pages'>

/** Maximum of stored held rows; further ones are only counted and loaded on request. */
const MOST_HELD = 500
export const MOST_PAGES = 20

export const listOf = ({ total, pages }: Outline): List => ({
  total,
  pages,
  loaded: new Map(),
  head: [],
  held: [],
  beyond: 0,
  unseen: 0,
  atTop: true,
  outline: 'true',
})

/** Number of shown rows. */
export const countOf = (list: List): number => list.head.length + list.total

/** Number of messages that match the filter, including held ones. */
export const matchesOf = (list: List): number => countOf(list) + list.held.length + list.beyond

/** The message in row `index`; undefined while it is not loaded. */
export function rowAt(list: List, index: number): MessageRow | undefined {
  if (index < list.head.length) return list.head[index]
  const place = index - list.head.length
  return list.loaded.get(Math.floor(place / PAGE_ROWS))?.rows[place % PAGE_ROWS]
}

/**
 * The index of the message `id`, or of the next older one when it is not in the list; null when its page must
 * be loaded to know.
 */
export function indexOf(list: List, id: number): number | null {
  const inHead = list.head.findIndex((row) => row.id <= id)
  if (inHead !== -1) return inHead
  const page = pageOf(list, id)
  if (page === null) return list.head.length
  const rows = list.loaded.get(page)?.rows ?? []
  const place = rows.findIndex((row) => row !== undefined && row.id <= id)
  // In a page with gaps only an exact match is certain.
  if (rows[place]?.id !== id && !isWhole(list, page)) return null
  return list.head.length + page * PAGE_ROWS + (place === -1 ? rows.length : place)
}

/** The page whose range of ids contains `id`; null when it is newer than all of them. */
export function pageOf({ pages }: Pick<Outline, 'pages'>, id: number): number | null {
  let [low, high] = [0, pages.length]
  // The first page that begins at or below the id …
  while (low < high) {
    const middle = (low + high) >> 1
    if (pages[middle]! <= id) high = middle
    else low = middle + 1
  }
  // … contains it only if it begins with it, otherwise the previous page does.
  if (pages[low] === id) return low
  return low === 0 ? null : low - 1
}

/** Approximate number of messages newer than `id`: by page, without loading it. */
export const indexOfPage = (list: List, id: number): number => (pageOf(list, id) ?? 0) * PAGE_ROWS

/** Number of messages in a page. */
export const sizeOf = (list: Outline, page: number): number =>
  Math.min(PAGE_ROWS, list.total - page * PAGE_ROWS)
const isWhole = (list: List, page: number): boolean => {
  const rows = list.loaded.get(page)?.rows
  return rows !== undefined && rows.length === sizeOf(list, page) && !rows.includes(undefined)
}

/** Pages to load for the rows from `first` to `last`, the visible ones first. */
export function pagesToRead(list: List, first: number, last: number): number[] {
  const top = Math.max(0, Math.floor((first - list.head.length) / PAGE_ROWS))
  const bottom = Math.floor((last - list.head.length) / PAGE_ROWS)
  const wanted: number[] = []
  for (let page = top; page <= bottom; page++) wanted.push(page)
  wanted.push(bottom + 1, top - 1)
  return wanted.filter((page) => page >= 0 && page < list.pages.length && !list.loaded.get(page)?.fresh)
}

/** A loaded page. If it does not match the outline, the list becomes stale. */
export function withPage(list: List, page: number, read: readonly MessageRow[]): List {
  const [from, below] = [list.pages[page], list.pages[page + 1] ?? 0]
  if (from === undefined) return list
  const own = read.filter((row) => row.id <= from && row.id > below)
  const size = sizeOf(list, page)
  const rows = Array.from({ length: size }, (_, place) => own[place])
  const loaded = new Map(list.loaded).set(page, { rows, fresh: true })
  return { ...list, loaded, outline: own.length === size ? list.outline : 'stale' }
}

/** Drops all pages except the nearest to the row `index`. */
export function withoutFarPages(list: List, index: number): List {
  if (list.loaded.size <= MOST_PAGES) return list
  const here = (index - list.head.length) / PAGE_ROWS - 0.5
  const nearest = [...list.loaded.keys()].sort((a, b) => Math.abs(a - here) - Math.abs(b - here))
  const kept = new Set(nearest.slice(0, MOST_PAGES))
  return { ...list, loaded: new Map([...list.loaded].filter(([page]) => kept.has(page))) }
}

/**
 * Pushed messages. Those in the list change in place, whether they still match the filter or not: a message
 * that was just sent again does not vanish from under the pointer. For the others `fits` decides.
 */
export function withPushed(
  list: List,
  pushed: readonly MessageRow[],
  fits: (row: MessageRow) => boolean | 'ask',
): List {
  let next = list
  for (const row of pushed) {
    const fit = fits(row)
    const changed = replaced(next, row)
    if (changed === null) next = fit === true ? added(next, row) : next
    else next = fit === false && changed.outline === 'true' ? { ...changed, outline: 'passing' } : changed
  }
  return next
}

/** Changes a loaded row; null when it is not loaded. */
function replaced(list: List, row: MessageRow): List | null {
  for (const part of ['head', 'held'] as const) {
    const place = list[part].findIndex(({ id }) => id === row.id)
    if (place !== -1) return { ...list, [part]: list[part].with(place, row) }
  }
  const page = pageOf(list, row.id)
  const held = page === null ? undefined : list.loaded.get(page)
  const place = held?.rows.findIndex((one) => one?.id === row.id) ?? -1
  if (page === null || held === undefined || place === -1) return null
  const loaded = new Map(list.loaded).set(page, { ...held, rows: held.rows.with(place, row) })
  return { ...list, loaded }
}

function added(list: List, row: MessageRow): List {
  const page = pageOf(list, row.id)
  if (page !== null) {
    // It belongs between messages of the outline: it matches now, or was stored a moment late. In a page that
    // is not loaded it is most likely an old one that has only changed.
    const isNew = isWhole(list, page) || isYoung(row)
    return isNew ? stale(list) : list
  }
  if (list.atTop) {
    const head = inOrder([row, ...list.head])
    return head.length > PAGE_ROWS ? stale({ ...list, head }) : { ...list, head }
  }
  const unseen = list.unseen + 1
  if (list.held.length >= MOST_HELD) return stale({ ...list, unseen, beyond: list.beyond + 1 })
  return { ...list, unseen, held: inOrder([row, ...list.held]) }
}

export const stale = (list: List): List => ({ ...list, outline: 'stale' })
const isYoung = (row: MessageRow): boolean =>
  row.attempts === 0 && (row.state === 'received' || row.state === 'queued')
const inOrder = (rows: MessageRow[]): MessageRow[] => rows.sort((a, b) => b.id - a.id)

/** The reader has reached the top, where all messages are shown, or has left it. */
export function withReader(list: List, atTop: boolean): List {
  if (atTop === list.atTop) return list
  if (!atTop) return { ...list, atTop }
  return { ...list, atTop, head: inOrder([...list.held, ...list.head]), held: [], unseen: 0 }
}

/**
 * The list after its outline was read again. Loaded rows stay visible until they are loaded again; while the
 * reader is not at the top, new messages count as unseen.
 */
export function withOutline(list: List, outline: Outline): List {
  const next = { ...listOf(outline), atTop: list.atTop }
  const growth = Math.max(0, next.total - matchesOf(list))
  const placed = placedRows(list, next)
  return { ...next, loaded: placed, unseen: list.atTop ? 0 : list.unseen + growth }
}

/**
 * Loaded rows at their places in the new outline: runs of neighbours are aligned at the page starts they
 * contain.
 */
function placedRows(list: List, next: List): Map<number, Page> {
  const begins = new Map(next.pages.map((id, page) => [id, page * PAGE_ROWS]))
  const pages = new Map<number, (MessageRow | undefined)[]>()
  for (const run of runsOf(list)) {
    const first = run.findIndex((row) => begins.has(row.id))
    if (first === -1) continue
    let offset = begins.get(run[first]!.id)! - first
    run.forEach((row, place) => {
      // Each start fixes the rows after it: a missing row shifts the others only up to the next start.
      const begin = begins.get(row.id)
      if (begin !== undefined) offset = begin - place
      const index = offset + place
      const page = Math.floor(index / PAGE_ROWS)
      if (index < 0 || index >= next.total || pageOf(next, row.id) !== page) return
      const rows = pages.get(page) ?? Array.from({ length: sizeOf(next, page) }, () => undefined)
      rows[index % PAGE_ROWS] = row
      pages.set(page, rows)
    })
  }
  return new Map([...pages].map(([page, rows]) => [page, { rows, fresh: false }]))
}

/** Consecutive rows without a gap. */
function runsOf(list: List): MessageRow[][] {
  const runs: MessageRow[][] = [[...list.held, ...list.head]]
  let last = -1
  for (const page of [...list.loaded.keys()].sort((a, b) => a - b)) {
    if (page !== last + 1) runs.push([])
    for (const row of list.loaded.get(page)!.rows)
      if (row !== undefined) runs.at(-1)!.push(row)
      else runs.push([])
    last = page
  }
  return runs.filter((run) => run.length > 0)
}
