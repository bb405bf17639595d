import { UnstyledButton, VisuallyHidden } from '@mantine/core'
import type { MessageRow } from '../../../shared/api/log.ts'
import { isInternal } from '../../../shared/messages/reason.ts'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { IconEyeOff, IconPaperclip, IconPencil, IconTrash } from '../../components/icons.ts'
import { reasonOf, toneOf } from '../../features/messages/reason.ts'
import { fileText, fullTime, lineOf } from '../../features/messages/row-text.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './chat.module.css'
import { type Item, timeOf } from './thread.ts'

export interface ItemProps<I extends Item> {
  item: I
  openId: number | null
  onOpen(row: MessageRow): void
}

/** A message of the chat: the client's on the left, replies on the right. */
export function Bubble({ item, openId, onOpen }: ItemProps<Extract<Item, { kind: 'bubble' }>>) {
  const { t, clock, language } = useI18n()
  const { row, edit, removal } = item
  const isClient = row.author.kind === 'client'
  const label = labelOf(row)
  const { text: said, files } = edit ?? row
  // The text of a file without a message is the file's name.
  const text = files.some(({ name }) => name === said) ? '' : said
  return (
    <li className={classes.item} data-side={isClient ? 'client' : 'team'} data-id={row.id}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the line below is the button; this only makes it larger. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys take the button. */}
      <div
        className={classes.bubble}
        data-apart={label !== null || undefined}
        data-open={openId === row.id || undefined}
        onClick={() => isSelecting() || onOpen(row)}
      >
        {!isClient && (
          <div className={classes.speaker}>
            {row.author.name}
            {row.author.kind === 'agent' && <span className={classes.tag}>{t('log.talk.agent')}</span>}
          </div>
        )}
        {label !== null && (
          <div className={classes.apart}>
            <IconEyeOff size={14} aria-hidden />
            {t(label)}
          </div>
        )}
        {text !== '' && (
          <div className={classes.text} data-removed={removal !== null || undefined}>
            {text}
          </div>
        )}
        {text === '' && files.length === 0 && <em className={classes.quiet}>{t('log.row.dropped')}</em>}
        {files.map((file, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: files of a message never change their order.
          <div key={index} className={classes.file}>
            <IconPaperclip size={14} aria-hidden />
            <span>{fileText(file, row, language)}</span>
          </div>
        ))}
        {edit !== null && (
          <Change row={edit} icon="edit" onOpen={onOpen}>
            {t('log.talk.edited', { time: clock(timeOf(edit)) })}
          </Change>
        )}
        {edit !== null && row.text !== '' && row.text !== edit.text && (
          <div className={classes.quiet}>{t('log.talk.before', { text: lineOf(row, { t }).text })}</div>
        )}
        {removal !== null && (
          <Change row={removal} icon="delete" onOpen={onOpen}>
            {t('log.talk.deleted', { time: clock(timeOf(removal)) })}
          </Change>
        )}
        <Foot row={row} open={openId === row.id} onOpen={onOpen} />
      </div>
    </li>
  )
}

/** Time and state; a click opens all details. */
function Foot({ row, open, onOpen }: { row: MessageRow; open: boolean; onOpen(row: MessageRow): void }) {
  const words = useI18n()
  const { t, clock, language } = words
  const reason = reasonOf(row, words)
  // For a client's message only an unusual state is shown.
  const tellsState = row.direction === 'to-chatra' || row.state !== 'delivered'
  return (
    <UnstyledButton
      className={classes.foot}
      aria-expanded={open}
      onClick={(event) => {
        event.stopPropagation()
        onOpen(row)
      }}
    >
      <span title={fullTime(timeOf(row), language)}>{clock(timeOf(row))}</span>
      {tellsState && (
        <StatusBadge tone={toneOf(row)} size="xs">
          {t(`state.${row.state}`)}
        </StatusBadge>
      )}
      {tellsState && reason !== null && <span>{reason.short}</span>}
      <VisuallyHidden>{t('log.talk.details')}</VisuallyHidden>
    </UnstyledButton>
  )
}

/** An edit or a deletion has its own states. */
function Change(props: {
  row: MessageRow
  icon: 'edit' | 'delete'
  children: string
  onOpen(row: MessageRow): void
}) {
  const { t } = useI18n()
  const Icon = props.icon === 'edit' ? IconPencil : IconTrash
  return (
    <UnstyledButton
      className={classes.change}
      title={t('log.talk.details')}
      onClick={(event) => {
        event.stopPropagation()
        props.onOpen(props.row)
      }}
    >
      <Icon size={13} aria-hidden />
      <span>{props.children}</span>
      {props.row.state !== 'delivered' && (
        <StatusBadge tone={toneOf(props.row)} size="xs">
          {t(`state.${props.row.state}`)}
        </StatusBadge>
      )}
    </UnstyledButton>
  )
}

/** An entry that is not part of the chat. */
export function Aside({ item, openId, onOpen }: ItemProps<Extract<Item, { kind: 'aside' }>>) {
  const words = useI18n()
  const { t, clock } = words
  const { row } = item
  const { text, note } = lineOf(row, words)
  const what = row.author.kind === 'bridge' && row.kind === 'text' ? t('log.kind.bridge') : note
  return (
    <li className={classes.item} data-side="aside" data-id={row.id}>
      <UnstyledButton
        className={classes.aside}
        aria-expanded={openId === row.id}
        title={t('log.talk.details')}
        onClick={() => onOpen(row)}
      >
        {what !== null && <strong>{what}: </strong>}
        {text} · {clock(timeOf(row))}
        {row.state !== 'delivered' && ` · ${reasonOf(row, words)?.short ?? t(`state.${row.state}`)}`}
      </UnstyledButton>
    </li>
  )
}

/** Why it is separate: the other side never saw it. */
function labelOf(row: MessageRow): 'log.talk.internal' | 'log.talk.not-sent' | 'log.talk.not-passed' | null {
  if (row.state !== 'skipped') return null
  if (isInternal(row.reason)) return 'log.talk.internal'
  return row.direction === 'to-chatra' ? 'log.talk.not-sent' : 'log.talk.not-passed'
}

/** A mouse selection of text must not open anything. */
const isSelecting = (): boolean => (getSelection()?.toString() ?? '') !== ''
