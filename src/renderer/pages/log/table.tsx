// biome-ignore-all lint/a11y/useSemanticElements: lines that are placed one by one cannot be rows of a table.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line.
import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from 'react'
import type { MessageRow } from '../../../shared/api/log.ts'
import { IconArrowUp } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { countOf, indexOf, type List, rowAt } from './list.ts'
import type { LogReader } from './reader.ts'
import { isSelectable, Line, lineId } from './row.tsx'
import classes from './table.module.css'

/** Heights of a row and of the headings, in pixels. Where it is narrow a row has two lines and no heading. */
interface Heights {
  line: number
  names: number
}
const WIDE: Heights = { line: 34, names: 30 }
const NARROW: Heights = { line: 58, names: 0 }
/** Browsers limit the height of an element to some 33 million pixels. */
const MOST_LINES = 900_000

/** A row of the list: its position and, if loaded, its message. */
interface Spot {
  index: number
  id: number | null
}

export interface TableHandle {
  focus(): void
  /** First visible row and the scroll offset in it. */
  place(): { index: number; offset: number }
}

/**
 * The messages of the log in lines of equal height; only the visible ones are rendered, whatever their
 * number.
 */
export function Table(props: {
  reader: LogReader
  list: List
  /** The list of another filter begins at its top, or at `begin`. */
  generation: number
  begin: { index: number; offset: number } | null
  busy: boolean
  openId: number | null
  selected: ReadonlyMap<number, MessageRow>
  /** Null for those who may not act on messages. */
  onSelect: ((row: MessageRow) => void) | null
  /** The sought words, to be marked. */
  words: readonly string[]
  onOpen(row: MessageRow): void
  onClose(): void
  handle: Ref<TableHandle>
}) {
  const { reader, list, generation, begin, busy, openId, selected, onSelect, words, onOpen, onClose } = props
  const { t } = useI18n()
  const scroller = useRef<HTMLDivElement>(null)
  const count = Math.min(countOf(list), MOST_LINES)
  const isNarrow = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const heights = isNarrow ? NARROW : WIDE
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => heights.line,
    overscan: 12,
    scrollMargin: heights.names,
    initialOffset: begin === null ? 0 : begin.index * heights.line + begin.offset,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the rows have another height.
  useLayoutEffect(() => virtual.measure(), [heights])
  const scrollTo = useScrollTo(scroller, virtual)
  const top = useKeptPlace(scroller, list, { generation, begin, heights }, scrollTo)
  const [active, setActive] = useState<Spot | null>(null)
  const activeIndex = active && Math.min(count - 1, placeOf(list, active))

  const lines = virtual.getVirtualItems()
  const screen = { first: topLine(scroller.current, heights), last: lines.at(-1)?.index ?? 0 }
  useEffect(() => reader.view(screen.first, screen.last), [reader, screen.first, screen.last])

  useImperativeHandle(props.handle, () => ({
    focus: () => scroller.current?.focus({ preventScroll: true }),
    place() {
      const offset = scroller.current?.scrollTop ?? 0
      return { index: Math.floor(offset / heights.line), offset: offset % heights.line }
    },
  }))

  const open = useCallback(
    (index: number, row: MessageRow) => {
      setActive({ index, id: row.id })
      onOpen(row)
    },
    [onOpen],
  )
  const go = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index))
    const row = rowAt(list, next)
    setActive({ index: next, id: row?.id ?? null })
    scrollTo(intoView(next, scroller.current, heights))
    // The open message beside the list follows.
    if (openId !== null && row !== undefined) onOpen(row)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'Escape') return onClose()
    if (count === 0) return
    const row = activeIndex === null ? undefined : rowAt(list, activeIndex)
    if (event.key === 'x' && row !== undefined && isSelectable(row)) return onSelect?.(row)
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      if (activeIndex !== null && row !== undefined) open(activeIndex, row)
      return
    }
    const next = nextIndex(event.key, activeIndex, screen.first, count, pageOf(scroller.current, heights))
    if (next === null) return
    event.preventDefault()
    go(next)
  }
  const isOnScreen = activeIndex !== null && lines.some(({ index }) => index === activeIndex)
  return (
    <div className={classes.frame} data-narrow={isNarrow || undefined}>
      <div
        ref={scroller}
        className={classes.grid}
        role="grid"
        aria-label={t('log.list')}
        aria-rowcount={count + 1}
        aria-busy={busy}
        aria-activedescendant={isOnScreen ? lineId(activeIndex) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => active === null && count > 0 && setActive(spotOf(list, screen.first))}
        onScroll={({ currentTarget }) => {
          reader.atTop(currentTarget.scrollTop <= 1)
          top.moved()
        }}
      >
        <Names />
        <div role="rowgroup" className={classes.lines} style={{ height: count * heights.line }}>
          {lines.map(({ index, start }) => {
            const row = rowAt(list, index)
            return (
              <Line
                key={row?.id ?? `row-${index}`}
                index={index}
                start={start - heights.names}
                row={row}
                active={index === activeIndex}
                open={row !== undefined && row.id === openId}
                fresh={row !== undefined && reader.isFresh(row.id)}
                selected={row !== undefined && selected.has(row.id)}
                onSelect={onSelect}
                words={words}
                onOpen={open}
              />
            )
          })}
        </div>
      </div>
      <NewMessages
        count={list.unseen}
        show={() => {
          scrollTo(0)
          reader.atTop(true)
          scroller.current?.focus({ preventScroll: true })
        }}
      />
    </div>
  )
}

