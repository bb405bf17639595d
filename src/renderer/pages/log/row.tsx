// biome-ignore-all lint/a11y/useSemanticElements: lines that are placed one by one cannot be rows of a table.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line.
import { memo } from 'react'
import type { MessageRow } from '../../../shared/api/log.ts'
import { useAppState } from '../../client/hooks.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { IconArrowLeft, IconArrowRight, IconPaperclip } from '../../components/icons.ts'
import { Highlight } from '../../features/messages/highlight.tsx'
import { isWaiting, reasonOf, toneOf, waitingReason } from '../../features/messages/reason.ts'
import { filesOf, fullTime, lineOf, speakerOf } from '../../features/messages/row-text.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './table.module.css'

export interface LineProps {
  index: number
  /** Offset from the top of the list, in pixels. */
  start: number
  row: MessageRow | undefined
  active: boolean
  open: boolean
  fresh: boolean
  selected: boolean
  onSelect: ((row: MessageRow) => void) | null
  /** The sought words, to be marked. */
  words: readonly string[]
  onOpen(index: number, row: MessageRow): void
}

/** Only what can be sent again or dismissed is selected. */
export const isSelectable = ({ canRetry, canDismiss }: MessageRow): boolean => canRetry || canDismiss

export const lineId = (index: number): string => `log-line-${index}`

/** One message in one line, or a placeholder while it is loading. */
export const Line = memo(function Line(props: LineProps) {
  const { index, start, row, active, open, fresh, selected, onSelect, words, onOpen } = props
  const { t } = useI18n()
  const place = {
    id: lineId(index),
    // The column headings are the first row.
    'aria-rowindex': index + 2,
    className: classes.line,
    style: { transform: `translateY(${start}px)` },
    'data-active': active || undefined,
  } as const
  if (row === undefined)
    return (
      <div role="row" {...place} aria-busy="true">
        <span role="gridcell" className={classes.bone}>
          <span className={classes.unseen}>{t('log.reading')}</span>
        </span>
      </div>
    )
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it takes the keys.
    <div
      role="row"
      {...place}
      aria-selected={open}
      data-fresh={fresh || undefined}
      data-direction={row.direction}
      onClick={() => onOpen(index, row)}
    >
      <span role="gridcell" className={classes.pick}>
        {onSelect !== null && isSelectable(row) && (
          <input
            type="checkbox"
            checked={selected}
            // The grid has the focus; its key for this is x.
            tabIndex={-1}
            aria-label={t('bulk.select')}
            title={`${t('bulk.select')} (x)`}
            onClick={(event) => event.stopPropagation()}
            onChange={() => onSelect(row)}
          />
        )}
      </span>
      <Cells row={row} words={words} />
    </div>
  )
})

/** Rendered again only when the message has changed, not when it only moves. */
const Cells = memo(function Cells({ row, words }: { row: MessageRow; words: readonly string[] }) {
  const speech = useI18n()
  const { t, clock, moment, language } = speech
  const reason = reasonOf(row, speech)
  const Arrow = row.direction === 'to-planfix' ? IconArrowRight : IconArrowLeft
  return (
    <>
      <span role="gridcell" className={classes.time} title={fullTime(row.receivedAt, language)}>
        {isToday(row.receivedAt) ? clock(row.receivedAt) : moment(row.receivedAt)}
      </span>
      <span role="gridcell" className={classes.direction} title={t(`log.direction.${row.direction}`)}>
        <Arrow size={16} stroke={1.8} aria-hidden />
        <span className={classes.word}>{t(`log.direction.${row.direction}`)}</span>
      </span>
      <span role="gridcell" className={`${classes.cell} ${classes.who}`} title={row.clientName ?? undefined}>
        {row.clientName === null ? '–' : <Highlight text={row.clientName} words={words} />}
      </span>
      <span role="gridcell" className={`${classes.cell} ${classes.what}`}>
        <What row={row} words={words} />
      </span>
      <span role="gridcell" className={classes.state} title={reason?.long}>
        <StatusBadge tone={toneOf(row)} size="xs">
          {t(`state.${row.state}`)}
        </StatusBadge>
      </span>
      <span role="gridcell" className={classes.reason}>
        {isWaiting(row) ? <WhyItWaits row={row} /> : <span title={reason?.long}>{reason?.short}</span>}
      </span>
    </>
  )
})

/** Follows the state of its connection. */
function WhyItWaits({ row }: { row: MessageRow }) {
  const words = useI18n()
  const reason = waitingReason(row, useAppState().connections, words) ?? reasonOf(row, words)
  return <span title={reason?.long}>{reason?.short}</span>
}

const isToday = (time: number): boolean => new Date(time).toDateString() === new Date().toDateString()

function What({ row, words }: { row: MessageRow; words: readonly string[] }) {
  const speech = useI18n()
  const speaker = speakerOf(row, speech)
  const { text, note } = lineOf(row, speech)
  const files = filesOf(row)
  return (
    <>
      {speaker !== null && <span className={classes.speaker}>{speaker}: </span>}
      {note !== null && <em className={classes.note}>{note} </em>}
      {files !== null && (
        <span
          className={classes.files}
          title={speech.t('log.row.files', { names: row.files.map(({ name }) => name).join(', ') })}
        >
          <IconPaperclip size={14} stroke={1.8} aria-hidden />
          {files}{' '}
        </span>
      )}
      <Highlight text={text} words={words} isLine />
    </>
  )
}
