import { Button, Loader } from '@mantine/core'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { MessageRow } from '../../../shared/api/log.ts'
import { IconArrowDown } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { Aside, Bubble } from './bubble.tsx'
import classes from './chat.module.css'
import { itemsOf } from './thread.ts'
import type { Thread } from './use-thread.ts'

/** Distance from the top, in pixels, at which older messages are loaded. */
const NEAR_TOP = 500
const NEAR_END = 24

/** The conversation as in the chat, oldest on top; older messages are loaded on scrolling up. */
export function Chat(props: {
  thread: Thread
  rows: MessageRow[]
  openId: number | null
  onOpen(row: MessageRow): void
  onClose(): void
}) {
  const { thread, rows, openId, onOpen, onClose } = props
  const { t, number } = useI18n()
  const scroller = useRef<HTMLElement>(null)
  const { keepAnchor, isAtEnd } = useScrollAnchor(scroller, rows)
  const [seenUpTo, setSeenUpTo] = useState(rows.at(-1)?.id ?? 0)
  const unseen = isAtEnd ? 0 : rows.filter(({ id }) => id > seenUpTo).length
  const newestId = rows.reduce((most, { id }) => Math.max(most, id), 0)
  if (isAtEnd && newestId > seenUpTo) setSeenUpTo(newestId)
  return (
    <div className={classes.frame}>
      <section
        ref={scroller}
        className={classes.scroller}
        role="log"
        aria-label={t('log.talk.messages')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by the keyboard too.
        tabIndex={0}
        onKeyDown={({ key }) => key === 'Escape' && onClose()}
        onScroll={({ currentTarget }) => {
          keepAnchor()
          if (currentTarget.scrollTop < NEAR_TOP) thread.readOlder()
        }}
      >
        <div className={classes.older}>
          {thread.hasOlder ? (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={thread.readingOlder ? <Loader size={12} /> : undefined}
              onClick={thread.readOlder}
            >
              {t('log.talk.older')}
            </Button>
          ) : (
            t(rows.length === 0 ? 'log.talk.empty' : 'log.talk.begin')
          )}
        </div>
        <ol className={classes.items}>
          {itemsOf(rows).map((item) =>
            item.kind === 'day' ? (
              <Day key={item.key} time={item.time} />
            ) : item.kind === 'bubble' ? (
              <Bubble key={item.key} item={item} openId={openId} onOpen={onOpen} />
            ) : (
              <Aside key={item.key} item={item} openId={openId} onOpen={onOpen} />
            ),
          )}
        </ol>
      </section>
      <div className={classes.pill} role="status">
        {unseen > 0 && (
          <Button
            radius="xl"
            leftSection={<IconArrowDown size={16} aria-hidden />}
            onClick={() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight })}
          >
            {t('log.new', { count: unseen, shown: number(unseen) })}
          </Button>
        )}
      </div>
    </div>
  )
}

function Day({ time }: { time: number }) {
  const { t, date } = useI18n()
  const days = daysAgo(time)
  return (
    <li className={classes.day}>
      <span>{days === 0 ? t('log.talk.today') : days === 1 ? t('log.talk.yesterday') : date(time)}</span>
    </li>
  )
}

function daysAgo(time: number): number {
  const [day, today] = [new Date(time), new Date()]
  const count = (one: Date) => Date.UTC(one.getFullYear(), one.getMonth(), one.getDate()) / 86_400_000
  return count(today) - count(day)
}

/**
 * At the end the view stays at the end; otherwise the first visible message stays in place, whatever is added
 * above.
 */
function useScrollAnchor(
  scroller: { current: HTMLElement | null },
  rows: readonly MessageRow[],
): { keepAnchor(): void; isAtEnd: boolean } {
  const [isAtEnd, setAtEnd] = useState(true)
  const anchor = useRef<{ id: string; top: number } | null>(null)
  const atEnd = useRef(true)
  const keepAnchor = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_END
    setAtEnd(atEnd.current)
    anchor.current = firstOnScreen(element)
  }, [scroller])
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the messages are others.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const place = anchor.current && element.querySelector<HTMLElement>(`[data-id="${anchor.current.id}"]`)
    if (atEnd.current) element.scrollTop = element.scrollHeight
    else if (place && anchor.current)
      element.scrollTop += place.offsetTop - element.scrollTop - anchor.current.top
    keepAnchor()
  }, [scroller, keepAnchor, rows])
  return { keepAnchor, isAtEnd }
}

function firstOnScreen(element: HTMLElement): { id: string; top: number } | null {
  for (const item of element.querySelectorAll<HTMLElement>('[data-id]')) {
    if (item.offsetTop + item.offsetHeight > element.scrollTop)
      return { id: item.dataset.id ?? '', top: item.offsetTop - element.scrollTop }
  }
  return null
}