function Names() {
  const { t } = useI18n()
  return (
    <div role="rowgroup" className={classes.top}>
      <div role="row" aria-rowindex={1} className={classes.names}>
        <span role="columnheader">
          <span className={classes.unseen}>{t('bulk.column')}</span>
        </span>
        <span role="columnheader">{t('log.column.time')}</span>
        <span role="columnheader">
          <span className={classes.word}>{t('log.column.direction')}</span>
        </span>
        <span role="columnheader">{t('log.column.client')}</span>
        <span role="columnheader">{t('log.column.text')}</span>
        <span role="columnheader">{t('log.column.state')}</span>
        <span role="columnheader" className={classes.reason}>
          {t('log.column.reason')}
        </span>
      </div>
    </div>
  )
}

/** New messages while the reader is further down; a click leads to them. */
function NewMessages({ count, show }: { count: number; show(): void }) {
  const { t, number } = useI18n()
  return (
    <div className={classes.pill} role="status">
      {count > 0 && (
        <Button radius="xl" leftSection={<IconArrowUp size={16} aria-hidden />} onClick={show}>
          {t('log.new', { count, shown: number(count) })}
        </Button>
      )}
    </div>
  )
}

/** Scrolls, and renders the rows there before the next frame. */
function useScrollTo(
  scroller: { current: HTMLDivElement | null },
  virtual: { scrollOffset: number | null },
): (offset: number) => void {
  const draw = useReducer((count: number) => count + 1, 0)[1]
  return useCallback(
    (offset) => {
      const element = scroller.current
      if (element === null || element.scrollTop === offset) return
      element.scrollTop = offset
      virtual.scrollOffset = element.scrollTop
      draw()
    },
    [scroller, virtual],
  )
}

/**
 * The line at the top of the view stays there when the list changes above it. Only its change of position is
 * compensated, so that a reader who scrolls meanwhile is not held back.
 */
function useKeptPlace(
  scroller: { current: HTMLDivElement | null },
  list: List,
  place: { generation: number; begin: { index: number; offset: number } | null; heights: Heights },
  scrollTo: (offset: number) => void,
): { moved(): void } {
  const { generation, begin, heights } = place
  const anchor = useRef<Spot>({ index: begin?.index ?? 0, id: null })
  const shown = useRef<number | null>(null)
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (shown.current !== generation) {
      const isFirst = shown.current === null
      shown.current = generation
      const start = isFirst && begin !== null ? begin.index * heights.line + begin.offset : 0
      scrollTo(start)
      anchor.current = spotOf(list, topLine(element, heights))
      return
    }
    const { index, id } = anchor.current
    const now = id === null ? null : indexOf(list, id)
    if (now !== null && now !== index && element.scrollTop > 1)
      scrollTo(element.scrollTop + (now - index) * heights.line)
    anchor.current = spotOf(list, topLine(element, heights))
  }, [scroller, list, generation, begin, scrollTo, heights])
  const newest = useRef(list)
  useLayoutEffect(() => {
    newest.current = list
  })
  return {
    moved() {
      anchor.current = spotOf(newest.current, topLine(scroller.current, heights))
    },
  }
}

const topLine = (element: HTMLElement | null, { line }: Heights): number =>
  Math.floor((element?.scrollTop ?? 0) / line)
const spotOf = (list: List, index: number): Spot => ({ index, id: rowAt(list, index)?.id ?? null })
const placeOf = (list: List, { index, id }: Spot): number => (id === null ? null : indexOf(list, id)) ?? index

/** The nearest offset at which the line is completely visible. */
function intoView(index: number, element: HTMLElement | null, { line, names }: Heights): number {
  if (element === null) return 0
  const [start, room] = [index * line, element.clientHeight - names]
  if (start < element.scrollTop) return start
  return Math.max(element.scrollTop, start + line - room)
}

/** Rows of a page, less one that stays in sight. */
const pageOf = (element: HTMLElement | null, { line, names }: Heights): number =>
  Math.max(1, Math.floor(((element?.clientHeight ?? 0) - names) / line) - 1)

function nextIndex(
  key: string,
  active: number | null,
  first: number,
  count: number,
  page: number,
): number | null {
  const from = active ?? first - 1
  switch (key) {
    case 'ArrowDown':
      return from + 1
    case 'ArrowUp':
      return from - 1
    case 'PageDown':
      return from + page
    case 'PageUp':
      return from - page
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
